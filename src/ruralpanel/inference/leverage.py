r"""Clustered standard errors that allow for how much each cluster moves its own fit: CR2 and CR3, for few clusters.

With :math:`H` the projection on all of the regression, its fixed effects among it, residuals of cluster :math:`g`
have the covariance :math:`(I - H)_{gg}` times the variance of errors that are independent and alike: they are too small
where the cluster has leverage. So they are multiplied by :math:`A_g` before their scores are added up,

.. math:: \hat V = q \sum_g (X'X)^{-1} X_g' A_g \hat u_g \hat u_g' A_g X_g (X'X)^{-1}.

* ``cr2``: :math:`A_g = (I - H)_{gg}^{-1/2}` and :math:`q = 1`, unbiased if errors are independent and alike (Bell &
  McCaffrey 2002). Each combination :math:`c'\beta` has its own degrees of freedom, which match two moments of a
  chi-squared variable under the same errors (Satterthwaite): with
  :math:`p_g = (I-H)_{\cdot g} A_g X_g (X'X)^{-1} c`,
  :math:`\nu = (\sum_g p_g'p_g)^2 / \sum_g \sum_h (p_g'p_h)^2` (Pustejovsky & Tipton 2018).
* ``cr3``: :math:`A_g = (I - H)_{gg}^{-1}` and :math:`q = (G-1)/G`, which is the jackknife: the squares of how far the
  coefficients move without each cluster, added up (MacKinnon, Nielsen & Webb 2023). t degrees of freedom
  :math:`G - 1`.

Where :math:`(I - H)_{gg}` is singular, as it is with fixed effects within clusters, the inverse is Moore's and
Penrose's. All rows are times the square root of their weight, so that variances are taken to be inverse to weights.

No dummies are written out: an effect nested in the clusters leaves the rest of its cluster only what it has within its
levels, and where all columns beside it are :math:`C_g` in cluster :math:`g` and orthonormal over all rows,
:math:`A_g = I + U (f(1 - s^2) - 1) U'` on what is left, for the singular vectors :math:`U` and values :math:`s` of
:math:`C_g`, with :math:`f` the inverse or its root.

References
----------
Bell & McCaffrey (2002), Bias Reduction in Standard Errors for Linear Regression with Multi-Stage Samples, Survey
Methodology 28(2). Pustejovsky & Tipton (2018), Small-Sample Methods for Cluster-Robust Variance Estimation and
Hypothesis Testing in Fixed Effects Models, Journal of Business and Economic Statistics 36(4). MacKinnon, Nielsen & Webb
(2023), Fast and Reliable Jackknife and Bootstrap Methods for Cluster-Robust Inference, Journal of Applied Econometrics
38(5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import Levels
from ruralpanel.inference.covariance import Covariance, Influences, NoCovariance, Rows, TooFewClusters, labelled
from ruralpanel.inference.crossing_effects import CrossingEffects, TooManyLevels, crossing_effects
from ruralpanel.inference.small_sample import is_nested
from ruralpanel.study.blocks import Inference

NOTHING = 1e-10
"""Eigenvalues of :math:`I - H`, which are between zero and one, are zero up to this."""

UNDETERMINED = 1e-6
"""The share of a coefficient's weights in what one cluster alone determines, from which it rests on that cluster."""

MOST_NUMBERS = 200_000_000
"""Numbers that are held at once at most, eight bytes each."""


@dataclass(frozen=True)
class Satterthwaite:
    """What degrees of freedom of combinations of coefficients are made of.

    Parameters
    ----------
    terms
        The coefficients' names.
    within
        By cluster, :math:`B_g'B_g` with :math:`B_g` the adjusted weights of outcomes, shape (clusters, terms, terms).
    fitted
        By cluster, :math:`C_g'B_g`, shape (clusters, columns, terms).
    """

    terms: list[str]
    within: np.ndarray
    fitted: np.ndarray

    def of(self, weights: pd.Series) -> float:
        """Give the degrees of freedom of a combination, from the weights of coefficients by name."""
        chosen = weights.reindex(self.terms).fillna(0.0).to_numpy(dtype="float64")
        own = chosen @ self.within @ chosen
        fitted = self.fitted @ chosen
        lengths = (fitted**2).sum(axis=1)
        # The matrix of p_g'p_h is diag(own) - fitted fitted', whose squares add up without writing it out.
        small = fitted.T @ fitted if fitted.shape[1] < len(own) else fitted @ fitted.T
        squares = float((own**2).sum() - 2 * (own @ lengths) + (small**2).sum())
        return float((own - lengths).sum()) ** 2 / squares if squares > 0 else np.nan

    def combined(self, combinations: pd.DataFrame) -> Satterthwaite:
        """Give those of combinations (columns) of coefficients (rows), as if these were the coefficients."""
        weights = combinations.reindex(self.terms).fillna(0.0).to_numpy(dtype="float64")
        return Satterthwaite(list(combinations.columns), weights.T @ self.within @ weights, self.fitted @ weights)


def covariance(influences: Influences, rows: Rows, inference: Inference) -> Covariance:
    """Compute the covariance matrix of CR2 or CR3.

    Parameters
    ----------
    influences, rows
        Of a regression by least squares.
    inference
        Gives the clusters and which of the two.

    Raises
    ------
    NoCovariance
        If there is one cluster, a coefficient rests on one cluster alone (CR3), or effects cross in too many levels.
    """
    (name,) = inference.cluster or [""]
    codes, names = pd.factorize(rows.sample[name], sort=True)
    number = len(names)
    if number < 2:
        raise TooFewClusters("one_cluster", name=name)
    columns = _columns(influences, rows, rows.sample[name])
    jackknife = inference.small_sample == "cr3"
    terms = len(influences.terms)
    if not jackknife and number * columns.shape[1] * terms > MOST_NUMBERS:
        raise NoCovariance("too_many_clusters_for_leverage", clusters=number)
    contributions = np.empty((number, terms))
    within, fitted = np.empty((number, terms, terms)), np.empty((0 if jackknife else number, columns.shape[1], terms))
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))
    for cluster, here in enumerate(np.split(order, ends[:-1])):
        weights, own = influences.weights[here], columns[here]
        adjusted, resting = _adjusted(weights, own[:, (own != 0).any(axis=0)], jackknife)
        if jackknife and resting is not None:
            term, label = influences.terms[resting], names[cluster]
            raise NoCovariance("no_jackknife_without", cluster=name, label=str(label), term=term)
        contributions[cluster] = adjusted.T @ influences.residuals[here]
        if not jackknife:
            within[cluster], fitted[cluster] = adjusted.T @ adjusted, own.T @ adjusted
    factor = (number - 1) / number if jackknife else 1.0
    matrix = contributions.T @ contributions * factor
    found = labelled(matrix, influences, number - 1, Levels(codes, number), number)
    if jackknife:
        return found
    return replace(found, own_degrees_of_freedom=Satterthwaite(list(influences.terms), within, fitted))


def _adjusted(weights: np.ndarray, own: np.ndarray, jackknife: bool) -> tuple[np.ndarray, int | None]:
    """Multiply the weights of a cluster's outcomes by the adjustment of its residuals.

    Parameters
    ----------
    weights
        Of the cluster's outcomes in the coefficients, shape (rows, terms).
    own
        Its rows of the orthonormal columns, shape (rows, columns).
    jackknife
        Whether to invert :math:`I - H`, and not its root.

    Returns
    -------
    tuple of (numpy.ndarray, int or None)
        Shape (rows, terms), and the position of a coefficient that rests on this cluster alone.
    """
    left, lengths, _ = np.linalg.svd(own, full_matrices=False)
    remaining = np.maximum(1 - lengths**2, 0.0)
    is_left = remaining > NOTHING
    inverse = np.where(is_left, np.where(is_left, remaining, 1.0) ** (-1.0 if jackknife else -0.5), 0.0)
    parts = left.T @ weights
    resting = np.abs(parts[~is_left]).max(axis=0, initial=0.0) > UNDETERMINED * np.sqrt((weights**2).sum(axis=0))
    adjusted = weights + left @ ((inverse - 1.0)[:, None] * parts)
    return adjusted, int(np.flatnonzero(resting)[0]) if resting.any() else None


def _columns(influences: Influences, rows: Rows, clusters: pd.Series) -> np.ndarray:
    """Give orthonormal columns that span the regression, beside an effect that is nested in the clusters.

    Of a nested effect nothing can be left in what the others leave of a cluster, for its levels are within it.

    Returns
    -------
    numpy.ndarray
        Shape (rows, columns).

    Raises
    ------
    NoCovariance
        If fixed effects cross in too many levels.
    """
    effects = rows.taken_out
    if effects.shape[1] == 0 and not rows.slopes:
        effects = pd.DataFrame({"constant": np.zeros(len(rows.weights), dtype="int64")})
    levels = {str(name): int(effects[name].nunique()) for name in effects}
    nested = {name: count for name, count in levels.items() if is_nested(effects[name], clusters)}
    main = max(nested or levels, key=lambda name: (levels[name], name), default=None)
    try:
        effect = crossing_effects(effects, main, rows.weights, rows.slopes)
    except TooManyLevels as error:
        raise NoCovariance("no_leverage", why=error.reason) from None
    width = effect.root.shape[1] + len(influences.terms) + (0 if nested else effect.main.shape[1])
    if width * len(rows.weights) > MOST_NUMBERS:
        raise NoCovariance("too_many_rows_for_leverage", rows=len(rows.weights), levels=width)
    parts = [_crossing(effect), np.linalg.qr(influences.weights)[0]]
    if not nested and main is not None:
        parts.append((effect.main.toarray()) / np.sqrt(effect.levels))
    return np.column_stack(parts)


def _crossing(effects: CrossingEffects) -> np.ndarray:
    """Write out what the main effect leaves of the others, orthonormal."""
    found = np.asarray(effects.others @ effects.root)
    if effects.main.shape[1] == 0:
        return found
    return np.asarray(found - effects.main @ ((effects.main.T @ found) / effects.levels[:, None]))
