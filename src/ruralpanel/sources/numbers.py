"""Read numbers as people write them in yearbooks and surveys."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.sources.characters import fold_width, plain_minus, without_invisible

MISSING_MARKERS = (
    *("NA", "N/A", "n/a", "n.a.", "NaN", "nan", "NULL", "."),  # R, pandas, databases, Stata
    *("-", "--", "—", "——", "–", "…", "……", "...", "......"),  # statistical yearbooks
)
"""Written for a missing number by the field's usual programs and publishers."""

POINTS_LIKE_THOUSANDS = "a point before three digits, as where it separates thousands; read as a decimal point"
"""What the ledger says of 1.583 in a column whose other numbers are whole and below 1,000."""

_GROUPED = r"[-+]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?"
_GROUPED_TWICE = r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}(?:\.[0-9]+)?"
_POINT_AS_GROUPED = r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}"
_PLAIN = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"


def read_numbers(text: pd.Series, comma_may_be_decimal: bool = False) -> tuple[pd.Series, pd.Series, str]:
    """Read a column of text as numbers.

    Full-width digits and signs, thousands separators in their places, percentage signs (12.5% is 12.5) and true minus
    signs are understood; a comma anywhere else is not, for it may stand for a decimal point. Footnote marks (5²) make
    a cell no number, and so does a percentage sign in a column where other numbers have none.

    Parameters
    ----------
    text
        Stripped text; missing where a cell is empty.
    comma_may_be_decimal
        Whether the file separates columns by semicolons, as programs do where the comma is the decimal point: then
        1,250 is not read, for nobody can tell what it means.

    Returns
    -------
    tuple of (pandas.Series, pandas.Series, str)
        The numbers, missing where a cell is empty, a marker, or no number; true where a cell is no number; and what
        the ledger is to say.
    """
    values = text.map(_tidy, na_action="ignore").astype("str")
    markers = values.isin([_tidy(marker) for marker in MISSING_MARKERS])
    candidates = values.mask(markers)
    percent = candidates.str.endswith("%", na=False)
    candidates = candidates.where(~percent, candidates.str.removesuffix("%").str.strip())
    grouped = candidates.str.fullmatch(_GROUPED_TWICE if comma_may_be_decimal else _GROUPED, na=False)
    candidates = candidates.where(~grouped, candidates.str.replace(r"[, ]", "", regex=True))
    is_number = candidates.str.fullmatch(_PLAIN, na=False)
    numbers = pd.to_numeric(candidates.where(is_number), errors="coerce").astype("float64")
    mixed = percent & bool((is_number & ~percent).any())
    bad = (candidates.notna() & ~np.isfinite(numbers)) | mixed
    full_width = text.where(text.notna(), "").map(lambda value: fold_width(value) != value).astype(bool) & is_number
    with_point = is_number & candidates.str.contains(".", regex=False, na=False)
    # 1.583 beside 870: of numbers with decimals some would end in a zero, and some whole ones might exceed 1,000.
    whole = is_number & ~with_point
    like_thousands = bool(
        with_point.any()
        and candidates[with_point].str.fullmatch(_POINT_AS_GROUPED).all()
        and whole.any()
        and (numbers[whole].abs() < 1000).all()
    )
    notes = [
        f"{words} in {counted(int(mask.sum()), 'row')}"
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


def _tidy(value: str) -> str:
    return plain_minus(without_invisible(fold_width(value)).strip())
