"""What fixed effects leave of columns, in units of their own variation, and which of them say something of their own.

A column may be in yuan or in hundred million yuan, and vary by a hundred thousandth of its level. So columns are
centred and divided by a power of two near their standard deviation, which is exact, before anything is taken out of
them; what is left is compared with the rounding that the column came with, and not with a number that has a unit.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import lsmr

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.rounding import NOISE, recorded_rounding, unit_of
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.inference.crossing_effects import CrossingEffects, TooManyLevels, crossing_effects

EXACT_LEVELS = 1000
"""Levels of crossing effects up to which they are taken out exactly; with more of them, by iterating."""

PASSES = 5
"""How often columns have their effects taken out at most, each time of what the last has left: two or three do."""

ITERATIONS = 3000
"""The most iterations for a column and pass, which is many times what connected panels need."""

SETTLED = 1e-10
"""A pass that changes a column by less than this share of it has left nothing to be done."""

LIKE_ROUNDING = 3.0
"""What is left of a column beside others is rounding up to so many times the rounding that they are recorded with."""

NEARLY_COLLINEAR = 1e-7
"""The share of a column from which it is told from those before it, where it is recorded finely: R's `lm` has the same
bound. Nine of the sixteen digits are left then."""

NEARLY_ABSORBED = 5e-7
"""The share of a column's deviations from its mean that fixed effects must leave of it. What is below is the
rounding of a column computed from the effects in single precision; Stata's `reghdfe` leaves out sixty times as much."""

SUSPICIOUS = 1e-3
"""The share of a column below which it is asked how finely it is recorded."""


@dataclass(frozen=True)
class Within:
    """A regression's two sides once its fixed effects are taken out, each divided by what it varies by.

    Parameters
    ----------
    outcome
        Shape (rows,); its weighted mean square is one, as that of all columns here.
    regressors
        The terms that can be estimated, shape (rows, terms).
    orthogonal
        Columns that span what ``regressors`` do, orthogonal to each other in the order of the terms.
    back
        What coefficients of ``orthogonal`` are multiplied with to give those of ``regressors``, shape (terms, terms).
    outcome_unit, units
        What the two sides were divided by, in their own units.
    outcome_level, levels
        Their largest values in these units, which tell how large rounding is.
    terms
        Those that can be estimated; fixed effects and the terms before them leave nothing of the others.
    """

    outcome: Numbers
    regressors: Numbers
    orthogonal: Numbers
    back: Numbers
    outcome_unit: float
    units: Numbers
    outcome_level: float
    levels: Numbers
    terms: list[str]


class FixedEffectsOut:
    """Takes fixed effects and their slopes out of columns.

    Parameters
    ----------
    effects
        One column an effect, integer codes; where there is none, the mean is taken out.
    slopes
        For every slope within an effect, the codes of its levels and the values.
    weights
        Of the rows.
    """

    def __init__(self, effects: pd.DataFrame, slopes: list[tuple[Numbers, Numbers]], weights: Numbers) -> None:
        if effects.shape[1] == 0 and not slopes:
            effects = pd.DataFrame({"mean": np.zeros(len(weights), dtype="int64")})
        levels = {str(name): int(effects[name].nunique()) for name in effects}
        main = max(levels, key=lambda name: (levels[name], name)) if levels else None
        crossing = sum(levels.values()) - (levels[main] if main is not None else 0)
        crossing += sum(len(np.unique(codes)) for codes, _ in slopes)
        self._root = np.sqrt(weights)
        self._exact: CrossingEffects | None = None
        if crossing <= EXACT_LEVELS:
            with suppress(TooManyLevels):
                self._exact = crossing_effects(effects, main, weights, slopes)
        if self._exact is None:
            self._columns = _of_length_one(effects, slopes, self._root)

    def left(self, columns: Numbers, noise: Numbers) -> Numbers:
        """Give what is left of columns.

        Parameters
        ----------
        columns
            Shape (rows, columns), near one in size.
        noise
            For each, what is rounding if no more than it is left, as a mean square's root.

        Raises
        ------
        CannotEstimate
            If iterations do not settle.
        """
        found = columns * self._root[:, None]
        size = float(np.linalg.norm(self._root))
        open_ = np.arange(columns.shape[1])
        for number in range(PASSES):
            before = found[:, open_]
            after = self._exact.left(before) if self._exact is not None else self._iterated(before)
            found[:, open_] = after
            length, change = np.linalg.norm(after, axis=0), np.linalg.norm(after - before, axis=0)
            settled = (change <= SETTLED * length) | (length <= noise[open_] * size)
            open_ = open_ if number == 0 else open_[~settled]
            if len(open_) == 0:
                break
        else:
            if (change[~settled] > 1e-6 * length[~settled]).any():
                raise CannotEstimate("levels_hardly_connected", iterations=ITERATIONS)
        return np.asarray(found / self._root[:, None])

    def _iterated(self, columns: Numbers) -> Numbers:
        left = np.empty_like(columns)
        for number in range(columns.shape[1]):
            column = columns[:, number]
            scale = float(np.linalg.norm(column)) or 1.0
            solution = lsmr(self._columns, column / scale, atol=1e-12, btol=1e-12, conlim=0.0, maxiter=ITERATIONS)[0]
            left[:, number] = column - scale * (self._columns @ solution)
        return left


def _of_length_one(effects: pd.DataFrame, slopes: list[tuple[Numbers, Numbers]], root: Numbers) -> sparse.csr_matrix:
    """Give a column for every level and slope, times the square root of the weights, divided by its length."""
    blocks = []
    for codes, values in [*((effects[name].to_numpy(), np.ones(len(root))) for name in effects), *slopes]:
        levels, position = np.unique(codes, return_inverse=True)
        entries = root * values
        lengths = np.sqrt(np.bincount(position, entries**2))
        scaled = entries / np.where(lengths > 0, lengths, 1.0)[position]
        blocks.append(sparse.csr_matrix((scaled, (np.arange(len(root)), position)), shape=(len(root), len(levels))))
    return sparse.csr_matrix(sparse.hstack(blocks))


def within(outcome: Numbers, regressors: pd.DataFrame, weights: Numbers, effects: FixedEffectsOut) -> Within:
    """Take fixed effects out of both sides, and find the terms that can be estimated.

    Parameters
    ----------
    outcome, regressors
        As they are in the sample.
    weights
        Of the rows.
    effects
        The fixed effects, or the constant.

    Returns
    -------
    Within
        Of two terms that say the same the first; without terms where none can be estimated.

    Raises
    ------
    CannotEstimate
        If nothing is left of the outcome, or iterations do not settle.
    """
    names = [str(name) for name in regressors]
    raw = np.column_stack([outcome, regressors.to_numpy(dtype="float64")])
    deviations = raw - raw.mean(axis=0)
    deviations -= deviations.mean(axis=0)  # the mean of a column far from zero is rounded too
    units = np.array([unit_of(column) for column in deviations.T])
    noise = NOISE * np.abs(raw).max(axis=0) / units
    left = effects.left(deviations / units, noise)
    sizes = np.sqrt(np.average(left**2, axis=0, weights=weights))
    if sizes[0] <= noise[0]:
        raise CannotEstimate("outcome_absorbed")
    varying = np.flatnonzero(sizes > np.append(noise[0], np.maximum(noise[1:], NEARLY_ABSORBED)))
    left, units = left[:, varying] / sizes[varying], units[varying] * sizes[varying]
    root = np.sqrt(weights / weights.sum())[:, None]

    def rounding(number: int) -> float:
        return recorded_rounding(raw[:, varying[number + 1]]) / float(units[number + 1])

    kept, basis, triangle = _in_order(left[:, 1:] * root, rounding)
    chosen = np.array(kept, dtype="int64") + 1
    levels = np.abs(raw[:, varying]).max(axis=0) / units
    return Within(
        left[:, 0],
        left[:, chosen],
        basis / root,
        np.asarray(np.linalg.solve(triangle, np.eye(len(kept))), dtype="float64"),
        float(units[0]),
        units[chosen],
        float(levels[0]),
        levels[chosen],
        [names[varying[number] - 1] for number in chosen],
    )


def _in_order(columns: Numbers, rounding: Callable[[int], float]) -> tuple[list[int], Numbers, Numbers]:
    """Make columns of length one orthogonal in their order, leaving out those that the ones before them span.

    Parameters
    ----------
    columns
        Shape (rows, columns).
    rounding
        Gives the rounding that a column is recorded with, as a share of it.

    Returns
    -------
    tuple of (list of int, numpy.ndarray, numpy.ndarray)
        The columns kept; the orthonormal ones; and the upper triangle that gives the former from the latter.
    """
    count = columns.shape[1]
    if 0 < count <= len(columns):
        basis, triangle = np.linalg.qr(columns)
        if np.abs(np.diag(triangle)).min() > SUSPICIOUS:
            return list(range(count)), basis, triangle
    kept: list[int] = []
    basis, triangle = np.empty_like(columns), np.zeros((count, count))
    for number in range(count):
        size = len(kept)
        left, shares = columns[:, number], np.zeros(size)
        for _ in range(2):  # twice is enough (Parlett 1980)
            taken = basis[:, :size].T @ left
            left, shares = left - basis[:, :size] @ taken, shares + taken
        share = float(np.linalg.norm(left))
        if share <= SUSPICIOUS:
            multiples = np.abs(np.linalg.solve(triangle[:size, :size], shares))
            # Columns recorded in few steps, such as indicators, are what they are: only fine ones have been rounded.
            parts = [each if each <= SUSPICIOUS else 0.0 for each in map(rounding, [number, *kept])]
            bound = LIKE_ROUNDING * float(parts[0] + multiples @ np.array(parts[1:]))
            if share <= max(NEARLY_COLLINEAR, min(bound, SUSPICIOUS)):
                continue
        basis[:, size] = left / share
        triangle[:size, size], triangle[size, size] = shares, share
        kept.append(number)
    size = len(kept)
    return kept, basis[:, :size], triangle[:size, :size]
