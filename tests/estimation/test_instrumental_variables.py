"""Two-stage least squares with fixed effects, beside linearmodels' on dummies and what a book prints."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from causaldata import social_insure
from linearmodels.iv import IV2SLS
from scipy.stats import f as fisher

from ruralpanel.study.blocks import Inference
from tests.estimation.conftest import estimates_of, irregular

CONTROLS = ["male", "age", "agpop", "ricearea_2010", "literacy", "intensive", "risk_averse", "disaster_prob"]
INSTRUMENTED = {"estimator": "instrumental_variables", "instruments": ["z", "w"], "endogenous": ["listed"]}


@pytest.fixture(scope="module")
def made() -> pd.DataFrame:
    """A panel with holes in which what moves the outcome moves treatment too, and two columns move treatment alone."""
    frame = irregular(3)
    random = np.random.default_rng(5)
    frame["z"], frame["w"] = random.normal(size=(2, len(frame)))
    frame["listed"] = (frame["z"] + 0.5 * frame["w"] + frame["noise"] + random.normal(size=len(frame)) > 0.4).astype(
        float
    )
    frame["listed_event_time"] = frame["listed_event_time"].where(frame["listed"] >= 0)
    frame["y"] = frame["village"] + 0.3 * frame["year"] + 2.0 * frame["listed"] + frame["x"] + frame["noise"]
    return frame


def dummies(frame: pd.DataFrame) -> pd.DataFrame:
    units = pd.get_dummies(frame["village"], prefix="village", dtype=float)
    return pd.concat([units, pd.get_dummies(frame["year"], prefix="year", drop_first=True, dtype=float)], axis=1)


def row(estimates: pd.DataFrame, term: str) -> pd.Series:
    return estimates.set_index("term").loc[term]


def test_social_insurance_is_what_the_book_prints():
    """Huntington-Klein, The Effect, chapter 19: friends' take-up 0.791 (0.273), first stage 0.118 (0.034)."""
    data = social_insure.load_pandas().data.reset_index(names="household").assign(year=2010)
    estimates = estimates_of(
        data,
        estimator="instrumental_variables",
        outcome="takeup_survey",
        outcome_column="takeup_survey",
        unit="household",
        treatments=[],
        regressors=["pre_takeup_rate", *CONTROLS],
        instruments=["default"],
        endogenous=["pre_takeup_rate"],
        fixed_effects=["village"],
        inference=Inference(cluster=["address"]),
    )
    found = row(estimates, "pre_takeup_rate")
    assert [round(found[name], 3) for name in ("estimate", "standard_error")] == [0.791, 0.273]
    stage = row(estimates, "first stage of pre_takeup_rate: default")
    assert [round(stage[name], 3) for name in ("estimate", "standard_error")] == [0.118, 0.034]
    # With one instrument, the effective F is the squared t, and Anderson–Rubin tests the reduced form.
    assert found["first_stage_f"] == pytest.approx(stage["statistic"] ** 2)
    assert found["interval_low_anderson_rubin"] < 0.791 < found["interval_high_anderson_rubin"]


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize(
    ("inference", "options"),
    [
        (Inference(cluster=["village"], small_sample="none"), {"cov_type": "clustered"}),
        (Inference(variance="heteroskedastic", small_sample="none"), {"cov_type": "robust"}),
        (Inference(variance="homoskedastic", small_sample="fixest"), {"cov_type": "unadjusted", "debiased": True}),
    ],
    ids=["clustered", "robust", "homoskedastic"],
)
def test_it_is_linearmodels_on_dummies(made, weights, inference, options):
    given = dict(options)
    if inference.cluster:
        given["clusters"] = made[inference.cluster].apply(lambda column: pd.factorize(column)[0])
    exogenous = pd.concat([made[["x"]], dummies(made)], axis=1)
    fit = IV2SLS(
        made["y"], exogenous, made[["listed"]], made[["z", "w"]], weights=made[weights] if weights else None
    ).fit(**{"debiased": False} | given)
    estimates = estimates_of(made, **INSTRUMENTED, regressors=["x"], weights=weights, inference=inference)
    for term in ("listed", "x"):
        found = row(estimates, term)
        assert found["estimate"] == pytest.approx(fit.params[term], rel=1e-9)
        assert found["standard_error"] == pytest.approx(fit.std_errors[term], rel=2e-7)
    first = fit.first_stage.individual["listed"]
    for instrument in ("z", "w"):
        stage = row(estimates, f"first stage of listed: {instrument}")
        assert stage["estimate"] == pytest.approx(first.params[instrument], rel=1e-9)


def test_without_fixed_effects_there_is_a_constant(made):
    fit = IV2SLS(made["y"], sm.add_constant(made[["x"]]), made[["listed"]], made[["z", "w"]]).fit(
        cov_type="clustered", clusters=made["village"], debiased=False
    )
    inference = Inference(cluster=["village"], small_sample="none")
    found = row(estimates_of(made, **INSTRUMENTED, regressors=["x"], fixed_effects=[], inference=inference), "listed")
    assert found["estimate"] == pytest.approx(fit.params["listed"], rel=1e-9)
    assert found["standard_error"] == pytest.approx(fit.std_errors["listed"], rel=1e-9)


def test_the_anderson_rubin_p_is_that_of_regressing_what_is_left_on_the_instruments(made):
    inference = Inference(cluster=["village"], small_sample="none")
    found = row(estimates_of(made, **INSTRUMENTED, regressors=["x"], inference=inference), "listed")
    design = pd.concat([made[["z", "w", "x"]], dummies(made)], axis=1)

    def p_value(null: float) -> float:
        fit = sm.OLS(made["y"] - null * made["listed"], design).fit(
            cov_type="cluster", cov_kwds={"groups": made["village"], "use_correction": False}
        )
        gap, covariance = fit.params[["z", "w"]], fit.cov_params().loc[["z", "w"], ["z", "w"]]
        return float(fisher.sf(gap @ np.linalg.solve(covariance, gap) / 2, 2, made["village"].nunique() - 1))

    assert found["p_value_anderson_rubin"] == pytest.approx(p_value(0.0), rel=1e-6)
    for end in ("interval_low_anderson_rubin", "interval_high_anderson_rubin"):
        assert p_value(found[end]) == pytest.approx(0.05, rel=1e-6)


def test_an_endogenous_term_that_is_its_own_instrument_gives_least_squares(made):
    own = made.assign(z=made["listed"])
    found = row(estimates_of(own, **INSTRUMENTED | {"instruments": ["z"]}, regressors=["x"]), "listed")
    plain = row(estimates_of(own, regressors=["x"]), "listed")
    for name in ("estimate", "standard_error"):
        assert found[name] == pytest.approx(plain[name], rel=1e-9)


def test_the_estimate_stands_where_its_set_has_no_solution(made, monkeypatch):
    """Seed 7032 of the fuzzed panels: over two periods, with all places near, nothing varied at one hypothesis."""
    asked = INSTRUMENTED | {"instruments": ["z"]}
    whole = row(estimates_of(made, **asked), "listed")

    def singular(*_):
        np.linalg.inv(np.zeros((1, 1)))

    monkeypatch.setattr("ruralpanel.estimation.instrumental_variables.anderson_rubin_set", singular)
    found = row(estimates_of(made, **asked), "listed")
    for name in ("estimate", "standard_error", "first_stage_f"):
        assert found[name] == whole[name]
    assert np.isfinite(whole["interval_low_anderson_rubin"]) and np.isnan(found["interval_low_anderson_rubin"])
    assert "no solution" in found["anderson_rubin"]


def test_two_endogenous_terms(made):
    both = made.assign(x=made["x"] + 0.5 * made["noise"] + made["w"])
    fit = IV2SLS(both["y"], dummies(both), both[["listed", "x"]], both[["z", "w"]]).fit(
        cov_type="clustered", clusters=both["village"], debiased=False
    )
    inference = Inference(cluster=["village"], small_sample="none")
    given = INSTRUMENTED | {"endogenous": ["listed", "x"]}
    estimates = estimates_of(both, **given, regressors=["x"], inference=inference)
    for term in ("listed", "x"):
        found = row(estimates, term)
        assert found["estimate"] == pytest.approx(fit.params[term], rel=1e-8)
        assert found["standard_error"] == pytest.approx(fit.std_errors[term], rel=1e-7)
        assert np.isfinite(found["first_stage_f"])
        assert np.isnan(found["p_value_anderson_rubin"])


@pytest.mark.parametrize(
    ("instruments", "words"),
    [
        (["fixed"], "0 instruments are too few for 1 endogenous regressors"),
        (["fixed", "fixed_too"], "fixed, fixed_too: collinear"),
        (["unrelated"], "do not move listed"),
    ],
)
def test_instruments_that_cannot_do_it_are_a_reason(made, instruments, words):
    within = made["listed"] - 0.0
    columns = pd.concat([pd.Series(within, name="d"), made[["x"]], dummies(made)], axis=1)
    unrelated = sm.OLS(np.random.default_rng(1).normal(size=len(made)), columns).fit().resid
    frame = made.assign(fixed=made["county"], fixed_too=made["year"], unrelated=unrelated)
    estimates = estimates_of(frame, **INSTRUMENTED | {"instruments": instruments}, regressors=["x"])
    assert estimates["estimate"].isna().all()
    assert words in estimates["reason"].iloc[0]


def test_an_instrument_of_which_nothing_is_left_is_told_and_the_others_do(made):
    frame = made.assign(fixed=made["county"])
    estimates = estimates_of(frame, **INSTRUMENTED | {"instruments": ["z", "fixed"]}, regressors=["x"])
    alone = estimates_of(frame, **INSTRUMENTED | {"instruments": ["z"]}, regressors=["x"])
    assert row(estimates, "listed")["estimate"] == row(alone, "listed")["estimate"]
    assert "collinear" in row(estimates, "first stage of listed: fixed")["reason"]


@pytest.fixture(scope="module")
def plain(made: pd.DataFrame) -> pd.DataFrame:
    return estimates_of(made, **INSTRUMENTED, regressors=["x"])


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize(("column", "power"), list(product(["y", "listed", "x", "z"], [-12, -6, 6, 12])))
def test_units_of_measurement_play_no_part(made, plain, column, power):
    scaled = estimates_of(made.assign(**{column: made[column] * 10.0**power}), **INSTRUMENTED, regressors=["x"])
    for name in ("statistic", "first_stage_f", "p_value_anderson_rubin"):
        assert scaled[name].to_numpy() == pytest.approx(plain[name].to_numpy(), rel=1e-6, nan_ok=True)
