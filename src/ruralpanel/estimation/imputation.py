r"""Imputation: treated outcomes less what the untreated rows predict for them.

Estimand: averages :math:`\sum w_{it} \tau_{it}` of the effects :math:`\tau_{it} = Y_{it}(1) - Y_{it}(0)` on treated
rows, by event time and overall (Borusyak, Jaravel & Spiess 2024, theorem 1): fixed effects and regressors are fitted on
rows not treated yet or never, :math:`\hat\tau_{it} = Y_{it} - \hat Y_{it}(0)` is imputed, and averaged with the
equation's weights. Standard errors are the conservative ones of section 4.3, in which auxiliary
averages of effects are taken over cohort and event time, clusters in the place of units; they have no small-sample
correction. Leads are those of section 4.4: a separate regression on the untreated rows alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.adoption import (
    Adoption,
    Rows,
    adoption_of,
    average_rows,
    averages_by_event_time,
    clustered_fit,
    name_of,
    numbers_of,
)
from ruralpanel.estimation.average import Average
from ruralpanel.estimation.covariance import at_event_times, covariances
from ruralpanel.estimation.estimates import COLLINEAR, left_out_of, no_estimate
from ruralpanel.estimation.leads import joint_test_of, null_of_regression
from ruralpanel.estimation.measured_from import cohorts_named, curves_of, identified
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import CannotEstimate, clusters_of
from ruralpanel.estimation.terms import LEAD_TEST
from ruralpanel.estimation.unasked import tell_collinear
from ruralpanel.estimation.untreated import UntreatedOutcome, collinear_regressors, untreated_outcome
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column, event_time_column

NOT_IMPUTED = because("not_imputed")

UNTREATED = because("untreated_rows_only")


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Impute untreated outcomes of treated rows, and average the differences.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment and any fixed effects; ``window`` bins late event times at its upper end, and its lower end
        is the first lead.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        Leads, with the reference they are measured from at zero; effects by event time; the overall effect, without
        event time; and the joint test of the leads.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: nobody treated, nothing untreated to impute from, one cluster.
    """
    adoption, model, left_out = modelled_rows(adoption_of(panel, equation, ledger), equation, ledger)
    sample = adoption.sample
    ledger.note("estimated", len(sample), sample)
    averages = averages_by_event_time(adoption, adoption.begins, equation.window)
    known = [average for average in averages if average.over.any()]
    weights = np.column_stack([_shares(average, model.weights) for average in known])
    difference = model.outcome - model.predicted
    contributions = weights * (difference - _auxiliary_means(adoption, difference, model.weights, equation))[:, None]
    contributions[model.untreated] = model.through_first_stage(weights) * difference[model.untreated][:, None]
    fit = clustered_fit([name_of(each) for each in known], difference @ weights, contributions, sample, equation)
    effects = average_rows(averages, fit, adoption.treatment, equation, NOT_IMPUTED)
    leads = _leads(adoption, equation, ledger)
    rows = [{"left_out": left_out_of(equation, UNTREATED), **each} for each in leads.rows]
    rows += [{"left_out": left_out_of(equation, left_out), **each} for each in effects.rows]
    rows.sort(key=lambda each: (each.get("kind") == "lead_test", "event_time" not in each))
    return EquationResult(rows, {**(leads.covariance or {}), **(effects.covariance or {})})


def imputable_rows(adoption: Adoption, equation: Equation, ledger: Ledger) -> tuple[Adoption, Reason | None]:
    """Do what :func:`modelled_rows` does, without the model."""
    found, _, left_out = modelled_rows(adoption, equation, ledger)
    return found, left_out


def modelled_rows(
    adoption: Adoption, equation: Equation, ledger: Ledger
) -> tuple[Adoption, UntreatedOutcome, Reason | None]:
    """Leave out treated rows for which untreated rows determine no outcome, and say how many.

    Parameters
    ----------
    adoption
        The sample.
    equation
        Gives fixed effects and regressors.
    ledger
        Gets a line when rows leave.

    Returns
    -------
    tuple of (Adoption, UntreatedOutcome, Reason or None)
        The sample without them, the model of its untreated outcomes, and all that is left out of it in words.

    Raises
    ------
    CannotEstimate
        If no treated row is left.
    """
    sample = adoption.sample
    model = untreated_outcome(sample, adoption.untreated, equation)
    tell_collinear(collinear_regressors(model, equation), sample, ledger)
    stay = model.imputable | adoption.untreated
    if stay.all():
        return adoption, model, adoption.left_out
    kept = sample[stay].reset_index(drop=True)
    lost = int((~stay).sum())
    reason = because("never_seen_untreated", rows=lost, effects=equation.fixed_effects)
    ledger.note("not imputable", len(sample), kept, reason)
    found = Adoption(kept, adoption.treatment, adoption.begins, adoption.left_out)
    if not (found.event_time >= 0).any():
        raise CannotEstimate("no_row_imputed")
    model = untreated_outcome(kept, found.untreated, equation)
    return found, model, several([adoption.left_out, because("without_not_imputed", rows=lost)], "also")


def _shares(average: Average[Rows], weights: Numbers) -> Numbers:
    """Give the weights of an average, which add up to one."""
    chosen = np.where(average.over, weights, 0.0)
    return np.asarray(chosen / chosen.sum())


def _auxiliary_means(adoption: Adoption, difference: Numbers, weights: Numbers, equation: Equation) -> Numbers:
    r"""Average effects by cohort and event time, as the conservative variance needs them.

    With :math:`v` the weights of rows, summed within clusters :math:`c`, the mean of a group is
    :math:`\sum_c v_c (v\tau)_c / \sum_c v_c^2` (section 4.3, with clusters for units).
    """
    frame = pd.DataFrame(
        {
            "cohort": adoption.cohort,
            "event_time": adoption.event_time,
            "cluster": clusters_of(adoption.sample, equation),
            "weight": weights,
            "weighted": weights * difference,
        }
    )
    treated = frame[~adoption.untreated]
    group = ["cohort", "event_time"]
    sums = treated.groupby([*group, "cluster"])[["weight", "weighted"]].sum()
    sums = sums.assign(top=sums["weight"] * sums["weighted"], bottom=sums["weight"] ** 2).groupby(group).sum()
    means = (sums["top"] / sums["bottom"]).rename("mean")
    return np.asarray(frame.join(means, on=group)["mean"].fillna(0.0))


def _leads(adoption: Adoption, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the leads on untreated rows: those before them, and the never treated, are what they are measured from.

    Every period before treatment cannot have a lead beside its unit's fixed effect: the earliest is left out, in each
    set of event times that units connect, and one more where all units are treated at some time, for a linear trend
    would fit them too.
    """
    untreated = adoption.sample[adoption.untreated].reset_index(drop=True)
    event_time = untreated[event_time_column(adoption.treatment)]
    out, leads = split_leads(adoption, untreated, equation)
    nothing = {**LEAD_TEST, "reason": because("no_lead", word="coefficient")}
    if not leads:
        return EquationResult([nothing])
    ledger.note("untreated rows, for the leads", len(adoption.sample), untreated)
    columns = {f"event time {value}": value for value in leads}
    dummies = {name: (event_time == value).astype("float64") for name, value in columns.items()}
    terms = [*columns, *equation.regressors]
    try:
        fit = fit_absorbed(untreated.assign(**dummies), terms, equation, ledger)
        fit, not_identified = identified(fit, list(columns), terms, equation)
    except CannotEstimate as error:
        return EquationResult([nothing | {"reason": because("of_leads", why=error.reason)}])
    rows: list[dict[str, Any]] = [
        {"term": adoption.treatment, **zero, "estimate": 0.0, **fit.shared} for zero in _zeros(out, leads[0])
    ]
    for name, value in columns.items():
        place = {"event_time": value, "event_time_bin": ""}
        if name in fit.collinear:
            reason = not_identified.get(name, COLLINEAR)
            rows.append(no_estimate(equation, reason, adoption.treatment, **place, **fit.shared))
        else:
            rows.append({"term": adoption.treatment, **place, **fit.shared, **numbers_of(fit, name, equation)})
    rows = sorted(rows, key=lambda row: int(row["event_time"]))
    names = at_event_times(adoption.treatment, {value: name for name, value in columns.items()})
    covariance = covariances(rows, names, fit)
    null = null_of_regression(fit, list(columns), equation)
    return EquationResult([*rows, joint_test_of(fit, list(columns), equation, null)], covariance)


def split_leads(
    adoption: Adoption, untreated: pd.DataFrame, equation: Equation
) -> tuple[dict[int, Reason | None], list[int]]:
    """Tell the event times that are left out, each with the cohorts for which it has to be, from the leads."""
    event_time = untreated[event_time_column(adoption.treatment)]
    curves = curves_of(untreated, event_time, untreated[cohort_column(adoption.treatment)], equation)
    seen = sorted(time for curve in curves for time in curve.event_times)
    lowest = equation.window[0] if equation.window else min(seen, default=0)
    out: dict[int, Reason | None] = {time: None for time in seen if time < lowest}
    for curve in curves:
        if not out.keys() & set(curve.event_times):
            own = because("of", whom=cohorts_named(curve.cohorts, equation)) if len(curves) > 1 else None
            out[curve.event_times[0]] = own
    spare = 0 if event_time.isna().any() else 1
    out |= dict.fromkeys([time for time in seen if time not in out][: max(len(curves) + spare - len(out), 0)], None)
    return out, [time for time in seen if time not in out]


def _zeros(out: dict[int, Reason | None], first_lead: int) -> list[dict[str, Any]]:
    """Describe what leads are measured from: all event times before the first of them, and single ones between them."""
    earlier = sorted(time for time in out if time < first_lead)
    whose = out[earlier[0]] if len(earlier) == 1 else None
    zeros = [(earlier[-1], "and earlier" if len(earlier) > 1 else "", whose)] if earlier else []
    zeros += [(time, "", out[time]) for time in sorted(out) if time > first_lead]
    return [
        {
            "event_time": time,
            "event_time_bin": binned,
            "reason": because("leads_measured_from", of=of),
        }
        for time, binned, of in zeros
    ]
