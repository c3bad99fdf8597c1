r"""Two-stage differences in differences.

Estimand: averages of effects on treated rows, by event time and overall (Gardner 2022). The first stage fits
fixed effects and regressors on rows not treated yet or never; the second regresses the outcome less what the
first predicts on indicators of event time, without a constant. Points on treated rows equal those of imputation;
standard errors are those of the two stages as one generalised method of moments, clustered, without small-sample
correction. Leads are average residuals of the first stage, which is fitted on the same rows: they are
closer to zero than coefficients measured from a reference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.adoption import (
    Adoption,
    adoption_of,
    average_rows,
    averages_by_event_time,
    clustered_fit,
    name_of,
)
from ruralpanel.estimation.estimates import left_out_of
from ruralpanel.estimation.imputation import NOT_IMPUTED, modelled_rows
from ruralpanel.estimation.leads import joint_test_of, null_of_weights
from ruralpanel.estimation.measured_from import curves_of
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import clusters_of, effect_name
from ruralpanel.estimation.untreated import UntreatedOutcome
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column, event_time_column


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Regress what the first stage leaves of outcomes on indicators of event time.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment and any fixed effects; ``window`` bins event times beyond its ends.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        Averages by event time, those before treatment among them; the overall effect, without event time; and the
        joint test of the leads.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: nobody treated, nothing untreated in the first stage, one cluster.
    """
    adoption, model, left_out = modelled_rows(adoption_of(panel, equation, ledger), equation, ledger)
    sample = adoption.sample
    ledger.note("estimated", len(sample), sample)
    first = int(np.nanmin(adoption.event_time))
    averages = averages_by_event_time(adoption, first, equation.window)
    known = [average for average in averages if average.over.any()]
    indicators = np.column_stack([average.over for average in known]).astype("float64")
    weights = indicators * model.weights[:, None]
    weights /= weights.sum(axis=0)
    residual = model.outcome - model.predicted
    estimates = residual @ weights
    contributions = weights * (residual[:, None] - estimates)
    through = model.through_first_stage(weights)
    contributions[model.untreated] += through * residual[model.untreated][:, None]
    fit = clustered_fit([name_of(each) for each in known], estimates, contributions, sample, equation)
    result = average_rows(averages, fit, adoption.treatment, equation, NOT_IMPUTED)
    leads = _tested(adoption, [each.place["event_time"] for each in known if each.place], equation)
    chosen = [name_of(each) in leads for each in known]
    of_outcomes = weights[model.untreated][:, chosen] + through[:, chosen]
    test = joint_test_of(fit, leads, equation, _null(of_outcomes, model, sample, equation))
    without = left_out_of(equation, left_out)
    return replace(result, rows=[{"left_out": without, **each} for each in (*result.rows, test)])


def _null(of_outcomes: Numbers, model: UntreatedOutcome, sample: pd.DataFrame, equation: Equation) -> Any:
    """Give what clusters contribute to leads: the first stage is the regression in which all of these are zero."""
    untreated = sample[model.untreated]
    return null_of_weights(
        of_outcomes,
        model.outcome[model.untreated],
        untreated[[effect_name(effect) for effect in equation.fixed_effects]],
        clusters_of(sample, equation)[model.untreated],
        model.weights[model.untreated],
        untreated[equation.regressors].to_numpy(dtype="float64"),
    )


def _tested(adoption: Adoption, event_times: list[int], equation: Equation) -> list[str]:
    """Name the leads that can be tested together.

    Residuals of a unit add up to zero over its untreated rows, so that one lead follows from the others in each set of
    event times that units connect, and one more where all units are treated at some time, for residuals are orthogonal
    to a linear trend too.
    """
    untreated = adoption.sample[adoption.untreated].reset_index(drop=True)
    treatment = adoption.treatment
    event_time, cohort = untreated[event_time_column(treatment)], untreated[cohort_column(treatment)]
    first, last = min(event_times), max(event_times)
    leads = [value for value in event_times if value < adoption.begins]
    out = {
        int(np.clip(curve.event_times[0], first, last)) for curve in curves_of(untreated, event_time, cohort, equation)
    }
    left = [value for value in leads if value not in out]
    return [f"event time {value}" for value in left[0 if np.isnan(adoption.event_time).any() else 1 :]]
