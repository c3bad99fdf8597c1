"""Standard errors by leaving out, by placebo treatments, and by drawing anew.

Algorithms 2 (bootstrap), 3 (jackknife) and 4 (placebo) of Arkhangelsky and others (2021), for several cohorts as in
Clarke, Pailañir, Athey & Imbens (2024), On Synthetic Difference-in-Differences and Related Estimation Methods in Stata,
Stata Journal 24(4). As in the R package synthdid, a bootstrap or placebo draw keeps the regularisation of the estimate,
and its search for weights begins from the estimate's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.average import Average
from ruralpanel.estimation.synthetic_difference_in_differences.averages import Cells, cohorts_in, values_of
from ruralpanel.estimation.synthetic_difference_in_differences.effects import (
    Effects,
    Weighting,
    effects_of,
    without_covariates,
)
from ruralpanel.estimation.synthetic_difference_in_differences.layout import Cohort, Layout
from ruralpanel.reasons import Reason, because


@dataclass(frozen=True)
class Errors:
    """Standard errors of averages.

    Parameters
    ----------
    values
        One an average; missing where there is none.
    reasons
        Why there is none; empty where there is one.
    how
        In words.
    """

    values: Numbers
    reasons: list[Reason | None]
    how: Reason


def jackknife(
    layout: Layout, cohorts: list[Cohort], weightings: list[Weighting], averages: list[Average[Cells]], group_name: str
) -> Errors:
    """Leave out one group at a time, the weights held fixed and scaled to add up to one.

    Parameters
    ----------
    layout
        The panel; its groups are left out as a whole.
    cohorts, weightings
        The cohorts and their weights.
    averages
        Whose standard errors are wanted.
    group_name
        The column of the groups, for the reader.

    Returns
    -------
    Errors
        An average goes by the groups that hold units never treated or of its own cohorts. It has no standard error
        where a cohort is treated in one group alone, or all weight is on units of one group.
    """
    groups = int(layout.group.max()) + 1
    outcome = without_covariates(layout, np.ones(len(layout.outcome)))

    def by_group(each: Numbers) -> Numbers:
        found = np.zeros((groups, *each.shape[1:]))
        np.add.at(found, layout.group, each)
        return found

    values = np.zeros((groups, len(cohorts), len(layout.periods)))
    sizes = np.zeros((groups, len(cohorts)))
    undefined: list[Reason | None] = []
    has_controls = by_group(layout.never.astype("float64")) > 0
    has_treated = np.zeros((groups, len(cohorts)), dtype=bool)
    for position, (cohort, weighting) in enumerate(zip(cohorts, weightings, strict=True)):
        treated = (layout.cohort == cohort.first).astype("float64")
        inside, weight = by_group(treated), by_group(weighting.units)
        has_treated[:, position] = inside > 0
        rest = treated.sum() - inside
        single = int((inside > 0).sum()) == 1
        named = layout.frequency.label(cohort.first)
        alone = int((weight > 0).sum()) == 1
        if single:
            undefined.append(because("no_jackknife_one_group", cohort=named, group=group_name))
        elif alone:
            undefined.append(because("no_jackknife_all_weight", cohort=named, group=group_name))
        else:
            undefined.append(None)
        own = np.einsum("i,it->t", treated, outcome) - by_group(treated[:, None] * outcome)
        synthetic = np.einsum("i,it->t", weighting.units, outcome) - by_group(weighting.units[:, None] * outcome)
        scale = np.maximum(rest, 1.0)[:, None], np.where(weight < 1, 1 - weight, 1.0)[:, None]
        gap = own / scale[0] - synthetic / scale[1]
        values[:, position] = gap - (weighting.periods * gap).sum(axis=1, keepdims=True)
        sizes[:, position] = rest
    draws = values_of(averages, Effects(values, sizes))
    errors, reasons = np.full(len(averages), np.nan), []
    for position, average in enumerate(averages):
        reason = next((undefined[cohort] for cohort in cohorts_in(average) if undefined[cohort]), None)
        reasons.append(reason)
        if not reason:
            part = draws[has_controls | has_treated[:, cohorts_in(average)].any(axis=1), position]
            errors[position] = np.sqrt((len(part) - 1) * np.mean((part - part.mean()) ** 2))
    return Errors(errors, reasons, because("jackknife", group=group_name))


def bootstrap(
    layout: Layout,
    cohorts: list[Cohort],
    weightings: list[Weighting],
    averages: list[Average[Cells]],
    group_name: str,
    draws: int,
    random: np.random.Generator,
) -> Errors:
    """Draw groups with replacement and estimate everything anew.

    Parameters
    ----------
    layout, cohorts, weightings, averages, group_name
        As in :func:`jackknife`.
    draws
        How many. Those without a treated unit, or with less than two that are never treated, are taken again.
    random
        Where the numbers come from.

    Returns
    -------
    Errors
        Averages over cohorts go by the cohorts that are in a draw. There is no standard error where a cohort is treated
        in one group alone, for draws do not tell how others would have fared.

    Raises
    ------
    CollinearCovariates
        If covariates are collinear in a draw.
    """
    groups = int(layout.group.max()) + 1
    found: list[Numbers] = []
    while len(found) < draws:
        copies = np.bincount(random.integers(0, groups, size=groups), minlength=groups)[layout.group].astype("float64")
        if not copies[~layout.never].any() or int((copies[layout.never] > 0).sum()) < 2:
            continue
        effects, _ = effects_of(layout, cohorts, copies, weightings)
        found.append(values_of(averages, effects))
    drawn = np.array(found)
    errors, reasons = np.full(len(averages), np.nan), []
    for position, average in enumerate(averages):
        single = [
            cohort.first
            for cohort in (cohorts[each] for each in cohorts_in(average))
            if len(np.unique(layout.group[layout.cohort == cohort.first])) == 1
        ]
        known = drawn[np.isfinite(drawn[:, position]), position]
        named = layout.frequency.label(single[0]) if single else ""
        reasons.append(because("no_bootstrap_one_group", cohort=named, group=group_name) if single else None)
        if not single:
            errors[position] = np.sqrt(np.mean((known - known.mean()) ** 2))
    return Errors(errors, reasons, because("bootstrap", group=group_name, how=because("drawn", draws=draws)))


def placebo(
    layout: Layout,
    cohorts: list[Cohort],
    weightings: list[Weighting],
    averages: list[Average[Cells]],
    draws: int,
    random: np.random.Generator,
) -> Errors:
    """Give the treatment of the treated to as many units that are never treated, and estimate its effect on them.

    Parameters
    ----------
    layout, cohorts, weightings, averages
        As in :func:`jackknife`.
    draws
        How many. Where one unit is treated, and there are no more units never treated than this, each of them is
        taken once instead.
    random
        Where the numbers come from.

    Returns
    -------
    Errors
        For all averages or none: there have to be at least two more units never treated than treated ones.

    Raises
    ------
    CollinearCovariates
        If covariates are collinear in a draw.
    """
    never = np.flatnonzero(layout.never)
    given = np.sort(layout.cohort[~layout.never])
    if len(never) < len(given) + 2:
        reason = because("no_placebo", never=len(never), treated=len(given))
        return Errors(np.full(len(averages), np.nan), [reason] * len(averages), because("placebo", how=None))
    every = len(given) == 1 and len(never) <= draws
    controls = replace(
        layout, outcome=layout.outcome[never], covariates=layout.covariates[never], group=layout.group[never]
    )
    starts = [replace(each, units=each.units[never]) for each in weightings]
    found: list[Numbers] = []
    for draw in range(len(never) if every else draws):
        chosen = np.array([draw]) if every else random.permutation(len(never))[: len(given)]
        cohort = np.full(len(never), np.inf)
        cohort[chosen] = given
        effects, _ = effects_of(replace(controls, cohort=cohort), cohorts, np.ones(len(never)), starts)
        found.append(values_of(averages, effects))
    errors = np.std(np.array(found), axis=0)
    how = because("each_once", units=len(found)) if every else because("drawn", draws=draws)
    return Errors(errors, [None] * len(averages), because("placebo", how=how))
