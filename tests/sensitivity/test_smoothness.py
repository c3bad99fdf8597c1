from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.sensitivity.event_study import EventStudy
from ruralpanel.sensitivity.smoothness import _lasso_path, _weights_of_coefficients, smoothness_interval
from tests.sensitivity.test_relative_magnitudes import random_study


@given(seed=st.integers(0, 10_000), size=st.integers(1, 6))
def test_the_path_keeps_the_conditions_of_the_lasso(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    root = random.normal(size=(size + 3, size))
    gram, gradient = root.T @ root, random.normal(size=size)
    knots = _lasso_path(gram, gradient)
    for start, end in pairwise(knots):
        here = (start + end) / 2
        slope = gram @ here + gradient
        away = np.abs(here) > 1e-10
        np.testing.assert_allclose(slope[away], -np.abs(slope).max() * np.sign(here[away]), atol=1e-8)
    np.testing.assert_allclose(knots[-1], -np.linalg.solve(gram, gradient), atol=1e-8)


def test_a_straight_line_does_not_bias_the_sum_and_second_differences_do_as_said() -> None:
    study = random_study(1, 4, 3)
    weights = np.array([0.2, 0.5, 0.3])
    fixed, free, after = _weights_of_coefficients(study, weights)
    times = np.array([-4, -3, -2, -1, 1, 2, 3])
    second = np.random.default_rng(0).normal(size=3)
    total = fixed + free @ second
    assert total @ times == pytest.approx(0)
    np.testing.assert_allclose(total[4:], weights)
    for place, weight in enumerate(second, start=1):  # a kink at this many periods before the reference
        assert total @ np.maximum(-times - place, 0) == pytest.approx(weight)
    assert after == pytest.approx(sum(abs(total @ np.maximum(times - kink, 0)) for kink in range(3)))


def test_without_curvature_it_is_the_best_unbiased_extrapolation() -> None:
    study = random_study(3, 3, 2)
    times = np.array([-3.0, -2, -1, 1, 2])
    # Generalised least squares of leads and effects on a line and the effects themselves.
    design = np.column_stack([times, np.eye(5)[:, 3:]])
    inverse = np.linalg.inv(study.covariance)
    variance = np.linalg.inv(design.T @ inverse @ design)
    estimates = variance @ design.T @ inverse @ study.coefficients
    low, high = smoothness_interval(study, np.array([0.0, 1.0]), 0.0, 0.95)
    assert (low + high) / 2 == pytest.approx(estimates[2])
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(variance[2, 2]), rel=1e-5)


@given(seed=st.integers(0, 10_000), leads=st.integers(1, 5))
def test_intervals_grow_with_the_bound(seed: int, leads: int) -> None:
    study = random_study(seed, leads, 2)
    lengths = [
        high - low for low, high in (smoothness_interval(study, np.array([0.5, 0.5]), m, 0.95) for m in (0, 0.1, 1, 50))
    ]
    assert lengths == sorted(lengths)


def test_no_other_weights_are_shorter() -> None:
    from scipy.optimize import minimize
    from scipy.stats import foldnorm

    study = random_study(9, 3, 1)
    fixed, free, after = _weights_of_coefficients(study, np.ones(1))

    def length(second: np.ndarray) -> float:
        total = fixed + free @ second
        deviation = float(np.sqrt(total @ study.covariance @ total))
        bias = 0.3 * (after + np.abs(second).sum())
        return 2 * deviation * float(foldnorm.ppf(0.95, bias / deviation))

    low, high = smoothness_interval(study, np.ones(1), 0.3, 0.95)
    found = minimize(length, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12})
    assert high - low == pytest.approx(found.fun, rel=1e-6)


def test_one_lead_leaves_nothing_to_choose() -> None:
    study = EventStudy(np.array([0.2]), np.array([1.0]), np.eye(2) * 0.01)
    low, high = smoothness_interval(study, np.ones(1), 0.0, 0.95)
    assert (low + high) / 2 == pytest.approx(1.2)  # the line through the lead goes on to minus 0.2
