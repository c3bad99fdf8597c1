"""Those whom treatment is assigned to: how many there are, and why what is seen of them tells nothing."""

from __future__ import annotations

import pandas as pd

from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column, event_time_column


def treated_counted(rows: pd.DataFrame, equation: Equation) -> Reason:
    """Count the units in some rows, or the levels where treatment is assigned to these."""
    number = int(rows[equation.timing_unit].nunique())
    if equation.timing_unit == equation.unit:
        return because("units", number=number)
    return because("levels", number=number, level=equation.timing_unit)


def all_treated_throughout(sample: pd.DataFrame, treatment: str, equation: Equation) -> Reason:
    """Say that all that are treated are treated in every row they have, and what may be done about it.

    Parameters
    ----------
    sample
        All rows, those treated throughout among them.
    treatment
        The designation.
    equation
        What was asked for.
    """
    treated = sample[sample[event_time_column(treatment)] >= 0]
    who, remedy = equation.timing_unit, level_remedy(sample, treatment, equation)
    if treated[who].nunique() == sample[who].nunique():
        every = because("each_unit") if who == equation.unit else because("each_level", level=who)
        return because("every_treated", who=every, remedy=remedy)
    return because("treated_whenever_seen", who=treated_counted(treated, equation), remedy=remedy)


def level_remedy(sample: pd.DataFrame, treatment: str, equation: Equation) -> Reason | None:
    """Say how units that are seen too seldom can be estimated with: by the level that treatment is assigned at.

    Parameters
    ----------
    sample
        Rows of the estimation, with all columns of the panel.
    treatment, equation
        As in :func:`all_treated_throughout`.

    Returns
    -------
    Reason or None
        To be put behind a reason: how often units are seen, and what to declare. None where a level is declared,
        or where units are seen in most periods and no column looks like a level.
    """
    if equation.timing_unit != equation.unit:
        return None
    most = int(sample.groupby(equation.unit).size().max())
    level = _looks_like_the_level(sample, treatment, equation)
    if level is None and most > 1:
        return None
    once = because("unit_seen_once", unit=equation.unit) if most == 1 else None
    if level is None:
        return because("declare_a_level", once=once, unit=equation.unit, treatment=treatment)
    return because("declare_this_level", once=once, treatment=treatment, level=level, period=equation.period)


def _looks_like_the_level(sample: pd.DataFrame, treatment: str, equation: Equation) -> str | None:
    """Find the finest column coarser than units in which treatment is one number a period, and begins or ends.

    With no more values than there are cohorts, it could be the cohort's own column, or one that says who is treated at
    some time.
    """
    treated = sample[treatment].astype("float64")
    units, cohorts = sample[equation.unit].nunique(), sample[cohort_column(treatment)].nunique()
    found: list[tuple[int, str]] = []
    for name in sample.columns:
        values = sample[name]
        if " " in str(name) or name in (equation.unit, equation.period) or pd.api.types.is_float_dtype(values):
            continue
        levels = int(values.nunique())
        if not cohorts + 1 < levels < units:
            continue
        within = treated.groupby(values)
        one_a_period = treated.groupby([values, sample[equation.period]]).nunique().max() == 1
        if one_a_period and (within.max() > within.min()).any():
            found.append((levels, str(name)))
    return max(found)[1] if found else None
