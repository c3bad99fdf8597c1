"""Read a period as people write it. A spelling says of itself what it is: ``201407`` a month, ``2014Q3`` a quarter."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import NamedTuple

from ruralpanel.frames.characters import without_invisible
from ruralpanel.frames.periods.frequency import FIRST_YEAR, FREQUENCIES, LAST_YEAR, FrequencyName

_Y = r"(?P<y>[0-9]{4})"
_NUMERALS = {
    "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12,
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "上": 1, "下": 2,
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME_OF_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_OF_A_YEAR = r"(?:年度?)?"
_APART = r"[-/ .:]?"

_PATTERNS: tuple[tuple[FrequencyName, str], ...] = (
    ("year", rf"{_Y}(?:\.0+)?(?:年度?)?"),
    ("half_year", rf"{_Y}{_APART}[hs](?P<n>[12])"),
    ("half_year", rf"[hs](?P<n>[12]){_APART}{_Y}"),
    ("half_year", rf"(?P<n>[12])[hs]{_APART}{_Y}"),
    ("half_year", rf"{_Y}{_APART}(?P<n>[12])[hs]"),
    ("half_year", rf"{_Y}{_OF_A_YEAR}(?P<word>[上下])半年度?"),
    ("quarter", rf"{_Y}(?:年度?|{_APART})q(?P<n>0?[1-4])"),
    ("quarter", rf"q(?P<n>[1-4]){_APART}{_Y}"),
    ("quarter", rf"(?P<n>[1-4])q{_APART}{_Y}"),
    ("quarter", rf"{_Y}{_APART}(?P<n>[1-4])q"),
    ("quarter", rf"{_Y}-(?P<word>i|ii|iii|iv)"),
    ("quarter", rf"{_Y}{_OF_A_YEAR}第?(?:(?P<n>[1-4])|(?P<word>[一二三四]|i|ii|iii|iv))季度?"),
    ("month", rf"{_Y}(?P<n>0[1-9]|1[0-2])(?:\.0+)?"),
    ("month", rf"{_Y}[-/](?P<n>0?[1-9]|1[0-2])"),
    ("month", rf"{_Y}\.(?P<n>0[1-9]|1[0-2])"),  # 2014.1 may be what a program made of 2014.10
    ("month", rf"(?P<n>0?[1-9]|1[0-2])[-/]{_Y}"),
    ("month", rf"{_Y}{_APART}m(?P<n>0?[1-9]|1[0-2])"),
    ("month", rf"{_Y}年(?:(?P<n>0?[1-9]|1[0-2])|(?P<word>十[一二]?|[一二三四五六七八九]))月份?"),
    ("month", rf"{_Y}[- ]?{_NAME_OF_MONTH}"),
    ("month", rf"{_NAME_OF_MONTH}[-, ]*{_Y}"),
    ("week", rf"{_Y}[- ]?w(?P<n>0?[1-9]|[1-4][0-9]|5[0-3])"),
    ("week", rf"{_Y}{_OF_A_YEAR}第?(?P<n>0?[1-9]|[1-4][0-9]|5[0-3])周"),
    ("day", rf"{_Y}(?P<n>0[1-9]|1[0-2])(?P<d>[0-3][0-9])(?:\.0+)?"),
    ("day", rf"{_Y}(?P<mark>[-/.])(?P<n>[01]?[0-9])(?P=mark)(?P<d>[0-3]?[0-9])"),
    ("day", rf"{_Y}年(?P<n>[01]?[0-9])月(?P<d>[0-3]?[0-9])[日号]"),
    ("day", rf"(?P<d>[0-3]?[0-9])[- ]?{_NAME_OF_MONTH}[-, ]*{_Y}"),
    ("day", rf"{_NAME_OF_MONTH} ?(?P<d>[0-3]?[0-9]),? {_Y}"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)
_TIME = re.compile(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(z|[ap]m|[+-]\d{2}:?\d{2}))?$")
_SPACE_BESIDE_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")


class Spelt(NamedTuple):
    """A period that has been read.

    Parameters
    ----------
    of
        The name of its frequency.
    ordinal
        The period among those of its frequency.
    day
        Its first day.
    """

    of: FrequencyName
    ordinal: int
    day: date


def read_period(value: object) -> Spelt | None:
    """Read a period that stands in a cell or in a study file.

    Parameters
    ----------
    value
        Text, a whole number, a date.

    Returns
    -------
    Spelt or None
        The period; None where the value is none that could be told from others: 20143 may be a month as well as a
        quarter, 5/7/2014 is in May or in July, and a number of five digits may count days.
    """
    if isinstance(value, date):  # a time of day is one too
        if str(value) == "NaT":  # pandas' missing time is a date too, and pandas is slow to load
            return None
        day = value.date() if isinstance(value, datetime) else value
        return Spelt("day", day.toordinal(), day)
    if isinstance(value, bool):
        return None
    text = without_invisible(unicodedata.normalize("NFKC", str(value))).strip().lower()
    text = re.sub(r"\s+", " ", re.sub(r"[‐‑–—−]", "-", text))
    text = _TIME.sub("", _SPACE_BESIDE_CHINESE.sub("", text))
    for name, pattern in _COMPILED:
        found = pattern.fullmatch(text)
        if found is not None:
            try:
                return _spelt(name, found.groupdict())
            except ValueError:  # 30 February, week 53 of a year that has 52
                return None
    return None


def standard_spelling(text: str) -> str:
    """Write a period as the program does, however a person has written it: ``2014-Q3`` is ``2014Q3``.

    Parameters
    ----------
    text
        A period, or any other text, which stays what it is; so do numbers alone.
    """
    spelt = None if text.strip().isdigit() else read_period(text)
    return text if spelt is None or spelt.of == "year" else FREQUENCIES[spelt.of].label(spelt.ordinal)


def _spelt(of: FrequencyName, parts: dict[str, str | None]) -> Spelt:
    year = int(parts["y"] or "")
    if not FIRST_YEAR <= year <= LAST_YEAR and (of != "year" or year < 1000):
        raise ValueError(f"{year} is not a year that can be meant")
    if parts.get("name"):
        number = _MONTHS.index(str(parts["name"])[:3]) + 1
    elif parts.get("word"):
        number = _NUMERALS[str(parts["word"])]
    else:
        number = int(parts.get("n") or 1)
    if of == "week":
        day = date.fromisocalendar(year, number, 1)
    elif of == "day":
        day = date(year, number, int(parts["d"] or ""))
    else:
        day = date(year, (number - 1) * 12 // FREQUENCIES[of].a_year + 1, 1)
    return Spelt(of, FREQUENCIES[of].ordinal_of_day(day), day)
