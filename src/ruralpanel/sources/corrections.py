"""Corrections of raw values, kept in a file beside the raw data, each with its reason and a guard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.storage import read_records
from ruralpanel.study.sources import Source

_CODE_AS_FLOAT = re.compile(r"(?<=[0-9]{6})\.0+$")
"""The end of a code that a program has written as a number: it is read as a code without it, and so found without."""


def apply_corrections(selected: pd.DataFrame, source: Source, path: Path) -> tuple[pd.DataFrame, str]:
    """Replace raw values as a file of corrections says.

    Parameters
    ----------
    selected
        The declared columns as they are written in the raw file.
    source
        The declaration of the source.
    path
        The file of corrections: the key's columns, ``column``, ``from``, ``to`` and ``reason``.

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
    keys = pd.MultiIndex.from_frame(selected[source.key].map(lambda value: _CODE_AS_FLOAT.sub("", _plain(value))))
    problems = []
    for line, correction in corrections:
        where = f"{path}, line {line}"
        rows = corrected.index[keys == tuple(correction[name] for name in source.key)]
        shown = " / ".join(correction[name] for name in source.key)
        if len(rows) != 1:
            problems.append(
                Problem(where, f"{counted(len(rows), 'row')} of the raw file have the key {shown}; one expected")
            )
            continue
        found = _plain(corrected.loc[rows[0], correction["column"]])
        if found != correction["from"]:
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


def _replaced(values: pd.Series, row: Any, to: str) -> pd.Series:
    """Replace one value; what a column's other values are, the file has decided."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values):
        values = values.astype("float64")
    new: Any = to or None
    if to and pd.api.types.is_numeric_dtype(values):
        new = float(to)
    elif to and pd.api.types.is_datetime64_any_dtype(values):
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
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
