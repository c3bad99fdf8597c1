"""Cells that a spreadsheet program has spoilt: rounded codes, codes that became dates, errors in place of values."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.frames.characters import fold_width
from ruralpanel.sources.codes import EXACT_IN_SINGLE_PRECISION, EXACT_INTEGERS

DIGITS_OF_A_SPREADSHEET = 15
"""A spreadsheet program keeps so many digits of a number and makes zeros of those after them."""

_ROUNDED_TEXT = r"[-+]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+|[-+]?[0-9][.,][0-9]+[eE][0-9]+"
_ANY_EXPONENT = r"[-+]?[0-9]+(?:[.,][0-9]*)?[eE]\+?[0-9]+"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_AS_DATE = re.compile(
    rf"(?:[0-9]{{1,2}}[-/ ])?(?:{_MONTHS})[a-z]*(?:[-/ ][0-9]{{1,4}})?|[0-9]{{1,2}}月[0-9]{{1,2}}日", re.IGNORECASE
)
_ERROR = r"#(?:REF!|VALUE!|DIV/0!|NAME\?|N/A|NUM!|NULL!|SPILL!|CALC!|FIELD!|BUSY!|BLOCKED!|UNKNOWN!)|#{3,}"


def errors_of_a_spreadsheet(text: pd.Series) -> pd.Series:
    """Tell cells with an error such as #REF!, or with ##### for a number that did not fit its column.

    Parameters
    ----------
    text
        The cells.
    """
    begins = text.str.startswith("#", na=False)
    return begins & text.str.fullmatch(_ERROR, na=False) if begins.any() else begins


def rounded_text(text: pd.Series, identifies: bool, is_text: bool) -> pd.Series:
    """Tell codes that are written as rounded numbers, such as 3.71721E+11.

    Parameters
    ----------
    text
        The cells.
    identifies
        Whether the column tells units, periods, groups or clusters apart.
    is_text
        Whether the column is declared as text, in which 4E11 may be a code with a letter.
    """
    exponent = text.str.contains("[eEＥｅ]", na=False)
    if not exponent.any():
        return exponent
    folded = text.where(exponent).map(fold_width, na_action="ignore").astype("str")
    return folded.str.fullmatch(_ROUNDED_TEXT if is_text or not identifies else _ANY_EXPONENT, na=False)


def cut_by_a_spreadsheet(text: pd.Series) -> pd.Series:
    """Tell codes of 16 digits and more whose digits after the fifteenth are all zeros.

    Parameters
    ----------
    text
        The cells.
    """
    long = text.str.len() > DIGITS_OF_A_SPREADSHEET
    if not long.any():
        return long.fillna(False).astype(bool)
    long &= text.str.fullmatch(r"[0-9]{16,}", na=False)
    different = text[long].unique()
    beyond = "".join(str(code)[DIGITS_OF_A_SPREADSHEET:] for code in different)
    # Of as many digits, three or more zeros and nothing else are hardly chance.
    return long & (len(beyond) >= 3 and set(beyond) == {"0"})


def written_in_two_ways(text: pd.Series) -> pd.Series:
    """Tell codes that are others of the column without the zeros at their beginning, or with ``.0``.

    Parameters
    ----------
    text
        The cells.
    """
    different = pd.Series(text.dropna().unique(), dtype="str")
    digits = different[different.str.fullmatch(r"[0-9]+(?:\.0+)?")]
    bare = digits.str.replace(r"\.0+$", "", regex=True).str.lstrip("0")
    return text.isin(digits[bare.duplicated(keep=False)].tolist())


def became_dates(text: pd.Series) -> pd.Series:
    """Tell codes such as 3-1 that became Mar-01, by others in the column that are no dates.

    Parameters
    ----------
    text
        The cells.
    """
    different = pd.Series(text.dropna().unique(), dtype=object)
    dates = different[different.map(lambda value: bool(_AS_DATE.fullmatch(str(value))))]
    return text.isin(dates.tolist() if len(dates) < len(different) else [])


def inexact_numbers(values: pd.Series) -> pd.Series:
    """Tell numbers that cannot hold a code exactly, by the precision in which they are stored.

    Parameters
    ----------
    values
        Numbers.
    """
    if values.dtype == np.float32:
        return values.abs() > EXACT_IN_SINGLE_PRECISION
    return pd.to_numeric(values).astype("float64").abs() >= EXACT_INTEGERS


def long_numbers(values: pd.Series) -> pd.Series:
    """Tell numbers among the cells of a spreadsheet that have more digits than such a program keeps.

    Parameters
    ----------
    values
        Cells of any kind.
    """

    def is_long(value: Any) -> bool:
        return isinstance(value, (int, float)) and abs(value) >= 10.0**DIGITS_OF_A_SPREADSHEET

    return values.map(is_long).astype(bool)


def dates_among(values: pd.Series) -> pd.Series:
    """Tell dates among cells of any kind.

    Parameters
    ----------
    values
        Cells of any kind.
    """
    return values.map(lambda value: isinstance(value, date) and not pd.isna(value)).astype(bool)
