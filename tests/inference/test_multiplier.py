"""The wild bootstrap of what clusters contribute: by hand, of every estimator that has it, and how often it rejects."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from ruralpanel.estimation.block import estimate_block
from ruralpanel.inference.multiplier import multiplied, statistics_of
from ruralpanel.reasons import read
from ruralpanel.study.estimators import ESTIMATORS, reading
from ruralpanel.words.sentences import sentence
from tests.conftest import dated, equation

OF_CONTRIBUTIONS = sorted(name for name in reading("bootstrap") if not ESTIMATORS[name].imposes_null)
REGRESSIONS: dict[str, dict[str, object]] = {
    "poisson_fixed_effects": {"outcome_column": "count", "regressors": ["x", "z"]},
    "complementary_log_log": {"outcome_column": "event", "regressors": ["x", "z"], "fixed_effects": ["year"]},
    "instrumental_variables": {"regressors": ["x"], "endogenous": ["x"], "instruments": ["z"]},
    "triple_differences": {"eligible": "eligible"},
    "sequential_g": {"mediation": {"mediators": ["moved"], "intermediate": ["z"]}, "regressors": ["x"]},
}
"""What those that average no effects are asked for."""
WINDOW = {"stacked", "imputation", "chaisemartin_dhaultfoeuille", "local_projections"}


def test_a_draw_is_the_t_statistic_of_a_mean_of_multiplied_contributions() -> None:
    contributions = np.array([1.0, -2.0, 0.5, 0.25, 0.25])
    weights = np.array(list(product([-1.0, 1.0], repeat=5)))
    drawn = weights * contributions
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    assert statistics_of(contributions, weights) == pytest.approx(drawn.sum(axis=1) / np.sqrt((centred**2).sum(axis=1)))
    found = multiplied(3.0, contributions, weights, 0.9)
    own = 3.0 / np.sqrt((contributions**2).sum())
    large = (np.abs(statistics_of(contributions, weights)) >= own).sum()
    assert found["p_value_bootstrap"] == (large + 1) / 33
    assert found["interval_high_bootstrap"] - 3.0 == pytest.approx(3.0 - found["interval_low_bootstrap"])
    assert multiplied(1.0, np.zeros(5), weights, 0.9) == {}


def test_with_many_clusters_it_is_the_normal_distribution() -> None:
    random = np.random.default_rng(1)
    contributions = random.normal(size=2000)
    contributions -= contributions.mean()
    weights = random.choice([-1.0, 1.0], size=(4000, 2000))
    estimate = 1.5 * np.sqrt((contributions**2).sum())
    assert multiplied(estimate, contributions, weights, 0.95)["p_value_bootstrap"] == pytest.approx(
        2 * norm.sf(1.5), abs=0.02
    )


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize("estimator", OF_CONTRIBUTIONS)
def test_every_estimator_has_it_around_its_own_standard_error(panel: pd.DataFrame, estimator: str) -> None:
    asked_for = REGRESSIONS.get(estimator, {"window": [-2, 2]} if estimator in WINDOW else {})
    random = np.random.default_rng(5)
    panel["z"] = random.normal(size=len(panel))
    panel["x"] = panel["z"] + random.normal(size=len(panel))
    panel["count"] = random.poisson(np.exp(0.5 * panel["x"]))
    panel["event"] = (random.uniform(size=len(panel)) < -np.expm1(-np.exp(panel["x"] - 1.0))).astype("float64")
    panel["eligible"] = (panel["village"] // 4 % 2).astype("float64")
    panel["moved"] = panel["listed"] + panel["z"] + random.normal(size=len(panel))
    inference = {"cluster": ["village"], "small_sample": "none", "bootstrap": {"draws": 199}}
    asked = equation(estimator=estimator, inference=inference, seed=2, **asked_for)
    rows, _ = estimate_block(panel, [asked])
    rows = rows[rows["standard_error"].notna() & rows["p_value_bootstrap"].notna()]
    assert len(rows) >= (3 if estimator != "instrumental_variables" else 2)
    half = (rows["interval_high_bootstrap"] - rows["interval_low_bootstrap"]) / 2
    assert ((rows["interval_high_bootstrap"] + rows["interval_low_bootstrap"]) / 2).to_numpy() == pytest.approx(
        rows["estimate"].to_numpy()
    )
    # The critical value is one of the draws, in standard errors near those of the normal distribution.
    assert (half / rows["standard_error"]).between(1.4, 3.0).all()
    statistic = (rows["estimate"] / rows["standard_error"]).abs()
    critical = half / rows["standard_error"]
    assert ((rows["p_value_bootstrap"] <= 0.05) == (statistic > critical * (1 + 1e-6))).mean() > 0.9
    assert "wild bootstrap of what clusters contribute" in sentence(read(rows["bootstrap"].iloc[0]))
    # Cohorts that are permuted say nothing of when villages are treated, nor of what instruments move.
    unpermuted = estimator in REGRESSIONS.keys() - {"poisson_fixed_effects"}
    assert ("permutation" in ESTIMATORS[estimator].inference) != unpermuted


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["callaway_santanna", "imputation"])
def test_without_an_effect_it_rejects_about_as_often_as_it_says(estimator: str) -> None:
    random = np.random.default_rng(9)
    rejected = []
    for _ in range(200):
        village, year = np.indices((150, 6))
        county = village // 5
        cohort = np.array([0, 2002, 2004])[random.permutation(30) % 3][county]
        y = random.normal(size=village.shape) + random.normal(size=(30, 6))[county, year]
        columns = {"village": village, "year": 2000 + year, "county": county, "cohort": cohort, "y": y}
        panel = dated(pd.DataFrame({name: each.ravel() for name, each in columns.items()}))
        inference = {"cluster": ["county"], "bootstrap": {"draws": 199}}
        rows, _ = estimate_block(panel, [equation(estimator=estimator, inference=inference, seed=1)])
        overall = rows[(rows["term"] == "listed") & rows["event_time"].isna() & (rows["cohort"] == "")]
        rejected.append(overall[overall["period"].isna()]["p_value_bootstrap"].iloc[0] <= 0.05)
    assert 0.01 <= np.mean(rejected) <= 0.12
