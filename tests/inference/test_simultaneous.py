from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import chi, multivariate_normal, norm

from ruralpanel.inference.simultaneous import critical_value
from tests.conftest import equation
from tests.worded import estimate_block


def critical(covariance: np.ndarray, freedom: float = np.inf, level: float = 0.95) -> float:
    return critical_value(covariance, freedom, level, np.random.default_rng(1))


@pytest.mark.parametrize("count", [1, 2, 8])
def test_independent_coefficients_have_sidaks_value(count: int) -> None:
    expected = norm.ppf((1 + 0.95 ** (1 / count)) / 2)
    assert critical(np.diag(np.arange(1.0, count + 1))) == pytest.approx(expected, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("freedom", [9, 30])
def test_with_few_clusters_it_is_the_studentised_maximum_modulus(freedom: int) -> None:
    """The distribution of the largest of five independent |t| with one common estimate of the variance, integrated."""

    def coverage(value: float) -> float:
        scale = np.sqrt(freedom)
        return quad(lambda s: (2 * norm.cdf(value * s / scale) - 1) ** 5 * chi.pdf(s, freedom), 0, 5 * scale)[0]

    expected = brentq(lambda value: coverage(value) - 0.95, 1.5, 6)
    assert critical(np.eye(5), freedom) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("correlation", [0.5, -0.8])
def test_two_correlated_coefficients_have_the_value_of_the_bivariate_normal(correlation: float) -> None:
    covariance = np.array([[1.0, correlation], [correlation, 1.0]])

    def coverage(value: float) -> float:
        both = multivariate_normal(cov=covariance).cdf([value, value], lower_limit=[-value, -value])
        return float(both) - 0.95

    errors = np.array([0.1, 3.0])
    assert critical(covariance * np.outer(errors, errors)) == pytest.approx(brentq(coverage, 1.5, 3), abs=0.01)


def test_coefficients_that_move_together_need_no_more_than_one() -> None:
    assert critical(np.ones((6, 6))) == pytest.approx(norm.ppf(0.975), abs=0.02)
    assert critical(np.ones((6, 6)), 12) >= 2.178812829


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["event_study", "sun_abraham"])
def test_a_band_holds_the_intervals(panel: pd.DataFrame, estimator: str) -> None:
    asked = equation(estimator=estimator, seed=4, inference={"cluster": ["village"], "simultaneous": True})
    rows = estimate_block(panel, [asked])[0]
    covered = rows[rows["event_time"].notna() & rows["standard_error"].notna()]
    assert len(covered) > 5
    assert (covered["interval_low_simultaneous"] < covered["interval_low"]).all()
    assert (covered["interval_high_simultaneous"] > covered["interval_high"]).all()
    widths = (covered["interval_high_simultaneous"] - covered["estimate"]) / covered["standard_error"]
    assert widths.to_numpy() == pytest.approx(widths.iloc[0])
    assert rows.loc[~rows.index.isin(covered.index), "interval_low_simultaneous"].isna().all()
    shuffled = estimate_block(panel.sample(frac=1, random_state=1), [asked])[0]
    pd.testing.assert_series_equal(rows["interval_low_simultaneous"], shuffled["interval_low_simultaneous"])
