r"""Standard errors that allow errors of all units to be correlated within a period, and over neighbouring periods.

With :math:`h_t` the sum of the scores of all rows of period :math:`t`, the middle of the sandwich is
:math:`\sum_s \sum_t k(|s - t|) h_s h_t'` with :math:`k(d) = \max(1 - d/(L+1), 0)` and the bandwidth :math:`L`. What has
to be many are the periods; units may be as correlated with each other as they like.

Distances are counted in periods as they are numbered, divided by what all distances have in common: waves two years
apart are one period each, and a year that is missing among years keeps its place. With all periods there, this is what
linearmodels and R fixest do.

The small-sample correction is fixest's: :math:`T/(T-1) \cdot (N-1)/(N-K)`, with all fixed effects counted in
:math:`K`, and t degrees of freedom :math:`T-1`.

References
----------
Driscoll & Kraay (1998), Consistent Covariance Matrix Estimation with Spatially Dependent Panel Data, Review of
Economics and Statistics 80(4), section II. Newey & West (1987), A Simple, Positive Semi-Definite, Heteroskedasticity
and Autocorrelation Consistent Covariance Matrix, Econometrica 55(3), equation 5.
"""

from __future__ import annotations

import numpy as np

from ruralpanel.absorption.levels import levels_of
from ruralpanel.inference.covariance import (
    Covariance,
    Influences,
    NoCovariance,
    Rows,
    TooFewClusters,
    labelled,
    require_rows,
)
from ruralpanel.inference.small_sample import counted_coefficients
from ruralpanel.study.blocks import Inference


def covariance(influences: Influences, rows: Rows, inference: Inference) -> Covariance:
    """Compute the covariance matrix, with t degrees of freedom of the periods less one.

    Parameters
    ----------
    influences, rows
        Of the regression; rows have periods.
    inference
        Gives the bandwidth and the small-sample correction.

    Raises
    ------
    NoCovariance
        If there is one period, the bandwidth is no smaller than the number of periods, or there are no more rows than
        coefficients.
    """
    periods = levels_of(rows.periods)
    sums = influences.scores(periods)
    number, observations = len(sums), len(influences.residuals)
    if number < 2:
        raise TooFewClusters("one_period_to_add_up")
    bandwidth = default_bandwidth(number) if inference.bandwidth is None else inference.bandwidth
    if bandwidth >= number:
        raise NoCovariance("bandwidth_too_wide", bandwidth=bandwidth, periods=number)
    matrix = sums.T @ bartlett_weights(np.unique(rows.periods), bandwidth) @ sums
    if inference.small_sample != "none":
        counted = counted_coefficients(influences.coefficients, rows.levels, None) + rows.slope_levels
        require_rows(observations, counted)
        matrix = matrix * (number / (number - 1)) * ((observations - 1) / (observations - counted))
    settings = {"kernel": "bartlett", "bandwidth": bandwidth}
    return labelled(matrix, influences, number - 1, periods, settings=settings)


def default_bandwidth(periods: int) -> int:
    """Give the fourth root of the number of periods, rounded down, which is R fixest's rule."""
    return max(bandwidth for bandwidth in range(periods + 1) if bandwidth**4 <= periods)


def bartlett_weights(periods: np.ndarray, bandwidth: int) -> np.ndarray:
    """Weigh pairs of periods by how far they are apart.

    Parameters
    ----------
    periods
        Different whole numbers, in order, shape (periods,).
    bandwidth
        In periods; at a distance of one more, the weight is zero.

    Returns
    -------
    numpy.ndarray
        Shape (periods, periods), with ones on the diagonal.
    """
    step = int(np.gcd.reduce(np.diff(periods)))
    distances = np.abs(periods[:, None] - periods) / step
    return np.asarray(np.maximum(1 - distances / (bandwidth + 1), 0.0))
