"""Give the values of a column their type: missing codes, numbers as people write them, dates, codes, scales."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.sources.numbers import read_numbers
from ruralpanel.study.sources import Column, Scalar

EXACT_INTEGERS = 2.0**53
"""Whole numbers up to this size are exact as floating-point numbers; longer codes would be rounded."""


@dataclass
class Typed:
    """A column with its type.

    Parameters
    ----------
    values
        The typed values; missing where a cell cannot have the type.
    bad
        True where a cell cannot have the type.
    rule
        What these cells should hold.
    notes
        What the ledger is to say.
    """

    values: pd.Series
    bad: pd.Series
    rule: str = ""
    notes: list[str] = field(default_factory=list)


def type_column(raw: pd.Series, column: Column, codes: list[Scalar]) -> Typed:
    """Give a column its type.

    Parameters
    ----------
    raw
        The values as the file has them.
    column
        The declaration of the column.
    codes
        Values that mean missing.

    Returns
    -------
    Typed
        The values, what cannot have the type, and what was done.
    """
    values, coded = _without_codes(raw, codes)
    typed = _typed(values, column)
    if coded:
        typed.notes.insert(0, f"{counted(coded, 'value')} with a missing code set to missing")
    if column.scale != 1.0:
        if pd.api.types.is_numeric_dtype(typed.values):
            typed.values = typed.values * column.scale
            typed.notes.append(f"multiplied by {column.scale:g}" + (f", now in {column.unit}" if column.unit else ""))
        else:
            typed.bad, typed.rule = typed.values.notna(), f"must be a number to be multiplied by {column.scale:g}"
    return typed


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


def _typed(values: pd.Series, column: Column) -> Typed:
    none_bad = pd.Series(False, index=values.index)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if values.dtype == object:
        nested = values.map(lambda value: isinstance(value, (list, dict, tuple, set, np.ndarray)))
        if nested.any():
            return Typed(values.mask(nested), nested, "must hold one value a cell, not a list")
        dates = values.map(lambda value: isinstance(value, date) and not pd.isna(value))
        if dates.any() and (dates == values.notna()).all():
            values = pd.to_datetime(values)
    if pd.api.types.is_datetime64_any_dtype(values):
        return _from_dates(values, column)
    if pd.api.types.is_bool_dtype(values):
        values = values.astype("float64")
    if pd.api.types.is_numeric_dtype(values):
        return _from_numbers(values, column)
    text = values.astype(object).map(lambda value: value.strip() if isinstance(value, str) else value)
    text = text.where(text.notna() & (text != ""), None)
    as_text = Typed(text.map(_plain, na_action="ignore").astype("str"), none_bad)
    if column.type == "text":
        return as_text
    numbers, bad, note = read_numbers(text.map(_plain, na_action="ignore").astype("str"))
    something = text.notna().any()
    if column.type is None and something and (bad.any() or numbers.isna().all() or _looks_like_codes(text, numbers)):
        return as_text
    typed = _from_numbers(numbers, column)
    typed.notes += [note] if note else []
    if bad.any():
        return Typed(typed.values, bad, "must hold numbers", typed.notes)
    return typed


def _from_dates(values: pd.Series, column: Column) -> Typed:
    """Turn dates into years where all are first days of a year, as yearly files store them, and into text else."""
    none_bad = pd.Series(False, index=values.index)
    known = values.dropna()
    if ((known.dt.month == 1) & (known.dt.day == 1)).all():
        typed = _from_numbers(values.dt.year.astype("float64"), column)
        typed.notes.append("dates that are all 1 January, read as years")
        return typed
    text = values.dt.strftime("%Y-%m-%d").astype(object).where(values.notna(), None).astype("str")
    if column.type in ("number", "integer"):
        return Typed(text, values.notna(), "must hold numbers, not dates")
    return Typed(text, none_bad, "", ["dates, kept as text"])


def _from_numbers(values: pd.Series, column: Column) -> Typed:
    """Give numbers the declared type; whole numbers without gaps become integers."""
    as_float = pd.to_numeric(values).astype("float64")
    infinite = np.isinf(as_float)
    notes = [f"infinite in {counted(int(infinite.sum()), 'row')}, set to missing"] if infinite.any() else []
    as_float = as_float.mask(infinite)
    fraction = as_float.notna() & (as_float != as_float.round())
    none_bad = pd.Series(False, index=values.index)
    if column.type == "text":
        return Typed(as_float.map(_plain, na_action="ignore").astype("str"), none_bad, "", notes)
    if column.type == "integer" and fraction.any():
        return Typed(as_float, fraction, "must hold whole numbers", notes)
    exact = as_float.notna().all() and as_float.abs().max() < EXACT_INTEGERS
    if column.type != "number" and exact and not fraction.any():
        return Typed(as_float.astype("int64"), none_bad, "", notes)
    return Typed(as_float, none_bad, "", notes)


def _looks_like_codes(text: pd.Series, numbers: pd.Series) -> bool:
    """Tell codes from numbers: a leading zero before another digit, or more digits than a number can hold."""
    return bool(text.dropna().astype("str").str.match(r"^0\d").any() or numbers.abs().max() >= EXACT_INTEGERS)


def _plain(value: object) -> str:
    """Write a value as text, whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
