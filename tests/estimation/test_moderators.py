from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from tests.conftest import equation
from tests.estimation.conftest import estimates_of
from tests.worded import estimate_block


@pytest.fixture
def kin(panel: pd.DataFrame) -> pd.DataFrame:
    """Give every village kinship that raises its effect by 0.7, and its growth by 0.2 a year."""
    kinship = panel["village"].map(pd.Series(np.random.default_rng(5).normal(size=40)))
    grown = panel["y"] + 0.7 * panel["listed"] * kinship + 0.2 * kinship * (panel["year"] - 2000)
    return panel.assign(kinship=kinship, y=grown)


def test_the_moderators_effect_is_found_although_it_grows_with_time(kin: pd.DataFrame) -> None:
    rows = estimates_of(kin, moderators=["kinship"], regressors=["x"])
    by_term = rows[rows["period"].isna()].set_index("term")
    assert list(by_term.index) == ["listed", "listed*kinship", "x"]
    for term, truth in (("listed", 2.0), ("listed*kinship", 0.7)):
        assert by_term.loc[term, "estimate"] == pytest.approx(truth, abs=4 * by_term.loc[term, "standard_error"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
def test_moderation_is_the_regression_on_hand_made_columns(kin: pd.DataFrame) -> None:
    rows = estimates_of(kin, moderators=["kinship"])
    by_hand = smf.ols(
        "y ~ listed + listed:kinship + C(village) + C(year) + C(year, Treatment(2000)):kinship - kinship", kin
    ).fit()
    listed, product = rows["estimate"].iloc[:2]
    assert listed == pytest.approx(by_hand.params["listed"], abs=1e-8)
    assert product == pytest.approx(by_hand.params["listed:kinship"], abs=1e-8)
    by_period = rows[rows["period"].notna()]
    assert by_period["period"].tolist() == list(range(2001, 2008))
    assert set(by_period["term"]) == {"kinship"}


def test_a_moderator_that_changes_within_units_has_a_coefficient_in_the_first_period_too(kin: pd.DataFrame) -> None:
    for changes in ({"moderators": ["x"]}, {"moderators": ["kinship"], "fixed_effects": ["year"]}):
        rows = estimates_of(kin, **changes)
        assert rows["period"].dropna().tolist() == list(range(2000, 2008))
        assert rows["estimate"].notna().all()


def test_two_moderators_each_have_their_terms(kin: pd.DataFrame) -> None:
    rows = estimates_of(kin, moderators=["kinship", "x"])
    assert rows.loc[rows["period"].isna(), "term"].tolist() == ["listed", "listed*kinship", "listed*x"]


def test_a_missing_moderator_takes_the_row_out_with_a_reason(kin: pd.DataFrame) -> None:
    holes = kin.assign(kinship=kin["kinship"].where(kin.index > 7))
    estimates, ledger = estimate_block(holes, [equation(moderators=["kinship"])])
    assert estimates["observations"].iloc[0] == len(kin) - 8
    assert "missing in kinship" in ledger["reason"].tolist()


def test_a_treatment_that_enters_by_intensity_is_moderated_as_it_enters(kin: pd.DataFrame) -> None:
    dosed = kin.assign(listed_intensity=kin["listed"] * (1 + kin["village"] % 3))
    rows = estimates_of(dosed, moderators=["kinship"], intensities={"listed": "listed_intensity"})
    same = estimates_of(dosed.assign(listed=dosed["listed_intensity"]), moderators=["kinship"])
    assert rows["term"].iloc[:2].tolist() == ["listed_intensity", "listed_intensity*kinship"]
    assert rows["estimate"].tolist() == same["estimate"].tolist()


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
def test_a_triple_difference_is_the_regression_on_hand_made_columns(kin: pd.DataFrame) -> None:
    remote = kin.assign(remote=(kin["village"] % 3 == 0).astype(int))
    grown = remote.assign(y=remote["y"] + 0.4 * remote["listed"] * remote["kinship"] * remote["remote"])
    rows = estimates_of(grown, moderators=["kinship", "remote", "kinship*remote"])
    by_hand = smf.ols(
        "y ~ listed * kinship * remote + C(village) + C(year) + C(year):kinship + C(year):remote"
        " + C(year):kinship:remote - kinship - remote - kinship:remote",
        grown,
    ).fit()
    named = {"listed": "listed", "listed*kinship": "listed:kinship", "listed*remote": "listed:remote"}
    named["listed*kinship*remote"] = "listed:kinship:remote"
    by_term = rows[rows["period"].isna()].set_index("term")["estimate"]
    assert list(by_term.index) == list(named)
    assert by_term.tolist() == pytest.approx([by_hand.params[name] for name in named.values()], abs=1e-7)
    of_product = rows[rows["term"] == "kinship*remote"]
    assert of_product["period"].tolist() == list(range(2001, 2008))
    assert of_product["estimate"].notna().all()


def test_products_come_after_what_they_are_made_of_wherever_they_are_named(kin: pd.DataFrame) -> None:
    first = estimates_of(kin, moderators=["kinship*x", "kinship", "x"])
    last = estimates_of(kin, moderators=["kinship", "x", "kinship*x"])
    pd.testing.assert_frame_equal(first, last)


def test_a_shock_of_one_year_moderates_and_its_own_coefficient_is_collinear_by_name(kin: pd.DataFrame) -> None:
    shock = kin.assign(pandemic=(kin["year"] == 2005).astype(int))
    shocked = shock.assign(y=shock["y"] - 0.9 * shock["listed"] * shock["kinship"] * shock["pandemic"])
    rows = estimates_of(shocked, moderators=["pandemic", "kinship", "pandemic*kinship"])
    by_term = rows[rows["period"].isna()].set_index("term")
    found = by_term.loc["listed*pandemic*kinship"]
    assert found["estimate"] == pytest.approx(-0.9, abs=4 * found["standard_error"])
    own = rows[rows["period"].notna()].set_index(["term", "period"])
    for term in ("pandemic", "pandemic*kinship"):
        assert own.loc[term].index.tolist() == [2005]
        assert own.loc[(term, 2005), "reason"] == "collinear with the fixed effects or the terms before it"
    assert own.loc["kinship", "estimate"].notna().all()


def test_a_shock_by_place_and_year_has_a_coefficient_of_its_own_when_it_strikes(kin: pd.DataFrame) -> None:
    struck = kin.assign(flood=((kin["year"] == 2005) & (kin["village"] % 2 == 0)).astype(int))
    struck = struck.assign(y=struck["y"] - 3.0 * struck["flood"])
    rows = estimates_of(struck, moderators=["kinship", "flood"])
    own = rows[(rows["term"] == "flood")]
    assert own["period"].tolist() == [2005]
    assert own["estimate"].iloc[0] == pytest.approx(-3.0, abs=4 * own["standard_error"].iloc[0])
