r"""A joint test that draws: how often would clusters with other signs give as large a statistic?

An estimate that is linear in the outcome is a sum over clusters, :math:`\hat\theta = \sum_g z_g` with :math:`z_g =
A_g'\tilde u_g`, where :math:`A` are its weights on outcomes and :math:`\tilde u` the residuals of the regression in
which the hypothesis :math:`\theta = 0` holds. If it does, each cluster's errors could as well have had the other sign.
Residuals are given random signs by cluster, :math:`v_g \tilde u_g`, the regression under the hypothesis is fitted to
them anew, so that

.. math:: z^*_g = v_g z_g - \sum_h v_h A_g' P_Z \tilde u_h,

and the p-value is the share of draws in which :math:`W^* = (\sum z^*)'(\sum z^*z^{*\prime})^{-1}(\sum z^*)` is no
smaller than :math:`W`, the same of :math:`z`. :math:`P_Z` projects on all that the hypothesis leaves in the regression.
Wald's statistic with its covariance from the estimate's own residuals has no reference distribution that is right with
few clusters, and fewer still that bear on a coefficient: residuals of few treated clusters are drawn towards zero.

References
----------
Kline & Santos (2012), A Score Based Approach to Wild Bootstrap Inference, Journal of Econometric Methods 1(1), section
2, with the null hypothesis imposed as in Cameron, Gelbach & Miller (2008), Bootstrap-Based Improvements for Inference
with Clustered Errors, Review of Economics and Statistics 90(3), section III.

Canay, Santos & Shaikh (2021), The Wild Bootstrap with a "Small" Number of "Large" Clusters, Review of Economics and
Statistics 103(2), on why signs are right with few clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralpanel.absorption.products import summed
from ruralpanel.absorption.sums import summing
from ruralpanel.absorption.threads import for_each
from ruralpanel.arrays import Numbers

DRAWS = 1_999
"""How often signs are drawn, where there are more patterns of them than this."""

AT_ONCE = 2**21
"""Numbers of an array of draws by clusters by estimates that are drawn at once; another number would draw others."""

AT_A_TIME = 16
"""Draws for which clusters are gone through together."""

NEAR = 128
"""Clusters of which what they contribute stays near the processor for these."""


@dataclass(frozen=True)
class Contributions:
    """What clusters contribute to estimates, with residuals of the regression in which all of these are zero.

    Parameters
    ----------
    sums
        :math:`z_g`, clusters by estimates.
    weights
        A root of :math:`P_Z` times the weights, added up within clusters, shape (estimates, rank, clusters).
    residuals
        The same root times the residuals, shape (rank, clusters). Without rank, the regression is not fitted anew.
    """

    sums: Numbers
    weights: Numbers
    residuals: Numbers


def contributions_of(
    weights: Numbers,
    residual: Numbers,
    clusters: NDArray[np.int64],
    explained: Callable[[Numbers], Numbers] | None,
) -> Contributions:
    """Add weights, residuals and what projections make of them up within clusters.

    Parameters
    ----------
    weights
        Of outcomes in estimates, rows by estimates.
    residual
        Of the regression in which the estimates are zero, shape (rows,).
    clusters
        Of the rows, numbered from zero.
    explained
        Gives for a column of rows a root of :math:`P_Z` times its part in each cluster, shape (rank, clusters); None to
        leave out that the regression under the hypothesis was fitted.
    """
    count, estimates = int(clusters.max()) + 1, weights.shape[1]
    sums = summed(weights.T, residual, clusters.astype("int32", copy=False), count)
    if explained is None:
        return Contributions(sums, np.zeros((estimates, 0, count)), np.zeros((0, count)))
    return Contributions(sums, np.stack([explained(column) for column in weights.T]), explained(residual))


def sign_changes_p_value(found: Contributions, random: np.random.Generator, draws: int = DRAWS) -> tuple[float, int]:
    """Test that all estimates are zero.

    Parameters
    ----------
    found
        From :func:`contributions_of`.
    random
        Where the numbers come from.
    draws
        How many; with fewer patterns of signs than this, each pattern is taken once.

    Returns
    -------
    tuple of (float, int)
        The p-value, and the number of draws. The statistic found counts as one draw more, unless it is among them.
    """
    clusters = len(found.sums)
    exact = clusters < 63 and 2**clusters <= draws
    number = 2**clusters if exact else draws
    at_least = float(_statistics(found, np.ones((1, clusters), dtype="int8"))[0]) * (1 - 1e-9)
    step = max(1, AT_ONCE // (clusters * found.sums.shape[1]))
    large = 0
    for first in range(0, number, step):
        size = min(step, number - first)
        if exact:
            bits = np.arange(first, first + size)[:, None] >> np.arange(clusters) & 1
        else:
            bits = random.integers(0, 2, size=(size, clusters), dtype=np.int8)
        large += int((_statistics(found, (2 * bits - 1).astype("int8")) >= at_least).sum())
    return (large / number if exact else (large + 1) / (number + 1)), number


def _statistics(found: Contributions, signs: NDArray[np.int8]) -> Numbers:
    """Compute the statistic for signs, shape (draws, clusters); infinite where the middle is singular."""
    estimates, clusters = found.sums.shape[1], len(found.sums)
    total, middle = np.zeros((len(signs), estimates)), np.zeros((len(signs), estimates, estimates))
    sums, weights, residuals = map(np.ascontiguousarray, (found.sums.T, found.weights, found.residuals))

    def draw(part: slice) -> None:
        _drawn(signs[part], sums, weights, residuals, total[part], middle[part])

    parts = [slice(first, first + AT_A_TIME) for first in range(0, len(signs), AT_A_TIME)]
    for_each(draw, parts, len(signs) * clusters * estimates)
    scale = np.sqrt(np.einsum("bii->bi", middle))
    scale = np.where(scale > 0, scale, 1.0)
    middle = middle / scale[:, :, None] / scale[:, None, :]
    values = np.full(len(signs), np.inf)
    regular = np.linalg.eigvalsh(middle)[:, 0] > 1e-12
    scaled = (total / scale)[regular]
    values[regular] = np.einsum("bi,bi->b", scaled, np.linalg.solve(middle[regular], scaled[:, :, None])[:, :, 0])
    return values


@summing
def _drawn(
    signs: NDArray[np.int8], sums: Numbers, weights: Numbers, residuals: Numbers, total: Numbers, middle: Numbers
) -> None:
    r"""Add up :math:`z^*_g` and its products for a few draws.

    Parameters
    ----------
    signs
        Shape (draws, clusters).
    sums, weights, residuals
        Of :class:`Contributions`, the first with clusters beside each other, shape (estimates, clusters).
    total, middle
        Shapes (draws, estimates) and (draws, estimates, estimates), of zeros; added to.
    """
    (draws, clusters), (estimates, rank) = signs.shape, weights.shape[:2]
    fitted, chosen = np.zeros((draws, rank)), signs.astype(np.float64)
    for draw in range(draws):
        sign = chosen[draw]
        for number in range(rank):
            residual = residuals[number]
            share = 0.0
            for cluster in range(clusters):
                share += sign[cluster] * residual[cluster]
            fitted[draw, number] = share
    room = np.empty((estimates, NEAR))
    for first in range(0, clusters, NEAR):
        last = min(first + NEAR, clusters)
        for draw in range(draws):
            sign = chosen[draw, first:last]
            for estimate in range(estimates):
                drawn, own = room[estimate, : last - first], sums[estimate, first:last]
                for cluster in range(len(sign)):
                    drawn[cluster] = sign[cluster] * own[cluster]
                for number in range(0, rank // 3 * 3, 3):  # fetched and put back once for three
                    a, b, c = fitted[draw, number], fitted[draw, number + 1], fitted[draw, number + 2]
                    one, two = weights[estimate, number, first:last], weights[estimate, number + 1, first:last]
                    three = weights[estimate, number + 2, first:last]
                    for cluster in range(len(sign)):
                        drawn[cluster] -= a * one[cluster] + b * two[cluster] + c * three[cluster]
                for number in range(rank // 3 * 3, rank):
                    a, one = fitted[draw, number], weights[estimate, number, first:last]
                    for cluster in range(len(sign)):
                        drawn[cluster] -= a * one[cluster]
                of_all = 0.0
                for cluster in range(len(sign)):
                    of_all += drawn[cluster]
                total[draw, estimate] += of_all
                for other in range(estimate + 1):
                    beside = room[other, : last - first]
                    product = 0.0
                    for cluster in range(len(sign)):
                        product += drawn[cluster] * beside[cluster]
                    middle[draw, estimate, other] += product
                    if other < estimate:
                        middle[draw, other, estimate] += product
