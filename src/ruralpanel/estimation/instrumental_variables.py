r"""Two-stage least squares with any number of fixed effects.

Estimand: :math:`\beta` in :math:`Y_{it} = \alpha_i + \lambda_t + \beta D_{it} + X_{it}'\delta + \varepsilon_{it}` where
:math:`D` may be correlated with :math:`\varepsilon` and the instruments :math:`Z` are not. With an instrument of 0 and
1, effects that differ and nobody whom it moves the other way, :math:`\beta` is the average effect on those whom it
moves (Imbens & Angrist 1994, theorem 1); with fixed effects and regressors, a weighted average of such effects.

Fixed effects are taken out of every column first, so that what is left is two-stage least squares (linearmodels'
``IV2SLS``) on what is left of them (Frisch & Waugh 1933; Lovell 1963). The covariance is the equation's sandwich with
:math:`\hat X`, the projection of the right-hand side on exogenous columns and instruments, in place of :math:`X`, and
residuals with :math:`X` itself. How strong the instruments are, and an interval that holds if they are weak, are those
of :mod:`ruralpanel.inference.weak_instruments`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import Fit, fit_of
from ruralpanel.estimation.estimates import COLLINEAR, no_estimate
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.right_hand_side import Term, right_hand_side
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.estimation.taken_out import Regression, TakenOut, effects_taken_out, varying_effects
from ruralpanel.estimation.terms import first_stage
from ruralpanel.estimation.two_way_fixed_effects import result_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.covariance import Influences
from ruralpanel.inference.weak_instruments import (
    ConfidenceSet,
    ReducedForm,
    anderson_rubin_set,
    critical_value,
    effective_f,
)
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation

UNMOVED = 1e-9
"""Less than this share of an endogenous term moved by the instruments on their own means that nothing is."""


@dataclass(frozen=True)
class Columns:
    """Columns of which fixed effects leave something, each divided by what it varies by.

    Parameters
    ----------
    names
        Their names.
    values
        Times the square root of the weights, shape (rows, columns).
    units
        What they were divided by, in their own units.
    levels
        Their largest values in these units, which tell how large rounding is.
    """

    names: list[str]
    values: Numbers
    units: Numbers
    levels: Numbers

    def __add__(self, other: Columns) -> Columns:
        return Columns(
            [*self.names, *other.names],
            np.column_stack([self.values, other.values]),
            np.concatenate([self.units, other.units]),
            np.concatenate([self.levels, other.levels]),
        )


@dataclass(frozen=True)
class Design:
    """What the fixed effects leave of both stages.

    Parameters
    ----------
    sample
        The rows that are used.
    effects
        Their fixed effects without slopes, as integer codes.
    taken_out
        The right-hand side of the second stage, with the outcome.
    outcome, exogenous, endogenous, instruments
        Those of which something of their own is left.
    """

    sample: pd.DataFrame
    effects: pd.DataFrame
    taken_out: TakenOut
    outcome: Columns
    exogenous: Columns
    endogenous: Columns
    instruments: Columns


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the coefficients of treatments and regressors, some of which are instrumented.

    Parameters
    ----------
    panel
        The panel.
    equation
        Its treatments (by indicator or intensity) and regressors give the terms; those among ``endogenous`` are
        instrumented by its ``instruments``, the others are their own.
    ledger
        Gets a line for every reason for which rows leave, and one for instruments that are left out.

    Returns
    -------
    EquationResult
        One row a term, in the equation's order. Those of endogenous terms have the F of their first stage and, where
        there is one of them, the Anderson–Rubin p-value and interval. Then one row an instrument and endogenous term:
        the first stage.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel; too few instruments are left among these reasons.
    """
    sample, terms = right_hand_side(estimation_sample(panel, equation, ledger), equation)
    sample, effects = varying_effects(sample, equation, ledger)
    columns = [term.column for term in terms]
    design = _design(sample, effects, columns, equation)
    lost = [name for name in equation.instruments if name not in design.instruments.names]
    if lost:
        ledger.note("instruments left out", len(sample), sample, because("instruments_collinear", names=lost))
    fit = _second_stage(design, columns, equation, ledger)
    own = Ledger("estimation", ledger.table, equation.unit, equation.period)  # the same rows, counted already
    stages = {
        name: _on_instruments(_one(design.endogenous, name), design, equation, own) for name in design.endogenous.names
    }
    result = result_of(fit, terms, equation)
    rows = [
        _with_diagnostics(row, term, fit, design, stages, equation, own)
        for row, term in zip(result.rows, terms, strict=True)
    ]
    named = {"instruments": design.instruments.names}
    rows += _first_stage_rows(stages, lost, design, equation)
    return replace(result, rows=[row | named for row in rows])


def _design(sample: pd.DataFrame, effects: pd.DataFrame, terms: list[str], equation: Equation) -> Design:
    """Take the fixed effects out of both stages, and leave out what is collinear within each."""
    weights = sample[equation.weights] if equation.weights else None
    endogenous = [name for name in terms if name in equation.endogenous]
    others = [name for name in terms if name not in endogenous]
    # In two passes, for an instrument may be collinear with what it is for: then it is ordinary least squares.
    second, first = (
        effects_taken_out(sample, sample[OUTCOME], weights, [*others, *own], effects, equation)
        for own in (endogenous, equation.instruments)
    )
    instrumented = [name for name in endogenous if name in second.within.terms]
    if not instrumented:
        raise CannotEstimate("endogenous_collinear", names=endogenous)
    instruments = [name for name in equation.instruments if name in first.within.terms]
    if len(instruments) < len(instrumented):
        gone = [name for name in equation.instruments if name not in instruments]
        why = because("and_instruments_collinear", names=gone) if gone else None
        raise CannotEstimate("few_instruments", instruments=len(instruments), endogenous=instrumented, why=why)
    parts = second.within
    outcome = Columns(
        [OUTCOME], parts.outcome[:, None], np.array([parts.outcome_unit]), np.array([parts.outcome_level])
    )
    exogenous = [name for name in others if name in parts.terms]
    chosen = [
        _columns(part, names) for part, names in ((second, exogenous), (second, instrumented), (first, instruments))
    ]
    return Design(sample, effects, second, outcome, *chosen)


def _columns(left: TakenOut, names: list[str]) -> Columns:
    """Pick some of the columns that are left."""
    parts = left.within
    at = [parts.terms.index(name) for name in names]
    return Columns(names, parts.regressors[:, at], parts.units[at], parts.levels[at])


def _one(columns: Columns, name: str) -> Columns:
    at = [columns.names.index(name)]
    return Columns([name], columns.values[:, at], columns.units[at], columns.levels[at])


def _second_stage(design: Design, terms: list[str], equation: Equation, ledger: Ledger) -> Fit:
    """Estimate by two-stage least squares."""
    from linearmodels.iv import IV2SLS

    outside = design.exogenous + design.instruments
    right = design.exogenous + design.endogenous
    projected = outside.values @ np.linalg.lstsq(outside.values, right.values, rcond=None)[0]
    moved = _residualised(projected[:, len(design.exogenous.names) :], design.exogenous.values)
    if np.linalg.svd(moved, compute_uv=False)[-1] < UNMOVED * np.sqrt(len(moved)):
        raise CannotEstimate(
            "instruments_do_not_move", instruments=design.instruments.names, endogenous=design.endogenous.names
        )
    model = IV2SLS(
        design.outcome.values,
        design.exogenous.values if design.exogenous.names else None,
        design.endogenous.values,
        design.instruments.values,
    )
    coefficients = model.fit(cov_type="unadjusted", debiased=False).params.to_numpy()
    return _fit(design.outcome, right, projected, coefficients, design, terms, equation, ledger)


def _on_instruments(left: Columns, design: Design, equation: Equation, ledger: Ledger) -> Fit:
    """Regress a column on the exogenous ones and the instruments, with the equation's standard errors."""
    right = design.exogenous + design.instruments
    coefficients = np.asarray(np.linalg.lstsq(right.values, left.values[:, 0], rcond=None)[0], dtype="float64")
    return _fit(left, right, right.values, coefficients, design, right.names, equation, ledger)


def _fit(
    left: Columns,
    right: Columns,
    projected: Numbers,
    coefficients: Numbers,
    design: Design,
    terms: list[str],
    equation: Equation,
    ledger: Ledger,
) -> Fit:
    """Give coefficients their covariance, from what moves them and the residuals that the right-hand side leaves."""
    taken_out = design.taken_out
    level = float(left.levels[0]) + float(np.abs(coefficients) @ right.levels)
    mixing = np.asarray(np.linalg.inv(projected.T @ projected), dtype="float64")
    influences = Influences(
        right.names,
        projected.T,
        mixing,
        mixing,  # of projected columns their own product with these columns
        left.values[:, 0] - right.values @ coefficients,
        NOISE * level * np.sqrt(taken_out.within.weights),
        left.units[0] / right.units,
        len(right.names) + taken_out.has_constant,
    )
    regression = Regression(right.names, taken_out.within, coefficients, influences, taken_out.out)
    return fit_of(regression, design.sample, terms, design.effects, equation, ledger)


def _with_diagnostics(
    row: dict[str, Any],
    term: Term,
    fit: Fit,
    design: Design,
    stages: dict[str, Fit],
    equation: Equation,
    ledger: Ledger,
) -> dict[str, Any]:
    """Add to the row of an endogenous term how strong its instruments are, and what does not depend on that."""
    if term.column not in stages or term.column not in fit.coefficients.index:
        return row
    names, stage = design.instruments.names, stages[term.column]
    if any("standard_error" not in stage.statistics(name, equation.inference.level) for name in names):
        return row | {"first_stage": because("exact_first_stage")}
    first, covariance = _of(stage, names)
    if len(stages) > 1:
        wald = float(first @ np.linalg.solve(covariance, first)) / len(first)
        return row | {
            "first_stage_f": wald,
            "first_stage": because("wald_f", instruments=len(first)),
        }
    units = design.instruments.units
    left = _residualised(design.instruments.values, design.exogenous.values)
    products = left.T @ left
    first, covariance = first * units, covariance * np.outer(units, units)
    bound = critical_value(covariance, products)
    strong = {
        "first_stage_f": effective_f(first, covariance, products),
        "first_stage": because("effective_f", bound=bound),
    }
    form = _reduced_form(stage, design, equation, ledger)
    level, scale = equation.inference.level, fit.standard_error(term.column) or 1.0
    try:
        interval = anderson_rubin_set(form, level, float(fit.coefficients[term.column]), scale)
    except np.linalg.LinAlgError as error:  # some hypothesis leaves nothing that varies; the estimate stands
        return row | strong | {"anderson_rubin": because("no_solution", error=str(error))}
    return (
        row
        | strong
        | {
            "p_value_anderson_rubin": form.p_value(0.0),
            "interval_low_anderson_rubin": interval.low,
            "interval_high_anderson_rubin": interval.high,
            "anderson_rubin": _set_of(interval, level),
        }
    )


def _of(fit: Fit, names: list[str]) -> tuple[Numbers, Numbers]:
    """Give some coefficients and their covariance."""
    return fit.coefficients.loc[names].to_numpy(), fit.covariance.matrix.loc[names, names].to_numpy()


def _reduced_form(stage: Fit, design: Design, equation: Equation, ledger: Ledger) -> ReducedForm:
    """Regress the outcome on the instruments too, and find how its coefficients covary with those of the first stage.

    Covariances are quadratic in the left-hand side, so that the regression of a sum has both of its parts and what they
    share. All is in units of what the instruments vary by, which play no part.
    """
    names, endogenous = design.instruments.names, design.endogenous
    summed = Columns(
        [OUTCOME], design.outcome.values + endogenous.values, np.ones(1), design.outcome.levels + endogenous.levels
    )
    size, other, scale = float(design.outcome.units[0]), float(endogenous.units[0]), design.instruments.units
    outcome, of_outcome = _of(_on_instruments(design.outcome, design, equation, ledger), names)
    first, of_first = _of(stage, names)
    _, of_sum = _of(_on_instruments(summed, design, equation, ledger), names)
    square = np.outer(scale, scale)
    shared = (of_sum - of_outcome / size**2 - of_first / other**2) * size * other
    return ReducedForm(
        outcome * scale,
        first * scale,
        of_outcome * square,
        of_first * square,
        shared * square,
        stage.covariance.degrees_of_freedom,
    )


def _residualised(columns: Numbers, others: Numbers) -> Numbers:
    if others.shape[1] == 0:
        return columns
    return np.asarray(columns - others @ np.linalg.lstsq(others, columns, rcond=None)[0])


def _set_of(interval: ConfidenceSet, level: float) -> Reason:
    """Say what the Anderson–Rubin test does not reject, where that is no interval."""
    if not interval.pieces:
        return because("anderson_rubin_empty", level=level)
    if len(interval.pieces) == 1:
        unbounded = np.isinf([interval.low, interval.high])
        if unbounded.all():
            return because("anderson_rubin_everything", level=level)
        return because("anderson_rubin_half" if unbounded.any() else "anderson_rubin", level=level)
    pieces = zip(interval.pieces[:-1], interval.pieces[1:], strict=True)
    gaps = [because("gap", low=low[1], high=high[0]) for low, high in pieces]
    return because("anderson_rubin_gaps", level=level, gaps=gaps)


def _first_stage_rows(
    stages: dict[str, Fit], lost: list[str], design: Design, equation: Equation
) -> list[dict[str, Any]]:
    """Report the coefficients of the instruments in the first stages."""
    rows = []
    for name, stage in stages.items():
        weights = design.sample[equation.weights] if equation.weights else None
        shared = stage.shared | {"outcome_mean": float(np.average(design.sample[name], weights=weights))}
        for instrument in design.instruments.names:
            numbers = stage.statistics(instrument, equation.inference.level)
            rows.append({**first_stage(name, instrument), **shared, **numbers})
        rows += [no_estimate(equation, COLLINEAR, None, **shared) | first_stage(name, each) for each in lost]
    return rows
