"""Corrections of raw values, kept in a file beside the raw data, each with its reason and a guard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.frames.periods.column import read_periods
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.frames.storage import read_records
from ruralpanel.sources.codes import read_codes, read_padded_codes
from ruralpanel.study.period_columns import PeriodColumn
from ruralpanel.study.sources import Source

_CODE_AS_FLOAT = re.compile(r"(?<=[0-9]{6})\.0+$")
"""The end of a code that a program has written as a number: it is read as a code without it, and so found without."""


def apply_corrections(
    selected: pd.DataFrame, source: Source, path: Path, periods: Mapping[str, PeriodColumn] | None = None
) -> tuple[pd.DataFrame, str]:
    """Replace raw values as a file of corrections says.

    A row is found by what its key means, however that is written: a period by any spelling, a date without its time of
    day, a code with or without the zeros that a program has taken from it.

    Parameters
    ----------
    selected
        The declared columns as they are written in the raw file.
    source
        The declaration of the source.
    path
        The file of corrections: the key's columns, ``column``, ``from``, ``to`` and ``reason``.
    periods
        The columns that hold periods.

    Returns
    -------
    tuple of (pandas.DataFrame, str)
        The corrected columns, and what the ledger is to say.

    Raises
    ------
    DataError
        If the file cannot be read, names a row or column that is not there, gives no reason, or expects another
        value than the raw file has: then the source has changed, and the correction has to be looked at again.
    """
    corrections = _read(path, source)
    corrected = selected.copy()
    named = pd.DataFrame([{name: correction[name] for name in source.key} for _, correction in corrections])
    keys = pd.MultiIndex.from_frame(_meant(selected[source.key], source, periods or {}))
    wanted = list(_meant(named, source, periods or {}).itertuples(index=False, name=None)) if corrections else []
    problems = []
    for (line, correction), key in zip(corrections, wanted, strict=True):
        where = f"{path}, line {line}"
        rows = corrected.index[keys == key]
        shown = " / ".join(correction[name] for name in source.key)
        if len(rows) != 1:
            has = selected[source.key].map(_plain).drop_duplicates().head(3).agg(" / ".join, axis=1)
            hint = "" if len(rows) else f"the file has {', '.join(has)} and so on"
            what = f"{counted(len(rows), 'row')} of the raw file have the key {shown}; one expected"
            problems.append(Problem(where, what, hint=hint))
            continue
        found = _plain(corrected.loc[rows[0], correction["column"]])
        if correction["from"] not in (found, str(corrected.loc[rows[0], correction["column"]])):
            what = f"expects {correction['from']!r} in `{correction['column']}` of {shown}; the raw file has {found!r}"
            problems.append(Problem(where, what, hint="the source has changed: is the correction still needed?"))
            continue
        try:
            corrected[correction["column"]] = _replaced(corrected[correction["column"]], rows[0], correction["to"])
        except ValueError:
            what = f"{correction['to']!r} cannot stand in `{correction['column']}`, whose values are of another type"
            problems.append(Problem(where, what))
    if problems:
        raise DataError(problems)
    changed = sorted({correction["column"] for _, correction in corrections})
    return corrected, f"{counted(len(corrections), 'value')} corrected in {', '.join(changed)}" if corrections else ""


def _meant(keys: pd.DataFrame, source: Source, periods: Mapping[str, PeriodColumn]) -> pd.DataFrame:
    """Write keys by what they mean, so that two spellings of one thing are equal; what cannot be read, as it stands."""
    written = keys.map(lambda value: _CODE_AS_FLOAT.sub("", _plain(value))).astype("str")
    for name in keys:
        declared = source.columns.get(str(name))
        if name in periods:
            read = read_periods(keys[name], frequency(periods[str(name)].frequency), periods[str(name)].within)
            known = read.ordinals.notna()
            written[name] = written[name].mask(known, read.ordinals.map("period {:.0f}".format))
        elif declared is not None and declared.width is not None:
            codes = read_padded_codes(keys[name], declared.width).values
            written[name] = written[name].mask(codes.notna(), codes)
        elif declared is not None and declared.level is not None:
            codes = read_codes(keys[name], declared.level).values
            written[name] = written[name].mask(codes.notna(), codes)
    return written


def _replaced(values: pd.Series, row: Any, to: str) -> pd.Series:
    """Replace one value; what a column's other values are, the file has decided."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values):
        values = values.astype("float64")
    new: Any = to or None
    if to and pd.api.types.is_numeric_dtype(values):
        new = float(to)
    elif to and (pd.api.types.is_datetime64_any_dtype(values) or isinstance(values[row], date)):
        new = pd.Timestamp(to)
    changed = values.copy()
    changed.loc[row] = new
    return changed


def _read(path: Path, source: Source) -> list[tuple[int, dict[str, str]]]:
    """Read the file of corrections and check every line by itself."""
    wanted = [*source.key, "column", "from", "to", "reason"]
    header, lines = read_records(path, DataError)
    problems = [Problem(str(path), f"the column `{name}` is missing") for name in wanted if name not in header]
    if problems:
        raise DataError(problems)
    for line, row in lines:
        where = f"{path}, line {line}"
        if row["column"] not in source.columns:
            what = f"`{row['column']}` is not a column of this source"
            problems.append(Problem(where, what, hint=nearest(row["column"], source.columns)))
        if not row["reason"].strip():
            problems.append(Problem(where, "gives no reason"))
    if problems:
        raise DataError(problems)
    return lines


def _plain(value: Any) -> str:
    """Write a raw value as a correction would: nothing when missing, no decimal point on whole numbers."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
