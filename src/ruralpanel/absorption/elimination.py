r"""Fixed effects and their slopes taken out of columns, exactly where that can be.

The *main* effect, that with the most levels, goes by (weighted) means, its own slopes with it. Let :math:`M_1` take it
out and :math:`Z_2` be the dummies and slopes of all others. What is left is :math:`M_1 c - M_1 Z_2 \gamma` with

.. math:: (Z_2'M_1Z_2)\,\gamma = Z_2'M_1 c,

the Schur complement of the main effect in the normal equations (Frisch & Waugh 1933; Lovell 1963). It has a row for
each level of the other effects only. Levels that no level of the main effect connects are apart in it, so that it is
solved for each connected set on its own: region by year beside villages is one small system a region, and disconnected
panels are no special case. An effect that contains another leaves it nothing to explain, so that the coarser is passed
over.

A set of up to :data:`EXACT_LEVELS` levels is solved by the generalised inverse of its matrix. Where a set is larger,
conjugate gradients find :math:`\gamma` to :data:`TOLERANCE`, each level scaled by its weight (Correia 2017, Linear
Models with High-Dimensional Fixed Effects, section 3, has the same preconditioned system for two effects), anew of what
is left until that stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property

import numpy as np
from scipy import sparse

from ruralpanel.absorption import kernels, sums
from ruralpanel.absorption.levels import Levels
from ruralpanel.absorption.plainly import Parts, Raw, sums_by_outer, written
from ruralpanel.absorption.products import products_of
from ruralpanel.absorption.threads import for_each
from ruralpanel.arrays import Codes, Numbers
from ruralpanel.reasons import ReasonedError

EXACT_LEVELS = 1000
"""Connected levels of crossing effects up to which they are taken out exactly; with more of them, by iterating."""

RANK = 1e-10
"""Eigenvalues below this belong to levels that other effects take out already; that of a level of which they take
nothing is one."""

WELL_CONNECTED = 1e-3
"""With no eigenvalue between zero and this, once is enough: what rounding leaves is a thousand errors of a last
digit."""

NEARLY_GONE = 1e-4
"""Of a column of which less than this share is left, effects are taken out again: its rounding was that of the
whole."""

PASSES = 5
"""How often columns have their effects taken out at most, each time of what the last has left: two or three do."""

TOLERANCE = 1e-12
"""Conjugate gradients end when this share of the right-hand side is left, ..."""

FLOOR = 16 * float(np.finfo(np.float64).eps)
"""... or this share of the column as it came: what is less is rounding, for which no coefficients account."""

ITERATIONS = 3000
"""The most iterations for a column and pass, which is many times what connected panels need."""

SETTLED = 1e-10
"""A pass that changes a column by less than this share of it has left nothing to be done."""

UNSETTLED = 1e-6
"""A column that changes by more than this share in the last pass has not been found."""


class HardlyConnected(ReasonedError):
    """Fixed effects cross in levels that are so hardly connected that iterations do not settle."""


class FixedEffects:
    """Takes fixed effects and their slopes out of columns.

    Parameters
    ----------
    effects
        The levels of each effect; where there is none, the mean is taken out.
    slopes
        For every slope within an effect, its levels and the values, shape (rows,).
    root
        The square root of the rows' weights; empty where all are one.
    rows
        How many there are.
    """

    def __init__(
        self, effects: Sequence[Levels], slopes: Sequence[tuple[Levels, Numbers]], root: Numbers, rows: int
    ) -> None:
        finest = _finest(effects) or [Levels(np.zeros(rows, dtype="int32"), 1)]
        main = max(finest, key=lambda each: each.number)
        self._main = main
        self._order = None if main.is_rising else np.argsort(main.codes, kind="stable")
        self._starts = np.concatenate([[0], np.cumsum(main.counts)]).astype("int64")
        self._own = [values for levels, values in slopes if levels.number == main.number and levels.within(main)]
        crossing = [each for each in finest if each is not main]
        sloping = [each for each in slopes if not any(each[1] is values for values in self._own)]
        self._sloping = [values for _, values in sloping]
        outer = [*crossing, *(levels for levels, _ in sloping)]
        self._outer = np.empty((len(outer), rows), dtype="int32")
        firsts = np.cumsum([0, *(levels.number for levels in outer)]).tolist()
        self._levels = firsts[-1]
        for codes, levels, first in zip(self._outer, outer, firsts, strict=False):
            np.add(self._sorted(levels.codes), first, out=codes)
        self._sets = kernels.connected(self._starts, self._outer, self._levels) if outer else None
        self._weigh(root)

    def weighted(self, root: Numbers) -> FixedEffects:
        """Give the same effects for rows of other weights, whose square roots these are."""
        found = copy(self)
        found._weigh(root)
        return found

    def _weigh(self, root: Numbers) -> None:
        """Prepare what depends on the weights."""
        main, rows = self._main, len(self._main.codes)
        self._given_root = root
        self._root = self._sorted(root) if len(root) else root
        squares = np.bincount(main.codes, root**2, main.number) if len(root) else main.counts
        self._sizes = squares.astype("float64")
        self._inner = self._rooted(self._own, rows)
        kernels.orthonormal_within(self._inner, self._starts, self._sizes, self._root)
        self._values = self._rooted(self._sloping, rows)
        self._solver: _Exact | _Iterated | None = None
        if self._sets is not None:
            parts = (self._starts, self._sizes, self._root, self._inner, self._outer, self._values)
            exact = np.bincount(self._sets).max() <= EXACT_LEVELS
            self._solver = _Exact(parts, self._sets) if exact else _Iterated(parts, self._levels)

    def _sorted(self, values: np.ndarray) -> np.ndarray:
        return values if self._order is None else values[self._order]

    def _rooted(self, columns: Sequence[Numbers], rows: int) -> Numbers:
        """Stack columns in the order of the main effect, times the root of the weights."""
        found = np.empty((len(columns), rows))
        for number, column in enumerate(columns):
            found[number] = self._sorted(column)
            if len(self._root):
                found[number] *= self._root
        return found

    @property
    def _is_plain(self) -> bool:
        """Whether there are neither weights nor slopes, and rows are in the order of the main effect."""
        return self._order is None and not len(self._root) and not len(self._inner) and not len(self._values)

    def take_out(self, columns: Numbers, noise: Numbers, raw: Iterable[Raw] | None = None) -> Numbers:
        """Take the effects out of columns, in place.

        Parameters
        ----------
        columns
            Shape (columns, rows), times the root of the weights and near one in size; changed.
        noise
            For each, what is rounding if no more than it is left, as a mean square's root.
        raw
            What is to be written into the columns before; None where they hold it.

        Returns
        -------
        numpy.ndarray
            Products of what is left, shape (columns, columns).

        Raises
        ------
        HardlyConnected
            If iterations do not settle.
        """
        given, products = [] if raw is None else list(raw), None
        if self._is_plain and given:
            before = np.array([np.sqrt(columns.shape[1] * each.square) / each.unit for each in given])
        else:
            for_each(lambda at: self._write(given[at], columns[at]), range(len(given)), columns.size)
            before = np.sqrt(for_each(sums.square, list(columns), columns.size))
        if self._is_plain:
            products = self._plainly(columns, given or [Raw(column, 0.0, 1.0, 1.0) for column in columns], before)
            length = np.sqrt(np.diag(products))
        else:
            _, length = self._once(columns, np.arange(len(columns)), before, False)
        enough = self._solver is None or self._solver.at_once
        open_ = np.flatnonzero(length < NEARLY_GONE * before) if enough else np.arange(len(columns))
        if len(open_) == 0 and products is not None:
            return products
        self._again(columns, noise, open_, before)
        return products_of(columns)

    def _write(self, raw: Raw, column: Numbers) -> None:
        sums.scaled(raw.values, raw.mean, raw.unit, self._given_root, column)

    def _again(self, columns: Numbers, noise: Numbers, open_: Codes, lengths: Numbers) -> None:
        """Take the effects out of what is left of some columns until that stays as it is."""
        size = np.sqrt(self._sizes.sum())
        change, length = np.zeros(len(open_)), np.zeros(len(open_))
        for _ in range(PASSES - 1):
            if len(open_) == 0:
                return
            change, length = self._once(columns, open_, lengths[open_], True)
            settled = (change <= SETTLED * length) | (length <= noise[open_] * size)
            change, length, open_ = change[~settled], length[~settled], open_[~settled]
        if (change > UNSETTLED * length).any():
            raise HardlyConnected("levels_hardly_connected", iterations=ITERATIONS)

    def _plainly(self, columns: Numbers, raw: Sequence[Raw], lengths: Numbers) -> Numbers:
        """Take the effects out once, where there are no weights and slopes, and give products of what is left."""
        if self._solver is None:
            return written(raw, columns, np.zeros((len(raw), 0)), self._parts)
        coefficients = self._solver.solved(sums_by_outer(raw, self._parts, self._levels), lengths)
        return written(raw, columns, coefficients, self._parts)

    @property
    def _parts(self) -> Parts:
        return Parts(self._starts, self._sizes, self._outer)

    def _once(self, columns: Numbers, chosen: Codes, lengths: Numbers, compare: bool) -> tuple[Numbers, Numbers]:
        """Take the effects out of chosen columns; give lengths of what changes, if asked, and of what is left."""
        parts = (self._starts, self._sizes, self._root, self._inner, self._outer, self._values)
        crossing = np.zeros((len(chosen), self._levels))
        change, left = np.zeros(len(chosen)), np.zeros(len(chosen))
        held = [columns[each].copy() for each in chosen] if compare else []

        def without_main(place: int) -> None:
            column = self._sorted(columns[chosen[place]])
            left[place] = kernels.without_main(column, *parts, crossing[place])
            self._put(columns, chosen[place], column)

        def without_outer(place: int) -> None:
            column = self._sorted(columns[chosen[place]])
            left[place] = kernels.without_outer(column, *parts, coefficients[place])
            self._put(columns, chosen[place], column)

        places, numbers = range(len(chosen)), len(chosen) * columns.shape[1]
        for_each(without_main, places, numbers)
        if self._solver is not None:
            coefficients = self._solver.solved(crossing, lengths)
            for_each(without_outer, places, numbers)
        for place, was in enumerate(held):
            change[place] = np.sqrt(sums.square(was - columns[chosen[place]]))
        return change, np.sqrt(left)

    def _put(self, columns: Numbers, number: int, column: Numbers) -> None:
        if self._order is not None:
            columns[number, self._order] = column


def _finest(effects: Sequence[Levels]) -> list[Levels]:
    """Leave out effects that another contains, which explains all that they do."""
    kept: list[Levels] = []
    for each in sorted(effects, key=lambda levels: -levels.number):
        if not any(finer.within(each) for finer in kept):
            kept.append(each)
    return kept


class _Exact:
    """Solves the system of the outer levels by a generalised inverse, one connected set at a time.

    Parameters
    ----------
    parts
        First rows and weights of the main effect's levels, roots of weights, inner columns, outer levels, slopes.
    sets
        The connected set of each outer level.
    """

    def __init__(self, parts: tuple[np.ndarray, ...], sets: Codes) -> None:
        widths = np.bincount(sets)
        order = np.argsort(sets, kind="stable")
        firsts = np.concatenate([[0], np.cumsum(widths)])[:-1]
        place = np.empty(len(sets), dtype="int64")
        place[order] = np.arange(len(sets)) - np.repeat(firsts, widths)
        corners = np.concatenate([[0], np.cumsum(widths**2)])
        products = np.zeros(int(corners[-1]))
        starts, sizes, root, inner, outer, slopes = parts
        kernels.products_of_outer(
            starts, sizes, root, inner, outer, slopes, place, corners[:-1][sets], widths[sets], products
        )
        lengths = _lengths(parts, len(sets))
        self._solvers: list[tuple[Codes, Numbers]] = []
        smallest = 1.0
        for width in np.unique(widths):
            of_width = np.flatnonzero(widths == width)
            members = order[firsts[of_width][:, None] + np.arange(width)]
            stacked = products[corners[of_width][:, None] + np.arange(width**2)].reshape(-1, width, width)
            scale = lengths[members]
            values, vectors = np.linalg.eigh(stacked / scale[:, :, None] / scale[:, None, :])
            kept = values > RANK
            smallest = min(smallest, float(values[kept].min(initial=1.0)))
            root = vectors * np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)[:, None, :]
            root /= scale[:, :, None]
            self._solvers.append((members, root))
        self.at_once = smallest >= WELL_CONNECTED

    def solved(self, sums: Numbers, _: Numbers) -> Numbers:
        """Solve for sums of columns by level, shape (columns, levels); their lengths are for :class:`_Iterated`."""
        found = np.zeros_like(sums)
        for members, root in self._solvers:
            right = np.moveaxis(sums[:, members], 0, 2)  # (sets, levels, columns)
            found[:, members] = np.moveaxis(root @ (root.transpose(0, 2, 1) @ right), 2, 0)
        return found


def _lengths(parts: tuple[np.ndarray, ...], levels: int) -> Numbers:
    """Give the length of the dummy or slope of each outer level, one where it is zero.

    Levels may differ in weight by many powers of ten: each is measured by what it has before the main effect goes.
    """
    *_, root, _, outer, values = parts
    squares = np.zeros(levels)
    plain = len(outer) - len(values)
    for number, codes in enumerate(outer):
        column = root if number < plain else values[number - plain]
        squares += np.bincount(codes, column**2, levels) if len(column) else Levels(codes, levels).counts
    return np.where(squares > 0, np.sqrt(squares), 1.0)


class _Iterated:
    """Solves the system of the outer levels by conjugate gradients, for all columns side by side.

    Parameters
    ----------
    parts
        As in :class:`_Exact`.
    levels
        Of the outer effects.
    """

    at_once = False

    def __init__(self, parts: tuple[np.ndarray, ...], levels: int) -> None:
        starts, sizes, root, inner, outer, values = parts
        rows, plain = outer.shape[1], len(outer) - len(values)
        ones = root if len(root) else np.ones(rows)
        dummies = sparse.csr_matrix((rows, levels))
        for number, codes in enumerate(outer):
            column = ones if number < plain else values[number - plain]
            dummies = dummies + sparse.csr_matrix((column, codes, np.arange(rows + 1)), shape=(rows, levels))
        scaled = sparse.csr_matrix(dummies @ sparse.diags(1 / _lengths(parts, levels)))
        of_main = np.repeat(np.arange(len(sizes)), np.diff(starts))
        mains = [sparse.csr_matrix((ones / np.sqrt(sizes[of_main]), of_main, np.arange(rows + 1)))]
        mains += [sparse.csr_matrix((column, of_main, np.arange(rows + 1))) for column in inner]
        self._scale = 1 / _lengths(parts, levels)
        self._products = sparse.csr_matrix(scaled.T @ scaled)
        self._crossing = sparse.csr_matrix(sparse.hstack(mains).T @ scaled)

    @cached_property
    def _back(self) -> sparse.csr_matrix:
        return sparse.csr_matrix(self._crossing.T)

    def solved(self, sums: Numbers, lengths: Numbers) -> Numbers:
        """Solve for sums of columns by level, shape (columns, levels), whose lengths were these, shape (columns,)."""
        left = np.ascontiguousarray((sums * self._scale).T)
        found, direction = np.zeros_like(left), left.copy()
        squares = (left**2).sum(axis=0)
        bounds = np.maximum(TOLERANCE**2 * squares, (FLOOR * lengths) ** 2)
        for _ in range(ITERATIONS):
            if (squares <= bounds).all():
                break
            moved = self._products @ direction - self._back @ (self._crossing @ direction)
            along = (direction * moved).sum(axis=0)
            active = (squares > bounds) & (along > 0)
            if not active.any():
                break
            step = np.where(active, squares / np.where(active, along, 1.0), 0.0)
            found += step * direction
            left -= step * moved
            now = np.where(active, (left**2).sum(axis=0), squares)
            direction = left + np.where(active, now / np.where(squares > 0, squares, 1.0), 0.0) * direction
            squares = now
        return (found * self._scale[:, None]).T.copy()
