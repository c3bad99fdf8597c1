from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.sensitivity.breakdown import breakdown_value
from ruralpanel.sensitivity.event_study import EventStudy
from ruralpanel.sensitivity.relative_magnitudes import (
    FIRST_STAGE,
    _chance_below,
    _least_favourable,
    _moments,
    relative_magnitudes_interval,
)


def random_study(seed: int, leads: int, effects: int) -> EventStudy:
    random = np.random.default_rng(seed)
    root = random.normal(size=(leads + effects, leads + effects + 3))
    coefficients = random.normal(size=leads + effects)
    return EventStudy(coefficients[:leads], coefficients[leads:], root @ root.T / 40)


@pytest.mark.parametrize(("leads", "effects"), [(1, 2), (3, 4), (4, 2)])
def test_the_largest_statistic_is_the_value_of_the_linear_program(leads: int, effects: int) -> None:
    from scipy.optimize import linprog

    study = random_study(5, leads, effects)
    random = np.random.default_rng(0)
    weights = random.normal(size=effects)
    for largest in study.differences_before:
        bound, value = float(random.uniform(0.2, 2)), float(random.normal())
        rows = np.vstack([study.differences_after - bound * largest, -study.differences_after - bound * largest])
        deviations = np.sqrt(np.einsum("ij,jk,ik->i", rows, study.covariance, rows))
        after = rows[:, leads:]
        program = linprog(
            np.eye(1 + effects)[0],
            A_ub=-np.column_stack([deviations, after]),
            b_ub=-rows @ study.coefficients,
            A_eq=np.concatenate([[0.0], weights])[None, :],
            b_eq=[value],
            bounds=(None, None),
        )
        moments = _moments(study, weights, largest, bound)
        assert (moments.at_zero - value * moments.slope).max() == pytest.approx(program.fun, abs=1e-9)


@given(seed=st.integers(0, 10_000), bound=st.floats(0.1, 3))
def test_the_least_favourable_chance_is_what_draws_give(seed: int, bound: float) -> None:
    study = random_study(seed, 3, 2)
    moments = _moments(study, np.array([0.5, 0.5]), study.differences_before[1], bound)
    root = np.linalg.cholesky(moments.covariance)
    draws = (np.random.default_rng(1).normal(size=(20_000, 2)) @ root.T @ moments.loadings.T).max(axis=1)
    for critical in (0.7, 1.5):
        assert _chance_below(moments, critical) == pytest.approx((draws <= critical).mean(), abs=0.015)
    assert _chance_below(moments, _least_favourable(moments, FIRST_STAGE * 0.05)) == pytest.approx(0.995)


@pytest.mark.slow
@given(seed=st.integers(0, 10_000), effects=st.integers(1, 4))
def test_intervals_grow_with_the_bound_and_follow_the_unit(seed: int, effects: int) -> None:
    study = random_study(seed, 3, effects)
    weights = np.full(effects, 1 / effects)
    found = [relative_magnitudes_interval(study, weights, bound, 0.95) for bound in (0.5, 1.0, 2.0)]
    assert all(each is not None for each in found)
    (low, high), *_, (lowest, highest) = [each for each in found if each is not None]
    assert lowest <= low < high <= highest
    thousands = EventStudy(study.leads * 1000, study.effects * 1000, study.covariance * 1e6)
    again = relative_magnitudes_interval(thousands, weights, 0.5, 0.95)
    assert again == pytest.approx((low * 1000, high * 1000), rel=1e-6, abs=1e-3)


def test_a_mirrored_study_has_a_mirrored_interval() -> None:
    study = random_study(2, 3, 3)
    mirrored = EventStudy(-study.leads, -study.effects, study.covariance)
    low, high = relative_magnitudes_interval(study, np.ones(3) / 3, 1.0, 0.9) or (0, 0)
    assert relative_magnitudes_interval(mirrored, np.ones(3) / 3, 1.0, 0.9) == pytest.approx((-high, -low))


@pytest.mark.slow
def test_it_covers_as_often_as_it_says() -> None:
    """Trends differ by as much after treatment as before it, the worst that the bound allows."""
    random = np.random.default_rng(4)
    covariance = 0.05 * np.eye(3) + 0.02
    differences = np.array([-1.0, 1.0, 2.0])  # a straight line of slope one, zero at the reference
    draws = random.multivariate_normal(differences, covariance, size=100)
    covered = 0
    for draw in draws:
        low, high = relative_magnitudes_interval(
            EventStudy(draw[:1], draw[1:], covariance), np.eye(2)[1], 1.0, 0.95
        ) or (1, 0)
        covered += low <= 0 <= high
    assert covered / len(draws) >= 0.9


def test_breakdown_is_found_to_the_digit() -> None:
    assert breakdown_value(lambda bound: bound < 0.7310585, 1.0) == pytest.approx(0.7310585, rel=1e-4)
    assert breakdown_value(lambda bound: bound < 37.5, 1.0) == pytest.approx(37.5, rel=1e-4)
    assert breakdown_value(lambda _: True, 1.0) == np.inf
    assert breakdown_value(lambda _: False, 1.0) is None
