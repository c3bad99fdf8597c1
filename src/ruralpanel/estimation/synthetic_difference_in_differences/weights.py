r"""Weights of units and of periods, by the algorithm of Frank and Wolfe.

Both sets of weights :math:`x` are not negative, add up to one, and minimise

.. math:: \frac{1}{n} \sum_{j} \Bigl(\sum_k D_{jk} x_k\Bigr)^2 + \zeta^2 \sum_k p_k x_k^2,

where :math:`D` holds differences between what is weighted and what is to be matched, each column less its mean, which
is the intercept of equations (4) and (6) of Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), Synthetic
Difference-in-Differences, American Economic Review 111(12). The number and order of steps and the rule for stopping
are those of the authors' R package synthdid, for an estimate may differ in its fifth digit by when the search stops.

As the weights add up to one, taking the target off every column changes nothing; the objective is then a quadratic
form, and its gradient follows from one step to the next without a product of matrices. No sum here is left to a library
that would divide it among threads, so that the steps are the same on every number of cores.
"""

from __future__ import annotations

import numpy as np

from ruralpanel.arrays import Numbers

STEPS_BEFORE_PRUNING, STEPS = 100, 10_000
"""The most steps of the first search, and of the second, which begins with the larger weights of the first."""

PRUNED_BELOW = 0.25
"""The share of the largest weight that a weight has to exceed to be kept between the searches."""

KEPT_COLUMNS = 4_000
"""Where there are more weights than this, columns of the quadratic form are computed again and again, not kept."""

NEWTON_STEPS = 100
"""The most steps of Newton's method, which takes about a dozen."""

DUAL_GAP = 1e-18
"""What a step of Newton's method still has to promise, where the objective is near one."""


def fitted_weights(
    differences: Numbers, penalties: Numbers, stop_below: float, start: Numbers | None = None
) -> tuple[Numbers, bool]:
    """Find the weights that make weighted differences small.

    Parameters
    ----------
    differences
        What is weighted less what is to be matched, the mean taken off each column; one column a weight.
    penalties
        For each weight, what its square counts beside the sum of squares of weighted differences.
    stop_below
        The search ends when a step makes the sum of both smaller by no more than this.
    start
        Where to begin; left out: with equal weights.

    Returns
    -------
    tuple of (numpy.ndarray, bool)
        Not negative, with sum one; and whether the search ended by itself, not with its last step.
    """
    count = differences.shape[1]
    begin = np.full(count, 1.0 / count) if start is None else start
    rough, _ = _searched(differences, penalties, stop_below, begin, STEPS_BEFORE_PRUNING)
    large = np.where(rough > rough.max() * PRUNED_BELOW, rough, 0.0)
    return _searched(differences, penalties, stop_below, large / large.sum(), STEPS)


def _searched(
    differences: Numbers, penalties: Numbers, stop_below: float, start: Numbers, most: int
) -> tuple[Numbers, bool]:
    """Move weight to the best single column, as far as is best, again and again; tell whether that came to an end."""
    weights = start.copy()
    slope = np.einsum("jk,j->k", differences, np.einsum("jk,k->j", differences, weights)) + penalties * weights
    value = float((weights * slope).sum())
    columns: dict[int, Numbers] = {}
    for step in range(most):
        best = int(slope.argmin())
        column = columns.get(best)
        if column is None:
            column = np.einsum("jk,j->k", differences, differences[:, best])
            column[best] += penalties[best]
            if len(weights) <= KEPT_COLUMNS:
                columns[best] = column
        fall = value - float(slope[best])
        curvature = fall - float(slope[best]) + float(column[best])
        if fall <= 0 or curvature <= 0:
            return weights, True
        share = min(1.0, fall / curvature)
        weights *= 1 - share
        weights[best] += share
        slope *= 1 - share
        slope += share * column
        decrease = share * (2 * fall - share * curvature)
        value -= decrease
        if step > 0 and decrease <= stop_below:
            return weights, True
    return weights, False


def best_weights(differences: Numbers, penalties: Numbers) -> tuple[Numbers, bool]:
    r"""Find the weights at which any search must end, by Newton's method on the dual problem.

    Where every weight is penalised there is one solution :math:`x`. With :math:`u = Dx` and a multiplier :math:`\nu`
    for the sum it is :math:`x_k = \max(0, \nu - D_k' u) / p_k`, and :math:`u, \nu` minimise the convex function
    :math:`\tfrac12 u'u + \tfrac12 \sum_k \max(0, \nu - D_k' u)^2 / p_k - \nu`: as many unknowns as there are rows,
    and one.
    With a thousand units and a dozen periods this takes a hundredth of the time of a search.

    Parameters
    ----------
    differences, penalties
        As in :func:`fitted_weights`; penalties are positive.

    Returns
    -------
    tuple of (numpy.ndarray, bool)
        Not negative, with sum one; and whether they were found within :data:`NEWTON_STEPS`.
    """
    rows, count = differences.shape
    # In units in which weights, penalties and differences are near one.
    scale = penalties.mean() / count
    columns, penalties = differences / np.sqrt(scale), penalties / scale
    bordered = np.vstack([-columns, np.ones(count)])
    unknown = np.append(columns.mean(axis=1), 0.0)
    unknown[rows] = (1 - (np.einsum("rk,r->k", bordered, unknown) / penalties).sum()) / (1 / penalties).sum()

    def at(point: Numbers) -> tuple[float, Numbers]:
        weights = np.maximum(np.einsum("rk,r->k", bordered, point), 0.0) / penalties
        return float((point[:rows] ** 2).sum() / 2 + (penalties * weights**2).sum() / 2 - point[rows]), weights

    value, weights = at(unknown)
    settled = False
    for _ in range(NEWTON_STEPS):
        slope = np.append(unknown[:rows], -1.0) + np.einsum("rk,k->r", bordered, weights)
        active = bordered[:, weights > 0]
        curvature = np.einsum("rk,sk->rs", active / penalties[weights > 0], active)
        curvature[np.arange(rows), np.arange(rows)] += 1.0
        curvature[rows, rows] += 1e-12
        direction = -np.linalg.solve(curvature, slope)
        promised = float((direction * slope).sum())
        if settled := promised > -DUAL_GAP:
            break
        length = 1.0
        while (found := at(unknown + length * direction))[0] > value + 1e-4 * length * promised and length > 1e-9:
            length /= 2
        unknown = unknown + length * direction
        value, weights = found
    return np.asarray(weights / weights.sum()), settled
