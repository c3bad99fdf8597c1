r"""Local polynomials on one side of a threshold, the bandwidth with the smallest mean squared error, and robust errors.

References
----------
Calonico, Cattaneo & Titiunik (2014), Robust Nonparametric Confidence Intervals for Regression-Discontinuity Designs,
Econometrica 82(6): equation 3 for the bias correction, theorem 1 for the robust variance, section 5 for the bandwidths,
whose constants are estimated beforehand, regularised as in Imbens & Kalyanaraman (2012).

Calonico, Cattaneo & Farrell (2020), Optimal Bandwidth Choice for Robust Bias-Corrected Inference in Regression
Discontinuity Designs, Econometrics Journal 23(2), on the same in use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.reasons import ReasonedError

NEIGHBOURS = 3
"""By how many nearest neighbours a row's error is estimated, where clusters are single rows."""
MASS = 0.2
"""From this share of repeated values on, the pilot bandwidth has to hold some different ones."""
AT_LEAST = 10
"""How many different values that is, on either side."""
PILOT = {"triangular": 2.576, "epanechnikov": 2.34, "uniform": 1.843}
"""Of a pilot bandwidth for densities, by kernel."""
REGULARISED = 3.0
"""How many variances of the estimated curvature are added to the squared bias."""

KERNELS: dict[str, Callable[[Numbers], Numbers]] = {
    "triangular": lambda u: np.maximum(1 - np.abs(u), 0.0),
    "epanechnikov": lambda u: np.maximum(0.75 * (1 - u**2), 0.0),
    "uniform": lambda u: np.where(np.abs(u) <= 1, 0.5, 0.0),
}


class TooFew(ReasonedError):
    """There are too few rows near the threshold."""


@dataclass(frozen=True)
class Side:
    """The rows on one side of a threshold.

    Parameters
    ----------
    distance
        From the threshold, ascending; negative below.
    outcomes
        Rows by what jumps: the outcome, and the treatment of a fuzzy design.
    cluster
        Of the rows, numbered from zero; None where every row is one.
    """

    distance: Numbers
    outcomes: Numbers
    cluster: NDArray[np.int64] | None

    @property
    def different(self) -> int:
        """How many values there are."""
        return len(np.unique(self.distance))

    def among(self, rows: NDArray[np.bool_]) -> Side:
        """Keep some rows."""
        return Side(self.distance[rows], self.outcomes[rows], None if self.cluster is None else self.cluster[rows])


@dataclass(frozen=True)
class Polynomial:
    """A polynomial of the distance, fitted by weighted least squares to rows with a positive weight.

    Parameters
    ----------
    rows
        The side's rows within the bandwidth.
    design, weights
        Powers of the distance, and the kernel over the bandwidth.
    inverse
        Of the products of the design.
    coefficients
        Powers by outcomes.
    """

    rows: Side
    design: Numbers
    weights: Numbers
    inverse: Numbers
    coefficients: Numbers
    bandwidth: float

    def errors(self) -> Numbers:
        """Estimate the rows' errors: beside their neighbours, or what the polynomial leaves of clustered rows."""
        if self.rows.cluster is not None:
            return np.asarray(self.rows.outcomes - self.design @ self.coefficients)
        return neighbour_errors(self.rows.distance, self.rows.outcomes)

    def covariance(self, of: Numbers, errors: Numbers | None = None) -> Numbers:
        """Give the covariance of coefficients of a combination of outcomes."""
        own = (self.errors() if errors is None else errors) @ of
        meat = sandwich(self.design * self.weights[:, None], own, self.rows.cluster, self.design.shape[1])
        return np.asarray(self.inverse @ meat @ self.inverse)


def fitted(side: Side, order: int, bandwidth: float, kernel: str) -> Polynomial:
    """Fit a polynomial to the rows within a bandwidth.

    Raises
    ------
    TooFew
        If they do not determine it.
    """
    weights = KERNELS[kernel](side.distance / bandwidth) / bandwidth
    rows = side.among(weights > 0)
    weights = weights[weights > 0]
    if rows.different <= order + 1:
        raise TooFew("few_near_threshold", rows=len(weights), coefficients=order + 1)
    # Powers of the share of the bandwidth keep digits; those of the distance are what is asked for.
    scale = bandwidth ** np.arange(order + 1)
    design = np.vander(rows.distance / bandwidth, order + 1, increasing=True)
    inverse = np.linalg.inv((design * weights[:, None]).T @ design) / np.outer(scale, scale)
    design = design * scale
    coefficients = inverse @ ((design * weights[:, None]).T @ rows.outcomes)
    return Polynomial(rows, design, weights, inverse, coefficients, bandwidth)


def sandwich(weighted: Numbers, errors: Numbers, cluster: NDArray[np.int64] | None, coefficients: int) -> Numbers:
    """Give the products of weighted columns times errors, added up within clusters with Stata's correction."""
    scores = weighted * errors[:, None]
    if cluster is None:
        return np.asarray(scores.T @ scores)
    count = len(scores)
    groups, codes = np.unique(cluster, return_inverse=True)
    sums = np.column_stack([np.bincount(codes, column, len(groups)) for column in scores.T])
    if len(groups) < 2:
        raise TooFew("one_cluster_near_threshold")
    factor = (count - 1) / (count - coefficients) * len(groups) / (len(groups) - 1)
    return np.asarray(factor * sums.T @ sums)


def neighbour_errors(distance: Numbers, outcomes: Numbers) -> Numbers:
    """Estimate errors by the distance of outcomes from the mean of the nearest neighbours', those as near included.

    Parameters
    ----------
    distance
        Ascending.
    outcomes
        Rows by outcomes.
    """
    values, first, counts = np.unique(distance, return_index=True, return_counts=True)
    sums = np.vstack([np.zeros(outcomes.shape[1]), np.cumsum(outcomes, axis=0)])
    last, found = first + counts, np.empty_like(outcomes)
    rounding = NOISE * float(np.abs(distance).max())
    needed = min(NEIGHBOURS, len(distance) - 1)
    for group in range(len(values)):
        low = high = group
        while last[high] - first[low] - 1 < needed:
            down = values[group] - values[low - 1] if low > 0 else np.inf
            up = values[high + 1] - values[group] if high + 1 < len(values) else np.inf
            # Values such as 0.3 - 0.2 and 0.2 - 0.1 are as near, but for rounding.
            as_near = abs(up - down) <= rounding
            low, high = low - (down <= up or as_near), high + (up <= down or as_near)
        own = slice(first[group], last[group])
        others = last[high] - first[low] - 1
        mean = (sums[last[high]] - sums[first[low]] - outcomes[own]) / others
        found[own] = np.sqrt(others / (others + 1)) * (outcomes[own] - mean)
    return found


@dataclass(frozen=True)
class _Constants:
    """Variance, bias and its regularisation, on one side, of what a bandwidth is chosen for."""

    variance: float
    bias: float
    regularisation: float


def _constants(
    side: Side, order: int, derivative: int, widths: tuple[float, float], kernel: str, above: int
) -> _Constants:
    """Estimate what the mean squared error of a derivative at the threshold is made of.

    ``widths`` are bandwidths for its variance, and for the next derivative, by a polynomial of order ``above``.
    """
    near = fitted(side, order, widths[0], kernel)
    first = np.eye(side.outcomes.shape[1])[0]
    share = near.rows.distance / widths[0]
    leading = near.inverse @ ((near.design * near.weights[:, None]).T @ share ** (order + 1))
    constant = widths[0] ** derivative * leading[derivative]
    far = fitted(side, above, widths[1], kernel)
    power = 2 * (order + 1 - derivative)
    return _Constants(
        (2 * derivative + 1)
        * widths[0] ** (2 * derivative + 1)
        * float(near.covariance(first)[derivative, derivative]),
        float(np.sqrt(power) * constant * far.coefficients[order + 1, 0]),
        float(power * REGULARISED * constant**2 * far.covariance(first)[order + 1, order + 1]),
    )


def pilot_bandwidth(distance: Numbers, kernel: str, sizes: int) -> float:
    """Give the rule of thumb for densities."""
    spread = np.subtract(*np.quantile(distance, [0.75, 0.25], method="averaged_inverted_cdf")) / 1.349
    scale = min(float(np.std(distance, ddof=1)), float(spread)) or float(np.std(distance, ddof=1))
    return float(PILOT[kernel] * scale * sizes ** (-1 / 5))


def best_bandwidths(left: Side, right: Side, order: int, kernel: str) -> tuple[float, float]:
    """Choose the bandwidth for the jump, one for both sides, and that for its bias.

    Raises
    ------
    TooFew
        If there are too few rows to choose by.
    """
    sides = (left, right)
    widest = max(-float(left.distance[0]), float(right.distance[-1]))
    repeated = any(1 - each.different / len(each.distance) >= MASS for each in sides)
    size = sum(each.different for each in sides)
    least = max((_holding(each, AT_LEAST) for each in sides), default=0.0) if repeated else 0.0
    pilot = pilot_bandwidth(np.concatenate([left.distance, right.distance]), kernel, size)
    pilot = max(min(pilot, widest), least)
    bias_order = order + 1

    def best(of: int, derivative: int, width: tuple[float, float], above: int, regularised: bool) -> float:
        low, high = (
            _constants(each, of, derivative, (pilot, far), kernel, above)
            for each, far in zip(sides, width, strict=True)
        )
        squared = (high.bias - low.bias) ** 2 + regularised * (high.regularisation + low.regularisation)
        if not (squared > 0 and low.variance + high.variance > 0):
            raise TooFew("no_bandwidth")
        chosen = ((low.variance + high.variance) / squared) ** (1 / (2 * of + 3))
        return min(float(chosen), widest)

    reach = (-float(left.distance[0]), float(right.distance[-1]))
    further = best(bias_order + 1, bias_order + 1, reach, bias_order + 2, regularised=False)
    for_bias = best(bias_order, order + 1, (further, further), bias_order + 1, regularised=True)
    return best(order, 0, (for_bias, for_bias), bias_order, regularised=True), for_bias


def _holding(side: Side, number: int) -> float:
    """Give the distance within which a number of different values lie."""
    values = np.unique(np.abs(side.distance))
    return float(values[min(number, len(values)) - 1]) + 1e-8


@dataclass(frozen=True)
class Level:
    """Where the outcomes of a side go to at the threshold.

    Parameters
    ----------
    plain, corrected
        By outcome, by the polynomial, and with its bias taken out.
    plain_covariance, corrected_covariance
        Of these, outcomes by outcomes.
    rows
        Within the bandwidth.
    """

    plain: Numbers
    corrected: Numbers
    plain_covariance: Numbers
    corrected_covariance: Numbers
    rows: int


def level_at_threshold(side: Side, order: int, bandwidth: float, bias_bandwidth: float, kernel: str) -> Level:
    """Estimate the level that one side's outcomes have at the threshold, with and without its bias.

    Raises
    ------
    TooFew
        If there are too few rows within the bandwidths.
    """
    near = fitted(side, order, bandwidth, kernel)
    far = fitted(side, order + 1, bias_bandwidth, kernel)
    weight = KERNELS[kernel](side.distance / bandwidth) / bandwidth
    far_weight = KERNELS[kernel](side.distance / bias_bandwidth) / bias_bandwidth
    within = (weight > 0) | (far_weight > 0)
    rows, weight, far_weight = side.among(within), weight[within], far_weight[within]
    design = np.vander(rows.distance, order + 2, increasing=True)
    low = design[:, : order + 1] * weight[:, None]
    leading = low.T @ (rows.distance / bandwidth) ** (order + 1)
    curvature = (design * far_weight[:, None]) @ far.inverse[order + 1]
    corrected = low - bandwidth ** (order + 1) * np.outer(curvature, leading)
    if side.cluster is None:
        plain_errors = far_errors = neighbour_errors(rows.distance, rows.outcomes)
    else:
        plain_errors = rows.outcomes - design[:, : order + 1] @ near.coefficients
        far_errors = rows.outcomes - design @ far.coefficients
    first = near.inverse[0]
    return Level(
        near.coefficients[0],
        first @ (corrected.T @ rows.outcomes),
        _pairs(low @ first, plain_errors, rows.cluster, order + 1),
        _pairs(corrected @ first, far_errors, rows.cluster, order + 2),
        len(near.weights),
    )


def _pairs(weights: Numbers, errors: Numbers, cluster: NDArray[np.int64] | None, coefficients: int) -> Numbers:
    """Give the covariance of weighted sums of several outcomes' errors."""
    return sandwich(errors * weights[:, None], np.ones(len(errors)), cluster, coefficients)
