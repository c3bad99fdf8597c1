r"""Randomisation inference: how often would permuted cohorts give as large an estimate?

The sharp null hypothesis is that nobody's outcome depends on when anybody is treated. Under it, outcomes are what they
are whoever gets which cohort, and the share of permutations with an estimate as large as the one found is a p-value
that needs no large sample, as long as cohorts were as good as randomly assigned within the strata.

The outcome is residualised once. By Frisch & Waugh (1933), coefficients of permuted treatments :math:`D` solve
:math:`(D'MD)\, b = D'M y`, where :math:`M` takes out fixed effects and regressors: two sums for every permutation.

References
----------
Fisher (1935), The Design of Experiments, chapter II.

Young (2019), Channeling Fisher: Randomization Tests and the Statistical Insignificance of Seemingly Significant
Experimental Results, Quarterly Journal of Economics 134(2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ruralpanel.inference.crossing_effects import CrossingEffects

AT_ONCE = 2**23
"""Numbers of a matrix of rows by permutations that are held at once, which bounds the memory it takes."""


def permuted(labels: np.ndarray, strata: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Permute labels within strata.

    Parameters
    ----------
    labels
        Of the units, in an order that does not depend on the order of rows.
    strata
        Integer codes; labels stay within them.
    draws
        How many permutations.
    random
        Where the numbers come from.

    Returns
    -------
    numpy.ndarray
        Shape (draws, units).
    """
    found = np.tile(labels, (draws, 1))
    for stratum in np.unique(strata):
        here = np.flatnonzero(strata == stratum)
        found[:, here] = random.permuted(found[:, here], axis=1)
    return found


def coefficients_of(
    treatments: Callable[[np.ndarray], list[np.ndarray]],
    cohorts: np.ndarray,
    outcome: np.ndarray,
    regressors: np.ndarray,
    effects: CrossingEffects,
    root_weights: np.ndarray,
) -> np.ndarray:
    """Estimate the coefficients of treatments under every permutation.

    Parameters
    ----------
    treatments
        Gives for cohorts, shape (rows, permutations), the columns of the terms tested, each of the same shape.
    cohorts
        One a row and permutation, shape (permutations, rows).
    outcome
        What fixed effects leave of it, times the square root of the weights.
    regressors
        The same of the regressors that are not permuted, shape (rows, regressors).
    effects
        The fixed effects.
    root_weights
        Square roots of the weights.

    Returns
    -------
    numpy.ndarray
        Shape (permutations, terms); missing where a permutation leaves a term without variation of its own.
    """
    orthonormal = np.linalg.qr(regressors)[0]
    left = outcome - orthonormal @ (orthonormal.T @ outcome)
    found = []
    step = max(1, AT_ONCE // len(outcome))
    for first in range(0, len(cohorts), step):
        columns = [each * root_weights[:, None] for each in treatments(cohorts[first : first + step].T)]
        explained = [(*effects.explained(each), orthonormal.T @ each) for each in columns]
        products = np.empty((columns[0].shape[1], len(columns), len(columns)))
        for i, one in enumerate(columns):
            for j, other in enumerate(columns):
                taken = sum(np.einsum("kb,kb->b", a, b) for a, b in zip(explained[i], explained[j], strict=True))
                products[:, i, j] = np.einsum("nb,nb->b", one, other) - taken
        sums = np.stack([each.T @ left for each in columns], axis=1)
        found.append(_solved(products, sums, np.stack([(each**2).sum(axis=0) for each in columns], axis=1)))
    return np.concatenate(found)


def _solved(products: np.ndarray, sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Solve the normal equations of every permutation; those of terms that are collinear stay missing."""
    solved = np.full(sums.shape, np.nan)
    scale = np.sqrt(np.maximum(sizes, 1e-300))
    scaled = products / scale[:, :, None] / scale[:, None, :]
    regular = np.linalg.eigvalsh(scaled)[:, 0] > 1e-10
    solved[regular] = np.linalg.solve(scaled[regular], (sums / scale)[regular][:, :, None])[:, :, 0] / scale[regular]
    return solved


def strata_of(groups: pd.DataFrame, within: list[str]) -> np.ndarray:
    """Number the strata of groups; all are in one where there are no columns to go by."""
    if not within:
        return np.zeros(len(groups), dtype="int64")
    return np.asarray(groups.groupby(within, sort=True).ngroup().to_numpy())
