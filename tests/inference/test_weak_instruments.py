"""How strong instruments are, and the Anderson–Rubin set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson
from scipy.stats import f as fisher

from ruralpanel.inference.weak_instruments import ReducedForm, anderson_rubin_set, critical_value, effective_f


def form(first: list[float], outcome: list[float], seed: int = 0, freedom: float = 200.0) -> ReducedForm:
    """Make two regressions on instruments whose coefficients covary as some positive definite matrix says."""
    size = len(first)
    root = np.random.default_rng(seed).normal(size=(2 * size, 4 * size))
    joint = root @ root.T / (4 * size)
    crossed = joint[:size, size:]
    return ReducedForm(
        np.array(outcome), np.array(first), joint[:size, :size], joint[size:, size:], crossed + crossed.T, freedom
    )


def test_with_one_instrument_the_effective_f_is_the_squared_t_and_its_bound_the_printed_one():
    covariance, products = np.array([[0.25]]), np.array([[17.0]])
    assert effective_f(np.array([2.0]), covariance, products) == pytest.approx(16.0)
    # Montiel Olea & Pflueger 2013, table 1: one effective degree of freedom, a tenth of the worst bias.
    assert critical_value(covariance, products) == pytest.approx(23.1, abs=0.05)


def test_with_several_homoskedastic_instruments_the_effective_f_is_the_usual_one():
    products = np.diag([3.0, 5.0, 11.0])
    covariance = 0.7 * np.linalg.inv(products)
    first = np.array([0.4, -1.0, 0.3])
    usual = first @ np.linalg.solve(covariance, first) / 3
    assert effective_f(first, covariance, products) == pytest.approx(usual)


def test_a_strong_instrument_gives_an_interval_around_the_estimate_whose_ends_are_just_rejected():
    one = form([8.0], [4.0])
    found = anderson_rubin_set(one, 0.95, 0.5, 0.2)
    assert len(found.pieces) == 1
    assert found.low < 0.5 < found.high
    assert [one.p_value(end) for end in (found.low, found.high)] == pytest.approx([0.05, 0.05], abs=1e-9)


def test_a_weak_instrument_leaves_out_an_interval_or_rejects_nothing():
    with_hole = ReducedForm(*map(np.array, ([6.0], [0.5], [[1.0]], [[1.0]], [[0.0]])), 200.0)
    found = anderson_rubin_set(with_hole, 0.95, 12.0, 10.0)
    assert (found.low, found.high) == (-np.inf, np.inf)
    ((_, low), (high, _)) = found.pieces
    assert [with_hole.p_value(end) for end in (low, high)] == pytest.approx([0.05, 0.05], abs=1e-9)
    nothing = ReducedForm(*map(np.array, ([0.1], [0.1], [[1.0]], [[1.0]], [[0.0]])), 200.0)
    assert anderson_rubin_set(nothing, 0.95, 1.0, 10.0).pieces == [(-np.inf, np.inf)]


def test_instruments_that_contradict_each_other_leave_nothing():
    one = ReducedForm(np.array([10.0, -10.0]), np.array([10.0, 10.0]), np.eye(2), np.eye(2), np.zeros((2, 2)), 500.0)
    found = anderson_rubin_set(one, 0.95, 0.0, 0.1)
    assert found.pieces == []
    assert np.isnan(found.low)


@given(
    st.lists(st.floats(-6, 6), min_size=1, max_size=3),
    st.floats(-3, 3),
    st.integers(0, 1000),
    st.floats(-2, 2),
    st.floats(0.01, 30),
)
def test_the_set_holds_exactly_what_is_not_rejected(first, effect, seed, centre, scale):
    one = form(first, [effect * each + 0.3 for each in first], seed)
    found = anderson_rubin_set(one, 0.90, centre, scale)
    bound = fisher.ppf(0.90, len(first), 200.0)
    for null in np.concatenate([np.linspace(-20, 20, 81), np.tan(np.linspace(-1.5, 1.5, 41))]):
        if abs(one.statistic(null) / bound - 1) > 1e-6:
            assert (one.statistic(null) < bound) == any(low <= null <= high for low, high in found.pieces)


def test_the_bound_of_several_instruments_is_a_quantile_over_their_number():
    """Three alike: chi-square of 3 degrees around 30, a mixture of central ones by a Poisson of half of that."""
    bound = critical_value(np.eye(3) / 7, 7 * np.eye(3))
    mixture = np.arange(200)
    below = poisson.pmf(mixture, 15) @ chi2.cdf(3 * bound, 3 + 2 * mixture)
    assert below == pytest.approx(0.95, abs=1e-9)
    correlated = np.array([[2.0, 0.9], [0.9, 1.0]])
    # Counted in other units, instruments are no weaker: only their products and covariance together matter.
    turned = np.array([[1.0, 0.5], [0.0, 3.0]])
    inverse = np.linalg.inv(turned)
    products, covariance, first = correlated, np.diag([0.2, 0.7]), np.array([1.0, -0.4])
    other = inverse @ first, inverse @ covariance @ inverse.T, turned.T @ products @ turned
    assert effective_f(*other) == pytest.approx(effective_f(first, covariance, products))
    assert critical_value(*other[1:]) == pytest.approx(critical_value(covariance, products))
    by_hand = (first @ products @ first) / (0.2 * 2.0 + 0.7 * 1.0)
    assert effective_f(first, covariance, products) == pytest.approx(by_hand)


def test_a_first_stage_just_above_the_bound_leaves_an_interval():
    bound = fisher.ppf(0.95, 1, 200.0)
    for over, bounded in ((0.3, True), (-0.3, False)):
        first = np.sqrt(bound + over)
        one = ReducedForm(*map(np.array, ([first], [first], [[1.0]], [[1.0]], [[0.0]])), 200.0)
        assert np.isfinite(anderson_rubin_set(one, 0.95, 1.0, 1.0).low) == bounded


def test_a_hypothesis_that_is_just_at_the_bound_is_an_end_of_the_set():
    """Of zero, in the middle of those looked at first, the statistic is 4, the bound with some number of rows."""
    level, freedom = next(
        (level, freedom)
        for freedom in range(100, 200)
        if fisher.ppf(level := float(fisher.cdf(4.0, 1, freedom)), 1, freedom) == 4.0
    )
    one = ReducedForm(*map(np.array, ([2.0], [6.0], [[1.0]], [[1.0]], [[0.0]])), float(freedom))
    ((low, high),) = anderson_rubin_set(one, level, 0.0, 0.1).pieces
    assert (low, high) == (pytest.approx(0.0, abs=1e-12), pytest.approx(0.75))  # (2 − 6b)² = 4 (1 + b²)
