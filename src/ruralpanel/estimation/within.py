"""What fixed effects leave of columns, in units of their own variation, and which of them say something of their own.

A column may be in yuan or in hundred million yuan, and vary by a hundred thousandth of its level. So columns are
centred and divided by a power of two near their standard deviation, which is exact, before anything is taken out of
them; what is left is compared with the rounding that the column came with, and not with a number that has a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from ruralpanel.absorption.elimination import FixedEffects, HardlyConnected
from ruralpanel.absorption.levels import Levels
from ruralpanel.absorption.plainly import Raw
from ruralpanel.absorption.products import left_and_summed, left_by, shares_of
from ruralpanel.absorption.sums import Facts
from ruralpanel.arrays import Numbers
from ruralpanel.estimation.rounding import NOISE, recorded_rounding, unit_of
from ruralpanel.estimation.sample import CannotEstimate

LIKE_ROUNDING = 3.0
"""What is left of a column beside others is rounding up to so many times the rounding that they are recorded with."""

NEARLY_COLLINEAR = 1e-7
"""The share of a column from which it is told from those before it, where it is recorded finely: R's `lm` has the same
bound. Nine of the sixteen digits are left then."""

NEARLY_ABSORBED = 5e-7
"""The share of a column's deviations from its mean that fixed effects must leave of it. What is below is the
rounding of a column computed from the effects in single precision; Stata's `reghdfe` leaves out sixty times as much."""

WELL_APART = 0.1
"""The share that is left of each column by those before it from which products of columns tell all that these do."""

SUSPICIOUS = 1e-3
"""The share of a column below which it is asked how finely it is recorded."""


@dataclass(frozen=True)
class Within:
    """A regression's two sides once its fixed effects are taken out.

    Parameters
    ----------
    columns
        The outcome and the terms that can be estimated, times the square root of the weights, shape (1 + terms, rows).
    sizes
        By column, the root of its weighted mean square.
    scales
        What columns were divided by, in their own units, shape (1 + terms,).
    largest
        Their largest values in their own units, which tell how large rounding is.
    shares
        Mean products of the terms with the outcome, as the columns are, shape (terms,).
    triangle
        The upper triangle that gives terms of length one from orthonormal ones in their order, shape (terms, terms).
    basis
        These orthonormal columns, shape (rows, terms), where terms are nearly collinear; None where products of the
        columns tell enough.
    root
        The square root of the weights, whose mean is one, shape (rows,); empty where all are one.
    terms
        Those that can be estimated; fixed effects and the terms before them leave nothing of the others.
    """

    columns: Numbers
    sizes: Numbers
    scales: Numbers
    largest: Numbers
    shares: Numbers
    triangle: Numbers
    basis: Numbers | None
    root: Numbers
    terms: list[str]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.columns.shape[1])

    @property
    def outcome_unit(self) -> float:
        """What the outcome is divided by so that its weighted mean square is one, in its own unit."""
        return float(self.scales[0] * self.sizes[0])

    @property
    def units(self) -> Numbers:
        """The same of the terms."""
        return np.asarray(self.scales[1:] * self.sizes[1:])

    @property
    def outcome_level(self) -> float:
        """The largest value of the outcome in these units."""
        return float(self.largest[0]) / self.outcome_unit

    @property
    def levels(self) -> Numbers:
        """The same of the terms."""
        return np.asarray(self.largest[1:] / self.units)

    @property
    def weights(self) -> Numbers:
        """Of the rows, with a mean of one, shape (rows,)."""
        return self.root**2 if len(self.root) else np.broadcast_to(1.0, self.rows)

    @cached_property
    def outcome(self) -> Numbers:
        """The outcome divided by its unit, times the square root of the weights, shape (rows,)."""
        return np.asarray(self.columns[0] / self.sizes[0])

    @cached_property
    def regressors(self) -> Numbers:
        """The terms divided by their units, times the square root of the weights, shape (rows, terms)."""
        return np.asarray((self.columns[1:] / self.sizes[1:, None]).T)

    @cached_property
    def orthogonal(self) -> Numbers:
        """Columns that span what the terms do, orthogonal to each other in their order, as long as these."""
        if self.basis is not None:
            return np.asarray(self.basis * np.sqrt(self.rows))
        return np.asarray(np.linalg.solve(self.triangle.T, self.regressors.T).T)

    @cached_property
    def back(self) -> Numbers:
        """What coefficients of ``orthogonal`` are multiplied with to give those of the terms, shape (terms, terms)."""
        return np.asarray(np.linalg.inv(self.triangle), dtype="float64")

    @property
    def products(self) -> Numbers:
        """Products of the terms' :attr:`columns`, shape (terms, terms)."""
        return np.asarray(self.triangle.T @ self.triangle * np.outer(self.sizes[1:], self.sizes[1:]) * self.rows)

    @property
    def gram(self) -> Numbers:
        """Products of what outcomes weigh in the coefficients, shape (terms, terms)."""
        return np.asarray(self.back @ self.back.T / self.rows)

    @property
    def weights_of_outcomes(self) -> tuple[Numbers, Numbers]:
        """What outcomes weigh in the coefficients: columns, shape (terms, rows), and how they are mixed.

        The weights, shape (rows, terms), are the former's transpose times the latter.
        """
        if self.basis is not None:
            return self.basis.T, self.back.T / np.sqrt(self.rows)
        return self.columns[1:], self.back @ self.back.T / self.sizes[1:, None] / self.rows

    def solved(self, groups: Levels | None = None) -> tuple[Numbers, Numbers, Numbers | None]:
        """Give the coefficients of the terms by least squares, and residuals, times the square root of the weights.

        Both are in the units of :attr:`outcome` and :attr:`regressors`. Where products of the columns are solved, and
        some are alike, what they leave is solved for once more, which gives as many digits as orthonormal columns would
        (Björck 1987, Stability Analysis of the Method of Seminormal Equations for Linear Least Squares Problems, Linear
        Algebra and its Applications 88/89).

        Parameters
        ----------
        groups
            By which products of the residuals with :attr:`columns` are to be added up on the way.

        Returns
        -------
        tuple of (numpy.ndarray, numpy.ndarray, numpy.ndarray or None)
            Coefficients and residuals, shapes (terms,) and (rows,), and such sums, shape (groups, terms), if they are
            asked for and made.
        """
        if self.basis is not None:
            shares = self.basis.T @ self.outcome
            return self.back @ (shares / np.sqrt(self.rows)), self.outcome - self.basis @ shares, None
        outcome, terms = self.columns[0], self.columns[1:]
        found = self.back @ (self.back.T @ (self.shares / self.sizes[1:]))
        if np.diag(self.triangle).min() <= WELL_APART:
            shares = shares_of(terms, left_by(outcome, terms, found / self.sizes[1:])) / self.sizes[1:] / self.rows
            found += self.back @ (self.back.T @ shares)
        if groups is None:
            residuals, sums = left_by(outcome, terms, found / self.sizes[1:]), None
        else:
            residuals, sums = left_and_summed(outcome, terms, found / self.sizes[1:], groups.codes, groups.number)
            sums /= self.sizes[0]
        residuals /= self.sizes[0]
        return found / self.sizes[0], residuals, sums


class Side(NamedTuple):
    """A column of a regression.

    Parameters
    ----------
    column
        As it is in the sample, dense or sparse.
    facts
        What is known of it.
    """

    column: pd.Series
    facts: Facts

    @property
    def values(self) -> np.ndarray:
        """Its numbers, shape (rows,)."""
        return self.column.to_numpy()


def within(sides: Sequence[Side], names: Sequence[str], root: Numbers, effects: FixedEffects) -> Within:
    """Take fixed effects out of both sides, and find the terms that can be estimated.

    Parameters
    ----------
    sides
        The outcome and the regressors.
    names
        Of the regressors.
    root
        The square root of the weights, whose mean is one; empty where all are one.
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
    rows = len(sides[0].column)
    columns = np.empty((len(sides), rows))
    scales = np.array([_unit(each) for each in sides])
    largest = np.array([each.facts.largest for each in sides])
    noise = NOISE * largest / scales
    facts = [each.facts for each in sides]
    raw = [
        Raw(each.values, known.mean, unit, known.square)
        for each, known, unit in zip(sides, facts, scales.tolist(), strict=True)
    ]
    try:
        products = effects.take_out(columns, noise, raw) / rows
    except HardlyConnected as error:
        raise CannotEstimate(error.reason) from None
    sizes = np.sqrt(np.diag(products))
    if sizes[0] <= noise[0]:
        raise CannotEstimate("outcome_absorbed")
    varying = np.flatnonzero(sizes > np.append(noise[0], np.maximum(noise[1:], NEARLY_ABSORBED)))

    def rounding(number: int) -> float:
        at = varying[number + 1]
        return recorded_rounding(np.asarray(sides[at].values, dtype="float64")) / float(scales[at] * sizes[at])

    def column(number: int) -> Numbers:
        at = varying[number + 1]
        return np.asarray(columns[at] / (sizes[at] * np.sqrt(rows)))

    scaled_products = products[np.ix_(varying[1:], varying[1:])] / np.outer(sizes[varying[1:]], sizes[varying[1:]])
    kept, triangle = _by_products(scaled_products)
    basis = None
    if kept is None:
        count = len(varying) - 1
        every = np.column_stack([column(number) for number in range(count)]) if count else np.empty((rows, 0))
        kept, basis, triangle = _in_order(every, rounding)
    chosen = varying[np.concatenate([[0], np.array(kept, dtype="int64") + 1])]
    if len(chosen) < len(columns):
        for place, number in enumerate(chosen):  # which rises, so that nothing is lost
            columns[place] = columns[number]
    return Within(
        columns[: len(chosen)],
        sizes[chosen],
        scales[chosen],
        largest[chosen],
        products[0, chosen[1:]],
        triangle,
        basis,
        root,
        [names[number - 1] for number in chosen[1:]],
    )


def _unit(side: Side) -> float:
    """Give a power of two near the standard deviation of a column."""
    if side.facts.square > 1e-200:
        return float(2.0 ** np.round(np.log2(np.sqrt(side.facts.square))))
    return unit_of(np.asarray(side.values - side.facts.mean, dtype="float64"))


def _by_products(products: Numbers) -> tuple[list[int] | None, Numbers]:
    """Decompose products of columns of length one, if none of them is nearly a sum of those before it.

    Returns
    -------
    tuple of (list of int or None, numpy.ndarray)
        All columns, and the upper triangle; None where it has to be looked at the columns themselves.
    """
    try:
        triangle = np.asarray(np.linalg.cholesky(products).T, dtype="float64")
    except np.linalg.LinAlgError:
        return None, products
    if np.diag(triangle).min(initial=1.0) <= SUSPICIOUS:
        return None, products
    return list(range(len(products))), triangle


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
