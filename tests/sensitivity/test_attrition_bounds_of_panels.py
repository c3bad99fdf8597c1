"""Bounds where outcomes are missing, made of a panel: against bounds of changes laid out by hand, and against draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.sensitivity.attrition_bounds import lee_bounds, manski_bounds
from ruralpanel.study.sensitivity import AttritionBounds
from ruralpanel.words.frames import in_words
from tests.conftest import dated, equation


def panel_of(villages: int, cohorts: list[int], years: int, random: np.random.Generator) -> pd.DataFrame:
    village, year = np.indices((villages, years))
    cohort = np.array(cohorts)[village % len(cohorts)]
    y = random.normal(size=(villages, 1)) + 0.3 * year + random.normal(size=village.shape)
    y += (cohort > 0) & (year >= cohort - 2000)
    columns = {"village": village, "year": 2000 + year, "cohort": cohort, "y": y}
    return dated(pd.DataFrame({name: each.ravel() for name, each in columns.items()}))


def bounds_of(panel: pd.DataFrame, **declared: Any) -> pd.DataFrame:
    asked = equation(inference={"cluster": ["village"]})
    entry = AttritionBounds(kind="attrition_bounds", block="block", **declared)
    found = analyse("mine", entry, [asked], pd.DataFrame(), pd.DataFrame(), panel)
    return in_words(found, None)


def by(found: pd.DataFrame, quantity: str, under: str) -> dict[Any, Any]:
    (row,) = found[(found["quantity"] == quantity) & found["under"].str.startswith(under)].to_dict("records")
    return row


@pytest.fixture(scope="module")
def two_years() -> pd.DataFrame:
    panel = panel_of(80, [0, 2001], 2, np.random.default_rng(1))
    low = (panel["listed"] == 1) & (panel["y"] < panel["y"].median())
    return panel[~(low & (panel["village"] % 3 == 0))].reset_index(drop=True)


def test_two_years_are_the_bounds_of_the_changes(two_years: pd.DataFrame) -> None:
    wide = two_years.pivot_table(index="village", columns="year", values="y")
    change, treated = wide[2001] - wide[2000], wide.index % 2 == 1
    seen = change.notna().to_numpy()
    lee = lee_bounds(change.fillna(0), treated, seen)
    manski = manski_bounds(change.fillna(0), treated, seen, -3.0, 4.0)
    found = bounds_of(two_years, outcome_range=[-3.0, 4.0])
    one_way, anything = "treatment moves", "missing changes"
    for quantity, one, other in (("lower bound", lee.low, manski.low), ("upper bound", lee.high, manski.high)):
        assert by(found, quantity, one_way)["value"] == pytest.approx(one)
        assert by(found, quantity, anything)["value"] == pytest.approx(other)
    interval = by(found, "interval", one_way)
    assert interval["interval_low"] < lee.low < lee.high < interval["interval_high"]
    shares = found.set_index("quantity")["value"]
    assert shares["share of the treated that is observed"] == pytest.approx(seen[treated].mean())
    assert shares["share of those compared with that is observed"] == 1


def test_cohorts_and_periods_count_by_their_treated() -> None:
    panel = panel_of(90, [0, 2002, 2003], 5, np.random.default_rng(2))
    panel = panel[~((panel["listed"] == 1) & (panel["village"] % 7 == 1))].reset_index(drop=True)
    wide = panel.pivot_table(index="village", columns="year", values="y")
    cohort = panel.groupby("village")["cohort"].first().to_numpy()
    lows, sizes = [], []
    for first in (2002, 2003):
        for year in range(first, 2005):
            rows = (cohort == first) | (cohort == 0) | (cohort > year)
            change = (wide[year] - wide[first - 1]).to_numpy()[rows]
            arm, seen = cohort[rows] == first, ~np.isnan(change)
            lows.append(lee_bounds(np.nan_to_num(change), arm, seen).low)
            sizes.append(arm.sum() * seen[arm].mean())
    found = bounds_of(panel)
    assert by(found, "lower bound", "treatment moves")["value"] == pytest.approx(np.average(lows, weights=sizes))


def test_nobody_missing_is_a_reason() -> None:
    found = bounds_of(panel_of(20, [0, 2002], 4, np.random.default_rng(3)))
    assert found["reason"].tolist() == ["all units of the sample are observed in all its periods"]


@pytest.mark.slow
def test_intervals_hold_the_effect_as_often_as_they_say_where_the_lowest_leave() -> None:
    held, width = [], []
    for seed in range(150):
        random = np.random.default_rng(seed)
        panel = panel_of(120, [0, 2002], 4, random)
        gone = (panel["listed"] == 1) & (panel["y"] - panel.groupby("village")["y"].transform("first") < 0.6)
        found = bounds_of(panel[~gone].reset_index(drop=True))
        row = by(found, "interval", "treatment moves")
        held.append(row["interval_low"] <= 1 <= row["interval_high"])
        width.append(row["interval_high"] - row["interval_low"])
    assert np.mean(held) >= 0.9
    assert np.median(width) < 2.5
