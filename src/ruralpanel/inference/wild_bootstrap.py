r"""The wild cluster bootstrap of a coefficient in an absorbed regression.

Residuals of each cluster :math:`g` are multiplied with a random weight :math:`v_g`, an outcome is made of them, and
the regression estimated anew; the p-value is the share of draws in which :math:`|t^*|` is no smaller than :math:`|t|`.
Nothing is estimated anew here. With :math:`\tilde x` what is left of a regressor once all others and the fixed effects
(:math:`Z`) are taken out (Frisch & Waugh 1933; Lovell 1963) and :math:`\tilde u` the residuals,

.. math:: \beta^* = \frac{\sum_g v_g s_g}{\tilde x'\tilde x}, \qquad
   s^*_h = v_h s_h - \sum_g v_g\, \tilde x_h' P_Z \tilde u_g - \beta^* q_h

are its coefficient (less the one that is assumed) and the scores of its clusters, where :math:`s_g = \tilde x_g'\tilde
u_g` and :math:`q_g = \tilde x_g'\tilde x_g`; the variance is the sum of :math:`s_h^{*2}` over :math:`(\tilde x'\tilde
x)^2`. All of this needs sums by cluster only, as Roodman, Nielsen, MacKinnon & Webb (2019) show.

References
----------
Cameron, Gelbach & Miller (2008), Bootstrap-Based Improvements for Inference with Clustered Errors, Review of Economics
and Statistics 90(3), section III.

Roodman, Nielsen, MacKinnon & Webb (2019), Fast and Wild: Bootstrap Inference in Stata Using boottest, Stata Journal
19(1).

Webb (2023), Reworking Wild Bootstrap-Based Inference for Clustered Errors, Canadian Journal of Economics 56(3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from ruralpanel.inference.crossing_effects import CrossingEffects

AT_ONCE = 2**22
"""Numbers of a matrix of draws by clusters that are held at once, which bounds the memory it takes."""

WEBB = np.sqrt([1.5, 1.0, 0.5])


@dataclass(frozen=True)
class WildWeights:
    """What the residuals of clusters are multiplied with.

    Parameters
    ----------
    clusters
        Their names, sorted.
    codes
        Which of the values it is, shape (draws, clusters).
    values
        The values weights can have.
    exact
        Whether these are all patterns there are, each once.
    """

    clusters: pd.Index
    codes: np.ndarray
    values: np.ndarray
    exact: bool

    @property
    def draws(self) -> int:
        """How many."""
        return len(self.codes)

    def of(self, clusters: pd.Index) -> WildWeights:
        """Pick the weights of some clusters."""
        return WildWeights(clusters, self.codes[:, self.clusters.get_indexer(clusters)], self.values, self.exact)


def wild_weights(clusters: pd.Series, kind: str, draws: int, random: np.random.Generator) -> WildWeights:
    """Draw the weights of clusters.

    Parameters
    ----------
    clusters
        The cluster of every row of the panel. Names are sorted first, so that the order of rows plays no part.
    kind
        ``rademacher`` or ``webb``.
    draws
        How many; with fewer patterns of signs than this, each pattern is taken once.
    random
        Where the numbers come from.

    Returns
    -------
    WildWeights
        For every cluster of the panel, so that equations on parts of it have the same weights in common.
    """
    names = pd.Index(clusters.dropna().unique()).sort_values()
    if kind == "webb":
        codes = random.integers(0, 6, size=(draws, len(names)), dtype=np.int8)
        return WildWeights(names, codes, np.concatenate([-WEBB, WEBB[::-1]]), False)
    signs = np.array([-1.0, 1.0])
    if len(names) < 63 and 2 ** len(names) <= draws:
        patterns = np.arange(2 ** len(names))[:, None] >> np.arange(len(names)) & 1
        return WildWeights(names, patterns.astype(np.int8), signs, True)
    return WildWeights(names, random.integers(0, 2, size=(draws, len(names)), dtype=np.int8), signs, False)


def bootstrap_statistics(
    outcome: np.ndarray,
    regressors: np.ndarray,
    position: int,
    clusters: np.ndarray,
    effects: CrossingEffects,
    weights: WildWeights,
    null: float | None = 0.0,
) -> tuple[float, np.ndarray]:
    """Compute the t statistic of one coefficient, and those of its bootstrap draws.

    Parameters
    ----------
    outcome
        What fixed effects leave of it, times the square root of the regression's weights, shape (rows,).
    regressors
        The same of all regressors, shape (rows, terms).
    position
        Which of them is tested.
    clusters
        The position of every row's cluster among those of ``weights``.
    effects
        The fixed effects. The main one is nested in the clusters, so that it is orthogonal to their scores.
    weights
        Of exactly the clusters that rows are in.
    null
        The coefficient under the null hypothesis, which is imposed; None takes the residuals of the estimate, and
        statistics measure the distance from it.

    Returns
    -------
    tuple of (float, numpy.ndarray)
        The statistic found, measured from the null hypothesis (from zero, if none is imposed), and one a draw, both
        without small-sample correction, which would multiply all of them alike.
    """
    others = np.delete(regressors, position, axis=1)
    orthonormal, _ = np.linalg.qr(others)

    def left(column: np.ndarray) -> np.ndarray:
        return np.asarray(column - orthonormal @ (orthonormal.T @ column))

    x, y = left(regressors[:, position]), left(outcome)
    size = float(x @ x)
    coefficient = float(x @ y) / size
    full = y - coefficient * x
    residuals = full if null is None else y - null * x
    groups = len(weights.clusters)

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(clusters, weights=values, minlength=groups)

    def standard_error(scores: np.ndarray) -> np.ndarray:
        return np.asarray(np.sqrt((scores**2).sum(axis=-1)) / size)

    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float((coefficient - (null or 0.0)) / standard_error(sums(x * full)))
    scores, squares = sums(x * residuals), sums(x * x)
    of_x = np.vstack([_crossing(x, clusters, groups, effects), _by_cluster(orthonormal, x, clusters, groups)])
    of_u = np.vstack(
        [_crossing(residuals, clusters, groups, effects), _by_cluster(orthonormal, residuals, clusters, groups)]
    )
    statistics = np.empty(weights.draws)
    step = max(1, AT_ONCE // groups)
    for first in range(0, weights.draws, step):
        drawn = weights.values[weights.codes[first : first + step]]
        moved = drawn @ scores / size
        each = drawn * scores - (drawn @ of_u.T) @ of_x - moved[:, None] * squares
        with np.errstate(divide="ignore", invalid="ignore"):
            statistics[first : first + step] = moved / standard_error(each)
    return statistic, statistics


def _by_cluster(columns: np.ndarray, values: np.ndarray, clusters: np.ndarray, groups: int) -> np.ndarray:
    """Add up products of columns with values by cluster, shape (columns, clusters)."""
    found = np.empty((columns.shape[1], groups))
    for number in range(columns.shape[1]):
        found[number] = np.bincount(clusters, weights=columns[:, number] * values, minlength=groups)
    return found


def _crossing(values: np.ndarray, clusters: np.ndarray, groups: int, effects: CrossingEffects) -> np.ndarray:
    """Compute the part of a column within each cluster that the crossing effects explain, shape (rank, clusters)."""
    spread = sparse.csr_matrix((values, (np.arange(len(values)), clusters)), shape=(len(values), groups))
    return np.asarray(effects.root.T @ (effects.others.T @ spread).toarray())
