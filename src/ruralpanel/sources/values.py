"""Give the values of a column their type: missing codes, numbers as people write them, dates, codes, scales."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.sources.characters import tidy_text
from ruralpanel.sources.codes import read_codes
from ruralpanel.sources.numbers import read_numbers
from ruralpanel.sources.old_text import Unreadable
from ruralpanel.sources.typed import Typed
from ruralpanel.study.sources import Column, Scalar

EXACT_INTEGERS = 2.0**53
"""Whole numbers up to this size are exact as floating-point numbers; longer codes would be rounded."""


NEARLY_ALL = 0.9
"""A column without a declared type in which at least this share of cells are numbers is one of numbers, and the rest
are errors: a total, a footnote or a repeated header must not turn a column into text without a word."""

FEW = 10
"""With fewer cells than this, nothing is concluded from shares."""

ONE_VALUE = "must hold one value a cell, not a list or raw bytes"
UNREADABLE = (
    "must hold text, and these bytes are none in an encoding that fits the rest; "
    "declare the file's `encoding` (gb18030, big5, latin-1), or mend or set aside the rows"
)

_LEADING_ZERO = re.compile(r"^0\d")
_ROUNDED_CODE = re.compile(r"^\d\.\d+[eE]\+\d+$")
_CODE_AS_FLOAT = re.compile(r"^\d{6,}\.0$")


def type_column(raw: pd.Series, column: Column, codes: list[Scalar], comma_may_be_decimal: bool = False) -> Typed:
    """Give a column its type.

    Parameters
    ----------
    raw
        The values as the file has them.
    column
        The declaration of the column.
    codes
        Values that mean missing.
    comma_may_be_decimal
        Whether a comma in a number may be its decimal point.

    Returns
    -------
    Typed
        The values, what cannot have the type, and what was done.
    """
    values, coded = _without_codes(raw, codes)
    typed = _typed(values, column, comma_may_be_decimal)
    numbers = [float(code) for code in codes if not isinstance(code, str)]
    if numbers and pd.api.types.is_numeric_dtype(typed.values):  # a code may be written as −9 or 9,999
        late = typed.values.isin(numbers)
        coded += int(late.sum())
        typed.values = typed.values.mask(late) if late.any() else typed.values
    if coded:
        typed.notes.insert(0, f"{counted(coded, 'value')} with a missing code set to missing")
    elif column.missing_codes:  # a code that is never met may be written otherwise in the file
        typed.notes.insert(0, f"no value with a missing code ({', '.join(map(str, column.missing_codes))})")
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
        is_code = as_text.map(lambda value: isinstance(value, str) and bool(_LEADING_ZERO.match(value)))
        found |= pd.to_numeric(as_text, errors="coerce").isin(numbers) & ~is_code  # 0099 is a place, not the number 99
    return values.mask(found), int(found.sum())


def _typed(values: pd.Series, column: Column, comma_may_be_decimal: bool) -> Typed:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if column.level is not None:
        return read_codes(values, column.level)
    if values.dtype == object:
        strange = values.map(lambda value: isinstance(value, (list, dict, tuple, set, bytes, np.ndarray)))
        if strange.any():
            unreadable = values.map(lambda value: isinstance(value, Unreadable)).any()
            return Typed(values.mask(strange), strange, UNREADABLE if unreadable else ONE_VALUE)
        dates = values.map(lambda value: isinstance(value, date) and not pd.isna(value))
        if dates.any() and (dates == values.notna()).all():
            values = pd.to_datetime(values)
    if pd.api.types.is_datetime64_any_dtype(values):
        return _from_dates(values, column)
    if pd.api.types.is_bool_dtype(values):
        values = values.astype("float64")
    if pd.api.types.is_numeric_dtype(values):
        return _from_numbers(values, column)
    written = values.map(_plain, na_action="ignore").astype("str")
    text = written.map(tidy_text, na_action="ignore").astype("str")
    text = text.mask(text == "")
    if column.type == "text":
        return _from_text(text, written)
    numbers, bad, note = read_numbers(text, comma_may_be_decimal)
    known = text.notna().sum()
    if column.type is None and known:
        if _looks_like_codes(text, numbers):
            return _from_text(text, written)
        mostly = known >= FEW and numbers.notna().sum() >= NEARLY_ALL * known
        if (bad.any() and not mostly) or numbers.isna().all():
            return _from_text(text, written)
    typed = _from_numbers(numbers, column)
    typed.notes += [note] if note else []
    if bad.any():
        rule = "must hold numbers" if column.type else "must hold numbers as its other cells do, or be `type: text`"
        return Typed(typed.values, bad | typed.bad, rule, typed.notes)
    return typed


def _from_text(text: pd.Series, written: pd.Series) -> Typed:
    """Keep text, with codes as they are meant; a code that a spreadsheet program has rounded cannot be had back."""
    rounded = text.str.match(_ROUNDED_CODE, na=False)
    as_float = text.str.match(_CODE_AS_FLOAT, na=False)
    text = text.mask(as_float, text.str.removesuffix(".0"))
    nul = text.str.contains("\x00", regex=False, na=False)
    tidied = int((text.notna() & (text != written.str.strip())).sum())
    notes = [f"invisible, full-width or .0 characters taken out of {counted(tidied, 'cell')}"] if tidied else []
    if nul.any():
        return Typed(text, nul, "must be text, without a NUL byte", notes)
    return Typed(text, rounded, "must hold whole codes, not ones that a spreadsheet program has rounded", notes)


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
    none_bad = pd.Series(False, index=values.index)
    if pd.api.types.is_integer_dtype(values) and values.notna().all() and column.type != "number":
        exact = values.astype("int64")  # however long a code is
        return Typed(exact.astype("str") if column.type == "text" else exact, none_bad)
    as_float = pd.to_numeric(values).astype("float64")
    infinite = np.isinf(as_float)
    notes = [f"infinite in {counted(int(infinite.sum()), 'row')}, set to missing"] if infinite.any() else []
    as_float = as_float.mask(infinite)
    fraction = as_float.notna() & (as_float != as_float.round())
    rounded = as_float.abs() >= EXACT_INTEGERS
    if column.type in ("text", "integer") and rounded.any():
        rule = "must hold exact codes; as numbers, ones this long have lost their last digits (CSV: give `type: text`)"
        return Typed(as_float, rounded, rule, notes)
    if column.type == "text":
        return Typed(as_float.map(_plain, na_action="ignore").astype("str"), none_bad, "", notes)
    if column.type == "integer" and fraction.any():
        return Typed(as_float, fraction, "must hold whole numbers", notes)
    if column.type != "number" and as_float.notna().all() and not fraction.any() and not rounded.any():
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
