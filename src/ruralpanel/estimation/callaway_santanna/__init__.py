r"""Effects by cohort and period, and their averages, with untreated units as the only comparison.

Estimand: :math:`ATT(g, t) = E[Y_t(g) - Y_t(\infty) \mid G = g]`, the average effect in period :math:`t` on those first
treated in :math:`g`, under parallel trends given covariates (Callaway & Sant'Anna 2021, assumptions 1 to 6 and theorem
1); averages of these weigh cohorts by their size. Nobody treated is compared with anybody treated before, so that
effects may differ by cohort and time.

Standard errors are analytic, from the influence functions added up within clusters, and without a small-sample
correction; p-values and intervals are from the normal distribution, as the R package did has them.

Where treatment is assigned at a level above units and all rows are used, these are repeated cross-sections: cohorts are
those of levels, and every row is compared as one that is seen once (``panel = FALSE`` of the R package).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.estimation.adoption import bootstrapped
from ruralpanel.estimation.callaway_santanna.aggregation import Aggregate, aggregate
from ruralpanel.estimation.callaway_santanna.group_time import ZERO, GroupTimeEffects, Observed, group_time_effects
from ruralpanel.estimation.callaway_santanna.leads import null_of_leads
from ruralpanel.estimation.covariance import covariances_in
from ruralpanel.estimation.estimates import left_out_of, no_estimate, statistics
from ruralpanel.estimation.leads import joint_test
from ruralpanel.estimation.measured_from import why_zero
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.rounding import NOISE, unit_of
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.estimation.simultaneous_band import banded
from ruralpanel.estimation.terms import average
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.estimation.treated_units import all_treated_throughout, level_remedy, treated_counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation, GroupTime
from ruralpanel.treatment_columns import cohort_column

AVERAGES = {"cells": "", "event_time": "mean of event times", "cohort": "mean of cohorts", "period": "by period"}
"""How each overall effect is called."""


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate effects by cohort and period and aggregate them.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort.
    equation
        Has one treatment; ``group_time`` says whom to compare with and how.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        Overall effects; one row an event time, a cohort and a period; one row a cohort and period (with the reason
        where it has none); and the joint test that the effects before treatment are zero.

    Raises
    ------
    CannotEstimate
        If nobody is treated after the first period, nobody is left to compare with, weights or clusters change within
        a unit, or there are two cluster dimensions.
    """
    (treatment,) = equation.treatments
    choice = equation.group_time or GroupTime()
    sample, left_out = _usable(estimation_sample(panel, equation, ledger), treatment, choice, equation, ledger)
    observed = _laid_out(sample, treatment, choice, equation)
    clusters = _clusters(sample, choice, equation)
    effects = group_time_effects(observed, choice, equation.anticipation.get(treatment, 0))
    if effects.cells["effect"].isna().all():
        remedy = level_remedy(sample, treatment, equation)
        raise CannotEstimate("no_cohort_compared", why=effects.cells["reason"].iloc[0], remedy=remedy)
    window = (equation.window[0], equation.window[1]) if equation.window is not None else None
    aggregates = aggregate(effects, observed, window, choice.observed_through)
    shared = {
        "left_out": left_out_of(equation, *_compared_with(choice), *left_out),
        "observations": len(sample),
        "units": int(sample[equation.unit].nunique()),
        "clusters": int(clusters.max()) + 1,
        "outcome_mean": float(np.average(sample[OUTCOME], weights=_row_weights(sample, equation))),
        "variance": equation.inference.variance,
        "clustered_by": equation.inference.cluster or [equation.unit],
        "small_sample": "none",
        "regressors": choice.covariates,
        "fixed_effects": [],
        **counts_of(sample, equation),
    }
    level = equation.inference.level
    # Averages of changes are known to the last digits of outcomes.
    known_to = (NOISE * float(np.nanmax(np.abs(observed.outcome))),) * 2

    names = _names_of(sample, clusters, equation) if equation.inference.bootstrap is not None else None

    def numbers(effect: float, influence: NDArray[np.float64]) -> dict[str, Any]:
        found = statistics(effect, _standard_error(influence, clusters), np.inf, level, known_to)
        if names is None or np.isnan(found.get("standard_error", np.nan)):
            return found
        summed = np.bincount(clusters, influence, len(names)) / len(influence)
        return found | bootstrapped(effect, pd.Series(summed, names), equation)

    rows: list[dict[str, Any]] = []
    bases = _bases(effects)
    for each in aggregates:
        place = average(treatment, AVERAGES.get(each.of, ""))
        if each.value is not None:
            place |= {each.kind: str(int(each.value)) if each.kind == "cohort" else each.value}
        found = numbers(each.effect, each.influence)
        if each.kind == "event_time" and each.value in bases and not each.influence.any():
            found["reason"] = why_zero(bases, each.value, equation)
        rows.append({**shared, **place, **found})
    # Where no comparison can be made there is no average, and a matrix of none.
    influences = np.array([each.influence for each in aggregates]).reshape(len(aggregates), len(clusters))
    matrix = _covariance(influences.T, clusters)
    covariance = covariances_in(rows, [place_of(row) for row in rows], matrix)
    if equation.inference.simultaneous:
        rows = _with_bands(rows, aggregates, clusters, equation)
    for cell, influence in zip(effects.cells.to_dict("records"), effects.influence.T, strict=True):
        cohort, period = cell["cohort"], cell["period"]
        place = {"cohort": str(int(cohort)), "period": period, "event_time": period - cohort}
        if np.isnan(cell["effect"]):
            rows.append(no_estimate(equation, cell["reason"], treatment, **shared, **place))
        else:
            found = numbers(cell["effect"], influence)
            if cell["reason"]:
                found["reason"] = cell["reason"]
            rows.append({**shared, "term": treatment, **place, **found})
    ahead = equation.anticipation.get(treatment, 0)
    leads = [each for each in aggregates if each.kind == "event_time" and _is_tested(each, -ahead)]
    tested = np.array([each.effect for each in leads])
    among = _covariance(np.array([each.influence for each in leads]).T, clusters) if leads else np.empty((0, 0))
    null = null_of_leads(leads, effects, observed, clusters, choice, ahead)
    rows.append(joint_test(tested, among, shared, equation, null, word="effect", known_to=known_to[1]))
    return EquationResult(rows, covariance)


def _bases(effects: GroupTimeEffects) -> dict[int, list[int]]:
    """List the cohorts that are zero by construction, by the event time of their base period."""
    found: dict[int, list[int]] = {}
    for cell in effects.cells[effects.cells["reason"] == ZERO].to_dict("records"):
        found.setdefault(int(cell["period"] - cell["cohort"]), []).append(int(cell["cohort"]))
    return found


def _is_tested(average: Aggregate, begins: int) -> bool:
    """Tell whether an average by event time is before any effect may begin, and no base period."""
    return average.value is not None and average.value < begins and bool(average.influence.any())


def _compared_with(choice: GroupTime) -> list[Reason]:
    """Say whom cohorts are compared with, and which of them are averaged by event time."""
    through = choice.observed_through
    averaged = [] if through is None else [because("observed_through", event_time=through)]
    return [because("compared_with", comparison=choice.comparison), *averaged]


def _usable(
    sample: pd.DataFrame, treatment: str, choice: GroupTime, equation: Equation, ledger: Ledger
) -> tuple[pd.DataFrame, list[Reason]]:
    """Leave out units treated from the first period on, and those with gaps where units are compared."""
    left_out: list[Reason] = []
    cohort = sample[cohort_column(treatment)]
    first = sample[equation.period].min()
    if equation.timing_unit != equation.unit:  # a level never seen before treatment has no part in what is before
        first = sample.groupby(equation.timing_unit)[equation.period].transform("min")
    always = cohort.notna() & (cohort <= first)
    if always.any():
        units = treated_counted(sample[always], equation)
        kept = sample[~always]
        if not (kept[cohort_column(treatment)] <= kept[equation.period].max()).any():
            raise CannotEstimate(all_treated_throughout(sample, treatment, equation))
        reason = because("treated_from_the_first_period", who=units, remedy=None)
        ledger.note("always treated dropped", len(sample), kept, reason)
        left_out.append(because("without_treated_throughout", who=units))
        sample = kept
    if choice.rows == "balanced":
        # Who moves to another level is not in all periods of either.
        followed = sample.groupby(list({equation.unit, equation.timing_unit}))[equation.period].transform("size")
        complete = followed == sample[equation.period].nunique()
        if not complete.any():
            raise CannotEstimate("no_unit_balanced", remedy=level_remedy(sample, treatment, equation))
        if not complete.all():
            who = because("units", number=sample.loc[~complete, equation.unit].nunique())
            kept = sample[complete]
            ledger.note("balanced", len(sample), kept, because("not_in_all_periods", who=who))
            left_out.append(because("without_those_not_in_all_periods", who=who))
            sample = kept
    elif equation.timing_unit == equation.unit:
        _require_dates(sample, treatment, equation)
    else:
        seen = sample.groupby(equation.timing_unit)[equation.period].nunique()
        some = int((seen < sample[equation.period].nunique()).sum())
        if some:
            reason = because("levels_with_gaps", levels=some, level=equation.timing_unit)
            ledger.note("levels with gaps", len(sample), sample, reason)
    return sample.reset_index(drop=True), left_out


def _require_dates(sample: pd.DataFrame, treatment: str, equation: Equation) -> None:
    """Refuse cohorts that are the periods in which units enter the sample: these are not when treatment began.

    An indicator dates a unit by the first period that it is seen treated in. Where most treated units are treated
    whenever they are seen, and none is known to have been treated before it is seen, that is all there is to know.
    """
    units = sample.groupby(equation.unit).agg(
        cohort=(cohort_column(treatment), "first"), first=(equation.period, "min")
    )
    units["last"] = sample.groupby(equation.unit)[equation.period].max()
    treated = units[units["cohort"] <= units["last"]]
    entering = int((treated["cohort"] == treated["first"]).sum())
    if 2 * entering > len(treated) and not (treated["cohort"] < treated["first"]).any():
        remedy = level_remedy(sample, treatment, equation)
        raise CannotEstimate("treated_on_entry", entering=entering, treated=len(treated), remedy=remedy)


def _compared(sample: pd.DataFrame, choice: GroupTime, equation: Equation) -> pd.Series:
    """Name what is compared: units, or every row by itself where rows are repeated cross-sections of a level."""
    if choice.rows == "all" and equation.timing_unit != equation.unit:
        return pd.Series(range(len(sample)), index=sample.index)
    return sample[equation.unit]


def _laid_out(sample: pd.DataFrame, treatment: str, choice: GroupTime, equation: Equation) -> Observed:
    compared = _compared(sample, choice, equation)
    rows, units = pd.factorize(compared, sort=True)
    columns, periods = pd.factorize(sample[equation.period], sort=True)
    if len(periods) < 2:
        raise CannotEstimate("one_period")
    shape = (len(units), len(periods))
    # What is looked at together, all units in a period, lies together.
    outcome = np.full(shape, np.nan, order="F")
    outcome[rows, columns] = sample[OUTCOME]
    covariates = np.full((*shape, 1 + len(choice.covariates)), np.nan, order="F")
    covariates[rows, columns, 0] = 1.0
    for position, name in enumerate(choice.covariates, start=1):
        values = sample[name].to_numpy(dtype="float64")
        values = values - values.mean()  # beside the constant, the level of a covariate is of no account
        covariates[rows, columns, position] = values / unit_of(values - values.mean())
    first = sample[~compared.duplicated()]
    cohort = first[cohort_column(treatment)].to_numpy(dtype="float64", na_value=np.nan)
    # Who is treated after the last period is not treated here.
    cohort = np.where(np.isnan(cohort) | (cohort > periods.max()), np.inf, cohort)
    if np.isinf(cohort).all():
        raise CannotEstimate("nobody_treated")
    weight = np.ones(len(units))
    if equation.weights:
        if (sample.groupby(compared)[equation.weights].nunique() > 1).any():
            raise CannotEstimate("weight_changes", weight=equation.weights)
        weight = first[equation.weights].to_numpy(dtype="float64")
    return Observed(outcome, cohort, covariates, weight / weight.mean(), np.asarray(periods, dtype="int64"))


def _row_weights(sample: pd.DataFrame, equation: Equation) -> pd.Series | None:
    return sample[equation.weights] if equation.weights else None


def _clusters(sample: pd.DataFrame, choice: GroupTime, equation: Equation) -> NDArray[np.int64]:
    """Number the cluster of every unit."""
    compared = _compared(sample, choice, equation)
    names = equation.inference.cluster or [equation.unit]
    if not equation.inference.vcov.clusters:
        raise CannotEstimate("needs_clusters")
    if len(names) > 1:
        raise CannotEstimate("needs_one_dimension")
    if (sample.groupby(compared)[names[0]].nunique() > 1).any():
        raise CannotEstimate("cluster_changes", name=names[0])
    codes = pd.factorize(sample.loc[~compared.duplicated(), names[0]], sort=True)[0]
    if codes.max() == 0:
        raise CannotEstimate("one_cluster", name=names[0])
    return np.asarray(codes)


def _covariance(influence: NDArray[np.float64], clusters: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute the covariance of estimates from units by estimates of influence, added up within clusters."""
    summed = np.empty((clusters.max() + 1, influence.shape[1]))
    for number, column in enumerate(influence.T):
        summed[:, number] = np.bincount(clusters, column)
    return np.asarray(summed.T @ summed / len(influence) ** 2)


def _with_bands(
    rows: list[dict[str, Any]], aggregates: list[Aggregate], clusters: NDArray[np.int64], equation: Equation
) -> list[dict[str, Any]]:
    """Add a band for the averages of each kind: by event time, by cohort and by period."""
    for kind in ("event_time", "cohort", "period"):
        covered = [
            number
            for number, each in enumerate(aggregates)
            if each.kind == kind and np.isfinite(rows[number].get("standard_error", np.nan))
        ]
        influence = np.array([aggregates[number].influence for number in covered]).T
        if covered:
            rows = banded(rows, covered, _covariance(influence, clusters), np.inf, equation)
    return rows


def _standard_error(influence: NDArray[np.float64], clusters: NDArray[np.int64]) -> float:
    return float(np.sqrt(_covariance(influence[:, None], clusters)[0, 0]))


def _names_of(sample: pd.DataFrame, clusters: NDArray[np.int64], equation: Equation) -> pd.Index:
    """Name the clusters in the order of their numbers."""
    (column,) = equation.inference.cluster or [equation.unit]
    names: pd.Index = pd.Index(sample[column].unique()).sort_values()
    assert len(names) == int(clusters.max()) + 1
    return names
