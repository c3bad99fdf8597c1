"""What clusters contribute to averages of effects before treatment, if all of these are zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.callaway_santanna.aggregation import Aggregate
from ruralpanel.estimation.callaway_santanna.group_time import GroupTimeEffects, Observed, base_of, groups_of
from ruralpanel.estimation.leads import null_of_weights
from ruralpanel.inference.sign_changes import Contributions, contributions_of
from ruralpanel.study.blocks import GroupTime


def null_of_leads(
    leads: list[Aggregate],
    effects: GroupTimeEffects,
    observed: Observed,
    clusters: NDArray[np.int64],
    choice: GroupTime,
    anticipation: int,
) -> Contributions | None:
    """Give what clusters contribute to leads.

    Without covariates, and with every unit seen in all periods, leads are weighted sums of untreated outcomes, and
    residuals are those beside effects of units and periods. Otherwise influence functions are taken, with the effect of
    each cell spread over both of its groups, as if they were one.

    Parameters
    ----------
    leads
        The averages that are tested.
    effects, observed
        What they are averages of.
    clusters
        Of the units.
    choice, anticipation
        As in :func:`ruralpanel.estimation.callaway_santanna.group_time.group_time_effects`.

    Returns
    -------
    Contributions or None
        None where nothing is tested.
    """
    if not leads:
        return None
    shares = np.array([each.shares for each in leads]).T
    if choice.covariates or not np.isfinite(observed.outcome).all():
        return influence_of_leads(
            leads, effects, clusters, lambda cell: groups_of_cell(cell, effects, observed, choice, anticipation)[2:]
        )
    weights = np.zeros((len(leads), len(observed.periods), len(observed.outcome)))
    for cell in np.flatnonzero(shares.any(axis=1)).tolist():
        position, base, treated, others = groups_of_cell(cell, effects, observed, choice, anticipation)
        change = treated / treated.sum() - others / others.sum()
        for lead in np.flatnonzero(shares[cell]).tolist():
            weights[lead, position] += change * shares[cell, lead]
            weights[lead, base] -= change * shares[cell, lead]
    unit, period = np.nonzero(observed.periods + anticipation < observed.cohort[:, None])
    places = period * len(observed.outcome) + unit
    return null_of_weights(
        np.take(weights.reshape(len(leads), -1), places, axis=1).T,
        observed.outcome[unit, period],
        pd.DataFrame({"unit": unit, "period": period}),
        clusters[unit],
    )


def groups_of_cell(
    cell: int, effects: GroupTimeEffects, observed: Observed, choice: GroupTime, anticipation: int
) -> tuple[int, int, Numbers, Numbers]:
    """Give the periods that a cell compares, and the weights of units in its two groups.

    Parameters
    ----------
    cell
        Its row among the effects.
    effects, observed, choice, anticipation
        As of :func:`null_of_leads`.

    Returns
    -------
    tuple of (int, int, numpy.ndarray, numpy.ndarray)
        Places of the period and of the one it is compared with; weights of the treated and of the others, zero for all
        else.
    """
    cohort, period = (effects.cells[name].to_numpy(dtype="float64")[cell] for name in ("cohort", "period"))
    position = int(np.searchsorted(observed.periods, period))
    base = base_of(observed.periods, choice, anticipation, cohort, position)
    treated, others = groups_of(observed, choice, anticipation, cohort, position, base)
    return position, base, observed.weight * treated, observed.weight * others


def influence_of_leads(
    leads: list[Aggregate],
    effects: GroupTimeEffects,
    clusters: NDArray[np.int64],
    groups: Callable[[int], Iterable[Numbers]],
) -> Contributions:
    """Give what clusters contribute to leads by influence functions that are not centred at the effects.

    The effect of each cell is spread over its groups, as if they were one: each has a share in it that is the larger,
    the fewer its units, as its part of the variance is.

    Parameters
    ----------
    leads
        The averages that are tested, at least one.
    effects
        What they are averages of.
    clusters
        Of the units.
    groups
        Gives the weights of units in each group that a cell compares, zero for all else.
    """
    shares = np.array([each.shares for each in leads]).T
    found = np.zeros((len(clusters), len(leads)))
    for cell in np.flatnonzero(shares.any(axis=1)).tolist():
        weights = list(groups(cell))
        total = sum(1 / each.sum() for each in weights)
        spread = sum(each * len(each) / each.sum() ** 2 for each in weights) / total
        own = effects.influence[:, cell] + effects.cells["effect"].to_numpy(dtype="float64")[cell] * spread
        found += own[:, None] * shares[cell]
    return contributions_of(found / len(clusters), np.ones(len(clusters)), clusters, None)
