"""Bounds by trimming and without assumptions, held to another program and to simulated truth."""

from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.sensitivity.attrition_bounds import Bounds, NoBounds, lee_bounds, manski_bounds

ROW = np.arange(200)
VALUES = np.round(np.sin(7 * ROW) + 0.3 * (ROW < 100) + ROW / 100, 6)
TREATED = ROW < 100
OBSERVED = np.where(TREATED, ROW % 5 != 0, ROW % 5 < 3)
"""Of 100 a side, 80 treated and 60 others are observed, so that a quarter of the former is trimmed."""


def test_bounds_and_errors_are_those_of_pyleebounds() -> None:
    """``LeeBounds(n_bootstrap=4000).fit(…)`` of pyleebounds 0.3.0 gives these, and 0.1656 for the upper error."""
    found = lee_bounds(VALUES, TREATED, OBSERVED)
    assert found.low == pytest.approx(-0.9886039, abs=1e-9) and found.high == pytest.approx(-0.3386169, abs=1e-9)
    assert found.high_error == pytest.approx(0.1656, rel=0.02) and found.trimmed == pytest.approx(0.25)


def test_analytic_errors_are_those_of_its_bootstrap_with_many_rows() -> None:
    """The same program with 2,000 draws: errors 0.0452 and 0.0441; it trims whole rows, so that bounds are near."""
    random = np.random.default_rng(5)
    treated = np.arange(4000) % 2 == 1
    observed = random.random(4000) < np.where(treated, 0.8, 0.7)
    found = lee_bounds(random.normal(size=4000) + 0.2 * treated, treated, observed)
    assert (found.low, found.high) == pytest.approx((-0.10816, 0.41461), abs=0.002)
    assert (found.low_error, found.high_error) == pytest.approx((0.0452, 0.0441), rel=0.03)


def test_the_arm_observed_more_often_is_trimmed_whichever_it_is() -> None:
    found, turned = lee_bounds(VALUES, TREATED, OBSERVED), lee_bounds(VALUES, ~TREATED, OBSERVED)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert (turned.low_error, turned.high_error) == pytest.approx((found.high_error, found.low_error))


def test_weights_are_as_good_as_copies_but_for_errors() -> None:
    weights = 1 + ROW % 3
    found = lee_bounds(VALUES, TREATED, OBSERVED, weights=weights)
    copies = lee_bounds(*(np.repeat(each, weights) for each in (VALUES, TREATED, OBSERVED)))
    assert (found.low, found.high, found.trimmed) == pytest.approx((copies.low, copies.high, copies.trimmed))


def test_groups_tighten_bounds_and_keep_those_observed_either_way() -> None:
    random = np.random.default_rng(6)
    group, treated = random.integers(0, 2, 4000), random.random(4000) < 0.5
    observed = random.random(4000) < np.where(treated, 0.9, 0.6)
    values = 3.0 * group + random.normal(size=4000) + 0.5 * treated
    wide, tight = lee_bounds(values, treated, observed), lee_bounds(values, treated, observed, groups=group)
    assert wide.low < tight.low < 0.5 < tight.high < wide.high


def test_with_everybody_observed_bounds_are_the_difference_in_means() -> None:
    seen = np.ones(200, dtype=bool)
    difference = VALUES[TREATED].mean() - VALUES[~TREATED].mean()
    for found in (lee_bounds(VALUES, TREATED, seen), manski_bounds(VALUES, TREATED, seen, -9, 9)):
        assert (found.low, found.high) == pytest.approx((difference, difference))


def test_bounds_without_assumptions_add_what_is_missing_at_either_end() -> None:
    found = manski_bounds([1.0, 3.0, 0.0, 2.0], [True, True, False, False], [True, False, True, True], 0.0, 10.0)
    assert (found.low, found.high) == (0.5 - 1.0, 5.5 - 1.0)
    assert isinstance(found, Bounds) and np.isnan(found.low_error)


def test_an_arm_without_anybody_has_no_bounds() -> None:
    with pytest.raises(NoBounds):
        lee_bounds([1.0, 2.0], [True, True], [True, True])
    with pytest.raises(NoBounds):
        manski_bounds([1.0, 2.0], [False, False], [True, True], 0, 1)
