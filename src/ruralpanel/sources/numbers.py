"""Read numbers as people write them in yearbooks and surveys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.frames.characters import fold_width, plain_minus, without_invisible
from ruralpanel.sources.distinct import EACH, Rows, different_cells, mapped

MISSING_MARKERS = (
    *("NA", "N/A", "n/a", "n.a.", "NaN", "nan", "NULL", "."),  # R, pandas, databases, Stata
    *("-", "--", "—", "——", "–", "…", "……", "...", "......"),  # statistical yearbooks
)
"""Written for a missing number by the field's usual programs and publishers."""

POINTS_LIKE_THOUSANDS = "a point before three digits, as where it separates thousands; read as a decimal point"
"""What the ledger says of 1.583 in a column whose other numbers are whole and below 1,000."""

_NUMBER_LIKE = r"[-+]?[0-9][0-9.,'’ ]*%?"
_DECIMAL_COMMA = r"[-+]?(?:[0-9]{1,3}(?:[. '’][0-9]{3})+|[0-9]+),(?:[0-9]{1,2}|[0-9]{4,})%?|[-+]?0,[0-9]+%?"
_DECIMAL_POINT = r"[-+]?(?:[0-9]{1,3}(?:[, '’][0-9]{3})+|[0-9]+)\.(?:[0-9]{1,2}|[0-9]{4,})%?|[-+]?0?\.[0-9]+%?"
_POINT_AS_GROUPED = r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}"
_INDIAN = r"[-+]?[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
_EXPONENT = r"(?:[eE][-+]?[0-9]+)?"
_UNSURE = r"[-+]?[0-9]+,[0-9]+|[-+]?[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|[-+]?[0-9]{1,3}(?:[. '’][0-9]{3})+,[0-9]+"


_ASCII = "[\x00-\x7f]*"
_TIDY = "[!-~](?:[ -~]*[!-~])?"
"""Cells of plain characters without spaces around them, in which nothing is to be tidied."""


@dataclass(frozen=True)
class Marks:
    """What commas and points in the numbers of a file stand for.

    Parameters
    ----------
    decimal
        The declared decimal mark, a point or a comma; None where none is declared.
    commas_unclear
        Whether a comma may be a decimal mark: then 1,250 is not read, for nobody can tell what it means.
    points_unclear
        Whether a point may separate thousands: then 1.250 is not read.
    """

    decimal: Literal[".", ","] | None = None
    commas_unclear: bool = False
    points_unclear: bool = False


POINTS = Marks()
"""Points are decimal and commas separate thousands, as where nothing is declared and nothing speaks against it."""


def marks_of(columns: Iterable[pd.Series], decimal: Literal[".", ","] | None, semicolons: bool) -> Marks:
    """Find out what commas and points stand for, from all columns of a file together.

    A column of numbers in which one can only be read with a decimal comma, such as 95,7, makes 1.199 in any other
    column unclear, and so do semicolons between columns, as programs write them where the comma is the decimal mark,
    unless another number shows that points are.

    Parameters
    ----------
    columns
        The columns, as they are written.
    decimal
        The declared decimal mark.
    semicolons
        Whether the file separates columns by semicolons.
    """
    if decimal is not None:
        return Marks(decimal)
    texts = []
    for column in columns:
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        text = column
        if not isinstance(column.dtype, pd.StringDtype):
            text = column[column.map(lambda value: isinstance(value, str))].astype("str")
        if semicolons or any(text.str.contains(comma, regex=False, na=False).any() for comma in ",，"):
            texts.append(text)
    commas = any(_has_number(text, _DECIMAL_COMMA) for text in texts)
    if not commas and not semicolons:
        return POINTS
    return Marks(None, True, commas or not any(_has_number(text, _DECIMAL_POINT) for text in texts))


def _has_number(text: pd.Series, pattern: str) -> bool:
    """Tell whether a column of numbers has one of a pattern."""
    cells, rows = different_cells(text)
    values = mapped(cells, _tidy, _TIDY)
    if not values.str.fullmatch(pattern, na=False).any():
        return False
    filled = values.notna() & (values != "") & ~values.isin(MISSING_MARKERS)
    return 2 * rows.number(filled & values.str.fullmatch(_NUMBER_LIKE, na=False)) >= rows.number(filled)


def read_numbers(text: pd.Series, marks: Marks = POINTS, rows: Rows = EACH) -> tuple[pd.Series, pd.Series, str]:
    """Read a column of text as numbers.

    Full-width digits and signs, thousands separators in their places (1,234 and 1 234 and 1'234, and 12,34,567 as in
    India), percentage signs (12.5% is 12.5) and true minus signs are understood; a comma anywhere else is not, for it
    may stand for a decimal point. Footnote marks (5²) make a cell no number, and so does a percentage sign in a column
    where other numbers have none.

    Parameters
    ----------
    text
        Stripped text; missing where a cell is empty.
    marks
        What commas and points stand for.
    rows
        Where the cells stand.

    Returns
    -------
    tuple of (pandas.Series, pandas.Series, str)
        The numbers, missing where a cell is empty, a marker, or no number; true where a cell is no number; and what
        the ledger is to say.
    """
    candidates, markers, percent = _candidates(text)
    grouped = candidates.str.fullmatch(_grouped(marks), na=False)
    plain = candidates.where(
        ~grouped, candidates.str.replace(r"[. '’]" if marks.decimal == "," else r"[, '’]", "", regex=True)
    )
    point = "," if marks.decimal == "," else r"\."
    is_number = plain.str.fullmatch(rf"[-+]?(?:[0-9]+{point}?[0-9]*|{point}[0-9]+){_EXPONENT}", na=False)
    with_point = is_number & plain.str.contains(point, na=False)
    # 1.583 beside 870: of numbers with decimals some would end in a zero, and some whole ones might exceed 1,000.
    all_of_three = bool(with_point.any() and plain[with_point].str.fullmatch(_POINT_AS_GROUPED).all())
    if marks.points_unclear and all_of_three:
        is_number &= ~with_point
    if marks.decimal == ",":
        plain = plain.str.replace(",", ".", regex=False)
    numbers = plain.where(is_number).map(float, na_action="ignore").astype("float64")
    mixed = percent & bool((is_number & ~percent).any())
    bad = (candidates.notna() & ~np.isfinite(numbers)) | mixed
    full_width = is_number & (mapped(text, fold_width, _ASCII) != text)
    whole = is_number & ~with_point
    like_thousands = all_of_three and marks == POINTS and bool(whole.any() and (numbers[whole].abs() < 1000).all())
    notes = [
        f"{words} in {counted(rows.number(mask), 'row')}"
        for words, mask in (
            ("thousands separators taken out", grouped),
            ("percentage signs taken out", percent & ~bad),
            ("full-width characters read", full_width),
            ("a marker of a missing value", markers),
            (POINTS_LIKE_THOUSANDS, with_point if like_thousands else pd.Series(False, index=text.index)),
        )
        if mask.any()
    ]
    return numbers.mask(bad), bad, "; ".join(notes)


def unclear_numbers(text: pd.Series, bad: pd.Series, marks: Marks = POINTS) -> pd.Series:
    """Tell cells that are numbers, though nobody can say which, from those that are none.

    Parameters
    ----------
    text
        As given to :func:`read_numbers`.
    bad
        The cells that it could not read.
    marks
        What commas and points stand for.
    """
    candidates, _, percent = _candidates(text.where(bad))
    pattern = _UNSURE
    if marks.points_unclear:
        pattern += f"|{_POINT_AS_GROUPED}"
    if marks.decimal is not None:  # what a column's numbers are like is said, and digits with other marks are wrong
        pattern += f"|{_NUMBER_LIKE}"
    as_percent = percent & candidates.str.fullmatch(r"[-+]?[0-9]+[.,]?[0-9]*", na=False)
    return bad & (candidates.str.fullmatch(pattern, na=False) | as_percent)


def _candidates(text: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Give cells without percentage signs and markers, and where there were markers and percentage signs."""
    values = mapped(text.astype("str"), _tidy, _TIDY)
    markers = values.isin([_tidy(marker) for marker in MISSING_MARKERS])
    candidates = values.mask(markers)
    percent = candidates.str.endswith("%", na=False)
    return candidates.where(~percent, candidates.str.removesuffix("%").str.strip()), markers, percent


def _grouped(marks: Marks) -> str:
    """Give the pattern of numbers whose thousands are separated."""
    start, by_space = "[-+]?[1-9][0-9]{0,2}", "(?: [0-9]{3})+|(?:['’][0-9]{3})+"
    if marks.decimal == ",":
        return rf"{start}(?:(?:\.[0-9]{{3}})+|{by_space})(?:,[0-9]+)?"
    if marks.commas_unclear:
        return (
            rf"{start}(?:(?:{by_space})(?:\.[0-9]+)?|(?:,[0-9]{{3}}){{2,}}(?:\.[0-9]+)?|,[0-9]{{3}}\.[0-9]+)|{_INDIAN}"
        )
    return rf"{start}(?:(?:,[0-9]{{3}})+|{by_space})(?:\.[0-9]+)?|{_INDIAN}"


def _tidy(value: str) -> str:
    return plain_minus(without_invisible(fold_width(value)).strip())
