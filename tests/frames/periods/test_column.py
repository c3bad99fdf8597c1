"""A column of periods becomes ordinals, and whole numbers that are no years are told from years."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.frames.periods.column import no_years, ordinals_of, read_periods, with_labels
from ruralpanel.frames.periods.frequency import FREQUENCIES

QUARTER, MONTH, WEEK, YEAR = (FREQUENCIES[name] for name in ("quarter", "month", "week", "year"))


def test_a_missing_period_stays_missing() -> None:
    read = read_periods(pd.Series(["2014Q3", None, " ", "2014年4季度"], dtype=object), QUARTER)
    assert read.ordinals.tolist()[::3] == [8058.0, 8059.0]
    assert read.ordinals.isna().tolist() == [False, True, True, False]
    assert not read.bad.any()


def test_dates_are_the_period_they_lie_in() -> None:
    ends = pd.Series(pd.to_datetime(["2014-09-30", "2014-12-31"]))
    assert read_periods(ends, QUARTER).ordinals.tolist() == [8058, 8059]
    assert read_periods(ends, YEAR).ordinals.tolist() == [2014, 2014]
    mixed = pd.Series([pd.Timestamp("2014-07-01"), "2014-08", 201409], dtype=object)
    assert [MONTH.label(each) for each in read_periods(mixed, MONTH).ordinals] == ["2014-07", "2014-08", "2014-09"]


@pytest.mark.parametrize(
    ("cells", "frequency", "said"),
    [
        (["2014Q3", "2014-07"], QUARTER, "these are months: write `frequency: quarter` with the column"),
        (["2014Q3", 2014], QUARTER, "these are years, longer than the panel's periods"),
        (["2014", "201407"], YEAR, "these are months: write `frequency: year` with the column"),
        (["20143"], QUARTER, "must hold quarters, such as 2014Q3"),
        (["2014-07-01", "2014-07-02"], WEEK, "dates of one day of the week"),
        (["1.5"], FREQUENCIES["number"], "must hold whole numbers"),
    ],
)
def test_what_is_no_such_period_is_told(cells: list[object], frequency: object, said: str) -> None:
    read = read_periods(pd.Series(cells, dtype=object), frequency)  # type: ignore[arg-type]
    assert read.bad.any()
    assert said in read.rule


def test_shorter_periods_count_where_the_column_says_so() -> None:
    read = read_periods(pd.Series(["2014Q3", "2014-07", "20140801"]), QUARTER, within=True)
    assert read.ordinals.tolist() == [8058] * 3
    assert read_periods(pd.Series(["2014-07-01", "2014-07-02"]), WEEK, within=True).ordinals.nunique() == 1


def test_labels_and_back() -> None:
    table = pd.DataFrame({"quarter": [8058, 8059], "first": [float("nan"), 8058.0], "n": [8058, 1]})
    shown = with_labels(table, {"quarter": QUARTER, "first": QUARTER, "absent": QUARTER})
    assert shown["quarter"].tolist() == ["2014Q3", "2014Q4"]
    assert shown["first"].tolist()[1] == "2014Q3"
    assert shown["first"].isna().tolist() == [True, False]
    assert shown["n"].tolist() == [8058, 1]
    assert ordinals_of(shown["quarter"], QUARTER).tolist() == [8058, 8059]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([201412, 201501], "`frequency: month`"),
        ([201301, 201312], "`frequency: month`"),
        ([20134, 20141], "a year and a quarter or half year"),
        ([20140705, 20140706], "`frequency: day`"),
        ([1411, 1412, 1501, 1502], "a year of two digits and a month"),
        ([9811, 9812, 9901], "a year of two digits and a month"),
        ([98, 99, 0, 1], "years of two digits"),
        ([98, 99, 2000], "years of two digits"),
        ([41821, 41852], "no years"),
        ([735415, 735416], "no years"),
    ],
)
def test_numbers_that_are_no_years_are_told(numbers: list[int], said: str) -> None:
    assert said in no_years(pd.Series(numbers))


@pytest.mark.parametrize(
    "numbers",
    [
        *([2014, 2015], [1910, 2010], [1912, 2001], [2001, 2012], [1801, 1902], [1, 2, 20], [0, 1], [80, 87]),
        *([1, 500], [-5, 0, 5], [648, 660], [101, 201, 301], [10, 110], [], [1500, 1700], [1, 3, 5, 40]),
    ],
)
def test_years_and_counted_periods_are_left_alone(numbers: list[int]) -> None:
    assert no_years(pd.Series(numbers, dtype="float64")) == ""
