r"""Two-way fixed effects.

Estimand: :math:`\beta` in :math:`Y_{it} = \alpha_i + \lambda_t + \beta D_{it} + X_{it}'\delta + \varepsilon_{it}`. With
staggered adoption and effects that differ by cohort or over time, :math:`\beta` is a weighted average of them in
which weights can be negative (de Chaisemartin & D'Haultfœuille 2020, theorem 1; Goodman-Bacon 2021, theorem 1).

With a moderator :math:`M`, :math:`\gamma` in :math:`\ldots + \beta D_{it} + \gamma D_{it} M_{it} + \mu_t M_{it}`, where
:math:`\mu_t` is free in every period.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ruralpanel.estimation.absorbed import Fit, fit_absorbed
from ruralpanel.estimation.adoption import numbers_of
from ruralpanel.estimation.covariance import covariances
from ruralpanel.estimation.effect_along import effects_along
from ruralpanel.estimation.estimates import COLLINEAR, no_estimate
from ruralpanel.estimation.resampling import resampled_if_few, with_bootstrap, with_permutation
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.right_hand_side import Term, right_hand_side
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.blocks import Equation


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the coefficients of treatments and regressors.

    Parameters
    ----------
    panel
        The panel.
    equation
        Its treatments (by indicator or intensity), their interactions, moderators and regressors give the terms; its
        fixed effects may be any, not only unit and period.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row a term, in the equation's order, and one a moderator and period; a term that is collinear has a reason
        in place of numbers. Where the equation says so, also effects along a moderator.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel.
    """
    sample, terms = right_hand_side(estimation_sample(panel, equation, ledger), equation)
    fit = fit_absorbed(sample, [term.column for term in terms], equation, ledger)
    result = result_of(fit, terms, equation)
    equation = resampled_if_few(equation, fit)
    if equation.inference.bootstrap is not None:
        result = with_bootstrap(result, terms, fit, panel, equation)
    if equation.inference.permutation is not None:
        result = with_permutation(result, terms, fit, equation)
    if equation.along is None:
        return result
    return replace(result, rows=[*result.rows, *effects_along(fit, equation)])


def result_of(fit: Fit, terms: list[Term], equation: Equation) -> EquationResult:
    """Report the coefficients of a regression.

    Parameters
    ----------
    fit
        The regression.
    terms
        What was to be estimated, in the order to report it.
    equation
        Gives the level of intervals.

    Returns
    -------
    EquationResult
        One row a term, and how they covary; a term that is collinear has a reason in place of numbers.
    """
    rows = []
    for term in terms:
        place = {} if term.period is None else {"period": term.period}
        if term.column in fit.collinear:
            rows.append(no_estimate(equation, COLLINEAR, term.name, **place, **fit.shared))
            continue
        rows.append({"term": term.name, **place, **fit.shared, **numbers_of(fit, term.column, equation)})
    names = {place_of({"term": term.name, "period": term.period}): term.column for term in terms}
    return EquationResult(rows, covariances(rows, names, fit))
