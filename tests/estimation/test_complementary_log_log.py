"""Who adopts, and when: the hazard against maximum likelihood by other means, and the rows of units at risk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize

from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.fuzz.panels import case
from tests.worded import estimate_block

YEARS = range(2000, 2010)


@pytest.fixture(scope="module")
def adopting() -> pd.DataFrame:
    """400 villages in 40 counties; the log hazard rises with x by 0.7."""
    random = np.random.default_rng(5)
    x = random.normal(size=400)
    hazard = 1 - np.exp(-np.exp(-3.0 + 0.7 * x))
    draws = random.random((400, len(YEARS))) < hazard[:, None]
    draws[:, :2] = False  # nobody adopts in the first two years
    first = np.where(draws.any(axis=1), 2000 + draws.argmax(axis=1), 0)
    frame = pd.DataFrame([(v, t) for v in range(400) for t in YEARS], columns=["village", "year"])
    frame["county"] = frame["village"] // 10
    frame["x"] = x[frame["village"]]
    frame["twice"] = 2 * frame["x"]
    frame["weight"] = 1 + frame["village"] % 3
    frame["cohort"] = first[frame["village"]]
    return dated(frame)


def adoption(**changes: object) -> object:
    usual = {
        "outcome": "adoption",
        "outcome_column": "listed",
        "at_risk_of": "listed",
        "treatments": [],
        "regressors": ["x"],
        "fixed_effects": ["year"],
        "estimator": "complementary_log_log",
    }
    return equation(**(usual | changes))


def at_risk(panel: pd.DataFrame) -> pd.DataFrame:
    """Pick the rows of units at risk by hand, in years in which somebody adopts."""
    never = panel["cohort"] == 0
    rows = panel[(never | (panel["year"] <= panel["cohort"])) & (panel["year"] >= 2002)]
    return rows.assign(adopts=(rows["year"] == rows["cohort"]).astype(float)).reset_index(drop=True)


@pytest.mark.slow
@pytest.mark.parametrize("weights", [None, "weight"])
def test_it_maximises_the_likelihood(adopting: pd.DataFrame, weights: str | None) -> None:
    rows = at_risk(adopting)
    years = pd.get_dummies(rows["year"], dtype=float)
    weight = rows[weights].to_numpy() if weights else np.ones(len(rows))

    def loss(parameters: np.ndarray) -> float:
        rate = np.exp(parameters[0] * rows["x"] + years.to_numpy() @ parameters[1:])
        log_likelihood = np.where(rows["adopts"] == 1, np.log(-np.expm1(-rate)), -rate)
        return -float((weight * log_likelihood).sum())

    found = minimize(loss, np.r_[0.0, np.full(years.shape[1], -2.5)], method="BFGS", options={"gtol": 1e-6})
    estimates, _ = estimate_block(adopting, [adoption(weights=weights)])
    assert estimates["estimate"].iloc[0] == pytest.approx(found.x[0], abs=1e-5)
    assert estimates["observations"].iloc[0] == len(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inference", "asked"),
    [
        (Inference(variance="homoskedastic"), {"cov_type": "nonrobust"}),
        (Inference(variance="heteroskedastic", small_sample="none"), {"cov_type": "HC0"}),
        (Inference(cluster=["county"], small_sample="none"), {"cov_type": "cluster"}),
    ],
)
def test_standard_errors_are_those_of_statsmodels(
    adopting: pd.DataFrame, inference: Inference, asked: dict[str, object]
) -> None:
    rows = at_risk(adopting)
    design = pd.concat([rows[["x"]], pd.get_dummies(rows["year"], dtype=float)], axis=1)
    model = sm.GLM(rows["adopts"], design, family=sm.families.Binomial(link=sm.families.links.CLogLog()))
    if asked["cov_type"] == "cluster":
        asked = asked | {"cov_kwds": {"groups": rows["county"], "use_correction": False}}
    errors = model.fit(tol=1e-12, **asked).bse
    estimates, _ = estimate_block(adopting, [adoption(inference=inference)])
    # statsmodels takes the observed information for sandwiches, this the expected; they meet as samples grow.
    tolerance = 1e-8 if asked["cov_type"] == "nonrobust" else 0.02
    assert estimates["standard_error"].iloc[0] == pytest.approx(errors["x"], rel=tolerance)


@pytest.mark.slow
def test_the_effect_is_found(adopting: pd.DataFrame) -> None:
    row = estimate_block(adopting, [adoption(inference=Inference(cluster=["county"]))])[0].iloc[0]
    assert row["interval_low"] < 0.7 < row["interval_high"]
    assert row["clusters"] == 40


def test_the_linear_probability_is_of_the_same_rows(adopting: pd.DataFrame) -> None:
    estimates, ledger = estimate_block(adopting, [adoption(estimator="two_way_fixed_effects")])
    rows = at_risk(adopting)
    everything = pd.concat([rows, adopting[adopting["year"] < 2002].assign(adopts=0.0)])
    design = pd.concat([everything[["x"]], pd.get_dummies(everything["year"], dtype=float)], axis=1)
    assert estimates["estimate"].iloc[0] == pytest.approx(sm.OLS(everything["adopts"], design).fit().params["x"])
    assert "at risk" in set(ledger["step"])


def test_years_without_adopters_leave_with_a_line(adopting: pd.DataFrame) -> None:
    _, ledger = estimate_block(adopting, [adoption()])
    line = ledger[ledger["step"] == "settled levels dropped"].iloc[0]
    assert line["rows_in"] - line["rows_out"] == 800
    assert line["reason"] == "2 levels of fixed effect year with one outcome throughout"


def test_what_is_collinear_has_a_reason(adopting: pd.DataFrame) -> None:
    estimates, _ = estimate_block(adopting, [adoption(regressors=["x", "twice"])])
    assert estimates["reason"].tolist() == ["", "collinear with the fixed effects or the terms before it"]


@pytest.mark.slow
def test_perfect_prediction_has_a_reason(adopting: pd.DataFrame) -> None:
    telling = adopting.assign(x=(adopting["cohort"] > 0).astype(float))
    estimates, _ = estimate_block(telling, [adoption()])
    assert estimates["reason"].tolist() == ["some combination of the terms predicts the outcome perfectly"]


def test_an_outcome_of_more_than_two_values_has_a_reason(adopting: pd.DataFrame) -> None:
    estimates, _ = estimate_block(adopting, [adoption(outcome_column="county", at_risk_of=None)])
    assert estimates["reason"].tolist() == ["a complementary log-log regression needs an outcome of 0 and 1"]


@pytest.mark.slow
def test_rows_in_another_order_give_the_same(adopting: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        estimate_block(adopting, [adoption()])[0], estimate_block(adopting.iloc[::-1], [adoption()])[0]
    )


@pytest.mark.slow
def test_an_information_that_is_all_but_singular_gives_a_reason_and_no_error() -> None:
    """Each village is seen twice, once with each outcome: effects of villages take nearly all there is to know."""
    assert case(9115, "complementary_log_log") == []
