"""Find the declared columns in a raw file's header, and turn a column a period into a row a period."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.frames.characters import without_invisible
from ruralpanel.frames.periods.frequency import FREQUENCIES
from ruralpanel.frames.periods.spelling import read_period
from ruralpanel.frames.time_limit import SECONDS, TakesTooLong, searched
from ruralpanel.sources.raw import RawTable
from ruralpanel.study.source_columns import Column
from ruralpanel.study.sources import Source


@dataclass(frozen=True)
class Selected:
    """The declared columns under their names in the study, still as they are written.

    Parameters
    ----------
    values
        One column for each name of the source.
    rows
        The number of each row in the raw file; repeated where a wide file became long.
    notes
        For the ledger: how headers were found that are not written as declared.
    used
        How many columns of the file are read; one that two names are given to counts once.
    """

    values: pd.DataFrame
    rows: pd.Series
    notes: list[str]
    used: int


def tidy_header(header: str) -> str:
    """Take line breaks and spaces out of a header and make full-width characters plain."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", without_invisible(header)))


def select_columns(raw: RawTable, source: Source, is_period: bool = False) -> Selected:
    """Pick the declared columns and give them their names.

    Parameters
    ----------
    raw
        The raw table.
    source
        The declaration of the source.
    is_period
        Whether the periods of a wide file are read by a declared frequency, and not as whole numbers.

    Returns
    -------
    Selected
        The columns, and what the ledger is to say of them.

    Raises
    ------
    DataError
        If a column is not there, or more than one header fits; all of them at once.
    """
    headers = [str(header) for header in raw.values.columns]
    if len(raw.values) == 0:
        raise DataError([Problem(raw.where, "has a header but no rows")])
    finder = _Finder(headers, raw.where, is_period)
    plain = {name: finder.one(name, column) for name, column in source.columns.items() if column.wide is None}
    wide = {name: finder.periods(name, column) for name, column in source.columns.items() if column.wide is not None}
    wanted = len(plain) + len(wide)
    nothing = all(position is None for position in plain.values()) and not any(wide.values())
    if nothing and wanted > 1 and not finder.ambiguous:
        shown = ", ".join(header.replace("\n", " ") for header in headers[:8])
        what = f"has none of the {wanted} columns that are declared; its header reads {shown}"
        raise DataError([Problem(raw.where, what, hint="is `header_row`, `sheet` or `delimiter` right?")])
    if finder.problems:
        raise DataError(finder.problems)
    columns = {name: _column(raw, source, name, position) for name, position in plain.items() if position is not None}
    selected = pd.DataFrame(columns, index=raw.values.index)
    for name in source.fill_down:
        # Before a wide file becomes long: what is above a cell is in the same period.
        empty = selected[name].isna() | (selected[name].astype(object) == "")
        selected[name] = selected[name].mask(empty).ffill()
        finder.notes.append(f"{name}: {counted(int(empty.sum()), 'cell')} filled from above")
    rows = raw.rows
    if wide:
        selected, rows = _long(raw, source, selected, wide)
    used = {*plain.values(), *(position for found in wide.values() for position in found.values())}
    selected = selected[source.column_names].reset_index(drop=True)
    return Selected(selected, rows.reset_index(drop=True), finder.notes, len(used))


def positions_of(raw: RawTable, source: Source) -> dict[str, list[int]]:
    """Find where in a raw table the declared columns are.

    Parameters
    ----------
    raw
        The raw table.
    source
        The declaration of the source.

    Returns
    -------
    dict of str to list of int
        For each declared column its position in the header, from 0; one a period for a column with ``wide``.

    Raises
    ------
    DataError
        If a column is not there, or more than one header fits; all of them at once.
    """
    finder = _Finder([str(header) for header in raw.values.columns], raw.where)
    positions = finder.declared(source)
    if finder.problems:
        raise DataError(finder.problems)
    return positions


def declared_positions(header: Sequence[str], source: Source) -> list[int] | None:
    """Find which columns of a file are declared, where no other is asked anything.

    Parameters
    ----------
    header
        The names of the file's columns.
    source
        The declaration of the source.

    Returns
    -------
    list of int or None
        Their positions; None where all columns are wanted: rows are dropped by what is in them, or a declared column
        cannot be found.
    """
    if source.drop_rows:
        return None
    finder = _Finder(list(map(str, header)), source.origin)
    found = finder.declared(source)
    return None if finder.problems else sorted({position for positions in found.values() for position in positions})


def joined_header(rows: list[list[str]]) -> list[str]:
    """Join a header of several rows; a name over several columns, left empty after the first, counts for each.

    Parameters
    ----------
    rows
        The rows of the header, from the top.
    """
    if len(rows) == 1:
        return rows[0]
    width = max(len(row) for row in rows)
    filled = []
    for row in [row + [""] * (width - len(row)) for row in rows[:-1]]:
        above = ""
        filled.append([above := (cell if cell.strip() else above) for cell in row])
    filled.append(rows[-1] + [""] * (width - len(rows[-1])))
    return [
        "-".join(dict.fromkeys(part.strip() for part in parts if part.strip())) for parts in zip(*filled, strict=True)
    ]


def position_of(headers: list[str], where: str, name: str, column: Column) -> int:
    """Find where in a header one declared column is.

    Parameters
    ----------
    headers
        The header.
    where
        The file, for messages.
    name
        The column's name in the study.
    column
        Its declaration.

    Raises
    ------
    DataError
        If it is not there, or more than one header fits.
    """
    finder = _Finder(headers, where)
    position = finder.one(name, column)
    if position is None:
        raise DataError(finder.problems)
    return position


class _Finder:
    """Look columns up in a header, collecting what is wrong."""

    def __init__(self, headers: list[str], where: str, is_period: bool = True) -> None:
        self.is_period = is_period
        self.headers = headers
        self.tidy = [tidy_header(header) for header in headers]
        self.where = where
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.ambiguous = False

    def declared(self, source: Source) -> dict[str, list[int]]:
        """Give the positions of each declared column; one a period for a column with ``wide``."""
        positions: dict[str, list[int]] = {}
        for name, column in source.columns.items():
            if column.wide is not None:
                positions[name] = list(self.periods(name, column).values())
            elif (position := self.one(name, column)) is not None:
                positions[name] = [position]
        return positions

    def _searched(self, name: str, pattern: str) -> list[re.Match[str] | None]:
        """Search every header for a pattern."""
        try:
            return searched(pattern, self.tidy)
        except TakesTooLong:
            what = f"the pattern {pattern!r} (for `{name}`) takes more than {SECONDS:g} seconds on these headers"
            hint = "write it without a repetition inside a repetition"
            raise DataError([Problem(self.where, what, hint=hint)]) from None

    def one(self, name: str, column: Column) -> int | None:
        """Give the position of the one header that a column is declared by."""
        if column.pattern is not None:
            found = [position for position, match in enumerate(self._searched(name, column.pattern)) if match]
            shown = f"the pattern {column.pattern!r} (for `{name}`)"
        else:
            raw_name = column.raw_name or name
            found = [position for position, header in enumerate(self.headers) if header == raw_name]
            if not found:
                found = [position for position, header in enumerate(self.tidy) if header == tidy_header(raw_name)]
            shown = f"`{raw_name}`" + (f" (wanted for `{name}`)" if raw_name != name else "")
        if len(found) > 1:
            self.ambiguous = True
            named = ", ".join(repr(self.headers[position]) for position in found[:5])
            what = f"has several columns {'that fit' if column.pattern else 'called'} {shown}: {named}"
            self.problems.append(Problem(self.where, what))
            return None
        if not found:
            # As they are compared: a header over two lines cannot be typed into a study file.
            shown = f"that fits {shown}" if column.pattern else shown
            hint = nearest("" if column.pattern else column.raw_name or name, self.tidy)
            self.problems.append(Problem(self.where, f"has no column {shown}", hint=hint))
            return None
        if self.headers[found[0]] != (column.raw_name or name):
            self.notes.append(f"{name}: read from the header {self.headers[found[0]]!r}")
        return found[0]

    def periods(self, name: str, column: Column) -> dict[int | str, int]:
        """Give the position of the header of each period that a wide column is declared by."""
        found: dict[int | str, int] = {}
        searched_for = self._searched(name, str(column.wide))
        for position, match in enumerate(searched_for):
            if not match:
                continue
            written = match.group(1) or ""
            whole = re.fullmatch(r"[0-9]+", written) is not None
            spelt = read_period(written) if self.is_period else None
            # One header may say 2014Q3 and another 2014年3季度: what a period is, and not how it is written, counts.
            period: int | str | None = int(written) if whole else None
            if spelt is not None and spelt.of != "year":
                period = FREQUENCIES[spelt.of].label(spelt.ordinal)
            elif spelt is not None:
                period = spelt.ordinal
            if period is None:
                what = f"`{name}`: the period in the header {self.headers[position]!r} is not a whole number"
                hint = "declare what a period is: `frequency` under `panel`" if read_period(written) else ""
                self.problems.append(Problem(self.where, what, hint=hint))
            elif period in found:
                self.ambiguous = True
                what = f"`{name}`: several headers give the period {match.group(1)}"
                self.problems.append(Problem(self.where, what))
            else:
                found[period] = position
        if not any(searched_for):
            self.problems.append(Problem(self.where, f"no header fits the pattern {column.wide!r} (for `{name}`)"))
        return found


def _column(raw: RawTable, source: Source, name: str, position: int) -> pd.Series:
    """Give a column, as labels of its values where that is declared.

    A value that the study calls missing by its code keeps the code, by which it is found later.
    """
    header, values, declared = str(raw.values.columns[position]), raw.values.iloc[:, position], source.columns[name]
    if not declared.value_labels:
        return values
    if header in raw.shared_labels:
        what = f"gives two values of `{header}` the same label, so that labels cannot stand for values"
        raise DataError([Problem(raw.where, what, hint=f"read the codes: leave `value_labels` of `{name}` out")])
    if header not in raw.labels:
        what = f"has no labels for the values of `{header}` (wanted for `{name}`)"
        raise DataError([Problem(raw.where, what, hint=f"read the values: leave `value_labels` of `{name}` out")])
    stated = [*declared.missing_codes, *(source.missing_codes if name not in source.key else [])]
    codes = [code for code in stated if not isinstance(code, str)]
    return raw.labels[header].mask(values.isin(codes), values.astype(object))


def _long(
    raw: RawTable, source: Source, fixed: pd.DataFrame, wide: dict[str, dict[int | str, int]]
) -> tuple[pd.DataFrame, pd.Series]:
    """Stack the periods of a wide file; a column that lacks a period is missing in it."""
    periods = sorted(
        {period for found in wide.values() for period in found}, key=lambda each: (isinstance(each, str), each)
    )
    parts = []
    for period in periods:
        own = {
            name: _column(raw, source, name, found[period])
            if period in found
            else pd.Series(None, raw.values.index, dtype=object)
            for name, found in wide.items()
        }
        parts.append(fixed.assign(**own, **{str(source.wide_into): period}))
    return pd.concat(parts, ignore_index=True), pd.concat([raw.rows] * len(periods), ignore_index=True)
