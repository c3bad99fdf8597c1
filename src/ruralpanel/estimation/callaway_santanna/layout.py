"""An estimation sample laid out for comparisons of cohorts, unit by unit and period by period."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.absorption.levels import levels_of
from ruralpanel.estimation.callaway_santanna.group_time import Observed
from ruralpanel.estimation.rounding import unit_of
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate
from ruralpanel.estimation.treated_units import all_treated_throughout, level_remedy, treated_counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation, GroupTime
from ruralpanel.treatment_columns import cohort_column


def usable(
    sample: pd.DataFrame, treatment: str, choice: GroupTime, equation: Equation, ledger: Ledger
) -> tuple[pd.DataFrame, list[Reason]]:
    """Leave out units treated from the first period on, and those with gaps where units are compared.

    Parameters
    ----------
    sample
        From :func:`ruralpanel.estimation.sample.estimation_sample`.
    treatment
        The designation.
    choice
        Says which rows are used.
    equation
        Gives unit and period.
    ledger
        Gets a line for every reason for which units leave.

    Returns
    -------
    tuple of (pandas.DataFrame, list of Reason)
        The rows that stay, and who has left.

    Raises
    ------
    CannotEstimate
        If nobody is left whom an effect could be estimated for.
    """
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


def compared(sample: pd.DataFrame, choice: GroupTime, equation: Equation) -> pd.Series:
    """Name what is compared: units, or every row by itself where rows are repeated cross-sections of a level."""
    if choice.rows == "all" and equation.timing_unit != equation.unit:
        return pd.Series(range(len(sample)), index=sample.index)
    return sample[equation.unit]


def laid_out(sample: pd.DataFrame, treatment: str, choice: GroupTime, equation: Equation) -> Observed:
    """Lay a sample out, units by periods.

    Parameters
    ----------
    sample
        From :func:`usable`.
    treatment
        The designation.
    choice
        Names the covariates.
    equation
        Gives unit, period and weights.

    Raises
    ------
    CannotEstimate
        If there is one period only, nobody is treated, or weights change within a unit.
    """
    whom = compared(sample, choice, equation)
    units = levels_of(whom)
    columns, periods = pd.factorize(sample[equation.period], sort=True)
    if len(periods) < 2:
        raise CannotEstimate("one_period")
    shape, rows = (units.number, len(periods)), units.codes
    # What is looked at together, all units in a period, lies together.
    outcome = np.full(shape, np.nan, order="F")
    outcome[rows, columns] = sample[OUTCOME]
    covariates = np.full((*shape, 1 + len(choice.covariates)), np.nan, order="F")
    covariates[rows, columns, 0] = 1.0
    for position, name in enumerate(choice.covariates, start=1):
        values = sample[name].to_numpy(dtype="float64")
        values = values - values.mean()  # beside the constant, the level of a covariate is of no account
        covariates[rows, columns, position] = values / unit_of(values - values.mean())
    first = sample.iloc[np.sort(units.first_rows)]
    cohort = first[cohort_column(treatment)].to_numpy(dtype="float64", na_value=np.nan)
    # Who is treated after the last period is not treated here.
    cohort = np.where(np.isnan(cohort) | (cohort > periods.max()), np.inf, cohort)
    if np.isinf(cohort).all():
        raise CannotEstimate("nobody_treated")
    weight = np.ones(units.number)
    if equation.weights:
        if (sample.groupby(whom)[equation.weights].nunique() > 1).any():
            raise CannotEstimate("weight_changes", weight=equation.weights)
        weight = first[equation.weights].to_numpy(dtype="float64")
    return Observed(outcome, cohort, covariates, weight / weight.mean(), np.asarray(periods, dtype="int64"))


def row_weights(sample: pd.DataFrame, equation: Equation) -> pd.Series | None:
    """Give the weights of rows, where there are any."""
    return sample[equation.weights] if equation.weights else None


def clusters_of_units(sample: pd.DataFrame, choice: GroupTime, equation: Equation) -> NDArray[np.int64]:
    """Number the cluster of every unit.

    Raises
    ------
    CannotEstimate
        If clusters are of two dimensions, do not hold whole units, or there is one only.
    """
    whom = compared(sample, choice, equation)
    names = equation.inference.cluster or [equation.unit]
    if not equation.inference.vcov.clusters:
        raise CannotEstimate("needs_clusters")
    if len(names) > 1:
        raise CannotEstimate("needs_one_dimension")
    units, clusters = levels_of(whom), levels_of(sample[names[0]])
    if not units.lies_within(clusters):
        raise CannotEstimate("cluster_changes", name=names[0])
    codes = clusters.codes[np.sort(units.first_rows)].astype("int64")  # as units are laid out
    if codes.max() == 0:
        raise CannotEstimate("one_cluster", name=names[0])
    return np.asarray(codes)


def covariance_of(influence: NDArray[np.float64], clusters: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute the covariance of estimates from units by estimates of influence, added up within clusters."""
    summed = np.empty((clusters.max() + 1, influence.shape[1]))
    for number, column in enumerate(influence.T):
        summed[:, number] = np.bincount(clusters, column)
    return np.asarray(summed.T @ summed / len(influence) ** 2)
