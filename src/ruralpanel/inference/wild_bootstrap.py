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

from ruralpanel.inference.crossing_effects import CrossingEffects, by_cluster, crossing
from ruralpanel.inference.random_draws import absolute, share_as_large

AT_ONCE = 2**22
"""Numbers of a matrix of draws by clusters that are held at once, which bounds the memory it takes."""

FARTHEST = 2.0**20
"""Standard errors from the estimate beyond which no end of an interval is looked for."""

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


@dataclass(frozen=True)
class WildBootstrap:
    r"""The draws of one coefficient, under any null hypothesis.

    Residuals under the hypothesis that the coefficient is :math:`b` are :math:`\tilde y - b\tilde x`, so that scores
    are linear in :math:`b` and their squares quadratic: what has been added up once gives the draws for every
    :math:`b`.

    Parameters
    ----------
    coefficient, standard_error
        As estimated; the standard error without small-sample correction, which would multiply all statistics alike.
    numerators
        Distance of a draw's coefficient from the hypothesis: a constant, and the factor of :math:`b`; shape (draws, 2).
    variances
        Of the draw's coefficient: a constant, and the factors of :math:`b` and its square; shape (draws, 3).
    exact
        Whether the draws are all there are.
    """

    coefficient: float
    standard_error: float
    numerators: np.ndarray
    variances: np.ndarray
    exact: bool

    def statistic(self, null: float) -> float:
        """Give the t statistic found, measured from a null hypothesis."""
        return (self.coefficient - null) / self.standard_error

    def statistics(self, null: float) -> np.ndarray:
        """Give the t statistics drawn with the residuals under a null hypothesis, shape (draws,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.sqrt(self.variances @ np.array([1.0, null, null**2]))
            return np.asarray((self.numerators @ np.array([1.0, null])) / errors)

    def p_value(self, null: float) -> float:
        """Test that the coefficient is some number, with the residuals under this hypothesis."""
        return share_as_large(self.statistic(null), self.statistics(null), self.exact)

    def p_value_of_zero(self, impose_null: bool) -> float:
        """Test that the coefficient is zero, with the residuals under this hypothesis or those of the estimate."""
        if impose_null:
            return self.p_value(0.0)
        return share_as_large(self.statistic(0.0), self.statistics(self.coefficient), False)

    def interval(self, level: float, impose_null: bool) -> tuple[float, float]:
        """Give the hypotheses around the estimate that are not rejected.

        Parameters
        ----------
        level
            Coverage, as a share.
        impose_null
            Whether every hypothesis is tested with its own residuals; otherwise the interval is symmetric, from the
            quantile of the draws (Roodman, Nielsen, MacKinnon & Webb 2019).

        Returns
        -------
        tuple of (float, float)
            Its ends; infinite where no hypothesis is rejected however far it is.
        """
        if not impose_null:
            half_width = self.standard_error * np.quantile(absolute(self.statistics(self.coefficient)), level)
            return self.coefficient - half_width, self.coefficient + half_width
        return self._end(-1, 1 - level), self._end(1, 1 - level)

    def _end(self, side: int, bound: float) -> float:
        """Search outwards for a hypothesis that is rejected, then halve the distance to one that is not."""
        inside, outside = 0.0, 1.0
        while self.p_value(self.coefficient + side * outside * self.standard_error) >= bound:
            inside, outside = outside, 2 * outside
            if outside > FARTHEST:
                return side * np.inf
        while outside - inside > 1e-9 * outside:
            middle = (inside + outside) / 2
            rejected = self.p_value(self.coefficient + side * middle * self.standard_error) < bound
            inside, outside = (inside, middle) if rejected else (middle, outside)
        return self.coefficient + side * inside * self.standard_error


def wild_bootstrap(
    outcome: np.ndarray,
    regressors: np.ndarray,
    position: int,
    clusters: np.ndarray,
    effects: CrossingEffects,
    weights: WildWeights,
) -> WildBootstrap:
    """Draw the bootstrap of one coefficient.

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

    Returns
    -------
    WildBootstrap
        Ready to test any hypothesis on the coefficient.
    """
    others = np.delete(regressors, position, axis=1)
    orthonormal, _ = np.linalg.qr(others)
    groups = len(weights.clusters)

    def left(column: np.ndarray) -> np.ndarray:
        return np.asarray(column - orthonormal @ (orthonormal.T @ column))

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(clusters, weights=values, minlength=groups)

    def explained(values: np.ndarray) -> np.ndarray:
        of_effects = crossing(values, clusters, groups, effects)
        return np.vstack([of_effects, by_cluster(orthonormal, values, clusters, groups)])

    x, y = left(regressors[:, position]), left(outcome)
    size = float(x @ x)
    coefficient = float(x @ y) / size
    of_x, of_y = explained(x), explained(y)
    scores, squares = sums(x * y), sums(x * x)
    numerators, variances = np.empty((weights.draws, 2)), np.empty((weights.draws, 3))
    step = max(1, AT_ONCE // groups)
    for first in range(0, weights.draws, step):
        here = slice(first, first + step)
        drawn = weights.values[weights.codes[here]]
        moved = np.column_stack([drawn @ scores, -(drawn @ squares)]) / size
        constant = drawn * scores - (drawn @ of_y.T) @ of_x - moved[:, :1] * squares
        factor = -drawn * squares + (drawn @ of_x.T) @ of_x - moved[:, 1:] * squares
        numerators[here] = moved
        parts = [(constant**2), 2 * constant * factor, factor**2]
        variances[here] = np.column_stack([part.sum(axis=1) for part in parts]) / size**2
    error = float(np.sqrt((sums(x * (y - coefficient * x)) ** 2).sum())) / size
    return WildBootstrap(coefficient, error, numerators, variances, weights.exact)
