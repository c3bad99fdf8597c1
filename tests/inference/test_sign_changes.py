from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.leads import null_of_weights
from ruralpanel.inference.sign_changes import Contributions, _statistics, sign_changes_p_value


def small() -> tuple[np.ndarray, np.ndarray, pd.DataFrame, np.ndarray]:
    """Give weights of two differences in differences, outcomes, effects and clusters of ten units in five clusters."""
    random = np.random.default_rng(5)
    unit, period = np.repeat(np.arange(10), 4), np.tile(np.arange(4), 10)
    side = np.where(unit < 4, 1 / 4, -1 / 6)
    weights = np.column_stack([side * ((period == 3) * 1.0 - (period == other)) for other in (0, 1)])
    outcome = unit + 0.5 * period + random.normal(size=40)
    return weights, outcome, pd.DataFrame({"unit": unit, "period": period}), unit // 2


def by_hand(weights: np.ndarray, outcome: np.ndarray, effects: pd.DataFrame, clusters: np.ndarray) -> float:
    """Refit the regression on dummies for every pattern of signs."""
    dummies = pd.get_dummies(effects.astype("category"), dtype="float64").to_numpy()

    def left(values: np.ndarray) -> np.ndarray:
        return values - dummies @ np.linalg.lstsq(dummies, values, rcond=None)[0]

    def statistic(residual: np.ndarray) -> float:
        sums = np.array([(weights * residual[:, None])[clusters == each].sum(axis=0) for each in range(5)])
        total = sums.sum(axis=0)
        return float(total @ np.linalg.solve(sums.T @ sums, total))

    residual = left(outcome)
    found = statistic(residual)
    drawn = [statistic(left(residual * np.array(signs)[clusters])) for signs in itertools.product([-1, 1], repeat=5)]
    return float(np.mean([each >= found * (1 - 1e-9) for each in drawn]))


def test_each_pattern_of_signs_is_the_regression_run_anew() -> None:
    weights, outcome, effects, clusters = small()
    null = null_of_weights(weights, outcome, effects, clusters)
    assert null is not None
    np.testing.assert_allclose(null.sums.sum(axis=0), weights.T @ outcome)
    p_value, patterns = sign_changes_p_value(null, np.random.default_rng(0))
    assert patterns == 32
    assert p_value == pytest.approx(by_hand(weights, outcome, effects, clusters))


def test_neither_the_order_of_rows_nor_the_unit_of_the_outcome_matters() -> None:
    weights, outcome, effects, clusters = small()
    order = np.random.default_rng(1).permutation(40)
    null = null_of_weights(weights, outcome, effects, clusters)
    other = null_of_weights(weights[order], 1e9 * outcome[order], effects.iloc[order], clusters[order])
    assert null is not None and other is not None
    found = [sign_changes_p_value(each, np.random.default_rng(0), draws=20) for each in (null, other)]
    assert found[0] == found[1]


@pytest.mark.slow
def test_without_effects_it_rejects_as_often_as_it_says() -> None:
    random = np.random.default_rng(9)
    nothing = np.zeros((3, 0, 30))
    p_values = [
        sign_changes_p_value(
            Contributions(random.normal(size=(30, 3)) * random.exponential(size=(30, 1)), nothing, np.zeros((0, 30))),
            random,
            199,
        )[0]
        for _ in range(400)
    ]
    assert 0.025 < np.mean(np.array(p_values) < 0.05) < 0.08


def test_fixed_effects_that_cross_in_too_many_levels_leave_the_refit_out(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, outcome, effects, clusters = small()
    whole = null_of_weights(weights, outcome, effects, clusters)
    monkeypatch.setattr("ruralpanel.inference.crossing_effects.MOST_LEVELS", 2)
    short = null_of_weights(weights, outcome, effects, clusters)
    assert whole is not None and short is not None
    assert len(short.residuals) == 0 < len(whole.residuals)
    np.testing.assert_allclose(short.sums, whole.sums, atol=1e-9)


@pytest.mark.parametrize("rank", [0, 1, 5])
def test_statistics_of_signs_are_those_of_the_formula(rank: int) -> None:
    random = np.random.default_rng(7)
    found = Contributions(
        random.normal(size=(150, 3)), random.normal(size=(3, rank, 150)) / 9, random.normal(size=(rank, 150)) / 9
    )
    signs = random.choice(np.array([-1, 1], dtype="int8"), size=(20, 150))
    drawn = signs[:, :, None] * found.sums - np.einsum("erg,bh,rh->bge", found.weights, signs, found.residuals)
    total = drawn.sum(axis=1)
    expected = [row @ np.linalg.solve(each.T @ each, row) for row, each in zip(total, drawn, strict=True)]
    np.testing.assert_allclose(_statistics(found, signs), expected, rtol=1e-9)
