"""One raw file → one typed table: headers, corrections, types and the contract, in the order the data meet them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.sources.contracts import as_problems, as_violations, violations
from ruralpanel.sources.corrections import apply_corrections
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.headers import Selected, positions_of, select_columns
from ruralpanel.sources.numbers import marks_of
from ruralpanel.sources.raw import RawTable
from ruralpanel.sources.rules import CUT_KEY, NO_KEY
from ruralpanel.sources.values import type_column
from ruralpanel.study.period_columns import PeriodColumn, columns_with_periods
from ruralpanel.study.source_columns import DIGITS_OF_LEVEL, Column
from ruralpanel.study.sources import Source

LOG = logging.getLogger(__name__)

QUARANTINE_KEY = ["raw_row", "line"]
"""The key of a table of quarantined rows."""

ENOUGH_TO_JUDGE = 20
"""In a table of this many rows or more, quarantine of more than half of them is taken for a wrong declaration."""


class SourceTable(NamedTuple):
    """What reading a source gives.

    Parameters
    ----------
    table
        One column for each name of the source, typed.
    ledger
        What was done to rows and values.
    quarantine
        The rows that broke the declarations, as they are written, with ``raw_row``, a running ``line`` and
        ``reasons``, for whose sake columns of these names are renamed, ``line (value)``; without rows unless the study
        asks for quarantine.
    """

    table: pd.DataFrame
    ledger: Ledger
    quarantine: pd.DataFrame


def read_source(
    name: str,
    source: Source,
    path: Path | None,
    corrections: Path | None = None,
    periods: Mapping[str, PeriodColumn] | None = None,
    identifying: Collection[str] = (),
    shows: bool = True,
) -> SourceTable:
    """Read a source into a typed table that fulfils its contract.

    Parameters
    ----------
    name
        The source's name in the study.
    source
        Its declaration.
    path
        The raw file; None for a data set of a package.
    corrections
        The file of corrections, where the source declares one.
    periods
        The columns that hold periods, from :meth:`ruralpanel.study.model.Study.period_columns`.
    identifying
        Columns that tell units, groups or clusters apart, beside those of the key: no code may have lost digits.
    shows
        Whether messages and the quarantine may show values, which those of restricted sources may not.

    Returns
    -------
    SourceTable
        The table, its ledger, and what was put in quarantine.

    Raises
    ------
    DataError
        If the file cannot be read or lacks a column; and, unless the study asks for quarantine, if values have
        another type or break the contract. All violations are reported together, each with its rows.
    """
    LOG.info("opening the file")
    raw = read_raw(source, path, only_declared=True)
    periods = columns_with_periods(source, [], None, []) | dict(periods or {})
    selected = select_columns(raw, source, is_period=source.wide_into in periods)
    ledger = Ledger("sources", name)
    used = f"{selected.used} of {len(raw.values.columns)} columns declared"
    ledger.note("read", len(raw.values) + raw.left_out, raw.values, "; ".join([used, *raw.notes]))
    for note in raw.repairs:
        ledger.note("cells", len(raw.values), raw.values, note)
    for note in selected.notes:
        ledger.note("header", len(raw.values), raw.values, note)
    written = selected.values
    if source.wide_into is not None:
        ledger.note("wide to long", len(raw.values), written, f"one row for each {source.wide_into}")
    if corrections is not None:
        try:
            written, note = apply_corrections(written, source, corrections, periods)
        except DataError as error:
            # A key that cannot be read is why no row has it: that is said first.
            _, badly_typed = _typed(written, source, Ledger("sources", name), raw, periods, identifying)
            of_key = [found for found in badly_typed if found["column"].isin(source.key).any()]
            first = as_problems(pd.concat(of_key, ignore_index=True), selected.rows, raw.where, shows) if of_key else []
            raise DataError([*first, *error.problems]) from None
        ledger.note("corrections", len(written), written, note)
    table, badly_typed = _typed(written, source, ledger, raw, periods, identifying)
    for note in _codes_apart(table, source):
        ledger.note("values", len(written), table, note)
    # A cell of the wrong type has no value to hold to a range, so both kinds of violation can be told at once.
    LOG.info("%s rows, holding them to the declarations", f"{len(table):,}")
    of_contract = violations(table, source, periods)
    found = pd.concat([*badly_typed, *_cut_keys(raw, written, source, identifying), of_contract], ignore_index=True)
    if len(found) and source.on_violation == "fail":
        raise DataError(as_problems(_told_once(found, source), selected.rows, raw.where, shows))
    if len(table) >= ENOUGH_TO_JUDGE and found["index"].nunique() * 2 > len(table):
        what = f"{found['index'].nunique():,} of {len(table):,} rows break the declarations"
        hint = "so many are a sign of a wrong declaration: mend it, or take it out"
        raise DataError([Problem(raw.where, what, hint=hint), *as_problems(found, selected.rows, raw.where, shows)])
    quarantine = _quarantine(written if shows else written[[]], selected, found)
    bad = set(found["index"])
    kept = table[~table.index.isin(bad)].reset_index(drop=True)
    if bad:
        words = f"{counted(len(bad), 'row')} set aside with the reasons"
        ledger.note("quarantine", len(table), kept, words, unasked=["dropped_rows"])
    if kept.empty:
        raise DataError(
            [
                Problem(raw.where, "every row breaks the declarations"),
                *as_problems(found, selected.rows, raw.where, shows),
            ]
        )
    return SourceTable(kept, ledger, quarantine)


def _typed(
    written: pd.DataFrame,
    source: Source,
    ledger: Ledger,
    raw: RawTable,
    periods: Mapping[str, PeriodColumn],
    identifying: Collection[str],
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Type every column; give the table and, column by column, the cells that cannot have their type."""
    typed: dict[str, pd.Series] = {}
    found: list[pd.DataFrame] = []
    numbers = [name for name, column in source.columns.items() if column.type not in ("text", "code")]
    marks = marks_of((written[name] for name in numbers), source.decimal, raw.comma_may_be_decimal)
    for number, name in enumerate(source.column_names, start=1):
        LOG.info("%s rows, column %d of %d", f"{len(written):,}", number, len(source.column_names))
        column = source.columns.get(name, Column())
        codes = [*column.missing_codes, *(source.missing_codes if name not in source.key else [])]
        if column.missing_below is None and name not in source.key:
            column = column.model_copy(update={"missing_below": source.missing_below})
        identifies = name in source.key or name in identifying
        result = type_column(written[name], column, codes, marks, identifies, periods.get(name))
        typed[name] = result.values
        for note in result.notes:
            ledger.note("values", len(written), written, f"{name}: {note}")
        for bad, rule in [(result.bad, result.rule), *result.more]:
            if bad.any():
                found.append(as_violations(written[name][bad], name, rule))
    return pd.DataFrame(typed), found


def _cut_keys(raw: RawTable, written: pd.DataFrame, source: Source, identifying: Collection[str]) -> list[pd.DataFrame]:
    """Find keys and groups that a field cut within a character, and that may now be those of several things."""
    if not raw.unsure:
        return []
    headers = [str(header) for header in raw.values.columns]
    found = []
    for name, positions in positions_of(raw, source).items():
        unsure = frozenset[str]().union(*(raw.unsure.get(headers[position], ()) for position in positions))
        identifies = name in source.key or name in identifying
        if identifies and unsure:
            cells = written[name]
            found.append(as_violations(cells[cells.isin(list(unsure))], name, CUT_KEY))
    return found


def _told_once(found: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Leave out that a key is missing where what stands in its place has been told."""
    told = found.loc[found["column"].isin(source.key) & ~found["rule"].isin([NO_KEY, CUT_KEY]), "index"]
    return found[(found["rule"] != NO_KEY) | ~found["index"].isin(told)]


def _codes_apart(table: pd.DataFrame, source: Source) -> list[str]:
    """Tell where a code does not begin with that of the area above it, which most others in its column do.

    A column that has slipped by a row, or one code written wrong, breaks no rule of its own. Codes of another year
    have every right to differ, so that this is a line of the ledger and no error.
    """
    digits = {name: DIGITS_OF_LEVEL[each.level] for name, each in source.columns.items() if each.level is not None}
    notes = []
    for (above, short), (below, long) in permutations(digits.items(), 2):
        known = table[[above, below]].dropna()
        apart = int((known[below].str.slice(0, short) != known[above]).sum()) if short < long else 0
        if 0 < apart <= len(known) / 2:
            notes.append(f"{below} does not begin with {above} in {counted(apart, 'row')}")
    return notes


def _quarantine(written: pd.DataFrame, selected: Selected, found: pd.DataFrame) -> pd.DataFrame:
    """Collect the rows that broke a rule, as they are written, with all their reasons."""
    reasons = (found["column"].astype(str) + " " + found["rule"].astype(str)).groupby(found["index"]).agg("; ".join)
    index = sorted(set(found["index"]))
    rows = written.loc[index].astype(object).map(_as_written)
    rows = rows.rename(columns={name: f"{name} (value)" for name in (*QUARANTINE_KEY, "reasons")})
    rows.insert(0, "line", range(1, len(rows) + 1))
    rows.insert(0, "raw_row", selected.rows.loc[index].to_numpy())
    return rows.assign(reasons=[reasons[each] for each in index]).reset_index(drop=True)


def _as_written(value: Any) -> str:
    return "" if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)) else str(value)
