r"""Poisson regression with fixed effects, for counts and other outcomes that are zero at times.

Estimand: :math:`\beta` in :math:`E[Y_{it} \mid \cdot] = \exp(\alpha_i + \lambda_t + \beta D_{it} + X_{it}'\delta)`, so
that :math:`e^\beta - 1` is a proportional effect. The outcome need not be Poisson distributed for that: the estimates
are those of pseudo maximum likelihood, and standard errors allow for any variance (Gourieroux, Monfort & Trognon
1984; Wooldridge 1999). Computed by iteratively reweighted least squares, with the fixed effects taken out in each step
(Correia, Guimarães & Zylkin 2020). Where all rows of a fixed effect's level have an outcome of zero, the likelihood
grows for ever as its effect falls; such rows say nothing about :math:`\beta` and leave first.

Homoskedastic standard errors are those of an outcome that is Poisson distributed, the inverse information, as fixest
computes them. Under the preset ``reghdfe``, corrections are those of Stata's ppmlhdfe, :math:`G/(G-1)` and
:math:`N/(N-1)`: likelihood commands of Stata do not count coefficients.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ruralpanel.absorption.elimination import FixedEffects
from ruralpanel.estimation.absorbed import Fit, fit_of
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.right_hand_side import right_hand_side
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, effect_name, estimation_sample
from ruralpanel.estimation.taken_out import absorbed_regression, varying_effects
from ruralpanel.estimation.two_way_fixed_effects import result_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import intercepts

MOST_STEPS = 100
CLOSE = 1e-7
"""Steps end when no fitted log mean changes by more than this."""
BEYOND = 300.0
"""A fitted log mean as large as this is on its way to infinity."""


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the coefficients of treatments and regressors on the log of the mean.

    Parameters
    ----------
    panel
        The panel.
    equation
        Its treatments, moderators and regressors give the terms; its outcome is not transformed, zero or more.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row a term, in the equation's order, and one a moderator and period. Inference is by the normal
        distribution.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: negative outcomes, only zeros, regressors that predict zeros perfectly.
    """
    sample = estimation_sample(panel, equation, ledger)
    negative = int((sample[OUTCOME] < 0).sum())
    if negative:
        raise CannotEstimate("negative_outcomes", rows=negative)
    sample = _without_zero_levels(sample, equation, ledger)
    sample, terms = right_hand_side(sample, equation)
    fit = _fit(sample, [term.column for term in terms], equation, ledger)
    normal = replace(fit.covariance, degrees_of_freedom=np.inf)
    return result_of(replace(fit, covariance=normal), terms, equation)


def _without_zero_levels(sample: pd.DataFrame, equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Drop the levels of fixed effects in which the outcome is zero throughout."""
    if sample[OUTCOME].max() == 0:
        raise CannotEstimate("outcome_zero")
    zero = pd.Series(False, index=sample.index)
    for effect in intercepts(equation.fixed_effects):
        zero |= sample.groupby(effect_name(effect))[OUTCOME].transform("max") == 0
    if not zero.any():
        return sample
    kept = sample[~zero].reset_index(drop=True)
    ledger.note("only zeros dropped", len(sample), kept, because("zero_in_a_fixed_effect"))
    return kept


def _fit(sample: pd.DataFrame, terms: list[str], equation: Equation, ledger: Ledger) -> Fit:
    """Repeat weighted least squares until the fitted means stay as they are."""
    sample, effects = varying_effects(sample, equation, ledger)
    outcome = sample[OUTCOME].to_numpy(dtype="float64")
    weights = sample[equation.weights].to_numpy(dtype="float64") if equation.weights else np.ones(len(sample))
    mean = (outcome + np.average(outcome, weights=weights)) / 2
    log_mean = np.log(mean)
    change = np.inf
    estimated: list[str] = []
    out: FixedEffects | None = None
    for step in range(MOST_STEPS):
        working = pd.Series(log_mean + (outcome - mean) / mean, index=sample.index)
        working_weights = pd.Series(weights * mean, index=sample.index)
        try:
            regression = absorbed_regression(sample, working, working_weights, terms, effects, equation, out)
        except CannotEstimate:
            if step == 0:
                raise
            break
        found, out = regression.terms, regression.out
        estimated = estimated or found
        if found != estimated:  # rows whose weight vanishes take a term with them
            break
        if change < CLOSE:
            fit = fit_of(regression, sample, terms, effects, _uncorrected(equation), ledger)
            units = regression.within.units  # of outcomes in their own unit
            products = regression.influences.gram / np.outer(units, units)
            inverse = pd.DataFrame(products / float(working_weights.mean()), estimated, estimated)
            return _corrected(fit, inverse, equation)
        root = np.sqrt(working_weights / working_weights.mean()).to_numpy()
        fitted = working.to_numpy() - regression.residuals / root
        change = float(np.abs(fitted - log_mean).max())
        if not np.isfinite(change) or np.abs(fitted).max() > BEYOND:
            break
        log_mean, mean = fitted, np.exp(fitted)
    raise CannotEstimate("does_not_settle")


def _uncorrected(equation: Equation) -> Equation:
    """Ask for the plain sandwich where the correction is not one of linear regressions."""
    if equation.inference.small_sample != "reghdfe":
        return equation
    return equation.model_copy(update={"inference": equation.inference.model_copy(update={"small_sample": "none"})})


def _corrected(fit: Fit, inverse: pd.DataFrame, equation: Equation) -> Fit:
    """Give a fit the covariance that its variance and preset ask for, from the inverse information among others."""
    inference, covariance = equation.inference, fit.covariance
    rows = int(str(fit.shared["observations"]))
    shared = fit.shared | {"small_sample": inference.small_sample if inference.vcov.corrected else "none"}
    matrix = covariance.matrix
    if inference.vcov.constant_variance:
        corrects = inference.small_sample in ("fixest", "fixest_full")
        factor = (rows - 1) / covariance.degrees_of_freedom if corrects else 1.0
        matrix = inverse * factor
    elif inference.small_sample == "reghdfe":
        independent = covariance.clusters or rows
        matrix = matrix * (independent / (independent - 1))
    return replace(fit, covariance=replace(covariance, matrix=matrix), shared=shared)
