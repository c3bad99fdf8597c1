"""The two-way regression of a subject on what fixed effects and regressors leave, one treatment against one outcome.

By Frisch & Waugh (1933) and Lovell (1963) the effect is then a ratio of two sums over rows, so that what rows, units or
clusters do to it is read off these sums without another regression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.absorption.products import left_by, products_of, shares_of
from ruralpanel.arrays import Codes, Numbers
from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.estimates import COLLINEAR
from ruralpanel.estimation.right_hand_side import right_hand_side
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.blocks import Equation


@dataclass(frozen=True)
class Residualised:
    """An effect, and what its rows do to it.

    Parameters
    ----------
    sample
        The rows.
    treatment
        What fixed effects and all other regressors leave of it, times the square root of the weights, shape (rows,).
    residuals
        Of the outcome, in its unit, times the square root of the weights.
    effect, error
        The coefficient and its standard error.
    p_value
        That it is zero.
    """

    sample: pd.DataFrame
    treatment: Numbers
    residuals: Numbers
    effect: float
    error: float
    p_value: float

    def without(self, groups: Codes, number: int) -> Numbers:
        r"""Give the effect without each of some groups of rows.

        The effect changes by :math:`-\tilde d_g'e_g / (\tilde d'\tilde d - \tilde d_g'\tilde d_g)` where the rest still
        determines what is taken out of it: exactly for whole units but for the period effects, which hardly move.

        Parameters
        ----------
        groups
            Of the rows; below zero for none.
        number
            How many groups there are.

        Returns
        -------
        numpy.ndarray
            Shape (groups,); missing where the rest has no variation in treatment.
        """
        of = groups >= 0
        pulls = np.bincount(groups[of], (self.treatment * self.residuals)[of], number)
        squares = np.bincount(groups[of], (self.treatment**2)[of], number)
        total = float((self.treatment**2).sum())
        rest = total - squares
        known = rest > 1e-9 * total
        return np.where(known, self.effect - pulls / np.where(known, rest, 1.0), np.nan)

    def clustered_error(self, residuals: Numbers, clusters: Codes) -> float:
        """Give the standard error that other residuals of the same rows would have, without small-sample correction."""
        sums = np.bincount(clusters, self.treatment * residuals)
        return float(np.sqrt((sums**2).sum())) / float((self.treatment**2).sum())


def residualised(sample: pd.DataFrame, equation: Equation, entering: str) -> Residualised:
    """Estimate a two-way equation.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    equation
        What is estimated.
    entering
        The column by which the treatment enters it.

    Raises
    ------
    CannotEstimate
        If the effect cannot be estimated.
    """
    ledger = Ledger("estimation", "diagnosis", equation.unit, equation.period)
    sample, terms = right_hand_side(sample, equation)
    fit = fit_absorbed(sample, [term.column for term in terms], equation, ledger)
    if entering not in fit.coefficients.index:
        raise CannotEstimate(COLLINEAR)
    assert fit.absorbed is not None
    left = fit.absorbed.regressors
    others = np.ascontiguousarray(left.drop(columns=entering).to_numpy().T)
    treatment = np.ascontiguousarray(left[entering].to_numpy())
    if len(others):
        treatment = _left(treatment, others)
    residuals = _left(fit.absorbed.outcome, np.ascontiguousarray(left.to_numpy().T))
    found = fit.statistics(entering, equation.inference.level)
    error, p_value = (float(found.get(name, np.nan)) for name in ("standard_error", "p_value"))
    return Residualised(fit.absorbed.sample, treatment, residuals, float(found["estimate"]), error, p_value)


def _left(outcome: Numbers, columns: Numbers) -> Numbers:
    """Give what columns leave of another by least squares."""
    coefficients = np.linalg.solve(products_of(columns), shares_of(columns, outcome))
    return left_by(outcome, columns, np.asarray(coefficients, dtype="float64"))
