"""Leave out rows of a raw file that are no data: units below the header, totals, and notes at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.storage import listed_rows
from ruralpanel.sources.headers import position_of, positions_of, tidy_header
from ruralpanel.sources.raw import RawTable
from ruralpanel.study.sources import DroppedRows, Source


def without_dropped_rows(raw: RawTable, source: Source) -> RawTable:
    """Leave out the rows that a source declares to be no data.

    Parameters
    ----------
    raw
        The raw table.
    source
        The declaration of the source.

    Returns
    -------
    RawTable
        The other rows, under the numbers they have in the file, and what was left out among its repairs.

    Raises
    ------
    DataError
        If no row fits an entry; all of them at once.
    """
    if not source.drop_rows:
        return raw
    problems, notes = [], []
    dropped = pd.Series(False, index=raw.values.index)
    for number, entry in enumerate(source.drop_rows, start=1):
        fits, absent = _fitting(raw, source, entry)
        if absent:
            what = f"`drop_rows`, entry {number} ({entry.reason}): {absent}"
            hint = "has the file changed? mend the entry or take it out"
            if entry.last is not None:
                hint = (
                    "a full row that is to go, such as a total, is named by `rows` or `values`; has the file changed?"
                )
            problems.append(Problem(raw.where, what, hint=hint))
        rows = raw.rows[fits.to_numpy()]
        if len(rows):
            notes.append(f"{counted(len(rows), 'row')} left out as {entry.reason}: {listed_rows(rows)}")
        dropped |= fits
    if problems:
        raise DataError(problems)
    kept = ~dropped
    return replace(
        raw,
        values=raw.values[kept].reset_index(drop=True),
        rows=raw.rows[kept].reset_index(drop=True),
        labels={name: labels[kept].reset_index(drop=True) for name, labels in raw.labels.items()},
        uneven={row: cells for row, cells in raw.uneven.items() if row in set(raw.rows[kept])},
        repairs=[*raw.repairs, *notes],
        left_out=int(dropped.sum()),
    )


def _fitting(raw: RawTable, source: Source, entry: DroppedRows) -> tuple[pd.Series, str]:
    """Find the rows that an entry means, and say what is wrong with it."""
    none = pd.Series(False, index=raw.values.index)
    if entry.rows is not None:
        unknown = ", ".join(map(str, sorted(set(entry.rows) - set(raw.rows))))
        return raw.rows.isin(entry.rows), f"no row of the data has the number {unknown}" if unknown else ""
    if entry.last is not None:
        if entry.last >= len(none):
            return none, f"there are only {counted(len(none), 'row')} of data"
        fits = pd.Series(range(len(none)), index=none.index) >= len(none) - entry.last
        full = raw.rows[(fits & _is_full(raw, source)).to_numpy()]
        return fits, f"{listed_rows(full)} would be lost, with something in every declared column" if len(full) else ""
    cells = _cells(raw, source, entry).map(lambda cell: "" if _is_empty(cell) else tidy_header(str(cell)))
    wanted = [tidy_header(each) for each in entry.values or entry.begins_with or []]
    if entry.values is not None:
        found = {each: cells == each for each in wanted}
    else:
        found = {each: cells.str.startswith(each) for each in wanted}
    absent = [each for each, where in found.items() if not where.any()]
    fits = none
    for where in found.values():
        fits = fits | where.astype(bool)
    verb = "holds" if entry.values is not None else "begins with"
    return fits, f"no row of the data {verb} {', '.join(absent)}" if absent else ""


def _is_full(raw: RawTable, source: Source) -> pd.Series:
    """Tell rows with something in every declared column, as rows of data have it and notes do not."""
    positions = [position for each in positions_of(raw, source).values() for position in each]
    filled = [raw.values.iloc[:, position].map(lambda cell: not _is_empty(cell)).astype(bool) for position in positions]
    return pd.concat(filled, axis="columns").all(axis="columns")


def _cells(raw: RawTable, source: Source, entry: DroppedRows) -> pd.Series:
    """Give the cell of each row that an entry looks at."""
    if entry.column is not None:
        headers = [str(header) for header in raw.values.columns]
        return raw.values.iloc[:, position_of(headers, raw.where, entry.column, source.columns[entry.column])]
    return pd.Series(
        [_first_filled(row) for row in raw.values.itertuples(index=False, name=None)], raw.values.index, dtype=object
    )


def _first_filled(row: Sequence[Any]) -> Any:
    return next((cell for cell in row if not _is_empty(cell)), None)


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and pd.isna(cell)) or str(cell).strip() == ""
