"""Means by group and period, against numbers worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import equation
from tests.worded import block_results, estimate_block

GROUPS = {"at": 2001}


@pytest.fixture(scope="module")
def small() -> pd.DataFrame:
    """Six villages over three years: two treated in 2001, one in 2002, three never; the trait is the number."""
    cohort = {1: 2001, 2: 2001, 3: 2002}
    rows = [
        {
            "village": village,
            "year": year,
            "y": 10.0 * village + (year - 2000) * village,
            "trait": float(village),
            "listed": float(village in cohort and year >= cohort[village]),
            "listed_cohort": float(cohort.get(village, float("nan"))),
            "listed_event_time": float(year - cohort[village]) if village in cohort else float("nan"),
        }
        for village in range(1, 7)
        for year in (2000, 2001, 2002)
    ]
    return pd.DataFrame(rows)


def means(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    stated = {"estimator": "group_means", "groups": GROUPS, "moderators": ["trait"]} | changes
    return estimate_block(panel, [equation(**stated)])[0]


def test_the_means_are_those_worked_out_by_hand(small: pd.DataFrame) -> None:
    found = means(small).set_index(["term", "period"])["estimate"]
    # Village 3 is treated later and left out; of 1, 2, 4, 5 and 6 the median trait is 4, and ties count as low.
    assert found["treated, trait low", 2000] == pytest.approx((10 + 20) / 2)
    assert found["treated, trait low", 2002] == pytest.approx((12 + 24) / 2)
    assert found["untreated, trait low", 2002] == pytest.approx(48)
    assert found["untreated, trait high", 2002] == pytest.approx((60 + 72) / 2)
    assert set(found.index.get_level_values("term")) == {
        "treated, trait low",
        "untreated, trait low",
        "untreated, trait high",
    }


def test_the_later_treated_may_stay_with_the_untreated(small: pd.DataFrame) -> None:
    kept = means(small, groups={**GROUPS, "later_treated": "keep"}, moderators=[])
    assert kept.set_index(["term", "period"]).loc[("untreated", 2000), "estimate"] == pytest.approx(45)
    assert set(kept["term"]) == {"treated", "untreated"}


def test_paths_measured_from_a_period_are_zero_there_without_an_error(small: pd.DataFrame) -> None:
    gap = small[~((small["village"] == 6) & (small["year"] == 2000))]
    results = block_results(
        gap, [equation(estimator="group_means", groups={**GROUPS, "measured_from": 2000}, moderators=["trait"])]
    )
    found = results.estimates.set_index(["term", "period"])
    base = found.xs(2000, level="period")
    assert (base["estimate"] == 0).all()
    assert base["standard_error"].isna().all()
    assert found.loc[("treated, trait low", 2002), "estimate"] == pytest.approx((2 + 4) / 2)
    assert found["sample"].iloc[0] == "all rows, trait high above 3 in 2001"
    lost = results.ledger.set_index("step")
    assert lost.loc["outcome of 2000", "reason"] == "outcome of 2000 missing, from which it is measured"
    assert lost.loc["not treated later", ["rows_in", "rows_out"]].tolist() == [17, 14]


def test_weights_count(small: pd.DataFrame) -> None:
    weighted = small.assign(weight=small["village"].astype(float))
    found = means(weighted, weights="weight", moderators=[]).set_index(["term", "period"])["estimate"]
    assert found["treated", 2000] == pytest.approx((1 * 10 + 2 * 20) / 3)


def test_groups_of_a_period_that_is_not_there_have_no_mean(small: pd.DataFrame) -> None:
    (row,) = means(small, groups={"at": 1990}).to_dict("records")
    assert row["reason"] == "the panel has no rows of 1990, in which groups are formed"


@pytest.mark.slow
@given(order=st.permutations(range(18)))
def test_the_order_of_rows_changes_nothing(small: pd.DataFrame, order: list[int]) -> None:
    pd.testing.assert_frame_equal(means(small.iloc[order]), means(small))
