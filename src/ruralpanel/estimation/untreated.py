r"""Outcomes without treatment: fixed effects and regressors fitted on the rows that are not treated yet, or never.

The model of the untreated outcome is :math:`Y_{it}(0) = Z_{it}'\delta + \varepsilon_{it}`, where :math:`Z` holds the
equation's fixed effects and regressors. It is the first stage of imputation (Borusyak, Jaravel & Spiess 2024, section
4.1) and of two-stage estimation (Gardner 2022).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import splu

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, effect_name
from ruralpanel.estimation.unasked import dependent
from ruralpanel.study.blocks import Equation

DAMPING = 1e-9
"""Added to the diagonal of the scaled normal equations, whose fixed effects are never of full rank; iterating takes its
influence out again."""
EXACT = 1e-14
"""Iteration ends when the normal equations hold up to this share of their right-hand side."""
ROUNDS = 100
"""Iterations after which what is reached has to do; two or three are usual."""
STALLED = 0.9
"""The share of what was left from which on an iteration has met rounding, and no further one gets nearer."""
NULL = 1e-6
"""A row that is further than this from what untreated rows span cannot be imputed."""
DENSE = 1500
"""Columns beside the units' up to which what is left of the normal equations is solved as a dense matrix."""


@dataclass(frozen=True)
class UntreatedOutcome:
    """The model of the untreated outcome, fitted.

    Parameters
    ----------
    design
        :math:`Z` of every row of the sample, columns scaled; sparse.
    outcome, weights
        Of every row.
    untreated
        Which rows the model is fitted on.
    units
        The columns of the fixed effect with the most levels, of which each row has one.
    """

    design: Any
    outcome: Numbers
    weights: Numbers
    untreated: NDArray[np.bool_]
    units: slice

    @cached_property
    def _fitted_rows(self) -> Any:
        return self.design[self.untreated]

    @cached_property
    def _normal(self) -> Any:
        rows = self._fitted_rows
        return (rows.T @ rows.multiply(self.weights[self.untreated][:, None])).tocsc()

    @cached_property
    def _factor(self) -> tuple[Callable[[Numbers], Numbers], Numbers]:
        diagonal = np.asarray(self._normal.diagonal())
        scale = np.where(diagonal > 0, np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 1.0)
        scaling = sparse.diags(1 / scale)
        damped = scaling @ self._normal @ scaling + DAMPING * sparse.identity(len(scale))
        return _solver(damped.tocsr(), self.units), scale

    def solve(self, right_hand: Numbers) -> Numbers:
        """Solve the normal equations of the untreated rows.

        A right-hand side outside their range is met as far as it can be; where solutions differ, they predict the same
        for every row that can be imputed.

        Parameters
        ----------
        right_hand
            One column a system.
        """
        factor, scale = self._factor
        solution = np.zeros_like(right_hand)
        bound = EXACT * np.abs(right_hand / scale[:, None]).max(axis=0)
        before = np.full(right_hand.shape[1], np.inf)
        open_ = np.arange(right_hand.shape[1])
        for _ in range(ROUNDS):
            left = (right_hand[:, open_] - self._normal @ solution[:, open_]) / scale[:, None]
            size = np.abs(left).max(axis=0)
            goes_on = (size > bound[open_]) & (size < STALLED * before[open_])
            before[open_] = size
            open_ = open_[goes_on]
            if len(open_) == 0:
                break
            step = factor(left[:, goes_on]) / scale[:, None]
            found = solution[:, open_] + step
            solution[:, open_] = found
            open_ = open_[(np.abs(step) > EXACT * np.abs(found).max(axis=0)).any(axis=0)]
        return solution

    @cached_property
    def predicted(self) -> Numbers:
        """The untreated outcome that the model predicts for every row; without meaning where it cannot be imputed."""
        # Taking the mean out first keeps digits of outcomes far from zero; some effect or constant absorbs it.
        mean = float(np.average(self.outcome[self.untreated], weights=self.weights[self.untreated]))
        centred = self.outcome[self.untreated] - mean
        moments = self._fitted_rows.T @ (self.weights[self.untreated] * centred)
        return np.asarray(self.design @ self.solve(moments[:, None])[:, 0] + mean)

    @cached_property
    def imputable(self) -> NDArray[np.bool_]:
        """Tell for every row whether untreated rows determine what the model predicts for it.

        They do if the row is orthogonal to all directions of :math:`\\delta` that untreated rows leave open. Directions
        drawn at random from these tell with probability one.
        """
        random = np.random.default_rng(0)
        directions = random.normal(size=(self.design.shape[1], 3))
        open_directions = directions - self.solve(self._normal @ directions)
        return np.asarray(np.abs(self.design @ open_directions).max(axis=1) < NULL)

    def through_first_stage(self, weights: Numbers) -> Numbers:
        r"""Give the weights with which untreated rows enter averages of differences from what is predicted.

        An average :math:`\sum w_{it} (Y_{it} - Z_{it}'\hat\delta)` is a weighted sum of outcomes; these are the weights
        that it has from :math:`\hat\delta`, :math:`-A Z_0 (Z_0'AZ_0)^{-1} Z'w`, with :math:`A` the equation's weights.

        Parameters
        ----------
        weights
            :math:`w`, rows of the sample by averages; zero on rows that cannot be imputed.

        Returns
        -------
        numpy.ndarray
            Untreated rows by averages.
        """
        solved = self.solve(np.asarray(self.design.T @ weights))
        return np.asarray(-self.weights[self.untreated][:, None] * (self._fitted_rows @ solved))


def _solver(matrix: Any, units: slice) -> Callable[[Numbers], Numbers]:
    """Give what solves a positive definite system, some of whose columns have no products with each other.

    These are eliminated: what is left is small and dense, whatever the number of units. Where other effects have many
    levels too, the whole is factored as it is.

    Parameters
    ----------
    matrix
        Sparse, symmetric.
    units
        The columns whose block is diagonal.
    """
    count = matrix.shape[0]
    others = np.r_[0 : units.start, units.stop : count]
    if len(others) > DENSE:
        return splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve  # type: ignore[no-any-return]
    diagonal = matrix.diagonal()[units]
    beside = matrix[others][:, units]
    shares = beside.multiply(1 / diagonal).tocsr()
    dense = cho_factor((matrix[others][:, others] - shares @ beside.T).toarray()) if len(others) else None

    def solved(right_hand: Numbers) -> Numbers:
        solution = np.empty_like(right_hand)
        if dense is not None:
            solution[others] = cho_solve(dense, right_hand[others] - shares @ right_hand[units])
        solution[units] = right_hand[units] / diagonal[:, None] - shares.T @ solution[others]
        return solution

    return solved


def untreated_outcome(sample: pd.DataFrame, untreated: NDArray[np.bool_], equation: Equation) -> UntreatedOutcome:
    """Set up the model of the untreated outcome.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    untreated
        Which of them are not treated yet, or never.
    equation
        Gives fixed effects, regressors and weights.

    Returns
    -------
    UntreatedOutcome
        Fitted when it is asked for the first time.

    Raises
    ------
    CannotEstimate
        If no row is untreated.
    """
    if not untreated.any():
        raise CannotEstimate("no_untreated_row")
    outcome = sample[OUTCOME].to_numpy(dtype="float64")
    regressors = sample[equation.regressors].to_numpy(dtype="float64")
    names = [effect_name(effect) for effect in equation.fixed_effects]
    parts = [_indicators(sample[name].to_numpy()) for name in names]
    if not names:
        parts.append(sparse.csr_matrix(np.ones((len(sample), 1))))
    weights = np.ones(len(sample))
    if equation.weights:
        weights = sample[equation.weights].to_numpy(dtype="float64")
        weights = weights / weights.mean()
    sizes = [part.shape[1] for part in parts]
    largest_effect = int(np.argmax(sizes))
    start = sum(sizes[:largest_effect])
    units = slice(start, start + sizes[largest_effect])
    effects = UntreatedOutcome(sparse.hstack(parts, format="csr"), outcome, weights, untreated, units)
    if not equation.regressors:
        return effects
    within = np.column_stack([_within(column, effects) for column in regressors.T])
    design = sparse.hstack([sparse.csr_matrix(within), effects.design], format="csr")
    moved = slice(units.start + within.shape[1], units.stop + within.shape[1])
    return UntreatedOutcome(design, outcome, weights, untreated, moved)


def collinear_regressors(model: UntreatedOutcome, equation: Equation) -> list[str]:
    """List the regressors of which the fixed effects of untreated rows, or regressors before them, leave nothing.

    Parameters
    ----------
    model
        From :func:`untreated_outcome`.
    equation
        Gives the regressors.
    """
    own = model.design[model.untreated][:, : len(equation.regressors)].toarray()
    own = own * np.sqrt(model.weights[model.untreated])[:, None]
    return [equation.regressors[number] for number in dependent(own)]


def _within(values: Numbers, effects: UntreatedOutcome) -> Numbers:
    """Give a regressor less what untreated rows' fixed effects explain of it, in standard deviations of what is left.

    The effects are in the model too, so that it predicts the same; but a regressor that varies little beside its level
    would be nearly one of their sums. What is only rounding is zero.
    """
    left = values
    for _ in range(2):  # once more takes out of a small rest what rounding of the level left in it
        left = left - replace(effects, outcome=left).predicted
    rounding = NOISE * float(np.abs(values).max())
    spread = float(np.sqrt(np.average(left[effects.untreated] ** 2, weights=effects.weights[effects.untreated])))
    if spread <= rounding:
        # Untreated rows say nothing of its coefficient, and rows in which it is not what they predict not be imputed.
        spread = float(np.abs(left).max(initial=0.0)) or 1.0
        left = np.where(effects.untreated | (np.abs(left) <= rounding), 0.0, left)
    return left / spread


def _indicators(codes: NDArray[Any]) -> Any:
    """Give one column a level of a fixed effect, of which each row has one."""
    _, dense = np.unique(codes, return_inverse=True)
    return sparse.csr_matrix((np.ones(len(codes)), (np.arange(len(codes)), dense)))
