"""Every way to write a period gives the same one, and what could be several is none."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.frames.periods.frequency import FREQUENCIES, Frequency, is_finer
from ruralpanel.frames.periods.spelling import read_period, standard_spelling

CALENDAR = [each for each in FREQUENCIES.values() if each.name != "number"]
DAYS = st.dates(date(1800, 1, 6), date(2200, 12, 28))


@given(st.sampled_from(CALENDAR), DAYS)
def test_a_label_is_read_as_the_period_it_was_written_for(frequency: Frequency, day: date) -> None:
    ordinal = frequency.ordinal_of_day(day)
    spelt = read_period(frequency.label(ordinal))
    assert spelt is not None
    assert (spelt.of, spelt.ordinal, spelt.day) == (frequency.name, ordinal, frequency.first_day(ordinal))


@given(st.sampled_from(CALENDAR), DAYS)
def test_periods_follow_one_another_without_gaps(frequency: Frequency, day: date) -> None:
    ordinal = frequency.ordinal_of_day(day)
    assert frequency.first_day(ordinal) <= day < frequency.first_day(ordinal + 1)
    assert frequency.label(ordinal) < frequency.label(ordinal + 1)


@given(st.integers(1800, 2200), st.integers(1, 4))
def test_every_spelling_of_a_quarter(year: int, quarter: int) -> None:
    word, roman = "一二三四"[quarter - 1], ("I", "II", "III", "IV")[quarter - 1]
    spellings = [
        f"{year}Q{quarter}",
        f"{year}q{quarter}",
        f"{year}-Q{quarter}",
        f"{year} Q{quarter}",
        f"{year}/Q{quarter}",
        f"Q{quarter} {year}",
        f"{quarter}Q{year}",
        f"{year}Q0{quarter}",
        f"{year}-{roman}",
        f"{year}年{quarter}季度",
        f"{year}年第{quarter}季度",
        f"{year}年第{word}季度",
        f"{year} 年 {word} 季度",
        f" {year}年{quarter}季\u200b",
        f"{year}Q{quarter}".translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
        str(pd.Period(year=year, quarter=quarter, freq="Q")),
    ]
    expected = ("quarter", 4 * year + quarter - 1)
    assert {text: read_period(text)[:2] for text in spellings} == dict.fromkeys(spellings, expected)  # type: ignore[index]


@given(st.integers(1800, 2200), st.integers(1, 12))
def test_every_spelling_of_a_month(year: int, month: int) -> None:
    name = date(2000, month, 1).strftime("%B")
    word = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")[month - 1]
    spellings = [
        *(f"{year}{month:02d}", f"{year}{month:02d}.0", f"{year}-{month:02d}", f"{year}-{month}", f"{year}/{month}"),
        *(f"{year}.{month:02d}", f"{month}/{year}", f"{month:02d}-{year}", f"{year}M{month}", f"{year}m{month:02d}"),
        *(
            f"{year}年{month}月",
            f"{year}年{month:02d}月份",
            f"{year}年{word}月",
            f"{name} {year}",
            f"{name[:3]}-{year}",
        ),
        f"{year} {name[:3]}",
    ]
    cells = [*spellings, 100 * year + month, float(100 * year + month)]
    expected = ("month", 12 * year + month - 1)
    assert {cell: read_period(cell)[:2] for cell in cells} == dict.fromkeys(cells, expected)  # type: ignore[index]


@given(st.integers(1800, 2200), st.integers(1, 2))
def test_every_spelling_of_a_half_year(year: int, half: int) -> None:
    spellings = [f"{year}H{half}", f"{year}h{half}", f"{year}-H{half}", f"H{half} {year}", f"{half}H{year}"]
    spellings += [f"{year}S{half}", f"{year}年{'上下'[half - 1]}半年", f"{year}{'上下'[half - 1]}半年"]
    expected = ("half_year", 2 * year + half - 1)
    assert {text: read_period(text)[:2] for text in spellings} == dict.fromkeys(spellings, expected)  # type: ignore[index]


@given(DAYS)
def test_every_spelling_of_a_day(day: date) -> None:
    spellings: list[object] = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ]
    spellings += [f"{day:%Y%m%d}", f"{day:%d%b%Y}".lower(), f"{day:%b} {day.day}, {day.year}", f"{day} 00:00:00"]
    spellings += [day, datetime(day.year, day.month, day.day, 13, 5), pd.Timestamp(day), int(f"{day:%Y%m%d}")]
    assert {read_period(each)[:2] for each in spellings} == {("day", day.toordinal())}  # type: ignore[index]


@given(st.integers(1800, 2200))
def test_every_spelling_of_a_year(year: int) -> None:
    for cell in (year, float(year), str(year), f"{year}.0", f"{year}年", f"{year}年度", f" {year} "):
        assert read_period(cell)[:2] == ("year", year)  # type: ignore[index]


@pytest.mark.parametrize(
    "cell",
    [
        *("20143", "5/7/2014", "41821", 41821, "2014.7", 2014.1, "201413", "201400", "2014Q5", "2014H3", "2014-W54"),
        *("2014-02-30", "20140231", "Jul-14", "14Q3", "never", "", "2014-2015", "2013/14", True, None, float("nan")),
        *("2015-W53x", "2014:3", "371703", "220102", "0", "-9", "2014Q", pd.NaT),
    ],
)
def test_what_could_be_several_periods_is_none(cell: object) -> None:
    assert read_period(cell) is None


def test_a_year_has_fifty_three_weeks_only_where_it_has() -> None:
    assert read_period("2015-W53") is not None
    assert read_period("2014-W53") is None
    assert FREQUENCIES["week"].label(FREQUENCIES["week"].ordinal_of_day(date(2016, 1, 1))) == "2015-W53"


def test_which_periods_lie_in_which() -> None:
    names = list(FREQUENCIES)
    within = {(one, other) for one in names for other in names if is_finer(one, other)}
    calendar = ["year", "half_year", "quarter", "month"]
    expected = {(one, other) for at, one in enumerate(calendar) for other in calendar[:at]}
    assert within == expected | {("day", other) for other in [*calendar, "week"]}


@pytest.mark.parametrize(
    ("written", "standard"),
    [("2014-q3", "2014Q3"), ("2014年7月", "2014-07"), ("2014", "2014"), ("201407", "201407"), ("never", "never")],
)
def test_an_address_is_put_as_the_program_writes_it(written: str, standard: str) -> None:
    assert standard_spelling(written) == standard
