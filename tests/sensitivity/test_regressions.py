"""Selection on the unobserved and omitted variables, beside published numbers and populations that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.sensitivity import omitted_variable, oster
from ruralpanel.sensitivity.omitted_variable import adjusted_estimate, partial_r_squared, robustness_value
from ruralpanel.sensitivity.oster import ShortAndLong, coefficient_without_bias, selection_that_gives, short_and_long
from ruralpanel.sensitivity.regression import regression_of
from ruralpanel.sensitivity.results import CannotAnalyse
from ruralpanel.study.sensitivity import OmittedVariable, Oster
from tests.conftest import equation

DARFUR = (0.09731582, 0.02325654, 783)
"""Estimate, standard error and degrees of freedom of Cinelli and Hazlett's example."""


def test_robustness_values_are_the_published_ones() -> None:
    estimate, error, freedom = DARFUR
    assert partial_r_squared(estimate / error, freedom) == pytest.approx(0.0219, abs=5e-5)
    assert robustness_value(estimate / error, freedom) == pytest.approx(0.1388, abs=5e-5)
    assert robustness_value(estimate / error, freedom, significance=0.05) == pytest.approx(0.0763, abs=5e-5)
    assert robustness_value(1.0, freedom, significance=0.05) == 0


@pytest.mark.parametrize(
    ("times", "with_treatment", "with_outcome", "adjusted", "error"),
    [(1, 0.0092, 0.1246, 0.0752, 0.0219), (2, 0.0183, 0.2493, 0.0529, 0.0204), (3, 0.0275, 0.3741, 0.0304, 0.0187)],
)
def test_estimates_beside_a_variable_as_strong_as_being_female_are_the_published_ones(
    times: float, with_treatment: float, with_outcome: float, adjusted: float, error: float
) -> None:
    # The partial R² of `female` with treatment and outcome, by least squares on sensemakr's data.
    found = adjusted_estimate(*DARFUR, 0.009081065, 0.109033915, times)
    assert found is not None
    numbers = (found.with_treatment, found.with_outcome, found.estimate, found.standard_error)
    assert numbers == pytest.approx((with_treatment, with_outcome, adjusted, error), abs=6e-5)


def test_nothing_can_be_stronger_than_everything() -> None:
    assert adjusted_estimate(1.0, 0.1, 100, 0.6, 0.1, 1.0) is None


@given(seed=st.integers(0, 10_000), delta=st.sampled_from([0.5, 1.0, 2.0]))
def test_known_selection_is_undone(seed: int, delta: float) -> None:
    """A population with an observed and an unobserved index, the selection on which is proportional by construction."""
    random = np.random.default_rng(seed)
    effect, observed, unobserved = random.normal(), *random.uniform(0.5, 2, 2)
    with_observed = random.uniform(0.1, 0.4)
    with_unobserved = delta * with_observed / observed * unobserved
    own = random.uniform(0.5, 1)
    treatment = with_observed**2 / observed + with_unobserved**2 / unobserved + own
    both = effect * treatment + with_observed + with_unobserved
    noise = random.uniform(0.2, 1)
    outcome = effect * (both + with_observed + with_unobserved) + observed + unobserved + noise
    left = treatment - with_observed**2 / observed
    explained = np.array([both, effect * with_observed + observed])
    gram = np.array([[treatment, with_observed], [with_observed, observed]])
    found = ShortAndLong(
        short=both / treatment,
        long=effect + with_unobserved / left,
        r_squared_short=both**2 / treatment / outcome,
        r_squared_long=float(explained @ np.linalg.solve(gram, explained)) / outcome,
        outcome_variance=outcome,
        treatment_variance=treatment,
        treatment_left=left,
    )
    everything = 1 - noise / outcome
    assert selection_that_gives(found, effect, everything) == pytest.approx(delta, rel=1e-6)
    without_bias = coefficient_without_bias(found, delta, everything)
    # Of several solutions one is chosen, and any of them has the same selection.
    assert selection_that_gives(found, without_bias, everything) == pytest.approx(delta, rel=1e-4)


def test_short_and_long_regressions_are_least_squares() -> None:
    import statsmodels.api as sm

    random = np.random.default_rng(0)
    data = random.normal(size=(200, 4)) @ random.normal(size=(4, 4))
    data -= data.mean(axis=0)
    found = short_and_long(data[:, 0], data[:, 1], data[:, 2:])
    short, long = sm.OLS(data[:, 0], data[:, 1]).fit(), sm.OLS(data[:, 0], data[:, 1:]).fit()
    assert (found.short, found.r_squared_short) == pytest.approx((short.params[0], short.rsquared))
    assert (found.long, found.r_squared_long) == pytest.approx((long.params[0], long.rsquared))


@pytest.mark.parametrize("effects", [["village", "year"], []])
def test_what_is_left_gives_the_same_coefficient(panel: pd.DataFrame, effects: list[str]) -> None:
    regression = regression_of(panel, equation(regressors=["x"], fixed_effects=effects, weights="weight"), "listed")
    coefficients = np.linalg.lstsq(regression.regressors.to_numpy(), regression.outcome)[0]
    assert list(regression.regressors) == ["listed", "x"]
    np.testing.assert_allclose(coefficients, regression.fit.coefficients[["listed", "x"]])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fixed_effects": ["village*year"]}, "outcome_absorbed"),
        ({"regressors": ["x"], "sample": "year > 3000"}, "no_rows_known"),
    ],
)
def test_why_there_is_no_regression_is_said(panel: pd.DataFrame, changes: dict[str, object], said: str) -> None:
    with pytest.raises(CannotAnalyse, match=said):
        regression_of(panel, equation(**changes), "listed")


def test_robustness_values_need_no_regressors(panel: pd.DataFrame) -> None:
    """They follow from the treatment's t statistic: regressors that are dummies may as well be fixed effects."""
    declared = OmittedVariable.model_validate({"kind": "omitted_variable", "block": "block"})
    panel = panel.assign(late=(panel["year"] > 2003).astype(float), far=(panel["village"] % 2).astype(float))
    as_regressors = regression_of(panel, equation(regressors=["late", "far"], fixed_effects=[]), "listed")
    as_effects = regression_of(panel, equation(fixed_effects=["late", "far"]), "listed")
    alone = omitted_variable.analyse(declared, as_effects)
    assert [row["quantity"].code for row in alone] == ["partial_r_squared", "robustness_value", "robustness_value"]
    beside = omitted_variable.analyse(declared, as_regressors)
    np.testing.assert_allclose([row["value"] for row in alone], [row["value"] for row in beside])
    assert 0 < alone[1]["value"] < 1


def test_selection_on_the_observed_needs_some(panel: pd.DataFrame) -> None:
    declared = Oster.model_validate({"kind": "oster", "block": "block"})
    with pytest.raises(CannotAnalyse, match="no_other_regressors"):
        oster.analyse(declared, regression_of(panel, equation(), "listed"))
