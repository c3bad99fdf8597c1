r"""Intervals that hold when the slope of the difference in trends changes little from one period to the next.

Let :math:`\delta_t` be the difference in trends, zero at the reference :math:`t = 0`. The restriction is

.. math:: |(\delta_{t+1} - \delta_t) - (\delta_t - \delta_{t-1})| \le M

(Rambachan & Roth 2023, Review of Economic Studies 90(5), section 2.4.2): with :math:`M = 0`, trends differ by a
straight line. The interval has a fixed length around a weighted sum of coefficients, with the weights of leads chosen
so that it is shortest (section 4.2; Armstrong & Kolesár 2020): half its length is the quantile of the absolute value of
a normal variable whose mean is the largest bias. A straight line must not bias the sum; what remains of the bias is
:math:`M` times the sum of the absolute values of the weights that second differences have in it.

So for each bound on the bias, the weights with the smallest variance are those of a lasso, whose path is piecewise
linear and followed exactly from knot to knot; on it, the shortest interval is found in one dimension.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.sensitivity.event_study import EventStudy

BETWEEN_KNOTS = 200
"""Points of the path tried between two knots, before the best is refined."""

NOWHERE = -1
"""Stands for no weight, at the end of the path."""

SAME = 1e-9
"""Two turns of the path closer than this are one."""


def smoothness_interval(study: EventStudy, weights: Numbers, bound: float, level: float) -> tuple[float, float]:
    r"""Give the shortest interval of fixed length for an average effect under a bound on changes of slope.

    Parameters
    ----------
    study
        Coefficients before and after treatment, one before at least.
    weights
        Of the effects, in the order of event time.
    bound
        :math:`M`, in the outcome's unit per period, the most by which the slope changes from one period to the next.
    level
        Coverage, as a share.

    Returns
    -------
    tuple of (float, float)
        In the outcome's unit.
    """
    from scipy.optimize import minimize_scalar

    fixed, free, bias_after = _weights_of_coefficients(study, weights)

    def half_length(second_differences: Numbers) -> Numbers:
        sums = fixed + second_differences @ free.T
        deviation = np.sqrt(np.einsum("ij,jk,ik->i", sums, study.covariance, sums))
        bias = bound * (bias_after + np.abs(second_differences).sum(axis=1))
        return np.asarray(deviation * _largest_absolute_value(bias / deviation, level))

    knots = _lasso_path(free.T @ study.covariance @ free, free.T @ study.covariance @ fixed)
    steps = np.linspace(0, 1, BETWEEN_KNOTS)[:, None]
    path = [knots[:1], *(start + steps * (end - start) for start, end in pairwise(knots))]
    tried = np.concatenate(path)
    best = int(half_length(tried).argmin())
    before, after = tried[max(best - 1, 0)], tried[min(best + 1, len(tried) - 1)]

    def near(share: float) -> Numbers:
        """Walk from the neighbour before the best point to it and on to the one after."""
        leg = tried[best] - before if share < 1 else after - tried[best]
        return np.asarray((before if share < 1 else tried[best]) + (share if share < 1 else share - 1) * leg)[None, :]

    found = minimize_scalar(lambda share: float(half_length(near(share))[0]), bounds=(0, 2), method="bounded")
    chosen = min((tried[best][None, :], near(found.x)), key=lambda each: float(half_length(each)[0]))
    centre = float((fixed + chosen[0] @ free.T) @ study.coefficients)
    half = float(half_length(chosen)[0])
    return centre - half, centre + half


def _weights_of_coefficients(study: EventStudy, weights: Numbers) -> tuple[Numbers, Numbers, float]:
    r"""Write the weights of all coefficients as a fixed part and a part linear in the weights of second differences.

    With :math:`w_j` the weight of the second difference :math:`j` periods before the reference, the lead :math:`j`
    periods before it has the weight :math:`w_{j-1} - 2 w_j + w_{j+1}`. The sum of the effects' weights times their
    distance from the reference, :math:`w_0`, is what keeps a straight line from biasing the sum.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray, float)
        The fixed part; the linear one, coefficients by second differences; and the sum of absolute weights of second
        differences from the reference on, which nothing can be done about.
    """
    before, after = len(study.leads), len(study.effects)
    times = np.arange(1, after + 1)
    later = np.array([((times - each) * weights)[times > each].sum() for each in range(after)])
    second = np.diff(np.eye(before + 2), n=2, axis=0)  # of w_0 to w_{before + 1}, the last two of which are zero
    fixed = np.zeros(before + after)
    fixed[:before] = (second[:, 0] * later[0])[::-1]
    fixed[before:] = weights
    free = np.zeros((before + after, before - 1))
    free[:before] = second[::-1, 1:before]
    return fixed, free, float(np.abs(later).sum())


def _lasso_path(gram: Numbers, gradient: Numbers) -> Numbers:
    r"""Follow the minimum of :math:`w'Gw / 2 + g'w + \lambda \|w\|_1` from where it is zero to :math:`\lambda = 0`.

    Parameters
    ----------
    gram, gradient
        :math:`G`, positive definite, and :math:`g`.

    Returns
    -------
    numpy.ndarray
        The knots of the path, one a row, from zero on (Osborne, Presnell & Turlach 2000).
    """
    size = len(gradient)
    here = np.zeros(size)
    knots = [here]
    if size == 0:
        return np.array(knots)
    active: list[int] = [int(np.abs(gradient).argmax())]
    penalty = float(np.abs(gradient).max())
    signs = {active[0]: -float(np.sign(gradient[active[0]]))}
    while penalty > 0:
        # With the same weights away from zero, these are `level - penalty * fall`, and the gradient of each weight is
        # `constant - penalty * change`, as large as the penalty where a weight is not zero.
        inverse = np.linalg.inv(gram[np.ix_(active, active)]) if active else np.zeros((0, 0))
        level = -inverse @ gradient[active]
        fall = inverse @ np.array([signs[each] for each in active])
        constant = gradient + gram[:, active] @ level
        change = gram[:, active] @ fall
        turns = [(0.0, NOWHERE, 0.0)]
        turns += [(level[at] / fall[at], each, 0.0) for at, each in enumerate(active) if fall[at]]
        turns += [
            (constant[each] / (change[each] + sign), each, sign)
            for each in set(range(size)) - set(active)
            for sign in (1.0, -1.0)
            if change[each] + sign
        ]
        # The weight that has just turned is at its own turn: rounding must not make it turn again.
        penalty, which, sign = max(turn for turn in turns if turn[0] < penalty * (1 - SAME))
        here = np.zeros(size)
        here[active] = level - penalty * fall
        if which in active:
            here[which] = 0.0
            active.remove(which)
        elif which != NOWHERE:
            active.append(which)
            signs[which] = -sign
        knots.append(here)
    return np.array(knots)


def _largest_absolute_value(means: Numbers, level: float) -> Numbers:
    """Give the quantile of the absolute value of normal variables with these means and variance one."""
    from scipy.stats import ncx2, norm

    # Far from zero, one side of the distribution is all there is; the other formula loses its digits there.
    far = means > 20
    near = np.sqrt(ncx2.ppf(level, 1, np.where(far, 0.0, means) ** 2))
    return np.asarray(np.where(far, means + norm.ppf(level), near))
