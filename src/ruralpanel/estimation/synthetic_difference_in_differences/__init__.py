r"""Synthetic differences in differences: each cohort beside weighted units that are never treated.

Estimand: the average effect on treated units in treated periods, :math:`E[Y_{it}(g) - Y_{it}(\infty)]`, by cohort and
overall. For each cohort, units never treated get weights that make their outcomes run parallel to the cohort's before
treatment, and periods before treatment get weights that make them like the treated ones; the estimate is the difference
in differences with these weights (Arkhangelsky, Athey, Hirshberg, Imbens & Wager 2021, American Economic Review
111(12), algorithm 1). Cohorts are averaged by their treated units and periods (their appendix on staggered adoption;
Clarke, Pailañir, Athey & Imbens 2024, Stata Journal 24(4)), and so are cohorts at each event time (Ciccia 2024).

The units' weights are by default those at which the search of the authors' package ends, to reproduce what it prints.
After its 10,000 steps that is not the optimum where hundreds of units are weighted, which ``search: newton`` finds.

The jackknife is the default: it needs no random numbers, costs next to nothing as weights are held fixed, and is
conservative where effects are alike (Arkhangelsky and others 2021, theorem 2). It has no answer where a cohort is
one unit; a placebo has, and assumes that the treated would vary as the untreated do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.average import Average
from ruralpanel.estimation.estimates import left_out_of, no_estimate, statistics
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.estimation.synthetic_difference_in_differences.averages import Cells, averages_of, values_of
from ruralpanel.estimation.synthetic_difference_in_differences.effects import (
    CollinearCovariates,
    Weighting,
    effects_of,
)
from ruralpanel.estimation.synthetic_difference_in_differences.layout import Cohort, Layout
from ruralpanel.estimation.synthetic_difference_in_differences.standard_errors import (
    Errors,
    bootstrap,
    jackknife,
    placebo,
)
from ruralpanel.estimation.synthetic_difference_in_differences.weights import STEPS
from ruralpanel.estimation.terms import LEAD_TEST
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.inference.random_draws import generator
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation
from ruralpanel.study.synthetic import Synthetic
from ruralpanel.treatment_columns import cohort_column

LEADS_TEST_NOTHING = because("leads_made_small")
"""Why leads are not tested: they were made small."""


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the effects of every cohort beside its synthetic control, and average them.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort.
    equation
        Has one treatment; ``synthetic`` says how standard errors are computed; ``regressors`` are taken off the outcome
        with coefficients from units never treated; the ``window`` says which event times are reported.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row an event time, those before treatment included; one a cohort, with the reason where it has no estimate;
        the overall effect; and the reason why there is no joint test of leads.

    Raises
    ------
    CannotEstimate
        If nobody is treated after two periods of observation, less than two units are never treated, no unit is
        observed in all periods, or clusters change within a unit.
    """
    (treatment,) = equation.treatments
    choice = equation.synthetic or Synthetic()
    sample, left_out = _balanced(estimation_sample(panel, equation, ledger), treatment, equation, ledger)
    layout = _laid_out(sample, treatment, equation)
    short = [each for each in layout.cohorts() if each.before.sum() < 2]
    sample, layout = _without(short, sample, layout, treatment, equation, ledger)
    cohorts = layout.cohorts()
    if not cohorts:
        raise CannotEstimate("no_cohort_long_before" if short else "nobody_treated")
    if layout.never.sum() < 2:
        raise CannotEstimate("few_never_treated", units=int(layout.never.sum()))
    ledger.note("estimated", len(sample), sample)
    try:
        effects, weightings = effects_of(layout, cohorts, np.ones(len(layout.outcome)), exact=choice.search == "newton")
    except CollinearCovariates:
        raise CannotEstimate("collinear_among_never_treated", names=equation.regressors) from None
    if unsettled := sum(not each.settled for each in weightings):
        ledger.note("weights", len(sample), sample, because("weights_not_settled", cohorts=unsettled, steps=STEPS))
    averages = averages_of(layout, cohorts, equation.window)
    errors = _errors(layout, cohorts, weightings, averages, choice, equation)
    shared: dict[str, Any] = {
        "term": treatment,
        "left_out": left_out_of(equation, left_out, _without_cohorts(short, equation)),
        "observations": len(sample),
        "units": len(layout.outcome),
        "clusters": int(layout.group.max()) + 1,
        "outcome_mean": float(sample[OUTCOME].mean()),
        "variance": errors.how.code,
        "resampling": errors.how,
        "clustered_by": [_group_name(equation)],
        **counts_of(sample, equation),
    }
    level, known_to = equation.inference.level, (NOISE * float(np.abs(layout.outcome).max()),) * 2
    rows = [
        {**shared, **average.place, "reason": reason, **statistics(value, error, np.inf, level, known_to)}
        for average, value, error, reason in zip(
            averages, values_of(averages, effects).tolist(), errors.values.tolist(), errors.reasons, strict=True
        )
    ]
    reason = because("short_before_treatment")
    unused = [{**shared, **no_estimate(equation, reason, treatment, cohort=str(each.first))} for each in short]
    test = {**shared, **LEAD_TEST, "reason": LEADS_TEST_NOTHING}
    return EquationResult([*rows[:-1], *unused, rows[-1], test])


def _without_cohorts(short: list[Cohort], equation: Equation) -> Reason | None:
    """Say which cohorts are left out of the sample."""
    return because("without_cohort", cohorts=[equation.label(each.first) for each in short]) if short else None


def _group_name(equation: Equation) -> str:
    return (equation.inference.cluster or [equation.unit])[0]


def _balanced(
    sample: pd.DataFrame, treatment: str, equation: Equation, ledger: Ledger
) -> tuple[pd.DataFrame, Reason | None]:
    """Leave out units treated from the first period on, and those not observed in all periods."""
    cohort = sample[cohort_column(treatment)]
    periods = sample.groupby(equation.unit)[equation.period].transform("size")
    always = cohort.notna() & (cohort <= sample[equation.period].min())
    left_out = []
    incomplete = periods < sample[equation.period].nunique()
    for step, code, leaves in (
        ("always treated dropped", "treated_from_the_first_period", always),
        ("balanced", "not_in_all_periods", incomplete),
    ):
        leaving = leaves[sample.index]
        if leaving.any():
            who = because("units", number=sample.loc[leaving, equation.unit].nunique())
            kept = sample[~leaving]
            reason = because(code, who=who, **({"remedy": None} if leaves is always else {}))
            ledger.note(step, len(sample), kept, reason)
            left_out.append(because("without", who=reason))
            sample = kept
    if sample.empty:
        raise CannotEstimate("nobody_left_balanced")
    return sample.reset_index(drop=True), several(left_out, "also")


def _laid_out(sample: pd.DataFrame, treatment: str, equation: Equation) -> Layout:
    rows, units = pd.factorize(sample[equation.unit], sort=True)
    columns, periods = pd.factorize(sample[equation.period], sort=True)
    outcome = np.full((len(units), len(periods)), np.nan)
    outcome[rows, columns] = sample[OUTCOME]
    covariates = np.full((*outcome.shape, len(equation.regressors)), np.nan)
    for position, name in enumerate(equation.regressors):
        covariates[rows, columns, position] = sample[name]
    first = sample.drop_duplicates(equation.unit)
    cohort = first[cohort_column(treatment)].to_numpy(dtype="float64", na_value=np.nan)
    # Who is treated after the last period is not treated here.
    cohort = np.where(np.isnan(cohort) | (cohort > periods.max()), np.inf, cohort)
    name = _group_name(equation)
    if (sample.groupby(equation.unit)[name].nunique() > 1).any():
        raise CannotEstimate("cluster_changes", name=name)
    group = pd.factorize(first[name], sort=True)[0]
    anticipation, of = equation.anticipation.get(treatment, 0), frequency(equation.frequency)
    return Layout(outcome, covariates, cohort, group, np.asarray(periods, dtype="int64"), anticipation, of)


def _without(
    short: list[Cohort], sample: pd.DataFrame, layout: Layout, treatment: str, equation: Equation, ledger: Ledger
) -> tuple[pd.DataFrame, Layout]:
    """Leave out cohorts that are not observed long enough before treatment."""
    if not short:
        return sample, layout
    names = [each.first for each in short]
    kept = sample[~sample[cohort_column(treatment)].isin(names)]
    units, cohorts = np.isin(layout.cohort, names).sum(), list(map(equation.label, names))
    ledger.note("observed before treatment", len(sample), kept, because("short_cohorts", units=units, cohorts=cohorts))
    if kept.empty:
        raise CannotEstimate("no_cohort_long_before")
    kept = kept.reset_index(drop=True)
    return kept, _laid_out(kept, treatment, equation)


def _errors(
    layout: Layout,
    cohorts: list[Cohort],
    weightings: list[Weighting],
    averages: list[Average[Cells]],
    choice: Synthetic,
    equation: Equation,
) -> Errors:
    """Compute standard errors as the study says."""
    group_name = _group_name(equation)
    if choice.standard_errors == "jackknife":
        return jackknife(layout, cohorts, weightings, averages, group_name)
    assert equation.seed is not None
    random = generator(equation.seed, equation.block, f"synthetic {choice.standard_errors}")
    try:
        if choice.standard_errors == "placebo":
            return placebo(layout, cohorts, weightings, averages, choice.number_of_draws, random)
        return bootstrap(layout, cohorts, weightings, averages, group_name, choice.number_of_draws, random)
    except CollinearCovariates:
        reason = because("no_error_collinear", method=choice.standard_errors, names=equation.regressors)
        group = {} if choice.standard_errors == "placebo" else {"group": group_name}
        how = because(choice.standard_errors, **group, how=None)
        return Errors(np.full(len(averages), np.nan), [reason] * len(averages), how)
