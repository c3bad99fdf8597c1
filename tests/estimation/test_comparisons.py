"""Influence functions are what small changes of a unit's weight say they are, for every method."""

from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.estimation.callaway_santanna import comparisons
from ruralpanel.estimation.callaway_santanna.comparisons import CannotCompare, compare_rows, compare_units

METHODS = ["doubly_robust", "outcome_regression", "inverse_probability"]
SIZE = 120
STEP = 1e-5


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    x = random.normal(size=SIZE)
    treated = (random.random(SIZE) < 1 / (1 + np.exp(-0.5 * x))).astype(float)
    # Which rows are seen later depends on x, so that the two periods' covariates differ.
    later = (random.random(SIZE) < 0.4 + 0.3 * (x > 0)).astype(float)
    outcome = x + 0.5 * later * x + later * treated + random.normal(size=SIZE)
    return {"x": np.column_stack([np.ones(SIZE), x]), "treated": treated, "later": later, "outcome": outcome}


def by_small_changes(effect_of) -> np.ndarray:
    """Differentiate an estimate by the weight of every row (Jaeckel's infinitesimal jackknife, 1972)."""
    influence = []
    for row in range(SIZE):
        change = np.zeros(SIZE)
        change[row] = STEP
        influence.append((effect_of(1 + change) - effect_of(1 - change)) / (2 * STEP) * SIZE)
    return np.array(influence)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_influence_of_rows(drawn: dict[str, np.ndarray], method: str) -> None:
    def compare(weight):
        return compare_rows(drawn["outcome"], drawn["later"], drawn["treated"], drawn["x"], weight, method)

    found = compare(np.ones(SIZE)).influence
    np.testing.assert_allclose(found, by_small_changes(lambda weight: compare(weight).effect), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_influence_of_units(drawn: dict[str, np.ndarray], method: str) -> None:
    def compare(weight):
        return compare_units(drawn["outcome"], drawn["treated"], drawn["x"], weight, method)

    found = compare(np.ones(SIZE)).influence
    np.testing.assert_allclose(found, by_small_changes(lambda weight: compare(weight).effect), atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_without_covariates_all_methods_are_the_difference_of_means(drawn: dict[str, np.ndarray], method: str) -> None:
    treated, change = drawn["treated"], drawn["outcome"]
    found = compare_units(change, treated, np.ones((SIZE, 1)), np.ones(SIZE), method)
    assert found.effect == pytest.approx(change[treated == 1].mean() - change[treated == 0].mean())
    assert abs(found.influence.mean()) < 1e-12


@pytest.mark.parametrize("method", METHODS)
def test_rows_without_covariates_are_four_means(drawn: dict[str, np.ndarray], method: str) -> None:
    treated, later, outcome = drawn["treated"], drawn["later"], drawn["outcome"]
    weight = 0.5 + drawn["x"][:, 1] ** 2

    def effect(weight):
        means = [[np.average(outcome, weights=weight * (treated == d) * (later == t)) for t in (0, 1)] for d in (0, 1)]
        return (means[1][1] - means[1][0]) - (means[0][1] - means[0][0])

    found = compare_rows(outcome, later, treated, np.ones((SIZE, 1)), weight, method)
    assert found.effect == pytest.approx(effect(weight), abs=1e-12)
    change = np.zeros(SIZE)
    change[3] = STEP
    moved = (effect(weight + change) - effect(weight - change)) / (2 * STEP) * SIZE * weight[3]
    assert found.influence[3] == pytest.approx(moved, abs=1e-5)


def test_propensity_scores_are_those_of_statsmodels(drawn: dict[str, np.ndarray]) -> None:
    weight = 0.5 + drawn["x"][:, 1] ** 2
    fitted = comparisons._logit(drawn["treated"], drawn["x"], weight)
    other = comparisons._logit_of_statsmodels(drawn["treated"], drawn["x"], weight)
    assert other[1]
    np.testing.assert_allclose(fitted, other[0], rtol=1e-10)


def test_collinear_covariates_are_refused(drawn: dict[str, np.ndarray]) -> None:
    twice = np.column_stack([drawn["x"], drawn["x"][:, 1]])
    with pytest.raises(CannotCompare, match="collinear"):
        compare_units(drawn["outcome"], drawn["treated"], twice, np.ones(SIZE), "outcome_regression")


def test_perfect_separation_is_refused(drawn: dict[str, np.ndarray]) -> None:
    telling = np.column_stack([np.ones(SIZE), drawn["treated"]])
    with pytest.raises(CannotCompare, match="covariates_nearly_separate"):
        compare_units(drawn["outcome"], drawn["treated"], telling, np.ones(SIZE), "inverse_probability")


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_one_group_alone_is_refused(drawn: dict[str, np.ndarray], value: float) -> None:
    with pytest.raises(CannotCompare):
        compare_units(drawn["outcome"], np.full(SIZE, value), drawn["x"], np.ones(SIZE), "doubly_robust")
