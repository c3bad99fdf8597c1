from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.frames.storage import load_table, save_table
from ruralpanel.panel.balance import BALANCE_KEY, MEASURES, STATUSES, balance

PANEL = pd.DataFrame(
    [
        ("a", 2010, 2012, 0),
        ("a", 2012, 2012, 1),
        ("a", 2015, 2012, 1),
        ("b", 2010, None, 0),
        ("b", 2015, None, 0),
        ("c", 2012, 2010, 1),
        ("d", 2012, None, 0),
        ("d", 2015, None, 0),
    ],
    columns=["village", "year", "listed_cohort", "listed"],
)
"""Waves of 2010, 2012 and 2015: one village throughout, one with a gap, one seen once, one that comes later."""


def counts(table: pd.DataFrame, measure: str, status: str = "all") -> dict[str, int]:
    here = table[(table["status"] == status) & (table["measure"] == measure)]
    return dict(zip(here["value"], here["units"], strict=True))


def test_periods_gaps_and_patterns_are_counted() -> None:
    table = balance(PANEL, "village", "year", ["listed"])
    assert counts(table, "units") == {"all": 4}
    assert counts(table, "periods observed") == {"1": 1, "2": 2, "3": 1}
    assert counts(table, "periods in gaps") == {"0": 3, "1": 1}
    assert counts(table, "pattern") == {"2010 to 2015": 1, "2010, 2015": 1, "2012": 1, "2012 to 2015": 1}


def test_entries_and_exits_are_counted_by_period() -> None:
    table = balance(PANEL, "village", "year", ["listed"])
    assert counts(table, "observed") == {"2010": 2, "2012": 3, "2015": 3}
    assert counts(table, "first observed") == {"2010": 2, "2012": 2, "2015": 0}
    assert counts(table, "returns") == {"2010": 0, "2012": 0, "2015": 1}
    assert counts(table, "last observed") == {"2010": 0, "2012": 1, "2015": 3}
    assert counts(table, "in a gap") == {"2010": 0, "2012": 1, "2015": 0}


def test_units_are_told_apart_by_treatment() -> None:
    table = balance(PANEL, "village", "year", ["listed"])
    assert {status: counts(table, "units", status)["all"] for status in STATUSES} == {
        "all": 4,
        "never": 2,
        "ever": 2,
        "always": 1,
    }
    assert counts(table, "pattern", "always") == {"2012": 1}
    share = table[(table["status"] == "never") & (table["measure"] == "observed") & (table["value"] == "2012")]
    assert share["share"].tolist() == [0.5]


def test_a_status_that_nobody_has_is_in_the_table() -> None:
    table = balance(PANEL[PANEL["village"] == "b"], "village", "year", ["listed"])
    assert counts(table, "units", "ever") == {"all": 0}
    assert counts(table, "observed", "ever") == {"2010": 0, "2015": 0}
    assert table.loc[table["status"] == "ever", "share"].isna().all()


def test_a_treatment_that_ends_or_is_unknown_is_not_one_throughout() -> None:
    for treated in ([1.0, 0.0], [1.0, None]):
        panel = pd.DataFrame({"village": 1, "year": [1, 2], "listed_cohort": 1.0, "listed": treated})
        table = balance(panel, "village", "year", ["listed"])
        assert (counts(table, "units", "ever")["all"], counts(table, "units", "always")["all"]) == (1, 0)


def test_values_stay_text_when_saved(tmp_path: Any) -> None:
    table = balance(PANEL[PANEL["village"] == "c"], "village", "year", [])
    save_table(table, tmp_path / "balance.csv", key=BALANCE_KEY, keep_order=True)
    pd.testing.assert_frame_equal(load_table(tmp_path / "balance.csv"), table)


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from([2008, 2010, 2011, 2014, 2020])), unique=True, min_size=1),
    st.randoms(use_true_random=False),
)
def test_counts_add_up_in_any_order_of_rows(keys: list[tuple[int, int]], random: Any) -> None:
    panel = pd.DataFrame(keys, columns=["village", "year"])
    cohort = {0: 2008.0, 1: 2011.0, 2: 2020.0}
    panel["listed_cohort"] = panel["village"].map(cohort)
    panel["listed"] = (panel["year"] >= panel["listed_cohort"]).astype("int64")
    table = balance(panel, "village", "year", ["listed"])
    assert not table.duplicated(BALANCE_KEY).any()
    assert set(table["measure"]) == set(MEASURES)
    shuffled = panel.iloc[random.sample(range(len(panel)), len(panel))]
    pd.testing.assert_frame_equal(balance(shuffled, "village", "year", ["listed"]), table)
    years = [str(year) for year in sorted(panel["year"].unique())]
    of = {status: {measure: counts(table, measure, status) for measure in MEASURES} for status in STATUSES}
    for told in of.values():
        for measure in ("periods observed", "periods in gaps", "pattern", "first observed", "last observed"):
            assert sum(told[measure].values()) == told["units"]["all"]
        rows = sum(told["observed"].values())
        assert rows == sum(int(value) * number for value, number in told["periods observed"].items())
        # Who is here, or away and comes back: those of the period before, less the leavers, and the newcomers.
        around = {year: told["observed"][year] + told["in a gap"][year] for year in years}
        for before, year in pairwise(years):
            assert around[year] == around[before] - told["last observed"][before] + told["first observed"][year]
    assert of["all"]["observed"] == {year: int((panel["year"] == int(year)).sum()) for year in years}
    for measure in ("observed", "returns", "in a gap"):
        everybody = of["all"][measure]
        assert everybody == {year: of["never"][measure][year] + of["ever"][measure][year] for year in everybody}


@pytest.mark.parametrize("measure", ["units", "pattern"])
def test_shares_are_of_the_units_with_the_status(measure: str) -> None:
    table = balance(PANEL, "village", "year", ["listed"])
    for _, group in table[table["measure"] == measure].groupby(["designation", "status"]):
        assert group["share"].sum() == pytest.approx(1)
