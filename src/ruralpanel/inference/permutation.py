r"""Randomisation inference: how often would permuted cohorts give as large an estimate?

The sharp null hypothesis is that nobody's outcome depends on when anybody is treated. Under it, outcomes are what they
are whoever gets which cohort, and the share of permutations with an estimate as large as the one found is a p-value
that needs no large sample, as long as cohorts were as good as randomly assigned within the strata.

The outcome is residualised once. By Frisch & Waugh (1933), coefficients of permuted treatments :math:`D` solve
:math:`(D'MD)\, b = D'M y`, where :math:`M` takes out fixed effects and regressors: two sums for every permutation.
Where the largest effect lies within what is permuted, both are sums over units of what each adds with the cohort that
it gets, which is worked out once for every cohort.

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

from ruralpanel.inference.crossing_effects import CrossingEffects, by_cluster, crossing

AT_ONCE = 2**22
"""Numbers of a matrix of rows, or units, by permutations that are held at once, which bounds the memory it takes."""

MOST = 2**26
"""Numbers of a table of units by what effects and regressors explain of them up to which it is made."""


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
    if (strata == strata[0]).all():
        return np.asarray(random.permuted(found, axis=1, out=found))
    for stratum in np.unique(strata):
        here = np.flatnonzero(strata == stratum)
        found[:, here] = random.permuted(found[:, here], axis=1)
    return found


def coefficients_of(
    treatments: Callable[[np.ndarray], list[np.ndarray]],
    cohorts: np.ndarray,
    drawn: np.ndarray,
    units: np.ndarray,
    outcome: np.ndarray,
    regressors: np.ndarray,
    effects: CrossingEffects,
    root_weights: np.ndarray,
) -> np.ndarray:
    """Estimate the coefficients of treatments under every permutation.

    Parameters
    ----------
    treatments
        Gives for cohorts, shape (rows or 1, permutations), the columns of the terms tested, shape (rows, permutations).
    cohorts
        The values that are permuted, shape (values,); missing for the never treated.
    drawn
        The position of the cohort of every unit among these, shape (permutations, units).
    units
        The position of every row's unit, shape (rows,).
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

    def columns_of(some: np.ndarray) -> list[np.ndarray]:
        return [each * root_weights[:, None] for each in treatments(some)]

    explained = effects.root.shape[1] + orthonormal.shape[1]
    if _is_within(effects, units) and explained * drawn.shape[1] <= MOST:
        return _by_unit(columns_of, cohorts, drawn, units, left, orthonormal, effects)
    found = []
    step = max(1, AT_ONCE // len(outcome))
    for first in range(0, len(drawn), step):
        columns = columns_of(cohorts[drawn[first : first + step]][:, units].T)
        parts = [(*effects.explained(each), orthonormal.T @ each) for each in columns]
        products = np.empty((columns[0].shape[1], len(columns), len(columns)))
        for i, one in enumerate(columns):
            for j, other in enumerate(columns):
                taken = sum(np.einsum("kb,kb->b", a, b) for a, b in zip(parts[i], parts[j], strict=True))
                products[:, i, j] = np.einsum("nb,nb->b", one, other) - taken
        sums = np.stack([each.T @ left for each in columns], axis=1)
        found.append(_solved(products, sums, np.stack([(each**2).sum(axis=0) for each in columns], axis=1)))
    return np.concatenate(found)


def _is_within(effects: CrossingEffects, units: np.ndarray) -> bool:
    """Tell whether all rows of a level of the main effect are of one unit."""
    return bool((_units_of_levels(effects, units)[effects.main.indices] == units[: effects.main.nnz]).all())


def _units_of_levels(effects: CrossingEffects, units: np.ndarray) -> np.ndarray:
    """Give the unit of each level of the main effect; rows have one level each, in their order."""
    found = np.zeros(effects.main.shape[1], dtype="int64")
    found[effects.main.indices] = units[: effects.main.nnz]
    return found


def _by_unit(
    columns_of: Callable[[np.ndarray], list[np.ndarray]],
    cohorts: np.ndarray,
    drawn: np.ndarray,
    units: np.ndarray,
    left: np.ndarray,
    orthonormal: np.ndarray,
    effects: CrossingEffects,
) -> np.ndarray:
    """Add up what each unit brings to the normal equations with the cohort that it gets; parameters as above."""
    count, of_levels, levels = drawn.shape[1], _units_of_levels(effects, units), effects.levels[:, None]
    total: np.ndarray | None = None
    for number in np.flatnonzero(np.isfinite(cohorts)).tolist():
        columns = np.column_stack(columns_of(cohorts[[[number]]]))
        terms = range(columns.shape[1])
        means = np.asarray(effects.main.T @ columns) / levels
        beside = columns - effects.main @ means
        brings = [np.bincount(units, columns[:, i] * left, count) for i in terms]
        brings += [np.bincount(units, columns[:, i] ** 2, count) for i in terms]
        for i in terms:
            for j in terms:
                within = np.bincount(of_levels, levels[:, 0] * means[:, i] * means[:, j], count)
                brings.append(np.bincount(units, columns[:, i] * columns[:, j], count) - within)
        for i in terms:
            brings += [*crossing(beside[:, i], units, count, effects)]
            brings += [*by_cluster(orthonormal, columns[:, i], units, count)]
        total = _added(total, drawn, number, np.column_stack(brings))
    assert total is not None  # somebody is treated, or nothing would be permuted
    sums, sizes, rest = np.split(total, [len(terms), 2 * len(terms)], axis=1)
    products, explained = np.split(rest, [len(terms) ** 2], axis=1)
    taken = explained.reshape(len(drawn), len(terms), -1)
    return _solved(products.reshape(len(drawn), len(terms), -1) - taken @ taken.transpose(0, 2, 1), sums, sizes)


def _added(total: np.ndarray | None, drawn: np.ndarray, number: int, brings: np.ndarray) -> np.ndarray:
    """Add to each permutation what the units with a cohort bring, shape (permutations, columns)."""
    total = np.zeros((len(drawn), brings.shape[1])) if total is None else total
    step = max(1, AT_ONCE // drawn.shape[1])
    for first in range(0, len(drawn), step):
        here = slice(first, first + step)
        total[here] += (drawn[here] == number).astype("float64") @ brings
    return total


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
