"""Numbers of a spreadsheet whose format shows another number than is stored: per cent, thousands, 万."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from ruralpanel.sources.rules import SHOWN_OTHERWISE
from ruralpanel.sources.typed import Typed
from ruralpanel.study.source_columns import Column

_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\!_*].')
_POINT_AS_LITERAL = re.compile(r'[0#?](?:"\."|\\\.|!\.)([0#?]+)')
_SCALED = re.compile(r"[0#?](,+)(?![0#?,])")
_PLAIN = {"percent": re.compile(r'numFmtId="(?:9|10)"'), "code": re.compile(r'formatCode="([^"]*)"')}


class Format(NamedTuple):
    """What a number format does to a number.

    Parameters
    ----------
    percent
        Whether it shows 0.13 as 13%.
    divisor
        By what the number is divided before it is shown.
    year
        Whether it shows nothing of a date but the year.
    """

    percent: bool = False
    divisor: int = 1
    year: bool = False


class ShownNumber(float):
    """A stored number that its format shows as another.

    Parameters
    ----------
    value
        The stored number.
    form
        Its format.
    """

    def __new__(cls, value: float, form: Format) -> ShownNumber:
        """Make a number that knows its format."""
        made = super().__new__(cls, value)
        made.form = form
        return made

    form: Format

    @property
    def shown(self) -> Decimal:
        """The number that is shown, without rounding."""
        exact = Decimal(repr(float(self)))
        return exact * 100 if self.form.percent else exact / self.form.divisor


@lru_cache(maxsize=1024)
def format_of(code: str) -> Format:
    """Understand a number format as far as it changes a number.

    Parameters
    ----------
    code
        As spreadsheet programs write it: ``0.0%``, ``#,##0,``, ``0!.0,"万"``, ``yyyy"年"``.
    """
    positive = code.split(";", maxsplit=1)[0]
    plain = _LITERAL.sub("", positive)
    by_thousands = _SCALED.search(plain)
    by_point = _POINT_AS_LITERAL.search(positive)
    divisor = 1000 ** len(by_thousands[1]) if by_thousands else 1
    divisor *= 10 ** len(by_point[1]) if by_point else 1
    return Format("%" in plain, divisor, bool(re.fullmatch(r"(?:e|yy|yyyy)年?", plain.strip(), re.IGNORECASE)))


def has_formats(styles: str) -> bool:
    """Tell whether a workbook has any format that shows another number than is stored, or of dates only the year.

    Parameters
    ----------
    styles
        The part of the file that holds its formats.
    """
    codes = (code.replace("&quot;", '"') for code in _PLAIN["code"].findall(styles))
    return bool(_PLAIN["percent"].search(styles)) or any(format_of(code) != Format() for code in codes)


def as_formatted(value: Any, code: str) -> Any:
    """Give a cell with what its format makes of it: a number that knows how it is shown, or a year.

    Parameters
    ----------
    value
        What is stored.
    code
        The number format.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        form = format_of(code)
        return ShownNumber(value, form) if form.percent or form.divisor != 1 else value
    if isinstance(value, date) and format_of(code).year:
        return value.year
    return value


def as_declared(values: pd.Series, column: Column, mark: str = ".") -> tuple[pd.Series, Typed | None]:
    """Read numbers whose format shows others: per cent as text with its sign, or as is declared.

    Parameters
    ----------
    values
        Cells of any kind.
    column
        The declaration of the column.
    mark
        The decimal mark of numbers that are written as text.

    Returns
    -------
    tuple of (pandas.Series, Typed or None)
        The cells; and what cannot be read without a declaration.
    """
    formatted = values.map(lambda value: isinstance(value, ShownNumber)).astype(bool)
    if column.read_as == "shown":
        return values.map(_shown), None
    if not formatted.any():
        return values, None
    if column.read_as == "stored":
        return values.map(lambda value: float(value) if isinstance(value, ShownNumber) else value), None
    divided = values.map(lambda value: isinstance(value, ShownNumber) and not value.form.percent).astype(bool)
    if divided.any():
        return values, Typed(values.mask(divided).astype("str"), divided, SHOWN_OTHERWISE)

    def as_text(value: Any) -> Any:
        return f"{value.shown.normalize():f}%".replace(".", mark) if isinstance(value, ShownNumber) else value

    return values.map(as_text), None


def _shown(value: Any) -> Any:
    if isinstance(value, ShownNumber):
        return float(value.shown)
    return value.strip().removesuffix("%").removesuffix("％") if isinstance(value, str) else value
