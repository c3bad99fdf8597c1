r"""Event study by two-way fixed effects.

Estimand: :math:`\beta_e` in :math:`Y_{it} = \alpha_i + \lambda_t + \sum_{e \ne r} \beta_e 1[t - G_i = e] +
X_{it}'\delta + \varepsilon_{it}`, measured from the reference period :math:`r`, or, in each set of event times that no
unit connects to it, from the last one before treatment; the never treated have no event time. With effects that differ
by cohort, a coefficient also picks up effects of other event times (Sun & Abraham 2021, proposition 3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from ruralpanel.estimation.absorbed import Fit, fit_absorbed
from ruralpanel.estimation.covariance import at_event_times, covariances
from ruralpanel.estimation.estimates import COLLINEAR, NOBODY, left_out_of, no_estimate
from ruralpanel.estimation.event_time_columns import event_time_columns, event_times_seen
from ruralpanel.estimation.leads import joint_test_of, null_of_regression
from ruralpanel.estimation.measured_from import identified
from ruralpanel.estimation.resampling import resampled_if_few, with_bootstrap
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.right_hand_side import Term
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample, without_always_treated
from ruralpanel.estimation.simultaneous_band import with_band
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because, several
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column, event_time_column


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate one coefficient for each event time.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment; ``window`` bins what lies beyond its ends.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row an event time, what is measured from at zero among them, and those that cannot be measured or that
        nobody has, with that as the reason; the regressors; and the joint test of the leads before anticipation, an F
        statistic without an estimate.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: nobody treated, one event time only, no period before treatment.
    """
    (treatment,) = equation.treatments
    sample, left_out = without_always_treated(estimation_sample(panel, equation, ledger), treatment, equation, ledger)
    event_time = sample[event_time_column(treatment)]
    seen = ledger.computed.distinct(event_time)
    if len(seen) == 0:
        raise CannotEstimate("nobody_treated")
    lowest, highest = equation.window or (int(seen[0]), int(seen[-1]))
    bins = {lowest: "and earlier"} if seen[0] < lowest else {}
    bins |= {highest: "and later"} if seen[-1] > highest else {}
    if not ledger.computed.levels(event_time).has_gaps and not bins:
        raise CannotEstimate("all_treated_and_no_bins")
    made = event_time_columns(sample, event_time, sample[cohort_column(treatment)], (lowest, highest), equation, ledger)
    columns = made.columns
    if not columns and not made.without:
        raise CannotEstimate("all_at_reference", seen=event_times_seen(event_time, (lowest, highest)))
    sample = sample.assign(**made.values)
    terms = [*made.terms, *equation.regressors]
    fit, not_identified = identified(fit_absorbed(sample, terms, equation, ledger), made.terms, terms, equation)

    def row(name: str, term: str, **place: Any) -> dict[str, Any]:
        if name in fit.collinear:
            return no_estimate(equation, not_identified.get(name, COLLINEAR), term, **place, **fit.shared)
        return {"term": term, **place, **fit.shared, **fit.statistics(name, equation.inference.level)}

    def place(value: int) -> dict[str, Any]:
        note = {"reason": made.notes[value]} if value in made.notes else {}
        return {"event_time": value, "event_time_bin": bins.get(value, ""), **note}

    rows = [row(name, treatment, **place(value)) for name, value in columns.items()]
    rows += [
        {"term": treatment, **place(value), "estimate": 0.0, "reason": reason, **fit.shared}
        for value, reason in made.zero.items()
    ]
    rows += [
        no_estimate(equation, reason, treatment, event_time=value, event_time_bin=bins.get(value, ""), **fit.shared)
        for value, reason in made.without.items()
    ]
    rows += _unseen(rows, (lowest, highest), treatment, equation, fit)
    rows.sort(key=lambda each: int(each["event_time"]))
    names = {value: name for name, value in columns.items()}
    rows += [row(name, name) for name in equation.regressors]
    result = EquationResult(rows, covariances(rows, at_event_times(treatment, names), fit))
    equation = resampled_if_few(equation, fit)
    if equation.inference.bootstrap is not None:
        at = [names.get(each["event_time"]) if "event_time" in each else None for each in result.rows]
        drawn = [Term(name or each["term"], treatment) for name, each in zip(at, result.rows, strict=True)]
        result = with_bootstrap(result, drawn, fit, panel, equation)
    if equation.inference.simultaneous:
        result = replace(result, rows=with_band(list(result.rows), names, fit, equation))
    begins = -equation.anticipation.get(treatment, 0)
    leads = [name for name, value in columns.items() if value < begins]
    test = joint_test_of(fit, leads, equation, null_of_regression(fit, leads, equation))
    marked = [value for value in columns.values() if begins <= value < 0]
    if marked:
        test["reason"] = several([test["reason"], because("left_to_anticipation", times=marked)])
    without = left_out_of(equation, left_out)
    return replace(result, rows=[{"left_out": without, **each} for each in (*result.rows, test)])


def _unseen(
    rows: list[dict[str, Any]], ends: tuple[int, int], treatment: str, equation: Equation, fit: Fit
) -> list[dict[str, Any]]:
    """Say why event times between the first and the last have no row of their own."""
    seen = {each["event_time"] for each in rows}
    missing = [value for value in range(ends[0], ends[1] + 1) if value not in seen]
    donut = equation.donut.get(treatment, [])
    nobody = [value for value in missing if value not in donut]
    reason = because(NOBODY, times=nobody)
    of_donut = because("left_out_by_donut", times=donut, treatment=treatment)
    return [
        no_estimate(equation, of_donut if value in donut else reason, treatment, event_time=value, **fit.shared)
        for value in missing
    ]
