"""Keep treated units, and of the others those that came close to the threshold of a running variable and missed it.

Where treatment is given above a threshold, units just below it had a similar running variable in their best period and
were not treated for it. It is a choice of sample, not a discontinuity design: nothing is extrapolated to the threshold.
What picks units for a good year has picked both only where they are compared in that year, as stacked sub-experiments
do (:func:`near_at`); elsewhere near misses are alike in level, and their good years come at other times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column

Rule = Callable[[pd.DataFrame, Equation], pd.Series]
"""Tells which rows of a sample stay."""


def near_rules(equation: Equation) -> list[tuple[Rule, str, dict[str, Any]]]:
    """List the rules by which units leave one after the other, with the code of the reason and its arguments."""
    asked = equation.near_misses
    assert asked is not None
    rules: list[tuple[Rule, str, dict[str, Any]]] = [
        (near_misses, "not_near_threshold", {"running": asked.running, "within": asked.within})
    ]
    if asked.above is not None:
        rules.append((near_entries, "far_above_threshold", {"running": asked.running, "above": asked.above}))
    return rules


def near_misses(rows: pd.DataFrame, equation: Equation) -> pd.Series:
    """Tell which rows stay: those of units that are treated by the last period, and of others that came close.

    Parameters
    ----------
    rows
        The rows of a panel, with the running variable and the treatment's cohort.
    equation
        With ``near_misses``, and one treatment or one that is named.
    """
    assert equation.near_misses is not None
    distance, cohort = _distance(rows, equation), _cohort(rows, equation)
    near = (distance >= -equation.near_misses.within) & (distance < 0)
    treated = cohort <= rows[equation.period].max()
    stays: pd.Series = treated | (_any_of(near, rows, equation) & ~_any_of(distance >= 0, rows, equation))
    return stays


def near_entries(rows: pd.DataFrame, equation: Equation) -> pd.Series:
    """Tell which rows stay: those of units never treated, and of others that were not far above when they were first.

    Parameters
    ----------
    rows, equation
        As in :func:`near_misses`.
    """
    assert equation.near_misses is not None and equation.near_misses.above is not None
    distance, cohort = _distance(rows, equation), _cohort(rows, equation)
    near = (distance >= 0) & (distance <= equation.near_misses.above) & (rows[equation.period] == cohort)
    stays: pd.Series = _any_of(near, rows, equation) | ~(cohort <= rows[equation.period].max())
    return stays


def near_at(rows: pd.DataFrame, equation: Equation, period: int) -> pd.Series:
    """Tell which rows are of units that came close in one period, where estimators compare by cohort: in its first."""
    assert equation.near_misses is not None
    distance = _distance(rows, equation)
    near = (distance >= -equation.near_misses.within) & (distance < 0) & (rows[equation.period] == period)
    return _any_of(near, rows, equation)


def _distance(rows: pd.DataFrame, equation: Equation) -> pd.Series:
    """Measure the running variable from the threshold."""
    assert equation.near_misses is not None
    threshold = equation.near_misses.threshold
    given = rows[threshold].astype("float64") if isinstance(threshold, str) else threshold
    return rows[equation.near_misses.running].astype("float64") - given


def _cohort(rows: pd.DataFrame, equation: Equation) -> pd.Series:
    assert equation.near_misses is not None
    return rows[cohort_column(equation.near_misses.treatment or equation.treatments[0])].astype("float64")


def _any_of(holds: pd.Series, rows: pd.DataFrame, equation: Equation) -> pd.Series:
    """Tell of every row whether something holds of any row of its unit."""
    return holds.groupby(rows[equation.unit]).transform("any")
