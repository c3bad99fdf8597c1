"""What a block's equations are, without a language: which rows, which columns, and what is reported of them.

A registration of an estimator names one of the functions here that give a :class:`Design`; each language writes it in
its own words. What these functions share with the estimators is which rows an equation is estimated on, and nothing
that is computed from them: columns, averages and standard errors are made by the scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.adoption import adoption_of
from ruralpanel.estimation.callaway_santanna.layout import usable
from ruralpanel.estimation.first_differences import effects_left
from ruralpanel.estimation.imputation import imputable_rows
from ruralpanel.estimation.measured_from import curves_of
from ruralpanel.estimation.right_hand_side import right_hand_side
from ruralpanel.estimation.sample import estimation_sample, without_always_treated
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import ReasonedError
from ruralpanel.study.blocks import Equation, GroupTime
from ruralpanel.treatment_columns import cohort_column, event_time_column


class CannotWrite(ReasonedError):
    """A script has no form for an equation, and the reader is told why."""


@dataclass(frozen=True)
class Column:
    """A column of a right-hand side.

    Parameters
    ----------
    factors
        The columns of the panel that it is the product of.
    within
        A column, and the first and last of its values, at which it is that; zero elsewhere. None for all rows.
    place
        Of the estimate that its coefficient is: ``term``, and what else tells it from others.
    """

    factors: tuple[str, ...]
    within: tuple[str, int, int] | None = None
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sum:
    """A sum of coefficients that is reported.

    Parameters
    ----------
    multiples
        Of the columns, in their order; shorter where the last have none.
    place
        As of :class:`Column`.
    """

    multiples: tuple[float, ...]
    place: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Design:
    """An equation and the rows that it is estimated on.

    Parameters
    ----------
    equation
        With its clusters known.
    sample
        The rows, with the columns of the panel.
    family
        ``gaussian`` for least squares, ``differences`` for those of changes, ``poisson``, or ``cloglog`` for a
        complementary log-log regression.
    """

    equation: Equation
    sample: pd.DataFrame
    family: str = "gaussian"


@dataclass(frozen=True, kw_only=True)
class Regression(Design):
    """One regression whose coefficients are reported.

    Parameters
    ----------
    columns
        Of the right-hand side.
    sums
        Of coefficients.
    event_time
        Where columns are indicators of event times: the column of these, those at zero, and the ends at which they are
        binned.
    """

    columns: tuple[Column, ...]
    sums: tuple[Sum, ...] = ()
    event_time: tuple[str, tuple[int, ...], tuple[int, int]] | None = None


@dataclass(frozen=True, kw_only=True)
class ByCohort(Design):
    """A regression on indicators of cohorts and event times, averaged by the rows behind them."""


@dataclass(frozen=True, kw_only=True)
class TreatedCells(Design):
    """A regression on indicators of cohorts by treated period, averaged by the rows behind them.

    Parameters
    ----------
    begins
        The event time from which rows count as treated.
    """

    begins: int


@dataclass(frozen=True, kw_only=True)
class GroupTimes(Design):
    """Effects by cohort and period as differences of differences, and their averages."""

    choice: GroupTime


@dataclass(frozen=True, kw_only=True)
class Means(Design):
    """Means by cohort and period."""


def of_terms(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Regression:
    """Give the regression of treatments, their interactions, moderators and regressors."""
    return _of_terms(panel, equation, ledger, "gaussian")


def of_counts(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Regression:
    """Give the same as a Poisson regression."""
    return _of_terms(panel, equation, ledger, "poisson")


def of_hazards(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Regression:
    """Give the same as a complementary log-log regression."""
    return _of_terms(panel, equation, ledger, "cloglog")


def of_changes(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Regression:
    """Give the same of changes, with the fixed effects that these leave."""
    design = _of_terms(panel, equation, ledger, "differences")
    effects = effects_left(design.sample, equation)
    return replace(design, equation=equation.model_copy(update={"fixed_effects": effects}))


def _of_terms(panel: pd.DataFrame, equation: Equation, ledger: Ledger, family: str) -> Regression:
    sample = estimation_sample(panel, equation, ledger)
    _, terms = right_hand_side(sample, equation)
    columns = []
    for term in terms:
        names = [equation.intensities.get(each, each) for each in term.name.split("*")]
        place = {"term": term.name} | ({} if term.period is None else {"period": term.period})
        at = None if term.period is None else (equation.period, term.period, term.period)
        columns.append(Column(tuple(names), at, place))
    sums = () if equation.along is None else tuple(_along(sample, equation, columns))
    return Regression(equation=equation, sample=sample, family=family, columns=tuple(columns), sums=sums)


def _along(sample: pd.DataFrame, equation: Equation, columns: list[Column]) -> list[Sum]:
    """Give effects over the values of a moderator, others at their means among treated rows."""
    from ruralpanel.estimation.effect_along import RANGE, written_values
    from ruralpanel.estimation.terms import effect_at

    sums = []
    for treatment in (equation.intensities.get(name, name) for name in equation.treatments):
        treated = sample[sample[treatment].astype("float64") != 0]
        means = {part: float(treated[part].astype("float64").mean()) for part in equation.moderator_columns}
        for value in written_values(*treated[equation.along].astype("float64").quantile(list(RANGE))):
            at = means | {str(equation.along): value}
            multiples = []
            for column in columns:
                of_treatment = column.within is None and column.factors[0] == treatment
                parts = column.factors[1:]  # a product with another treatment is not along the moderator
                known = of_treatment and all(part in at for part in parts)
                multiples.append(float(np.prod([at[part] for part in parts])) if known else 0.0)
            sums.append(Sum(tuple(multiples), {"term": effect_at(treatment, str(equation.along), value)["term"]}))
    return sums


def of_event_times(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Regression:
    """Give the regression on indicators of event times, binned at the ends of the window.

    Raises
    ------
    CannotWrite
        If some event times have no period to be measured from, or bins hold such periods.
    """
    (treatment,) = equation.treatments
    sample, _ = without_always_treated(estimation_sample(panel, equation, ledger), treatment, equation, ledger)
    column = event_time_column(treatment)
    event_time = sample[column]
    lowest, highest = equation.window or (int(event_time.min()), int(event_time.max()))
    curves = curves_of(sample, event_time, sample[cohort_column(treatment)], equation)
    if any(curve.base is None for curve in curves):
        raise CannotWrite("no_reference_in_script")
    zero = tuple(sorted({min(max(int(curve.base or 0), lowest), highest) for curve in curves}))
    seen = sorted({int(value) for value in event_time.dropna().clip(lowest, highest)} - set(zero))
    ends = {
        each: (int(event_time.min()) if each == lowest else each, int(event_time.max()) if each == highest else each)
        for each in seen
    }
    columns = [
        Column((), (column, *ends[each]), {"term": treatment, "event_time": each})  # a bin is all that lies beyond
        for each in seen
    ]
    columns += [Column((name,), None, {"term": name}) for name in equation.regressors]
    at = (column, zero, (lowest, highest))
    return Regression(equation=equation, sample=sample, columns=tuple(columns), event_time=at)


def of_cohorts(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> ByCohort:
    """Give the regression on indicators of cohorts by event time.

    Raises
    ------
    CannotWrite
        If cohorts are compared with the last one treated, or regressors are reported beside them.
    """
    (treatment,) = equation.treatments
    if equation.comparison != "never_treated":
        raise CannotWrite("comparison_in_script")
    if equation.regressors:
        raise CannotWrite("regressors_in_script")
    sample, _ = without_always_treated(estimation_sample(panel, equation, ledger), treatment, equation, ledger)
    event_time, cohort = sample[event_time_column(treatment)], sample[cohort_column(treatment)]
    both = (event_time >= 0).groupby(cohort).nunique() == 2
    at_reference = (event_time == equation.reference_period).groupby(cohort).any()
    curves = curves_of(sample, event_time, cohort, equation)
    if not at_reference[both].all() or any(curve.base != equation.reference_period for curve in curves):
        raise CannotWrite("no_reference_in_script")
    return ByCohort(equation=equation, sample=sample)


def of_treated_cells(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> TreatedCells:
    """Give the regression on indicators of cohorts by treated period.

    Raises
    ------
    CannotWrite
        If there are regressors, which it has products of with all of these.
    """
    if equation.regressors:
        raise CannotWrite("regressors_in_script")
    adoption, _ = imputable_rows(adoption_of(panel, equation, ledger), equation, ledger)
    return TreatedCells(equation=equation, sample=adoption.sample, begins=adoption.begins)


def of_group_times(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> GroupTimes:
    """Give effects by cohort and period without covariates.

    Raises
    ------
    CannotWrite
        If there are covariates, or rows are repeated cross-sections of a level.
    """
    (treatment,) = equation.treatments
    choice = equation.group_time or GroupTime()
    if choice.covariates:
        raise CannotWrite("covariates_in_script")
    if equation.timing_unit != equation.unit:
        raise CannotWrite("level_in_script", level=equation.timing_unit)
    sample, _ = usable(estimation_sample(panel, equation, ledger), treatment, choice, equation, ledger)
    return GroupTimes(equation=equation, sample=sample, choice=choice)


def of_cohort_means(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Means:
    """Give means by cohort and period."""
    return Means(equation=equation, sample=estimation_sample(panel, equation, ledger))
