"""Decide, once and before any package sees the data, which rows an equation is estimated on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.ledger import Ledger
from ruralpanel.panel.expressions import evaluate_condition
from ruralpanel.study.blocks import Equation


class CannotEstimate(ValueError):
    """The equation has no estimate on this panel; the message is the reason for the reader."""


def effect_name(effect: str) -> str:
    """Name the column that holds a fixed effect in an estimation sample."""
    return f"fixed effect {effect}"


def estimation_sample(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Keep the rows that hold all an equation needs.

    Parameters
    ----------
    panel
        The panel.
    equation
        What is to be estimated.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    pandas.DataFrame
        Rows sorted by unit and period, with a clean index; the transformed outcome in ``outcome``, each fixed
        effect as integer codes under :func:`effect_name`.

    Raises
    ------
    CannotEstimate
        If no rows are left.
    DataError
        If a column on either side of the equation is text.
    """
    _require_numbers(panel, equation)
    rows = panel
    ledger.note("panel", len(rows), rows)
    if equation.sample:
        rows = _kept(
            rows,
            evaluate_condition(rows, equation.sample),
            f"keep {equation.sample}",
            "sample of the specification",
            ledger,
        )
    rows = rows.assign(outcome=_transformed(rows[equation.outcome_column], equation.transformation))
    undefined = rows[equation.outcome_column].notna() & rows["outcome"].isna()
    lost = f"; {int(undefined.sum())} of them have no {equation.transformation}" if undefined.any() else ""
    rows = _kept(rows, rows["outcome"].notna(), "outcome known", f"outcome {equation.outcome} missing{lost}", ledger)
    terms = (
        [*equation.treatments, *equation.regressors]
        if equation.estimator == "two_way_fixed_effects"
        else [*equation.treatments]
    )
    if equation.estimator == "event_study":
        terms = [*equation.regressors]  # a missing event time means never treated
    if equation.estimator != "cohort_means":
        needed = list(dict.fromkeys([*terms, *_effect_columns(equation), *(equation.inference.cluster or [])]))
        complete = rows[needed].notna().all(axis=1)
        named = ", ".join(name for name in needed if rows[name].isna().any())
        rows = _kept(rows, complete, "regressors known", f"missing in {named}", ledger)
    if equation.weights:
        weight = rows[equation.weights]
        rows = _kept(
            rows,
            weight.notna() & (weight > 0),
            "positive weight",
            f"weight {equation.weights} missing, zero or negative",
            ledger,
        )
    if rows.empty:
        raise CannotEstimate("no rows are left once those with missing values are set aside")
    effects = {
        effect_name(effect): rows.groupby(effect.split("*"), sort=True).ngroup() for effect in equation.fixed_effects
    }
    return rows.assign(**effects).sort_values([equation.unit, equation.period], kind="stable").reset_index(drop=True)


def _effect_columns(equation: Equation) -> list[str]:
    return [name for effect in equation.fixed_effects for name in effect.split("*")]


def _kept(rows: pd.DataFrame, stay: pd.Series, step: str, reason: str, ledger: Ledger) -> pd.DataFrame:
    """Keep rows, with a line in the ledger only if any leaves."""
    if stay.all():
        return rows
    kept = rows[stay]
    ledger.note(step, len(rows), kept, reason)
    return kept


def _transformed(values: pd.Series, transformation: str) -> pd.Series:
    if transformation == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithm = pd.Series(np.log(values.to_numpy(dtype="float64")), index=values.index)
        return logarithm.where(np.isfinite(logarithm))
    if transformation == "inverse_hyperbolic_sine":
        return pd.Series(np.arcsinh(values.to_numpy(dtype="float64")), index=values.index)
    return values.astype("float64")


def _require_numbers(panel: pd.DataFrame, equation: Equation) -> None:
    columns = [
        equation.outcome_column,
        *equation.regressors,
        *([equation.weights] if equation.weights else []),
    ]
    text = [name for name in columns if not pd.api.types.is_numeric_dtype(panel[name])]
    if text:
        raise DataError(
            [
                Problem(
                    f"block {equation.block}",
                    f"`{name}` holds text and cannot enter an equation",
                    hint="give its column `type: number` to see which rows are not numbers",
                )
                for name in text
            ]
        )
