"""First differences, beside linearmodels', statsmodels' and a printed example."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import FirstDifferenceOLS

from ruralpanel.study.blocks import Inference
from tests.conftest import ROOT
from tests.estimation.conftest import estimates_of, irregular

DIFFERENCED = {"estimator": "first_differences"}
FIRST = DIFFERENCED | {"regressors": ["x"]}


def row(estimates: pd.DataFrame, term: str = "listed") -> pd.Series:
    return estimates.set_index("term").loc[term]


def test_enterprise_zones_are_what_the_book_prints():
    """Wooldridge, Introductory Econometrics, example 13.8: −0.182 (0.078), 176 changes."""
    zones = pd.read_csv(ROOT / "data/raw/enterprise_zones/ezunem.csv")
    found = row(
        estimates_of(
            zones.assign(log_claims=np.log(zones["uclms"])),
            estimator="first_differences",
            outcome="log_claims",
            outcome_column="log_claims",
            unit="city",
            treatments=[],
            regressors=["ez"],
            fixed_effects=["city", "year"],
            inference=Inference(variance="homoskedastic"),
        ),
        "ez",
    )
    assert [round(found[name], 3) for name in ("estimate", "standard_error")] == [-0.182, 0.078]
    assert (found["observations"], found["units"], found["fixed_effects"]) == (176, 22, "year")


def test_it_is_linearmodels_where_units_have_no_gaps(panel):
    data = panel.set_index(["village", "year"])
    periods = pd.get_dummies(panel["year"], prefix="year", drop_first=True, dtype=float).set_axis(data.index)
    right = pd.concat([data[["listed", "x"]], periods], axis=1)
    fit = FirstDifferenceOLS(data["y"], right).fit(cov_type="clustered", cluster_entity=True, debiased=False)
    estimates = estimates_of(panel, **FIRST, inference=Inference(cluster=["village"], small_sample="none"))
    for term in ("listed", "x"):
        assert row(estimates, term)["estimate"] == pytest.approx(fit.params[term], rel=1e-9)
        assert row(estimates, term)["standard_error"] == pytest.approx(fit.std_errors[term], rel=1e-9)


def by_hand(
    frame: pd.DataFrame, effect: list[str], weights: str | None = None
) -> sm.regression.linear_model.RegressionResults:
    """Difference with a merge on the period before, and regress with dummies."""
    before = frame[["village", "year", "y", "listed", "x"]].assign(year=frame["year"] + 1)
    both = frame.merge(before, on=["village", "year"], suffixes=("", "_before"))
    changes = pd.DataFrame({name: both[name] - both[f"{name}_before"] for name in ("y", "listed", "x")})
    cell = both[effect].astype(str).agg("-".join, axis=1)
    design = pd.concat([changes[["listed", "x"]], pd.get_dummies(cell, dtype=float)], axis=1)
    model = sm.WLS(changes["y"], design, weights=both[weights] if weights else 1.0)
    return model.fit(cov_type="cluster", cov_kwds={"groups": both["village"], "use_correction": False})


@pytest.mark.parametrize("weights", [None, "weight"])
def test_gaps_have_no_difference_and_effects_with_the_period_stay(weights):
    frame = irregular(11).assign(region=lambda each: each["county"] % 2)
    inference = Inference(cluster=["village"], small_sample="none")
    for effects, cells in ((["village", "year"], ["year"]), (["village", "region*year"], ["region", "year"])):
        fit = by_hand(frame, cells, weights)
        estimates = estimates_of(frame, **FIRST, fixed_effects=effects, weights=weights, inference=inference)
        assert row(estimates)["observations"] == fit.nobs
        for term in ("listed", "x"):
            assert row(estimates, term)["estimate"] == pytest.approx(fit.params[term], rel=1e-8)
            assert row(estimates, term)["standard_error"] == pytest.approx(fit.bse[term], rel=1e-7)


def test_two_periods_give_two_way_fixed_effects(panel):
    two = panel[panel["year"].isin([2002, 2005])]
    plain = Inference(cluster=["village"], small_sample="none")  # corrections count nested effects otherwise
    first, within = (estimates_of(two, regressors=["x"], inference=plain, **each) for each in (DIFFERENCED, {}))
    for term in ("listed", "x"):
        assert row(first, term)["estimate"] == pytest.approx(row(within, term)["estimate"], rel=1e-9)
        assert row(first, term)["standard_error"] == pytest.approx(row(within, term)["standard_error"], rel=1e-6)


def test_waves_every_two_years_are_periods_that_follow_each_other(panel):
    waves = panel[panel["year"] % 2 == 0]
    renumbered = waves.assign(year=waves["year"] // 2)
    found, plain = row(estimates_of(waves, **FIRST)), row(estimates_of(renumbered, **FIRST))
    assert found["estimate"] == plain["estimate"]
    assert found["observations"] == 40 * 3


def test_moderators_have_their_own_change_in_every_period(panel):
    moved = panel.assign(m=(panel["village"] % 3).astype(float))
    estimates = estimates_of(moved, **FIRST | {"regressors": []}, moderators=["m"])
    before = moved.groupby("village")[["y", "listed"]].shift()
    changes = moved.assign(dy=moved["y"] - before["y"], d=moved["listed"] - before["listed"]).dropna(subset=["dy"])
    periods = pd.get_dummies(changes["year"], dtype=float)
    design = pd.concat(
        [
            changes["d"],
            (changes["d"] * changes["m"]).rename("dm"),
            periods,
            periods.mul(changes["m"], axis=0).add_suffix("m"),
        ],
        axis=1,
    )
    fit = sm.OLS(changes["dy"], design).fit()
    assert row(estimates)["estimate"] == pytest.approx(fit.params["d"], rel=1e-8)
    assert row(estimates, "listed*m")["estimate"] == pytest.approx(fit.params["dm"], rel=1e-8)


def test_an_effect_that_changes_within_units_is_refused_and_nothing_to_difference_is_a_reason(panel):
    moving = panel.assign(moving=panel["year"] % 3)
    reasons = [
        estimates_of(moving, **FIRST, fixed_effects=["village", "moving"])["reason"].iloc[0],
        estimates_of(panel[panel["year"] == 2003], **FIRST)["reason"].iloc[0],
    ]
    assert "the fixed effect moving changes within village" in reasons[0]
    assert "no village is observed in two periods that follow each other" in reasons[1]


def test_the_wild_bootstrap_is_of_the_changes(panel):
    from ruralpanel.study.resampling import WildBootstrap

    inference = Inference(cluster=["village"], bootstrap=WildBootstrap(draws=199))
    found = row(estimates_of(panel, **FIRST, inference=inference, seed=1))
    assert found["p_value_bootstrap"] < 0.05
    assert found["interval_low_bootstrap"] < found["estimate"] < found["interval_high_bootstrap"]
