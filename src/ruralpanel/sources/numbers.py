"""Read numbers as people write them in yearbooks and surveys."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from ruralpanel.errors import counted

MISSING_MARKERS = (
    *("NA", "N/A", "n/a", "n.a.", "NaN", "nan", "NULL", "."),  # R, pandas, databases, Stata
    *("-", "--", "—", "——", "–", "…", "……", "...", "......"),  # statistical yearbooks
)
"""Written for a missing number by the field's usual programs and publishers."""

_GROUPED = r"[-+]?[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]+)?"
_PLAIN = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"


def read_numbers(text: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    """Read a column of text as numbers.

    Full-width digits and signs, thousands separators in their places, percentage signs (12.5% is 12.5) and true minus
    signs are understood; a comma anywhere else is not, for it may stand for a decimal point.

    Parameters
    ----------
    text
        Stripped text; missing where a cell is empty.

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
    grouped = candidates.str.fullmatch(_GROUPED, na=False)
    candidates = candidates.where(~grouped, candidates.str.replace(r"[, ]", "", regex=True))
    is_number = candidates.str.fullmatch(_PLAIN, na=False)
    numbers = pd.to_numeric(candidates.where(is_number), errors="coerce").astype("float64")
    bad = candidates.notna() & ~np.isfinite(numbers)
    plain = text.where(text.notna(), "").map(lambda value: unicodedata.normalize("NFKC", value) == value).astype(bool)
    full_width = ~plain & is_number
    notes = [
        f"{words} in {counted(int(mask.sum()), 'row')}"
        for words, mask in (
            ("thousands separators taken out", grouped),
            ("percentage signs taken out", percent & ~bad),
            ("full-width characters read", full_width),
            ("a marker of a missing value", markers),
        )
        if mask.any()
    ]
    return numbers, bad, "; ".join(notes)


def _tidy(value: str) -> str:
    """Make full-width characters plain, and every minus sign before a number the same."""
    plain = unicodedata.normalize("NFKC", value).strip()
    return re.sub(r"^[−–‐‑](?=[0-9.])", "-", plain).replace("\u00a0", " ").replace("\u2009", " ")
