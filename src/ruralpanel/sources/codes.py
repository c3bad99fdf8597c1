"""Read administrative codes: text of two to twelve digits, however a program has stored them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.frames.characters import fold_width, unmarked, without_invisible
from ruralpanel.sources.distinct import EACH, Rows, mapped
from ruralpanel.sources.typed import Typed
from ruralpanel.study.source_columns import DIGITS_OF_LEVEL, CodeLevel

EXACT_INTEGERS = 2.0**53
"""Whole numbers below this size are exact as numbers of double precision; longer codes would be rounded."""

EXACT_IN_SINGLE_PRECISION = 2.0**24
"""Whole numbers up to this size are exact as numbers of single precision, in which Stata keeps many a column."""

_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0+")


def read_codes(values: pd.Series, level: CodeLevel, rows: Rows = EACH) -> Typed:
    """Read a column of codes of one level.

    Codes of a level begin with those of the level above, so that the first six digits of a village's code are its
    county's; and where a code of a county is written in twelve digits, it ends in zeros. In both cases a longer code
    has the one that is wanted at its beginning.

    Parameters
    ----------
    values
        As the file has them: text, or numbers.
    level
        The level that is wanted.
    rows
        Where the cells stand.

    Returns
    -------
    Typed
        The codes, and what cannot be one.
    """
    digits = DIGITS_OF_LEVEL[level]
    longer = [each for each in DIGITS_OF_LEVEL.values() if each > digits]
    written, inexact = _as_written(values)
    is_code = written.str.fullmatch(f"[0-9]{{{digits}}}" + "".join(f"|[0-9]{{{each}}}" for each in longer), na=False)
    shortened = is_code & (written.str.len() > digits)
    rule = f"must hold codes of {digits} digits ({level})" + (
        f", or longer ones of {' or '.join(map(str, longer))} digits that begin with them" if longer else ""
    )
    if inexact.any():
        rule += "; some have lost their last digits in a number of single precision"
    notes = []
    if shortened.any():
        notes.append(f"the first {digits} digits of longer codes in {counted(rows.number(shortened), 'row')}")
    codes = written.str.slice(0, digits).where(is_code & ~inexact)
    return Typed(codes.astype("str"), written.notna() & (~is_code | inexact), rule, notes)


def read_padded_codes(values: pd.Series, width: int, rows: Rows = EACH) -> Typed:
    """Read a column of codes of so many digits, with the zeros that a program has taken from their beginnings.

    Parameters
    ----------
    values
        As the file has them: text, or numbers.
    width
        How many digits a code has.
    rows
        Where the cells stand.

    Returns
    -------
    Typed
        The codes, and what cannot be one.
    """
    written, inexact = _as_written(values)
    is_code = written.str.fullmatch(f"[0-9]{{1,{width}}}", na=False) & ~inexact
    codes = written.where(is_code).str.zfill(width)
    padded = is_code & (written.str.len() < width)
    rule = f"must hold codes of {width} digits, or fewer where zeros are lost at the beginning"
    if inexact.any():
        rule += "; some have lost their last digits in a number that cannot hold so many"
    notes = (
        [f"zeros put back at the beginning of codes in {counted(rows.number(padded), 'row')}"] if padded.any() else []
    )
    return Typed(codes.astype("str"), written.notna() & ~is_code, rule, notes)


def _as_written(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Give cells as text, whole numbers without a decimal point; and tell which have lost digits as numbers."""
    none = pd.Series(False, index=values.index)
    inexact = values.abs() > EXACT_IN_SINGLE_PRECISION if values.dtype == np.float32 else none
    inexact = values.abs() >= EXACT_INTEGERS if values.dtype == np.float64 else inexact
    if isinstance(values.dtype, pd.StringDtype):
        text = mapped(values, _plain, "[0-9]*")
    else:
        text = values.astype(object).map(_plain, na_action="ignore").astype("str")
    return text.mask(text == ""), inexact


def _plain(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else str(value)
    text = fold_width(unmarked(without_invisible(str(value)).strip())).strip()
    whole = _WHOLE_NUMBER.fullmatch(text)
    return whole[1] if whole else text
