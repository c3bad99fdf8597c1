r"""Stacked event studies: one sub-experiment a cohort, with controls that are clean in its window.

Estimand: effects by event time, averaged over cohorts by their number of treated units (Wing, Freedman &
Hollingsworth 2024, the trimmed aggregate effect), and the mean of those after treatment began. As in Cengiz, Dube,
Lindner & Zipperer (2019, online appendix D), every cohort :math:`g` is put together with the units that are not
treated by the end of its window, in the periods of the window; the sub-experiments are stacked; and

.. math:: Y_{its} = \alpha_{is} + \lambda_{ts} + \sum_{e \ne r} \beta_e 1[G_i = s]\, 1[t - s = e] + X_{it}'\delta +
   \varepsilon_{its}

is estimated with each of the equation's fixed effects taken once a stack. Controls weigh as much as the treated of
their stack and event time do among all treated, over what controls do among all controls (the corrective weights of
Wing, Freedman & Hollingsworth), without which stacks would count by the variance of treatment. A cohort whose window
reaches beyond the sample's periods, or that has no clean controls, is left out. One unit is a control in several
stacks, so that clusters cannot be smaller than units.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.adoption import Adoption, adoption_of, numbers_of, with_combinations
from ruralpanel.estimation.covariance import at_event_times, covariances
from ruralpanel.estimation.estimates import COLLINEAR, left_out_of, no_estimate
from ruralpanel.estimation.event_time_columns import event_time_columns, event_times_seen
from ruralpanel.estimation.leads import joint_test_of, null_of_regression
from ruralpanel.estimation.measured_from import identified
from ruralpanel.estimation.near_misses import near_at
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.sample import CannotEstimate, effect_name
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation

STACK = "the sub-experiment"
SINCE = "event time of the sub-experiment"
TREATED = "treated in the sub-experiment"
WEIGHT = "weight in the stack"


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Stack sub-experiments and estimate one event study over them.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment and a ``window``, the first and last event time of a sub-experiment.
    ledger
        Gets a line for every reason for which rows leave, and one for the stacking.

    Returns
    -------
    EquationResult
        One row an event time, the reference at zero among them; the overall effect, without event time; and the joint
        test of the leads.

    Raises
    ------
    CannotEstimate
        If no cohort has the whole window and clean controls.
    """
    adoption = adoption_of(panel, equation, ledger)
    stack, left_out = stack_of(adoption, equation, ledger)
    assert equation.window is not None
    since = stack[SINCE].where(stack[TREATED])
    made = event_time_columns(stack, since, stack[STACK], (equation.window[0], equation.window[1]), equation, ledger)
    columns = made.columns
    if not columns and not made.without:
        seen = event_times_seen(since, (equation.window[0], equation.window[1]))
        raise CannotEstimate("all_stacked_at_reference", seen=seen)
    within = equation.model_copy(update={"weights": WEIGHT})
    terms = [*made.terms, *equation.regressors]
    fit = fit_absorbed(stack.assign(**made.values), terms, within, ledger)
    fit, not_identified = identified(fit, made.terms, terms, within)
    after = [name for name, value in columns.items() if value >= 0]
    combinations = pd.DataFrame(np.eye(len(columns)), index=list(columns), columns=list(columns))
    if after:
        combinations = combinations.assign(overall=[(name in after) / len(after) for name in columns])
    leads = [name for name, value in columns.items() if value < adoption.begins]
    null = null_of_regression(fit, leads, within)
    fit = with_combinations(fit, combinations)
    lost = [value for value in made.without if value >= 0]

    def row(name: str, **place: Any) -> dict[str, Any]:
        if name in fit.collinear:
            reason = not_identified.get(name, COLLINEAR)
            return no_estimate(equation, reason, adoption.treatment, **place, **fit.shared)
        return {"term": adoption.treatment, **place, **fit.shared, **numbers_of(fit, name, equation)}

    rows = [row(name, event_time=value) for name, value in columns.items()]
    rows += [
        {"term": adoption.treatment, "event_time": value, "estimate": 0.0, "reason": reason, **fit.shared}
        for value, reason in made.zero.items()
    ]
    rows += [
        no_estimate(equation, reason, adoption.treatment, event_time=value, **fit.shared)
        for value, reason in made.without.items()
    ]
    rows.sort(key=lambda each: int(each["event_time"]))
    nobody = because("nobody_after_treatment")
    if after and not lost:
        rows.append(row("overall"))
    else:
        reason = made.without[lost[0]] if lost else nobody
        rows.append(no_estimate(equation, reason, adoption.treatment, **fit.shared))
    names = at_event_times(adoption.treatment, {value: name for name, value in columns.items()})
    covariance = covariances(rows, names | {place_of({"term": adoption.treatment}): "overall"}, fit)
    rows.append(joint_test_of(fit, leads, equation, null))
    without = left_out_of(equation, *left_out)
    return EquationResult([{"left_out": without, **each} for each in rows], covariance)


def stack_of(adoption: Adoption, equation: Equation, ledger: Ledger) -> tuple[pd.DataFrame, list[Reason | None]]:
    """Stack the sub-experiments, and say how many there are."""
    assert equation.window is not None
    first, last = equation.window
    sample, cohort = adoption.sample, adoption.cohort
    period = sample[equation.period].to_numpy()
    # A cohort counts as a control as long as nothing is anticipated in it either.
    onset = np.where(np.isnan(cohort), np.inf, cohort + adoption.begins)
    parts, without = [], []
    for each in map(int, np.unique(cohort[cohort <= period.max()])):
        inside = (period >= each + first) & (period <= each + last)
        treated = inside & (cohort == each)
        clean = inside & (onset > each + last)
        if equation.near_misses is not None:
            clean &= near_at(sample, equation, each).to_numpy()
        if each + first < period.min() or each + last > period.max() or not treated.any() or not clean.any():
            without.append(each)
            continue
        part = sample[treated | clean]
        parts.append(
            part.assign(**{STACK: each, SINCE: part[equation.period] - each, TREATED: treated[treated | clean]})
        )
    if not parts:
        raise CannotEstimate("no_cohort_in_window", first=first, last=last)
    stack = _beside_treated(pd.concat(parts, ignore_index=True))
    effects = {
        name: stack.groupby([STACK, name], sort=True).ngroup() for name in map(effect_name, equation.fixed_effects)
    }
    stack = stack.assign(**effects, **{WEIGHT: _weights(stack, equation)})
    names = list(map(equation.label, without))
    lost = because("and_without_cohorts", names=names) if names else None
    left_out = because("sub_experiments", number=len(parts), lost=lost)
    ledger.note("stacked", len(sample), stack, because("clean_controls", stacked=left_out))
    return stack, [adoption.left_out, left_out]


def _beside_treated(stack: pd.DataFrame) -> pd.DataFrame:
    """Leave out controls in periods in which their sub-experiment has no treated row: their weight would be zero."""
    beside = stack.groupby([STACK, SINCE])[TREATED].transform("any")
    return stack[beside].reset_index(drop=True)


def _weights(stack: pd.DataFrame, equation: Equation) -> pd.Series:
    """Weigh controls so that stacks count by their treated, at every event time; the equation's weights multiply."""
    weight = stack[equation.weights] if equation.weights else pd.Series(1.0, index=stack.index)
    frame = stack[[STACK, SINCE]].assign(
        treated=weight.where(stack[TREATED], 0.0), control=weight.where(~stack[TREATED], 0.0)
    )
    in_stack = frame.groupby([STACK, SINCE])[["treated", "control"]].transform("sum")
    in_all = frame.groupby(SINCE)[["treated", "control"]].transform("sum")
    # Where a stack has no controls, its treated rows are alone in their period, and there is no weight to give.
    share = (in_stack["treated"] / in_all["treated"]) / (in_stack["control"] / in_all["control"]).where(
        in_stack["control"] > 0
    )
    return weight.where(stack[TREATED], weight * share)
