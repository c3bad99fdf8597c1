"""One raw file → one typed table: names, missing codes, types, scales and the contract."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.ledger import Ledger
from ruralpanel.sources.contracts import violations
from ruralpanel.sources.formats import RawTable, read_raw
from ruralpanel.storage import listed_rows
from ruralpanel.study.sources import Column, Scalar, Source

CONVENTIONAL_MISSING = ("NA", "N/A", "n/a", "n.a.", "NaN", "nan", "NULL", ".")
"""Written for a missing number by the field's usual programs (R, pandas, databases, Stata)."""


EXACT_INTEGERS = 2.0**53
"""Whole numbers up to this size are exact as floating-point numbers; longer codes would be rounded."""


def read_source(name: str, source: Source, path: Path | None) -> tuple[pd.DataFrame, Ledger]:
    """Read a source into a typed table that fulfils its contract.

    Parameters
    ----------
    name
        The source's name in the study.
    source
        Its declaration.
    path
        The raw file; None for a data set of a package.

    Returns
    -------
    tuple of (pandas.DataFrame, Ledger)
        One column for each declared column, under its name in the study; and what was done to the values.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, holds values of another type, or breaks its contract. All
        violations are reported together, each with its rows.
    """
    raw = read_raw(source, path)
    ledger = Ledger("sources", name)
    selected = _select(raw, source)
    ledger.note(
        "read",
        len(raw.values),
        selected,
        f"{len(selected.columns)} of {len(raw.values.columns)} columns used",
    )
    rows = raw.rows
    problems: list[Problem] = []
    typed: dict[str, pd.Series] = {}
    for column_name, column in source.columns.items():
        codes = [*column.missing_codes, *(source.missing_codes if column_name not in source.key else [])]
        values, coded = _without_codes(selected[column_name], codes)
        if coded:
            ledger.note(
                "missing codes", len(selected), selected, f"{column_name}: {counted(coded, 'value')} set to missing"
            )
        typed[column_name], note, problem = _typed(values, column, rows)
        if note:
            ledger.note("type", len(selected), selected, f"{column_name}: {note}")
        if problem:
            problems.append(Problem(raw.where, f"column `{column_name}` {problem}"))
        elif column.scale != 1.0:
            if not pd.api.types.is_numeric_dtype(typed[column_name]):
                problems.append(
                    Problem(
                        raw.where,
                        f"column `{column_name}` is text and cannot be multiplied by {column.scale:g}",
                    )
                )
                continue
            typed[column_name] = typed[column_name] * column.scale
            ledger.note(
                "scale",
                len(selected),
                selected,
                f"{column_name}: multiplied by {column.scale:g}" + (f", now in {column.unit}" if column.unit else ""),
            )
    table = pd.DataFrame(typed)
    if not problems:
        problems = violations(table, source, rows, raw.where)
    if problems:
        raise DataError(problems)
    return table, ledger


def _select(raw: RawTable, source: Source) -> pd.DataFrame:
    """Pick the declared columns, as codes or labels, and give them their names."""
    values, where = raw.values, raw.where
    headers = [str(header) for header in values.columns]
    if len(values) == 0:
        raise DataError([Problem(where, "has a header but no rows")])
    named = values.set_axis(headers, axis=1)
    wanted = {name: column.raw_name or name for name, column in source.columns.items()}
    absent = [
        Problem(
            where,
            f"has no column `{raw_name}`" + (f" (wanted for `{name}`)" if name != raw_name else ""),
            hint=nearest(raw_name, headers),
        )
        for name, raw_name in wanted.items()
        if raw_name not in headers
    ]
    repeated = [
        Problem(where, f"has several columns called `{raw_name}`")
        for raw_name in wanted.values()
        if headers.count(raw_name) > 1
    ]
    if len(absent) > 1 and len(absent) == len(wanted):
        shown = ", ".join(headers[:8])
        what = f"has none of the {len(absent)} columns that are declared; its header reads {shown}"
        raise DataError([Problem(where, what, hint="is `header_row`, `sheet` or `delimiter` right?")])
    if absent or repeated:
        raise DataError(absent + repeated)
    labelled = {name for name, column in source.columns.items() if column.value_labels}
    picked = {
        name: raw.labels.get(raw_name, named[raw_name]) if name in labelled else named[raw_name]
        for name, raw_name in wanted.items()
    }
    return pd.DataFrame(picked).reset_index(drop=True)


def _without_codes(values: pd.Series, codes: list[Scalar]) -> tuple[pd.Series, int]:
    """Set declared missing codes to missing; a number matches as a number, a text as a text."""
    if not codes:
        return values, 0
    as_text = values.astype(object).map(lambda value: value.strip() if isinstance(value, str) else value)
    found = as_text.isin([code for code in codes if isinstance(code, str)])
    numbers = [float(code) for code in codes if not isinstance(code, str)]
    if numbers:
        found |= pd.to_numeric(as_text, errors="coerce").isin(numbers)
    return values.mask(found), int(found.sum())


def _typed(values: pd.Series, column: Column, rows: pd.Series) -> tuple[pd.Series, str, str]:
    """Give a column its type.

    Returns the typed values, what the ledger is to say of the change, and what is wrong.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if values.dtype == object and values.map(lambda value: isinstance(value, datetime)).eq(values.notna()).all():
        values = pd.to_datetime(values) if values.notna().any() else values
    if pd.api.types.is_datetime64_any_dtype(values):
        values, note = _from_dates(values)
        typed, _, problem = _typed(values, column, rows)
        return typed, note, problem
    if pd.api.types.is_bool_dtype(values):
        values = values.astype("float64")
    if pd.api.types.is_numeric_dtype(values):
        return _from_numbers(values, column, rows)
    nested = values.map(lambda value: isinstance(value, (list, dict, tuple, set, np.ndarray)))
    if nested.any():
        return values, "", f"must hold one value a cell; found a list in {listed_rows(rows[nested])}"
    text = values.astype(object).map(lambda value: value.strip() if isinstance(value, str) else value)
    text = text.where(text.notna() & (text != ""), None)
    if column.type == "text":
        return text.map(_plain, na_action="ignore").astype("str"), "", ""
    markers = text.isin(CONVENTIONAL_MISSING)
    candidates = text.mask(markers)
    numbers = pd.to_numeric(candidates, errors="coerce").astype("float64")
    bad = candidates.notna() & ~np.isfinite(numbers)
    if column.type is None and candidates.notna().any() and (bad.any() or _looks_like_codes(candidates, numbers)):
        return text.map(_plain, na_action="ignore").astype("str"), "", ""
    if bad.any():
        found = ", ".join(dict.fromkeys(repr(value) for value in candidates[bad].head(5)))
        return text, "", f"must hold numbers; found {found} in {listed_rows(rows[bad])}"
    typed, _, problem = _from_numbers(numbers, column, rows)
    note = f"“NA” or the like in {counted(int(markers.sum()), 'row')}, set to missing" if markers.any() else ""
    return typed, note, problem


def _from_dates(values: pd.Series) -> tuple[pd.Series, str]:
    """Turn dates into years where all are first days of a year, as yearly files store them, and into text else."""
    known = values.dropna()
    if ((known.dt.month == 1) & (known.dt.day == 1)).all():
        return values.dt.year.astype("float64"), "dates that are all 1 January, read as years"
    return values.dt.strftime("%Y-%m-%d").astype(object), "dates, kept as text"


def _from_numbers(values: pd.Series, column: Column, rows: pd.Series) -> tuple[pd.Series, str, str]:
    """Give numbers the declared type; whole numbers without gaps become integers."""
    as_float = pd.to_numeric(values).astype("float64")
    infinite = np.isinf(as_float)
    note = f"infinite in {counted(int(infinite.sum()), 'row')}, set to missing" if infinite.any() else ""
    as_float = as_float.mask(infinite)
    whole = as_float.isna() | (as_float == as_float.round())
    if column.type == "text":
        return as_float.map(_plain, na_action="ignore").astype("str"), note, ""
    if column.type == "integer" and not whole.all():
        found = ", ".join(f"{value:g}" for value in as_float[~whole].head(5))
        return as_float, note, f"must hold whole numbers; found {found} in {listed_rows(rows[~whole])}"
    if whole.all() and column.type != "number" and as_float.notna().all() and as_float.abs().max() < EXACT_INTEGERS:
        return as_float.astype("int64"), note, ""
    return as_float, note, ""


def _looks_like_codes(values: pd.Series, numbers: pd.Series) -> bool:
    """Tell codes from numbers: a leading zero before another digit, or more digits than a number can hold."""
    return bool(values.dropna().astype("str").str.match(r"^0\d").any() or numbers.abs().max() >= EXACT_INTEGERS)


def _plain(value: object) -> str:
    """Write a value as text, whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
