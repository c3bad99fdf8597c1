"""Conditions on periods compare ordinals, and a period with a number is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.frames.expressions import evaluate_condition
from ruralpanel.frames.periods.conditions import problems_with_periods, with_ordinals
from ruralpanel.frames.periods.frequency import FREQUENCIES

QUARTERS = dict.fromkeys(("quarter", "first"), FREQUENCIES["quarter"])
TABLE = pd.DataFrame(
    {"quarter": range(8056, 8064), "first": 8058.0, "year": [2014] * 4 + [2015] * 4, "place": list("ababbaab")}
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('quarter >= "2014Q3"', [0, 0, 1, 1, 1, 1, 1, 1]),
        ('quarter in ["2014Q1", "2015年4季度"]', [1, 0, 0, 0, 0, 0, 0, 1]),
        ('"2014-Q2" <= quarter <= "2014Q3"', [0, 1, 1, 0, 0, 0, 0, 0]),
        ('quarter - 1 == "2014Q1"', [0, 1, 0, 0, 0, 0, 0, 0]),
        ("quarter >= first", [0, 0, 1, 1, 1, 1, 1, 1]),
        ("quarter - first >= 2", [0, 0, 0, 0, 1, 1, 1, 1]),
        ('year >= 2015 and place == "a"', [0, 0, 0, 0, 0, 1, 1, 0]),
        ('place == "a" and quarter < "2014Q3"', [1, 0, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_condition_on_periods(condition: str, expected: list[int]) -> None:
    assert list(problems_with_periods(condition, QUARTERS)) == []
    holds, _ = evaluate_condition(TABLE, with_ordinals(condition, QUARTERS))
    assert holds.astype(int).tolist() == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("quarter >= 2014", "with the number 2014"),
        ("quarter >= 8058", "with the number 8058"),
        ("quarter in [2014, 2015]", "with the number 2014"),
        ("2014 <= quarter", "with the number 2014"),
        ('quarter >= "2014"', "with '2014'"),
        ('quarter >= "2014-07"', "with '2014-07'"),
        ('quarter == "late"', "with 'late'"),
        ("quarter - 2014", "takes `quarter`"),
        ("(quarter - 2010) ** 2", "takes `quarter`"),
        ("quarter >= month", "compares quarters with months"),
    ],
)
def test_what_is_no_such_period_is_refused(expression: str, said: str) -> None:
    periods = QUARTERS | {"month": FREQUENCIES["month"]}
    found = list(problems_with_periods(expression, periods))
    assert found
    assert said in found[0][0]
    assert found[0][1]


def test_without_periods_nothing_is_rewritten() -> None:
    assert with_ordinals('year >= 2014  and place=="a"', {}) == 'year >= 2014  and place=="a"'
    assert with_ordinals('place=="2014Q3"', QUARTERS) == 'place=="2014Q3"'
