"""A regression with its fixed effects taken out, as analyses of selection and omitted variables need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.estimation.absorbed import CONSTANT, Fit, fit_absorbed
from ruralpanel.estimation.right_hand_side import right_hand_side
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.sensitivity.results import CannotAnalyse
from ruralpanel.study.blocks import Equation, Inference


@dataclass(frozen=True)
class Regression:
    """What fixed effects and the constant leave of a regression's two sides.

    Parameters
    ----------
    term
        The treatment looked at.
    fit
        The regression, with standard errors for independent rows.
    outcome
        What is left of it, times the square root of the weights, shape (rows,).
    regressors
        The same of the treatment and the other regressors, by term.
    """

    term: str
    fit: Fit
    outcome: NDArray[np.float64]
    regressors: pd.DataFrame


def regression_of(panel: pd.DataFrame, equation: Equation, term: str) -> Regression:
    """Estimate an equation of two-way fixed effects again, and keep what the fixed effects leave.

    Parameters
    ----------
    panel
        The panel.
    equation
        Its inference is replaced: errors are taken to be independent, for these analyses describe the sample.
    term
        The treatment looked at.

    Raises
    ------
    CannotAnalyse
        If it cannot be estimated.
    """
    equation = equation.model_copy(update={"inference": Inference(variance="homoskedastic")})
    ledger = Ledger("sensitivity", equation.block, equation.unit, equation.period)
    try:
        if equation.matching is not None:
            from ruralpanel.estimation.matching import match

            panel, _ = match(panel, equation, ledger)
        sample, terms = right_hand_side(estimation_sample(panel, equation, ledger), equation)
        fit = fit_absorbed(sample, [each.column for each in terms], equation, ledger)
    except CannotEstimate as error:
        raise CannotAnalyse(error.reason) from None
    if term not in fit.coefficients.index:
        raise CannotAnalyse("term_collinear", term=term)
    assert fit.absorbed is not None
    outcome, left = fit.absorbed.outcome, fit.absorbed.regressors
    if CONSTANT in left:
        constant = left[CONSTANT].to_numpy()
        share = constant / (constant @ constant)
        left = left.drop(columns=CONSTANT)
        outcome = outcome - constant * (share @ outcome)
        left = left - np.outer(constant, share @ left.to_numpy())
    return Regression(term, fit, outcome, left)
