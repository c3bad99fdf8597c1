r"""Intervals that hold when trends differ after treatment by no more than a multiple of what they did before.

Let :math:`\delta_t` be the difference in trends, which the coefficients of an event study hold beside the effects, zero
at the reference :math:`t = 0`. The restriction is

.. math:: |\delta_{t+1} - \delta_t| \le \bar M \max_{s < 0} |\delta_{s+1} - \delta_s| \quad \text{for } t \ge 0

(Rambachan & Roth 2023, Review of Economic Studies 90(5), section 2.4.1). It is the union, over the period :math:`s` and
the sign of the largest difference before treatment, of sets of linear inequalities, and so the interval is the union of
those of the sets. Each is made of the values that the hybrid of the conditional and the least favourable test does not
reject (section 3; Andrews, Roth & Pakes 2023), with the inequalities after treatment, as in the R package HonestDiD.

The test statistic is the value of a linear program. Its dual has few vertices here, which can be written down. Let
:math:`v` be the largest difference before treatment, :math:`l` the weights of the effects, :math:`h_t` the sum of
:math:`l` from :math:`t` on, and :math:`\hat\theta = l'\hat\beta`. The inequalities are :math:`\pm(\delta_t -
\delta_{t-1}) - \bar M v \le 0`, and the vertices combine them into

.. math:: \pm(\hat\theta - \theta) - \bar M \sum_t |h_t|\, \hat v \quad \text{and} \quad -2 \bar M \hat v,

the last once for every :math:`t`, each divided by the standard deviations that it is made of. So nothing has to be
searched for: values of :math:`\theta` are tested all at once, and the least favourable critical value is an integral
over the two normal variables :math:`\hat\theta` and :math:`\hat v`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.sensitivity.event_study import EventStudy

FIRST_STAGE = 0.1
"""The share of the test's size that goes to the least favourable test before the conditional one, as in the paper."""

POINTS = 201
"""Values tested at once; each round narrows an end down to one of the spaces between them."""

ROUNDS = 4
"""After four rounds, an end is known to a billionth of the range of values that can be accepted."""

NODES = 100
"""Of the quadrature for the least favourable critical value."""

SAME = 1e-9
"""Two statistics that move together by this much do not bound each other."""


def relative_magnitudes_interval(
    study: EventStudy, weights: Numbers, bound: float, level: float
) -> tuple[float, float] | None:
    r"""Give the interval for an average effect under a bound on relative magnitudes.

    Parameters
    ----------
    study
        Coefficients before and after treatment, one before at least.
    weights
        Of the effects, in the order of event time.
    bound
        :math:`\bar M`, a number of times the largest difference between neighbouring periods before treatment.
    level
        Coverage, as a share.

    Returns
    -------
    tuple of (float, float)
        In the outcome's unit; None if every value is rejected.
    """
    found = [test.ends() for test in _tests(study, weights, bound, level)]
    if not found:
        return None
    return min(low for low, _ in found), max(high for _, high in found)


def excludes_zero(study: EventStudy, weights: Numbers, bound: float, level: float) -> bool:
    """Tell whether zero is outside the interval, for which its ends need not be narrowed down to the last digit.

    Parameters
    ----------
    study, weights, bound, level
        As for :func:`relative_magnitudes_interval`.
    """
    below = above = False
    for test in _tests(study, weights, bound, level):
        below = below or test.low() <= 0
        above = above or test.high() >= 0
        if below and above:
            return False
    return True


def _tests(study: EventStudy, weights: Numbers, bound: float, level: float) -> Iterator[_Test]:
    """Give the hybrid test for each period and sign of the largest difference that leaves something of the effect."""
    for difference in study.differences_before:
        for sign in (1.0, -1.0):
            test = _test(_moments(study, weights, sign * difference, bound), 1 - level)
            if test is not None:
                yield test


@dataclass(frozen=True)
class _Moments:
    """The vertices' statistics for one period and sign of the largest difference before treatment.

    Parameters
    ----------
    at_zero
        Their values where the effect is zero.
    slope
        By how much each falls for a unit of the effect.
    loadings
        Of each on the estimated effect and on the estimated largest difference, shape (statistics, 2).
    covariance
        Of these two, shape (2, 2).
    """

    at_zero: Numbers
    slope: Numbers
    loadings: Numbers
    covariance: Numbers


def _moments(study: EventStudy, weights: Numbers, largest: Numbers, bound: float) -> _Moments:
    """Combine the inequalities after treatment into the vertices' statistics."""
    after = study.differences_after
    towards = np.cumsum(weights[::-1])[::-1]
    upper = _standard_deviations(after - bound * largest, study.covariance)
    lower = _standard_deviations(-after - bound * largest, study.covariance)
    positive, negative = np.maximum(towards, 0), np.maximum(-towards, 0)
    total = bound * float(np.abs(towards).sum())
    above, below = float(positive @ upper + negative @ lower), float(negative @ upper + positive @ lower)
    loadings = [[1 / above, -total / above], [-1 / below, -total / below]]
    if len(weights) > 1:  # with one effect, these follow from the first two
        loadings += [[0.0, -2 * bound / size] for size in upper + lower]
    pair = np.vstack([study.effect_weights(weights), largest])
    stacked = np.array(loadings)
    return _Moments(stacked @ (pair @ study.coefficients), stacked[:, 0], stacked, pair @ study.covariance @ pair.T)


def _standard_deviations(rows: Numbers, covariance: Numbers) -> Numbers:
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows)))


@dataclass(frozen=True)
class _Test:
    """The hybrid test, and between which values it turns.

    Parameters
    ----------
    moments
        What is tested.
    critical
        The least favourable critical value.
    size
        Of the conditional test.
    below, above
        The value before and the first that is not rejected, from below and from above.
    """

    moments: _Moments
    critical: float
    size: float
    below: tuple[float, float]
    above: tuple[float, float]

    def ends(self) -> tuple[float, float]:
        """Give the smallest and the largest value that is not rejected."""
        return self._end(*self.below), self._end(*self.above)

    def low(self) -> float:
        """Give the smallest value that is not rejected, or any that lies with it on one side of zero."""
        return self._end(*self.below) if self.below[0] <= 0 < self.below[1] else self.below[1]

    def high(self) -> float:
        """Give the largest value that is not rejected, or any that lies with it on one side of zero."""
        return self._end(*self.above) if self.above[1] < 0 <= self.above[0] else self.above[1]

    def _end(self, rejected: float, accepted: float) -> float:
        """Narrow down where the test turns, between a value that it rejects and one that it does not."""
        for _ in range(ROUNDS - 1):
            values = np.linspace(rejected, accepted, POINTS)
            first = int(np.argmax(~_rejected(self.moments, values, self.critical, self.size)))
            rejected, accepted = values[max(first - 1, 0)], values[first]
        return float(accepted)


def _test(moments: _Moments, size: float) -> _Test | None:
    """Find out roughly which values the hybrid test does not reject, if there are any."""
    first = FIRST_STAGE * size
    critical = _least_favourable(moments, first)
    second = (size - first) / (1 - first)
    # Beyond these two values the first stage rejects by the first or the second statistic alone.
    low = (moments.at_zero[0] - critical) / moments.slope[0]
    high = (moments.at_zero[1] - critical) / moments.slope[1]
    if low > high:
        return None
    values = np.linspace(low, high, POINTS)
    accepted = np.flatnonzero(~_rejected(moments, values, critical, second))
    if len(accepted) == 0:
        return None
    start, end = accepted[0], accepted[-1]
    below = (float(values[max(start - 1, 0)]), float(values[start]))
    above = (float(values[min(end + 1, POINTS - 1)]), float(values[end]))
    return _Test(moments, critical, second, below, above)


def _rejected(moments: _Moments, values: Numbers, critical: float, size: float) -> NDArray[np.bool_]:
    """Test values of the effect: first by the least favourable critical value, then conditionally."""
    statistics = moments.at_zero - np.outer(values, moments.slope)
    covariance = moments.loadings @ moments.covariance @ moments.loadings.T
    largest = statistics.argmax(axis=1)
    statistic = statistics.max(axis=1)
    variance = covariance[largest, largest]
    known = variance > SAME**2
    with np.errstate(divide="ignore", invalid="ignore"):
        together = covariance[largest] / variance[:, None]
        crossing = (statistics - together * statistic[:, None]) / (1 - together)
        # The largest statistic, given that it is the largest, is normal between these.
        lowest = np.where(together < 1 - SAME, crossing, -np.inf).max(axis=1)
        highest = np.where(together > 1 + SAME, crossing, np.inf).min(axis=1)
        deviation = np.sqrt(variance)
        chance = _log_tail(statistic / deviation, lowest / deviation, np.minimum(highest, critical) / deviation)
    conditionally = known & (statistic > 0) & (chance < np.log(size))
    certain = ~known & (statistic > SAME)
    return np.asarray((statistic > critical) | conditionally | certain)


def _log_tail(value: Numbers, low: Numbers, high: Numbers) -> Numbers:
    """Give the logarithm of the chance that a normal variable between two ends is beyond a value."""
    from scipy.special import log_ndtr

    def between(start: Numbers) -> Numbers:
        return np.asarray(log_ndtr(-start) + np.log1p(-np.exp(np.minimum(log_ndtr(-high) - log_ndtr(-start), 0))))

    return between(value) - between(np.minimum(low, value))


def _least_favourable(moments: _Moments, size: float) -> float:
    """Give the quantile of the largest statistic when all inequalities just hold."""
    from scipy.optimize import brentq

    def excess(critical: float) -> float:
        return _chance_below(moments, critical) - (1 - size)

    highest = 1.0
    while excess(highest) < 0:
        highest *= 2
    return float(brentq(excess, 0.0, highest, xtol=1e-10))


def _chance_below(moments: _Moments, critical: float) -> float:
    """Integrate the two normal variables over where no statistic exceeds a critical value."""
    from scipy.special import ndtr

    (above, falls_above), (below, falls_below) = moments.loadings[:2]
    spread = float(np.sqrt(moments.covariance[1, 1]))
    towards = moments.covariance[0, 1] / moments.covariance[1, 1]
    rest = float(np.sqrt(max(moments.covariance[0, 0] - towards * moments.covariance[0, 1], 0.0)))
    floors = [-9 * spread, *(critical / each[1] for each in moments.loadings[2:] if each[1] < 0)]
    if falls_above < 0:  # below this, no effect is left between the first two
        floors.append(critical * (1 / above - 1 / below) / (falls_above / above - falls_below / below))
    floor = max(floors)
    nodes, shares = _quadrature()
    difference = floor + (9 * spread - floor) * (nodes + 1) / 2
    high = (critical - falls_above * difference) / above
    low = (critical - falls_below * difference) / below
    inside = ndtr((high - towards * difference) / rest) - ndtr((low - towards * difference) / rest)
    # As scipy.stats.norm.pdf to the last digit, which takes a third of all time for what it checks.
    density = np.exp(-((difference / spread) ** 2) / 2.0) / np.sqrt(2 * np.pi) / spread
    return float((9 * spread - floor) / 2 * (shares * density * np.maximum(inside, 0)).sum())


@cache
def _quadrature() -> tuple[Numbers, Numbers]:
    return np.polynomial.legendre.leggauss(NODES)
