"""p-values adjusted for the number of hypotheses that are tested together.

References
----------
Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6(2).

Westfall & Young (1993), Resampling-Based Multiple Testing, algorithm 2.8.

Romano & Wolf (2005), Exact and Approximate Stepdown Methods for Multiple Hypothesis Testing, Journal of the American
Statistical Association 100(469); (2016), Efficient Computation of Adjusted p-Values for Resampling-Based Stepdown
Multiple Testing, Statistics and Probability Letters 113.

Benjamini, Krieger & Yekutieli (2006), Adaptive Linear Step-Up Procedures That Control the False Discovery Rate,
Biometrika 93(3), definition 6; as q-values by Anderson (2008), Multiple Inference and Gender Differences in the Effects
of Early Intervention, Journal of the American Statistical Association 103(484), section 3.
"""

from __future__ import annotations

import numpy as np

from ruralpanel.inference.random_draws import absolute, share_as_large, threshold

LEVELS = np.arange(1, 1001) / 1000
"""The levels at which sharpened q-values are looked for, as fine as Anderson's."""


def holm(p_values: np.ndarray) -> np.ndarray:
    """Adjust p-values by Holm's step-down Bonferroni method.

    Parameters
    ----------
    p_values
        Of the hypotheses of one family.

    Returns
    -------
    numpy.ndarray
        At which level of the familywise error rate each would just be rejected.
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    return np.minimum(adjusted, 1.0)


def sharpened(p_values: np.ndarray) -> np.ndarray:
    """Compute sharpened q-values.

    Parameters
    ----------
    p_values
        As in :func:`holm`.

    Returns
    -------
    numpy.ndarray
        The lowest false discovery rate, in steps of a thousandth, at which the two-stage procedure of Benjamini,
        Krieger & Yekutieli (2006) rejects each; one where it never does. With many small p-values, a q-value can be
        below its p-value.
    """
    from statsmodels.stats.multitest import multipletests

    found = np.ones(len(p_values))
    for level in LEVELS[::-1]:
        found[multipletests(p_values, alpha=level, method="fdr_tsbky")[0]] = level
    return found


def romano_wolf(statistics: np.ndarray, draws: np.ndarray, exact: bool) -> np.ndarray:
    """Adjust by the step-down of the largest statistic.

    Parameters
    ----------
    statistics
        Absolute t statistics, shape (hypotheses,).
    draws
        Of the same under the null hypothesis, drawn jointly, shape (draws, hypotheses).
    exact
        Whether the draws are all there are, the statistics found among them.

    Returns
    -------
    numpy.ndarray
        Adjusted p-values (Romano & Wolf 2016).
    """
    # A draw that could not be computed makes every hypothesis that is left look less unusual.
    draws = absolute(draws)
    order = np.argsort(-statistics, kind="stable")
    adjusted = np.empty(len(statistics))
    lowest = 0.0
    for step, position in enumerate(order):
        lowest = max(lowest, share_as_large(statistics[position], draws[:, order[step:]].max(axis=1), exact))
        adjusted[position] = lowest
    return adjusted


def westfall_young(statistics: np.ndarray, draws: np.ndarray, exact: bool) -> np.ndarray:
    """Adjust by the step-down of the smallest p-value.

    In contrast to :func:`romano_wolf`, hypotheses whose statistics have longer tails do not weigh more.

    Parameters
    ----------
    statistics, draws, exact
        As in :func:`romano_wolf`.

    Returns
    -------
    numpy.ndarray
        Adjusted p-values.
    """
    draws = absolute(draws)
    found = np.array([share_as_large(each, draws[:, number], exact) for number, each in enumerate(statistics)])
    ranked = np.column_stack([_shares(column) for column in draws.T])
    order = np.argsort(found, kind="stable")
    adjusted = np.empty(len(statistics))
    lowest = 0.0
    for step, position in enumerate(order):
        smallest = ranked[:, order[step:]].min(axis=1)
        # A draw's share lacks the one that is added to those found, so that a single hypothesis keeps its p-value.
        own = (draws[:, position] >= threshold(statistics[position])).mean()
        reached = int((smallest <= own + 1e-12).sum())
        lowest = max(lowest, reached / len(draws) if exact else (reached + 1) / (len(draws) + 1))
        adjusted[position] = lowest
    return np.minimum(adjusted, 1.0)


def _shares(column: np.ndarray) -> np.ndarray:
    """Give for every draw the share of draws that are no smaller."""
    ascending = np.sort(column)
    return np.asarray(1 - np.searchsorted(ascending, column * (1 - 1e-9), side="left") / len(column))
