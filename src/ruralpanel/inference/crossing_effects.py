r"""Projection on fixed effects, split into one that is taken out exactly and the others, which cross it.

With :math:`Z_1` the dummies of one effect and :math:`Z_2` those of the others, the projection on both is
:math:`P_1 + P_{M_1 Z_2}`. The first part is a mean by group; the second needs the matrix
:math:`Z_2'M_1Z_2 = Z_2'Z_2 - Z_2'Z_1(Z_1'Z_1)^{-1}Z_1'Z_2`, which has a row for every level of the other effects only.
So columns are residualised as fast as they can be added up, as often as is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from ruralpanel.absorption.kernels import products_of_outer
from ruralpanel.absorption.levels import Levels, levels_of
from ruralpanel.absorption.sums import compiled
from ruralpanel.arrays import Codes
from ruralpanel.frames.computed import Computed
from ruralpanel.reasons import ReasonedError

MOST_LEVELS = 2500
"""Levels of crossing effects beyond which their matrix takes too long to invert."""


RANK = 1e-10
"""Eigenvalues below this belong to levels that the other effects take out already; that of a level of which they take
nothing is one."""


class TooManyLevels(ReasonedError):
    """Fixed effects cross each other in more levels than can be handled; the message says how many."""


@dataclass(frozen=True)
class CrossingEffects:
    """What projections on a set of fixed effects need.

    Parameters
    ----------
    of_main
        The effect that is taken out exactly, and the square root of the weights; None for none.
    of_others
        The others, and the square root of the weights, times the values of slopes.
    rows
        How many there are.
    root
        A root of the generalised inverse of :math:`Z_2'M_1Z_2`, shape (levels of the others, rank).
    """

    of_main: tuple[Levels, np.ndarray] | None
    of_others: list[tuple[Levels, np.ndarray]]
    rows: int
    root: np.ndarray

    @cached_property
    def others(self) -> sparse.csr_matrix:
        """Dummies and slopes of the others, times the square root of the weights."""
        parts = [_dummies(*each) for each in self.of_others]
        return sparse.csr_matrix(sparse.hstack(parts)) if parts else sparse.csr_matrix((self.rows, 0))

    @cached_property
    def main(self) -> sparse.csr_matrix:
        """Dummies of the effect that is taken out exactly, times the square root of the weights, if there is one."""
        return sparse.csr_matrix((self.rows, 0)) if self.of_main is None else _dummies(*self.of_main)

    @cached_property
    def levels(self) -> np.ndarray:
        """Sums of weights by level of the main effect."""
        return np.bincount(self.main.indices, self.main.data**2, self.main.shape[1])

    def explained(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""Compute what inner products of projected columns are made of.

        Parameters
        ----------
        columns
            Shape (rows, columns), times the square root of the weights.

        Returns
        -------
        tuple of (numpy.ndarray, numpy.ndarray)
            :math:`(Z_1'Z_1)^{-1/2}Z_1'c`, and :math:`R'Z_2'M_1c` with the root :math:`R`, for every column: inner
            products of either, added up, are those of the projections.
        """
        lengths = np.sqrt(self.levels)[:, None]
        sums = (self.main.T @ columns) / lengths
        crossing = self.others.T @ columns - (self.others.T @ self.main) @ (sums / lengths)
        return sums, self.root.T @ crossing

    def left(self, columns: np.ndarray) -> np.ndarray:
        r"""Take the fixed effects out: :math:`M_1 c - M_1 Z_2 R R' Z_2' M_1 c`.

        Parameters
        ----------
        columns
            Shape (rows, columns), times the square root of the weights.
        """
        left = self._without_main(columns)
        if self.root.shape[1] == 0:
            return left
        crossing = self.root @ (self.root.T @ (self.others.T @ left))
        return np.asarray(left - self._without_main(np.asarray(self.others @ crossing)))

    def _without_main(self, columns: np.ndarray) -> np.ndarray:
        return np.asarray(columns - self.main @ ((self.main.T @ columns) / self.levels[:, None]))


def crossing_effects(
    effects: pd.DataFrame,
    main: str | None,
    weights: np.ndarray,
    slopes: list[tuple[np.ndarray, np.ndarray]],
    computed: Computed | None = None,
) -> CrossingEffects:
    """Prepare the projection on fixed effects.

    Parameters
    ----------
    effects
        One column an effect, integer codes.
    main
        The effect to be taken out exactly; None for none.
    weights
        Of the rows.
    slopes
        For every slope within an effect, the codes of its levels and the values.
    computed
        What has been computed of the effects.

    Returns
    -------
    CrossingEffects
        Ready for use.

    Raises
    ------
    TooManyLevels
        If the other effects have more than :data:`MOST_LEVELS` levels.
    """
    root, rows, computed = np.sqrt(weights), len(effects), computed or Computed()
    parts = [(computed.levels(effects[name]), root) for name in effects if name != main]
    parts += [(levels_of(codes), root * values) for codes, values in slopes]
    size = sum(levels.number for levels, _ in parts)
    if size > MOST_LEVELS:
        raise TooManyLevels("effects_cross", levels=size, most=MOST_LEVELS)
    squares = [np.bincount(levels.codes, values**2, levels.number) for levels, values in parts]
    lengths = np.sqrt(np.concatenate([np.empty(0), *squares]))
    # Levels may differ in weight by many powers of ten: each is measured by what it has before the main effect goes.
    lengths = np.where(lengths > 0, lengths, 1.0)
    of_main = None if main is None else (computed.levels(effects[main]), root)
    found = CrossingEffects(of_main, parts, rows, np.empty((size, 0)))
    if of_main is None:
        products = (found.others.T @ found.others).toarray()
    else:
        products = _products_without(of_main[0], parts, root, size)
    values, vectors = np.linalg.eigh(products / lengths / lengths[:, None])
    kept = values > RANK
    return replace(found, root=vectors[:, kept] / np.sqrt(values[kept]) / lengths[:, None])


def _dummies(levels: Levels, values: np.ndarray) -> sparse.csr_matrix:
    """Give one column a level that holds the values of its rows."""
    rows = len(levels.codes)
    return sparse.csr_matrix(
        (np.asarray(values, dtype="float64"), levels.codes, np.arange(rows + 1, dtype="int32")),
        shape=(rows, levels.number),
    )


def _products_without(main: Levels, parts: list[tuple[Levels, np.ndarray]], root: np.ndarray, size: int) -> np.ndarray:
    """Give :math:`Z_2'M_1Z_2`, from levels and values of each part of :math:`Z_2`."""
    if not parts:
        return np.zeros((0, 0))
    order = slice(None) if main.is_rising else np.argsort(main.codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(main.counts)]).astype("int64")
    weights = np.asarray(np.bincount(main.codes, root**2, main.number), dtype="float64")
    before = np.cumsum([0, *(levels.number for levels, _ in parts)])
    outer = np.stack([levels.codes[order] for levels, _ in parts]).astype("int32")
    outer += before[:-1, None].astype("int32")
    # Weights are among the values, so that dummies are slopes of the root of the weights like all others.
    nothing = np.empty((0, len(root)))
    if all(column is root for _, column in parts) and (root == 1.0).all():
        values, root, order = nothing, np.empty(0), slice(None)
    else:
        values = np.stack([column[order] for _, column in parts])
    found, same = np.zeros(size * size), np.zeros(size, dtype="int64")
    products_of_outer(starts, weights, root[order], nothing, outer, values, np.arange(size), same, same + size, found)
    return found.reshape(size, size)


def by_cluster(columns: np.ndarray, values: np.ndarray, clusters: np.ndarray, groups: int) -> np.ndarray:
    """Add up products of columns with values by cluster, shape (columns, clusters)."""
    found = np.empty((columns.shape[1], groups))
    for number in range(columns.shape[1]):
        found[number] = np.bincount(clusters, weights=columns[:, number] * values, minlength=groups)
    return found


def crossing(values: np.ndarray, clusters: np.ndarray, groups: int, effects: CrossingEffects) -> np.ndarray:
    """Compute the part of a column within each cluster that the crossing effects explain, shape (rank, clusters).

    The column is orthogonal, within clusters, to the effect that is taken out exactly.
    """
    sums, first = np.zeros((len(effects.root), groups)), 0
    for levels, parts in effects.of_others:
        _added_up(levels.codes, parts, values, clusters, sums[first : first + levels.number])
        first += levels.number
    return np.asarray(effects.root.T @ sums)


@compiled
def _added_up(levels: Codes, parts: np.ndarray, values: np.ndarray, clusters: Codes, into: np.ndarray) -> None:
    """Add up products of two columns by level and cluster."""
    for row in range(len(values)):
        into[levels[row], clusters[row]] += parts[row] * values[row]
