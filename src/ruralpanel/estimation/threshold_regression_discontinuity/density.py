r"""The test that the density of a running variable does not jump at a threshold, as it would where units sort.

The density on a side is the slope at the threshold of a local polynomial fitted to the empirical distribution function
of all units, :math:`\hat F(x_i) = \frac{1}{n-1} \sum_{j \ne i} 1(x_j \le x_i)` (Cattaneo, Jansson & Ma 2020,
section 2). It is a U-statistic of second order, whose projection on a unit has two parts, what its own value moves and
what it adds to the distribution function of others; its variance is the mean square of these (section 4, the
jackknife). The test is by a polynomial of one order more than the bandwidth is chosen for, so that the bias left is
small beside the error.

The bandwidth, one for both sides, has the smallest mean squared error of the difference of the densities, with
curvature estimated at twice a pilot bandwidth, and is no wider than the side that spans less; the R package rddensity
has a combination of four such rules.

References
----------
Cattaneo, Jansson & Ma (2020), Simple Local Polynomial Density Estimators, Journal of the American Statistical
Association 115(531).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.threshold_regression_discontinuity.local_polynomials import (
    AT_LEAST,
    KERNELS,
    TooFew,
    pilot_bandwidth,
)

ORDER = 2
"""Of the polynomial that the bandwidth is best for; the test has one order more."""


@dataclass(frozen=True)
class DensityJump:
    """The densities on both sides of a threshold.

    Parameters
    ----------
    below, above
        The densities there.
    standard_error
        Of their difference.
    bandwidth
        The distance up to which units were used.
    units
        How many there are within it.
    """

    below: float
    above: float
    standard_error: float
    bandwidth: float
    units: int


@dataclass(frozen=True)
class _Fit:
    """Coefficients of one side's polynomial, the influence of all units on them, and the constants of their bias."""

    coefficients: Numbers
    influence: Numbers
    leading: Numbers
    units: int


def density_jump(
    distance: Numbers, cluster: NDArray[np.int64] | None, kernel: str, bandwidth: float | None = None
) -> DensityJump:
    """Estimate how the density of a running variable jumps at the threshold.

    Parameters
    ----------
    distance
        Of units from the threshold.
    cluster
        Of units, numbered from zero; None where every one is its own.
    kernel
        How units weigh by their distance.
    bandwidth
        Up to which distance units are used; None for the best.

    Raises
    ------
    TooFew
        If there are too few different values on a side.
    """
    order = np.argsort(distance, kind="stable")
    distance = distance[order]
    cluster = None if cluster is None else cluster[order]
    width = bandwidth if bandwidth is not None else _best_bandwidth(distance, cluster, kernel)
    below, above = (_fit(distance, side, ORDER + 1, width, kernel) for side in (False, True))
    variance = _variance(above.influence[:, 1] - below.influence[:, 1], cluster)
    densities = float(below.coefficients[1]), float(above.coefficients[1])
    return DensityJump(*densities, float(np.sqrt(variance)), width, below.units + above.units)


def _fit(distance: Numbers, above: bool, order: int, bandwidth: float, kernel: str) -> _Fit:
    """Fit the distribution function of all units on one side of the threshold."""
    count = len(distance)
    on_side = distance >= 0 if above else distance < 0
    weight = np.where(on_side, KERNELS[kernel](distance / bandwidth) / bandwidth, 0.0)
    used = np.flatnonzero(weight > 0)
    if len(np.unique(distance[used])) <= order + 1:
        raise TooFew("few_near_threshold", rows=len(used), coefficients=order + 1)
    distribution = (np.searchsorted(distance, distance[used], side="right") - 1) / (count - 1)
    share = distance[used] / bandwidth
    design = np.vander(share, order + 1, increasing=True)
    weighted = design * weight[used, None]
    inverse = np.linalg.inv(weighted.T @ design)
    scale = bandwidth ** np.arange(order + 1)
    coefficients = inverse @ (weighted.T @ distribution)
    # What unit j adds to the distribution function of those at its value or beyond.
    scores = np.zeros((count, order + 1))
    scores[used] = weighted
    beyond = np.cumsum(scores[::-1], axis=0)[::-1][np.searchsorted(distance, distance, side="left")]
    beyond = beyond - weighted.T @ distribution
    own = np.zeros((count, order + 1))
    own[used] = weighted * (distribution - design @ coefficients)[:, None] * count
    influence = (own + beyond) @ inverse / scale
    leading = inverse @ (weighted.T @ share ** (order + 1)) / scale
    return _Fit(coefficients / scale, influence, leading, len(used))


def _variance(influence: Numbers, cluster: NDArray[np.int64] | None) -> float:
    centred = influence - influence.mean()
    sums = centred if cluster is None else np.bincount(cluster, centred)
    return float(sums @ sums) / len(influence) ** 2


def _holding(values: Numbers, number: int) -> float:
    """Give the distance within which a number of different values lie."""
    return float(np.sort(np.abs(values))[min(number, len(values)) - 1])


def _best_bandwidth(distance: Numbers, cluster: NDArray[np.int64] | None, kernel: str) -> float:
    """Choose the bandwidth by the mean squared error of the difference of the two densities."""
    values = np.unique(distance)
    narrow = min(-float(distance[0]), float(distance[-1]))
    least = max(_holding(values[side], 2 * AT_LEAST) for side in (values < 0, values >= 0))
    pilot = max(min(pilot_bandwidth(distance, kernel, len(values)), narrow), least)
    wide = max(min(2 * pilot, narrow), least)
    near = [_fit(distance, side, ORDER, pilot, kernel) for side in (False, True)]
    far = [_fit(distance, side, ORDER + 1, wide, kernel) for side in (False, True)]
    variance = _variance(near[1].influence[:, 1] - near[0].influence[:, 1], cluster) * pilot
    # The bias of a slope by a polynomial of this order is the next coefficient times a constant, times h to its order.
    constants = [each.leading[1] * pilot for each in near]
    curves = [each.coefficients[ORDER + 1] for each in far]
    bias = (constants[1] * curves[1] - constants[0] * curves[0]) ** 2
    if not (bias > 0 and variance > 0):
        return max(narrow, least)
    chosen = (variance / (2 * ORDER * bias)) ** (1 / (2 * ORDER + 1))
    return float(max(min(chosen, narrow), least))
