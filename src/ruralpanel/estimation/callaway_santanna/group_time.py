"""The effect on every cohort in every period: which two periods and whom to compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.estimation.callaway_santanna.comparisons import (
    CannotCompare,
    Comparison,
    compare_rows,
    compare_units,
)
from ruralpanel.reasons import because
from ruralpanel.study.blocks import GroupTime

ZERO = because("base_period")

Compare = Callable[["Observed", GroupTime, int, float, int, int], Comparison]
"""Compares a cohort (by its first period) in a period with a base (by their positions), given the anticipation."""


@dataclass(frozen=True)
class Observed:
    """An estimation sample, laid out for comparisons.

    Parameters
    ----------
    outcome
        One row a unit and one column a period, both sorted; missing where not observed.
    cohort
        The first period treated, one value a unit; infinite for the never treated.
    covariates
        Units by periods by covariates, the constant first.
    weight
        Sampling weight of each unit, with mean one.
    periods
        The periods, ascending.
    eligible
        Which units can be treated when their cohort is; None where all can.
    """

    outcome: NDArray[np.float64]
    cohort: NDArray[np.float64]
    covariates: NDArray[np.float64]
    weight: NDArray[np.float64]
    periods: NDArray[np.int64]
    eligible: NDArray[np.bool_] | None = None

    @cached_property
    def averaged(self) -> NDArray[np.float64]:
        """The weight of each unit in sizes of cohorts: zero of those who cannot be treated."""
        return self.weight if self.eligible is None else self.weight * self.eligible

    @cached_property
    def complete(self) -> bool:
        """Whether every unit is observed in every period."""
        return bool(np.isfinite(self.outcome).all())

    def covariates_of(self, units: NDArray[np.int64], position: int) -> NDArray[np.float64]:
        """Give covariates of units in a period, units by covariates, each covariate's values beside each other."""
        return self.covariates.transpose(2, 1, 0)[:, position][:, units].T


@dataclass(frozen=True)
class GroupTimeEffects:
    """Effects by cohort and period.

    Parameters
    ----------
    cells
        One row a cohort and period: ``cohort``, ``period``, ``effect`` (missing where it cannot be had), ``reason``.
    influence
        Units by cells: the influence functions, zero for cells without an effect.
    unsettled
        How many propensity scores were not found within their steps.
    """

    cells: pd.DataFrame
    influence: NDArray[np.float64]
    unsettled: int = 0


def group_time_effects(
    observed: Observed, choice: GroupTime, anticipation: int, compare: Compare | None = None
) -> GroupTimeEffects:
    """Estimate the effect on every cohort in every period.

    After treatment begins, a period is compared with the last one before treatment and its anticipation; before, with
    the period just before itself (Callaway & Sant'Anna 2021, section 4.1 and remark 4), or with that last one too where
    the base period is universal; that one itself is then zero.

    Parameters
    ----------
    observed
        The sample; units treated in the first period have to be left out before.
    choice
        Comparison group, method, and whether all rows or units seen in all periods are used.
    anticipation
        Periods before treatment in which it may already have effects.
    compare
        Compares a cohort in a period with the one at its base; left out, with its comparison group.

    Returns
    -------
    GroupTimeEffects
        In the order of cohorts and periods.
    """
    cohorts = np.unique(observed.cohort[np.isfinite(observed.cohort)])
    rows: list[dict[str, object]] = []
    positions = range(0 if choice.base_period == "universal" else 1, len(observed.periods))
    influence = np.zeros((len(cohorts) * len(positions), len(observed.cohort)))
    unsettled = 0
    for cohort in cohorts:
        for position in positions:
            period = observed.periods[position]
            row: dict[str, object] = {"cohort": int(cohort), "period": int(period), "effect": np.nan, "reason": None}
            try:
                base = base_of(observed.periods, choice, anticipation, cohort, position)
                if base == position:
                    row |= {"effect": 0.0, "reason": ZERO}
                else:
                    found = (compare or compare_cohort)(observed, choice, anticipation, cohort, position, base)
                    row["effect"], influence[len(rows)] = found.effect, found.influence
                    unsettled += not found.settled
            except CannotCompare as error:
                row["reason"] = error.reason
            rows.append(row)
    cells = pd.DataFrame(rows, columns=["cohort", "period", "effect", "reason"])
    return GroupTimeEffects(cells, influence.T, unsettled)


def base_of(periods: NDArray[np.int64], choice: GroupTime, anticipation: int, cohort: float, position: int) -> int:
    """Choose the position of the period that a cohort's outcome in another is compared with.

    Parameters
    ----------
    periods
        In their order.
    choice, anticipation
        As in :func:`group_time_effects`.
    cohort
        The first period treated.
    position
        Of the period looked at.

    Raises
    ------
    CannotCompare
        If there is no base period.
    """
    if periods[position] < cohort and choice.base_period != "universal":
        return position - 1
    before = np.flatnonzero(periods + anticipation < cohort)
    if len(before) == 0:
        raise CannotCompare("no_period_before_treatment")
    return int(before[-1])


def groups_of(
    observed: Observed, choice: GroupTime, anticipation: int, cohort: float, position: int, base: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which units are in a cohort, and which in the group that it is compared with, a truth value a unit.

    Parameters
    ----------
    observed, choice, anticipation
        As in :func:`group_time_effects`.
    cohort
        The first period treated.
    position, base
        Of the period looked at, and of the one it is compared with.
    """
    periods = observed.periods
    in_cohort = observed.cohort == cohort
    if choice.comparison == "never_treated":
        return in_cohort, np.isinf(observed.cohort)
    untreated_until = periods[max(position, base)] + anticipation
    return in_cohort, (observed.cohort > untreated_until) & ~in_cohort


def compare_cohort(
    observed: Observed, choice: GroupTime, anticipation: int, cohort: float, position: int, base: int
) -> Comparison:
    """Compare a cohort with its comparison group, in a period and at its base."""
    groups = groups_of(observed, choice, anticipation, cohort, position, base)
    return compare_groups(observed, choice, *groups, position, base)


def compare_groups(
    observed: Observed,
    choice: GroupTime,
    in_cohort: NDArray[np.bool_],
    in_comparison: NDArray[np.bool_],
    position: int,
    base: int,
) -> Comparison:
    """Compare two groups of units in a period and at its base, and spread the influence over all of the sample.

    Raises
    ------
    CannotCompare
        If they cannot be compared.
    """
    taking_part = in_cohort | in_comparison
    size = len(observed.cohort)
    # Where everything is observed, the two ways of using rows have the same estimate, and this one is the sharper.
    if choice.rows == "balanced" or observed.complete:
        before, after = observed.outcome[:, base], observed.outcome[:, position]
        units = np.flatnonzero(taking_part & np.isfinite(before) & np.isfinite(after))
        _require_units(units)
        found = compare_units(
            after[units] - before[units],
            in_cohort[units].astype(float),
            observed.covariates_of(units, min(base, position)),
            observed.weight[units],
            choice.method,
        )
        influence = np.zeros(size)
        influence[units] = found.influence * size / len(units)
        return Comparison(found.effect, influence, found.settled)
    units, at = np.nonzero(np.isfinite(observed.outcome[:, [base, position]]) & taking_part[:, None])
    _require_units(units)
    columns = np.array([base, position])[at]
    found = compare_rows(
        observed.outcome[units, columns],
        (columns == position).astype(float),
        in_cohort[units].astype(float),
        observed.covariates[units, columns],
        observed.weight[units],
        choice.method,
    )
    influence = np.bincount(units, found.influence, size) * size / len(units)
    return Comparison(found.effect, influence, found.settled)


def _require_units(units: NDArray[np.int64]) -> None:
    if len(units) == 0:
        raise CannotCompare("nobody_observed")
