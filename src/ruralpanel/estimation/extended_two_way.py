r"""Extended two-way fixed effects: one coefficient for each cohort and treated period.

Estimand: averages of the effects :math:`\tau_{gt}` on cohort :math:`g` in period :math:`t`, by event time and overall,
weighted by treated rows (Wooldridge 2021, section 6), where

.. math:: Y_{it} = \alpha_i + \lambda_t + \sum_g \sum_{t \ge g} 1[G_i = g]\, 1[T = t]\, (\tau_{gt} +
   (X_{it} - \bar X_{gt})'\rho_{gt}) + X_{it}'(\delta + \pi_t + \kappa_g) + \varepsilon_{it},

with :math:`\bar X_{gt}` the mean of regressors over the rows of a cohort and period. Regressors have a coefficient of
their own in every period and every cohort; what fixed effects absorb of these leaves. All untreated rows are compared
with, so that there are no leads. Shares are taken as fixed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.adoption import (
    Adoption,
    adoption_of,
    average_rows,
    averages_by_event_time,
    name_of,
    with_combinations,
)
from ruralpanel.estimation.estimates import left_out_of
from ruralpanel.estimation.imputation import imputable_rows
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.terms import LEAD_TEST
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate effects by cohort and period, and average them.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment; ``window`` bins late event times at its upper end.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        Averages by event time; the overall effect, without event time; and why no leads are tested.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: nobody treated, nothing untreated to compare with.
    """
    # Treated rows beside which nothing is untreated would be compared with other treated rows.
    adoption, left_out = imputable_rows(adoption_of(panel, equation, ledger), equation, ledger)
    sample = adoption.sample
    weights = sample[equation.weights] if equation.weights else pd.Series(1.0, index=sample.index)
    cell = _cells(adoption, equation)
    indicators = pd.get_dummies(cell, dtype="float64")
    regressors = _interacted(adoption, cell, weights, equation)
    terms = [*indicators, *regressors]
    fit = fit_absorbed(pd.concat([sample, indicators, regressors], axis=1), terms, equation, ledger)
    averages = averages_by_event_time(adoption, adoption.begins, equation.window)
    known = [average for average in averages if average.over.any()]
    shares = {name_of(each): weights.where(each.over, 0.0) / weights[each.over].sum() for each in known}
    combinations = pd.DataFrame({name: indicators.mul(share, axis=0).sum() for name, share in shares.items()})
    fit = with_combinations(fit, combinations)
    result = average_rows(averages, fit, adoption.treatment, equation, because("cell_collinear"))
    test = {**LEAD_TEST, **fit.shared, "reason": because("no_row_is_a_lead")}
    without = left_out_of(equation, left_out)
    return replace(result, rows=[{"left_out": without, **row} for row in (*result.rows, test)])


def _cells(adoption: Adoption, equation: Equation) -> pd.Series:
    """Name cohort and period of treated rows; missing for the untreated."""
    treated = adoption.sample[~adoption.untreated]
    cohort = treated[cohort_column(adoption.treatment)].astype("int64").astype("str")
    return ("cohort " + cohort + " in " + treated[equation.period].astype("str")).reindex(adoption.sample.index)


def _interacted(adoption: Adoption, cell: pd.Series, weights: pd.Series, equation: Equation) -> pd.DataFrame:
    """Give regressors, their deviations within each cell, and their products with periods and cohorts."""
    sample = adoption.sample
    columns: dict[str, Any] = {}
    for name in equation.regressors:
        values = sample[name].astype("float64")
        values = values - np.average(values, weights=weights)
        mean = (values * weights).groupby(cell).sum() / weights.groupby(cell).sum()
        columns[f"{name}, centred"] = values
        for each, rows in cell.groupby(cell).groups.items():
            columns[f"{name} × {each}"] = (values - mean[each]).where(sample.index.isin(rows), 0.0)
        for period in sorted(sample[equation.period].unique())[1:]:
            columns[f"{name} × period {period}"] = values.where(sample[equation.period] == period, 0.0)
        for cohort in sorted({int(value) for value in adoption.cohort[~np.isnan(adoption.cohort)]}):
            columns[f"{name} × cohort {cohort}"] = values.where(adoption.cohort == cohort, 0.0)
    return pd.DataFrame(columns, index=sample.index)
