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

from ruralpanel.errors import counted
from ruralpanel.estimation.average import Average
from ruralpanel.estimation.estimates import JOINT_TEST, no_estimate, sample_words, statistics
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
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.inference.random_draws import generator
from ruralpanel.ledger import Ledger
from ruralpanel.periods.frequency import frequency
from ruralpanel.study.blocks import Equation
from ruralpanel.study.synthetic import Synthetic
from ruralpanel.treatment_columns import cohort_column

LEADS_TEST_NOTHING = (
    "gaps before treatment are measured from their weighted mean, and weights were chosen to make them small, which is "
    "no test of trends"
)


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
        raise CannotEstimate(
            "no unit of this sample is treated while it is observed"
            if not short
            else "no cohort is observed in two periods before treatment, which weights are chosen by"
        )
    if layout.never.sum() < 2:
        never = counted(int(layout.never.sum()), "unit")
        raise CannotEstimate(f"{never} never treated, and weights are of two at least")
    ledger.note("estimated", len(sample), sample)
    try:
        effects, weightings = effects_of(layout, cohorts, np.ones(len(layout.outcome)), exact=choice.search == "newton")
    except CollinearCovariates:
        raise CannotEstimate(
            f"{' and '.join(equation.regressors)}: collinear with the effects of units and periods, or each other, "
            "among units never treated"
        ) from None
    averages = averages_of(layout, cohorts, equation.window)
    errors = _errors(layout, cohorts, weightings, averages, choice, equation)
    shared: dict[str, Any] = {
        "term": treatment,
        "sample": sample_words(equation, ", ".join(_words(left_out, short, equation))),
        "observations": len(sample),
        "units": len(layout.outcome),
        "clusters": int(layout.group.max()) + 1,
        "outcome_mean": float(sample[OUTCOME].mean()),
        "variance": errors.how,
        "clustered_by": _group_name(equation),
        **counts_of(sample, equation),
    }
    level, known_to = equation.inference.level, (NOISE * float(np.abs(layout.outcome).max()),) * 2
    rows = [
        {**shared, **average.place, "reason": reason, **statistics(value, error, np.inf, level, known_to)}
        for average, value, error, reason in zip(
            averages, values_of(averages, effects).tolist(), errors.values.tolist(), errors.reasons, strict=True
        )
    ]
    reason = "less than two periods before treatment, which weights are chosen by"
    unused = [{**shared, **no_estimate(equation, reason, treatment, cohort=str(each.first))} for each in short]
    test = {**shared, "term": JOINT_TEST, "reason": LEADS_TEST_NOTHING}
    return EquationResult([*rows[:-1], *unused, rows[-1], test])


def _words(left_out: str, short: list[Cohort], equation: Equation) -> list[str]:
    """Say who is left out of the sample."""
    words = [left_out] if left_out else []
    if short:
        words.append(f"without cohort {', '.join(equation.label(each.first) for each in short)}")
    return words


def _group_name(equation: Equation) -> str:
    return (equation.inference.cluster or [equation.unit])[0]


def _balanced(sample: pd.DataFrame, treatment: str, equation: Equation, ledger: Ledger) -> tuple[pd.DataFrame, str]:
    """Leave out units treated from the first period on, and those not observed in all periods."""
    cohort = sample[cohort_column(treatment)]
    periods = sample.groupby(equation.unit)[equation.period].transform("size")
    always = cohort.notna() & (cohort <= sample[equation.period].min())
    words = []
    for step, why, leaves in (
        ("always treated dropped", "treated from the first period on", always),
        ("balanced", "not observed in all periods", periods < sample[equation.period].nunique()),
    ):
        leaving = leaves[sample.index]
        if leaving.any():
            units = counted(int(sample.loc[leaving, equation.unit].nunique()), "unit")
            kept = sample[~leaving]
            ledger.note(step, len(sample), kept, f"{units} {why}")
            words.append(f"without {units} {why}")
            sample = kept
    if sample.empty:
        raise CannotEstimate(
            "no unit is left that is observed in all periods and untreated in the first; `sample` may pick periods in "
            "which more are observed"
        )
    return sample.reset_index(drop=True), " and ".join(words)


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
        raise CannotEstimate(f"`{name}` changes within units, and clusters hold whole units here")
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
    units = counted(int(np.isin(layout.cohort, names).sum()), "unit")
    reason = (
        f"{units} of cohort {', '.join(map(equation.label, names))} observed in less than two periods before treatment"
    )
    ledger.note("observed before treatment", len(sample), kept, reason)
    if kept.empty:
        raise CannotEstimate("no cohort is observed in two periods before treatment, which weights are chosen by")
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
        reason = (
            f"no standard error by {choice.standard_errors}: {' and '.join(equation.regressors)} collinear in a draw"
        )
        return Errors(np.full(len(averages), np.nan), [reason] * len(averages), choice.standard_errors)
