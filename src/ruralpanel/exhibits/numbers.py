"""How numbers are printed: true minus signs, sensible decimals, no −0.000."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from ruralpanel.study.paper_text import DECIMALS

MINUS = "−"

PERCENT_DECIMALS = 1

_PRINTED = re.compile(r"(?P<lead>[(\[]?(< )?−?[0-9][0-9,]*)(?P<trail>(\.[0-9]+)?[)\]]?\**)")


def decimal(value: float, decimals: int) -> str:
    """Write a number with a fixed number of decimals.

    Parameters
    ----------
    value
        The number; missing gives empty text.
    decimals
        How many decimals.

    Returns
    -------
    str
        With a true minus sign, a thousands separator, and never a negative zero.
    """
    if pd.isna(value):
        return ""
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not text.strip("0.,")
    return text if value >= 0 or is_zero else MINUS + text


def as_asked(value: float, formats: Collection[str], decimals: int | None) -> str:
    """Write a number as a text asks for it.

    Parameters
    ----------
    value
        The number.
    formats
        Those of :data:`ruralpanel.study.paper_text.FORMATS` that are of the number itself: ``percent``,
        ``percent_change`` and ``unsigned``.
    decimals
        How many; left out, 3, or 1 of a percentage.
    """
    is_share = "percent" in formats or "percent_change" in formats
    if "percent_change" in formats:
        value = 100 * np.expm1(value)
    elif "percent" in formats:
        value = 100 * value
    if "unsigned" in formats:
        value = abs(value)
    places = decimals if decimals is not None else PERCENT_DECIMALS if is_share else DECIMALS
    return decimal(value, places) + ("%" if is_share else "")


def count(value: float) -> str:
    """Write a count with a thousands separator; missing gives empty text."""
    return decimal(value, 0)


def probability(value: float, sign: str = "= ") -> str:
    """Write a p-value after an equals sign, or the sign given: three decimals, and ``< 0.001`` below that."""
    if pd.isna(value):
        return ""
    return "< 0.001" if value < 0.0005 else f"{sign}{decimal(value, 3)}"


def interval_words(low: float, high: float, decimals: int) -> str:
    """Write an interval in brackets, ends that do not exist as ``∞``; the empty set as ``∅``."""
    if pd.isna(low) or pd.isna(high):
        return "∅"
    ends = [(MINUS if end < 0 else "") + "∞" if np.isinf(end) else decimal(end, decimals) for end in (low, high)]
    return f"[{ends[0]}, {ends[1]}]"


def number_parts(text: str) -> tuple[str, str] | None:
    """Split a printed number where its decimal point is, or would be.

    Parameters
    ----------
    text
        Such as ``(0.014)``, ``−0.048**``, ``[< 0.001]`` or ``27,725``.

    Returns
    -------
    tuple of (str, str) or None
        What is before the point and what is from it on, such as ``(0`` and ``.014)``; None where it is no number.
    """
    found = _PRINTED.fullmatch(text)
    return (found["lead"], found["trail"]) if found else None
