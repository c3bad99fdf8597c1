"""The frequencies of a panel: each counts its periods by whole numbers without gaps, and writes them in one way.

A period is kept as its ordinal: a quarter, for one, as four times its year plus the quarters before it in the year. So
the distance of two periods is a difference, and an estimator needs to know of nothing but whole numbers. A reader sees
the label, ``2014Q3``, which sorts as periods do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

FrequencyName = Literal["year", "half_year", "quarter", "month", "week", "day", "number"]

FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Whole numbers are taken for years, or for the beginning of a month such as 201407, between these."""

_DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Frequency:
    """A frequency of periods.

    Parameters
    ----------
    name
        How a study file calls it.
    noun
        A period, in words.
    a_year
        How many periods a year has; for weeks and days about how many.
    example
        Accepted spellings, for messages.
    """

    name: FrequencyName
    noun: str
    a_year: int
    example: str

    @property
    def is_plain(self) -> bool:
        """Whether ordinals are what a reader sees: years, and numbers of no calendar."""
        return self.name in ("year", "number")

    def ordinal_of_day(self, day: date) -> int:
        """Give the ordinal of the period in which a day lies; numbers have no days.

        Parameters
        ----------
        day
            Any day of the calendar.
        """
        if self.name == "week":
            return (day.toordinal() - 1) // _DAYS_A_WEEK  # 1 January of the year 1 was a Monday
        if self.name == "day":
            return day.toordinal()
        return day.year * self.a_year + (day.month - 1) * self.a_year // 12

    def end_of_year(self, year: int) -> int:
        """Give the ordinal of the last period of a year; of numbers, the year itself."""
        return year if self.is_plain else self.ordinal_of_day(date(year, 12, 31))

    def first_day(self, ordinal: int) -> date:
        """Give the first day of a period.

        Parameters
        ----------
        ordinal
            The period.

        Raises
        ------
        ValueError
            If the calendar does not have it.
        """
        if self.name == "week":
            return date.fromordinal(ordinal * _DAYS_A_WEEK + 1)
        if self.name == "day":
            return date.fromordinal(ordinal)
        year, before = divmod(ordinal, self.a_year)
        return date(year, before * 12 // self.a_year + 1, 1)

    def label(self, ordinal: float) -> str:
        """Write a period as a reader sees it: ``2014``, ``2014H1``, ``2014Q3``, ``2014-07``, ``2014-W27``, a date.

        Parameters
        ----------
        ordinal
            The period; a whole number.
        """
        number = int(ordinal)
        if self.is_plain:
            return str(number)
        if self.name in ("week", "day"):
            return self._label_of_days(number)
        year, before = divmod(number, self.a_year)
        if self.name == "month":
            return f"{year:04d}-{before + 1:02d}"
        return f"{year:04d}{'H' if self.name == 'half_year' else 'Q'}{before + 1}"

    def _label_of_days(self, number: int) -> str:
        try:
            day = self.first_day(number)
        except (ValueError, OverflowError):  # a tick of an axis may lie beyond the calendar
            return ""
        if self.name == "day":
            return day.isoformat()
        # The ISO year of a week is that of its Thursday.
        year, week, _ = (day + timedelta(days=3)).isocalendar()
        return f"{year:04d}-W{week:02d}"

    def bounds(self) -> tuple[int, int]:
        """Give the ordinals of the first and the last period that can be meant."""
        return self.ordinal_of_day(date(FIRST_YEAR, 1, 1)), self.ordinal_of_day(date(LAST_YEAR, 12, 31))


_EVERY = (
    Frequency("year", "year", 1, "2014 or 2014年"),
    Frequency("half_year", "half year", 2, "2014H1 or 2014年上半年"),
    Frequency("quarter", "quarter", 4, "2014Q3, 2014-Q3 or 2014年3季度"),
    Frequency("month", "month", 12, "2014-07, 201407 or 2014年7月"),
    Frequency("week", "week", 52, "2014-W27 or 2014年第27周"),
    Frequency("day", "day", 365, "2014-07-05, 20140705 or 2014年7月5日"),
    Frequency("number", "number", 1, "1, 2, 3"),
)

FREQUENCIES: dict[str, Frequency] = {each.name: each for each in _EVERY}
"""Every frequency by its name, from long periods to short ones; the last is of no calendar."""

YEAR = FREQUENCIES["year"]


def frequency(name: str | None) -> Frequency:
    """Give a frequency by its name; without one, years, which is what a study means that does not say."""
    return YEAR if name is None else FREQUENCIES[name]


def is_finer(one: str, other: str) -> bool:
    """Tell whether every period of one frequency lies within one of the other.

    Parameters
    ----------
    one, other
        Names of frequencies. A week can lie in two months and in two years, and numbers lie in nothing.
    """
    if "number" in (one, other) or one == other:
        return False
    if one == "day":
        return True
    if "week" in (one, other):
        return False
    return FREQUENCIES[other].a_year < FREQUENCIES[one].a_year and other != "day"


def labelled(periods: Iterable[float], of: Frequency) -> list[str]:
    """Write several periods as a reader sees them."""
    return [of.label(period) for period in periods]


def by_column(names: Mapping[str, str]) -> dict[str, Frequency]:
    """Give the frequencies of columns, from their names."""
    return {column: FREQUENCIES[name] for column, name in names.items()}


def in_order(label: str) -> int | str:
    """Give what labels of periods are sorted by: years and numbers as numbers, others as they are written."""
    return int(label) if label.lstrip("-").isdigit() else label
