from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.estimation.block import estimate_block
from tests.conftest import equation


def estimates_of(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return estimate_block(panel, [equation(**changes)])[0]


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
