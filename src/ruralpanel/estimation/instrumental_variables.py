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

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import Fit, absorbed_regression, fit_of, varying_effects
from ruralpanel.estimation.estimates import no_estimate, statistics
from ruralpanel.estimation.first_stage import first_stage_term
from ruralpanel.estimation.right_hand_side import Term, right_hand_side
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.estimation.two_way_fixed_effects import rows_of
from ruralpanel.inference.weak_instruments import (
    ConfidenceSet,
    ReducedForm,
    anderson_rubin_set,
    critical_value,
    effective_f,
)
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation

UNMOVED = 1e-9
"""Less than this share of an endogenous term moved by the instruments on their own means that nothing is."""


@dataclass(frozen=True)
class Design:
    """What the fixed effects leave of both stages, times the square root of the weights.

    Parameters
    ----------
    sample
        The rows that are used.
    effects
        Their fixed effects without slopes, as integer codes.
    outcome
        Shape (rows,).
    exogenous, endogenous, instruments
        By name, those of which something of their own is left.
    """

    sample: pd.DataFrame
    effects: pd.DataFrame
    outcome: np.ndarray
    exogenous: pd.DataFrame
    endogenous: pd.DataFrame
    instruments: pd.DataFrame

    @property
    def instrument_names(self) -> list[str]:
        """The instruments that are left."""
        return [str(name) for name in self.instruments]


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> list[dict[str, Any]]:
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
    list of dict
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
    design = _design(sample, effects, [term.column for term in terms], equation)
    _note_lost(design, equation, ledger)
    fit = _second_stage(design, [term.column for term in terms], equation, ledger)
    own = Ledger("estimation", ledger.table, equation.unit, equation.period)  # the same rows, counted already
    stages = {name: _regression(design, column, equation, own) for name, column in _arrays(design.endogenous).items()}
    rows = rows_of(fit, terms, equation)
    found = [
        _with_diagnostics(row, term, fit, design, stages, equation, own) for row, term in zip(rows, terms, strict=True)
    ]
    named = {"instruments": " + ".join(design.instrument_names)}
    return [row | named for row in [*found, *_first_stage_rows(stages, design, equation)]]


def _design(sample: pd.DataFrame, effects: pd.DataFrame, terms: list[str], equation: Equation) -> Design:
    """Take the fixed effects out of both stages, and leave out what is collinear within each."""
    weights = sample[equation.weights] if equation.weights else None
    endogenous = [name for name in terms if name in equation.endogenous]
    others = [name for name in terms if name not in endogenous]
    # In two passes, for an instrument may be collinear with what it is for: then it is ordinary least squares.
    model, _ = absorbed_regression(sample, sample[OUTCOME], weights, [*others, *endogenous], effects, equation)
    right = pd.DataFrame(model.absorbed_exog)
    excluded, _ = absorbed_regression(
        sample, sample[OUTCOME], weights, [*others, *equation.instruments], effects, equation
    )
    left = pd.DataFrame(excluded.absorbed_exog)
    instrumented = [name for name in endogenous if name in right]
    lost = [name for name in endogenous if name not in right]
    if not instrumented:
        raise CannotEstimate(f"{', '.join(lost)}: collinear with the fixed effects or the other regressors")
    instruments = [name for name in equation.instruments if name in left]
    if len(instruments) < len(instrumented):
        gone = [name for name in equation.instruments if name not in left]
        words = f"; {', '.join(gone)}: collinear with the fixed effects, the regressors or each other" if gone else ""
        raise CannotEstimate(
            f"{len(instruments)} instruments are too few for {len(instrumented)} endogenous regressors "
            f"({', '.join(instrumented)}){words}"
        )
    outcome = np.asarray(model.absorbed_dependent, dtype="float64").ravel()
    exogenous = right.drop(columns=instrumented)
    return Design(sample, effects, outcome, exogenous, right[instrumented], left[instruments])


def _note_lost(design: Design, equation: Equation, ledger: Ledger) -> None:
    """Say which instruments nothing is left of."""
    lost = [name for name in equation.instruments if name not in design.instruments]
    if lost:
        reason = f"{', '.join(lost)}: collinear with the fixed effects, the regressors or each other"
        ledger.note("instruments left out", len(design.sample), design.sample, reason)


def _second_stage(design: Design, terms: list[str], equation: Equation, ledger: Ledger) -> Fit:
    """Estimate by two-stage least squares, every column in units of its own size."""
    from linearmodels.iv import IV2SLS

    both = pd.concat([design.exogenous, design.endogenous, design.instruments], axis=1)
    sizes = {name: _size(column) for name, column in _arrays(both).items()}
    scaled = {
        part: frame / [sizes[str(name)] for name in frame]
        for part, frame in (
            ("exog", design.exogenous),
            ("endog", design.endogenous),
            ("instruments", design.instruments),
        )
    }
    size = _size(design.outcome)
    right = pd.concat([design.exogenous, design.endogenous], axis=1)
    first = pd.concat([scaled["exog"], scaled["instruments"]], axis=1).to_numpy()
    projected = first @ np.linalg.lstsq(first, right.to_numpy() / [sizes[str(name)] for name in right], rcond=None)[0]
    moved = _residualised(projected[:, design.exogenous.shape[1] :], scaled["exog"].to_numpy())
    if np.linalg.svd(moved, compute_uv=False)[-1] < UNMOVED * np.sqrt(len(moved)):
        endogenous = ", ".join(map(str, design.endogenous))
        raise CannotEstimate(
            f"the instruments {', '.join(design.instrument_names)} do not move {endogenous} "
            "independently of the regressors and of each other"
        )
    model = IV2SLS(
        pd.Series(design.outcome / size, index=design.sample.index),
        scaled["exog"] if len(design.exogenous.columns) else None,
        scaled["endog"],
        scaled["instruments"],
    )
    found = model.fit(cov_type="unadjusted", debiased=False).params.reindex(right.columns)
    coefficients = pd.Series({str(name): value * size / sizes[str(name)] for name, value in found.items()})
    residuals = design.outcome - right.to_numpy() @ coefficients.to_numpy()
    hat = pd.DataFrame(projected * [sizes[str(name)] for name in right], columns=right.columns)
    return fit_of(
        SimpleNamespace(absorbed_exog=hat),
        SimpleNamespace(params=coefficients, wresids=residuals),
        design.sample,
        terms,
        design.effects,
        equation,
        ledger,
    )


def _arrays(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Give the columns of a frame as arrays of floating-point numbers, by name."""
    return {str(name): column.to_numpy(dtype="float64") for name, column in frame.items()}


def _size(column: np.ndarray) -> float:
    """Give the root mean square of a column of which something is left."""
    return float(np.sqrt(np.mean(np.square(column))))


def _regression(design: Design, left: np.ndarray, equation: Equation, ledger: Ledger) -> Fit:
    """Regress a column on the exogenous ones and the instruments, with the equation's standard errors."""
    columns = pd.concat([design.exogenous, design.instruments], axis=1)
    sizes = np.array([_size(column) for column in _arrays(columns).values()])
    found = np.linalg.lstsq(columns.to_numpy() / sizes, left, rcond=None)[0]
    coefficients = pd.Series(found / sizes, index=columns.columns)
    residuals = left - columns.to_numpy() @ coefficients.to_numpy()
    return fit_of(
        SimpleNamespace(absorbed_exog=columns),
        SimpleNamespace(params=coefficients, wresids=residuals),
        design.sample,
        [str(name) for name in columns],
        design.effects,
        equation,
        ledger,
    )


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
    names, stage = design.instrument_names, stages[term.column]
    first, covariance = stage.coefficients.loc[names].to_numpy(), stage.covariance.matrix.loc[names, names].to_numpy()
    if len(stages) > 1:
        wald = float(first @ np.linalg.solve(covariance, first)) / len(first)
        return row | {
            "first_stage_f": wald,
            "first_stage": f"Wald F of {len(first)} instruments in its own first stage",
        }
    left = _residualised(design.instruments.to_numpy(), design.exogenous.to_numpy())
    products = left.T @ left
    bound = critical_value(covariance, products)
    words = "effective F (Montiel Olea and Pflueger 2013); a bias of more than a tenth of the worst is rejected above "
    words += f"{bound:.1f}"
    form = _reduced_form(stage, design, equation, ledger)
    level, scale = equation.inference.level, fit.standard_error(term.column) or 1.0
    interval = anderson_rubin_set(form, level, float(fit.coefficients[term.column]), scale)
    return row | {
        "first_stage_f": effective_f(first, covariance, products),
        "first_stage": words,
        "p_value_anderson_rubin": form.p_value(0.0),
        "interval_low_anderson_rubin": interval.low,
        "interval_high_anderson_rubin": interval.high,
        "anderson_rubin": _set_words(interval, level),
    }


def _reduced_form(stage: Fit, design: Design, equation: Equation, ledger: Ledger) -> ReducedForm:
    """Regress the outcome on the instruments too, and find how its coefficients covary with those of the first stage.

    Covariances are quadratic in the left-hand side, so that the regression of a sum has both of its parts and twice
    what they share.
    """
    names, endogenous = design.instrument_names, design.endogenous.iloc[:, 0].to_numpy()
    size, other = _size(design.outcome), _size(endogenous)
    outcome = _regression(design, design.outcome, equation, ledger)
    together = _regression(design, design.outcome / size + endogenous / other, equation, ledger)

    def covariance(fit: Fit) -> np.ndarray:
        return np.asarray(fit.covariance.matrix.loc[names, names])

    shared = covariance(together) - covariance(outcome) / size**2 - covariance(stage) / other**2
    return ReducedForm(
        outcome.coefficients.loc[names].to_numpy(),
        stage.coefficients.loc[names].to_numpy(),
        covariance(outcome),
        covariance(stage),
        shared * size * other,
        stage.covariance.degrees_of_freedom,
    )


def _residualised(columns: np.ndarray, others: np.ndarray) -> np.ndarray:
    if others.shape[1] == 0:
        return columns
    return np.asarray(columns - others @ np.linalg.lstsq(others, columns, rcond=None)[0])


def _set_words(interval: ConfidenceSet, level: float) -> str:
    """Say what the Anderson–Rubin test does not reject, where that is no interval."""
    what = f"Anderson–Rubin {100 * level:g}% set"
    if not interval.pieces:
        return f"{what} is empty: the instruments contradict each other"
    if len(interval.pieces) == 1:
        unbounded = np.isinf([interval.low, interval.high])
        if unbounded.all():
            return f"{what} holds every number: the instruments are too weak to reject any"
        return what + (" has no end on one side" if unbounded.any() else "")
    gaps = zip(interval.pieces[:-1], interval.pieces[1:], strict=True)
    return f"{what} leaves out {' and '.join(f'{low[1]:.4g} to {high[0]:.4g}' for low, high in gaps)} only"


def _first_stage_rows(stages: dict[str, Fit], design: Design, equation: Equation) -> list[dict[str, Any]]:
    """Report the coefficients of the instruments in the first stages."""
    rows = []
    for name, stage in stages.items():
        for instrument in design.instrument_names:
            numbers = statistics(
                float(stage.coefficients[instrument]),
                stage.standard_error(instrument),
                stage.covariance.degrees_of_freedom,
                equation.inference.level,
            )
            mean = float(np.average(design.sample[name], weights=_weights(design, equation)))
            term = first_stage_term(name, instrument)
            rows.append({"term": term, **stage.shared, "outcome_mean": mean, **numbers})
        lost = [each for each in equation.instruments if each not in design.instruments]
        reason = "collinear with the fixed effects or the terms before it"
        rows += [no_estimate(equation, reason, first_stage_term(name, each), **stage.shared) for each in lost]
    return rows


def _weights(design: Design, equation: Equation) -> pd.Series | None:
    return design.sample[equation.weights] if equation.weights else None
