"""Averages of effects over cohorts and periods: the overall one, one a cohort, one an event time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.average import Average
from ruralpanel.estimation.synthetic_difference_in_differences.effects import Effects
from ruralpanel.estimation.synthetic_difference_in_differences.layout import Cohort, Layout

Cells = NDArray[np.bool_]
"""Which cohorts in which periods an average is over."""


def cohorts_in(average: Average[Cells]) -> NDArray[np.int64]:
    """Give the positions of the cohorts in an average."""
    return np.flatnonzero(average.over.any(axis=1))


def averages_of(layout: Layout, cohorts: list[Cohort], window: Sequence[int] | None) -> list[Average[Cells]]:
    """List the averages in the order of their rows: event times, cohorts, overall.

    Parameters
    ----------
    layout
        The panel.
    cohorts
        Those that could be estimated.
    window
        The first and the last event time to be reported; nothing beyond is binned.
    """
    event_time = layout.event_times(cohorts)
    low, high = window or (event_time.min(), event_time.max())
    seen = np.unique(event_time[(event_time >= low) & (event_time <= high)])
    treated = event_time >= 0
    found = [Average({"event_time": int(each)}, event_time == each) for each in seen]
    for position, cohort in enumerate(cohorts):
        own = np.zeros_like(treated)
        own[position] = treated[position]
        found.append(Average({"cohort": str(cohort.first)}, own))
    return [*found, Average({}, treated)]


def values_of(averages: list[Average[Cells]], effects: Effects) -> Numbers:
    """Compute averages, every treated unit and period counting the same.

    Parameters
    ----------
    averages
        From :func:`averages_of`.
    effects
        Possibly of many draws at once.

    Returns
    -------
    numpy.ndarray
        One an average, in the last dimension; missing where none of its cohorts has a unit.
    """
    cells = np.array([each.over for each in averages], dtype="float64")
    counted = np.einsum("agt,...g->...a", cells, effects.sizes)
    summed = np.einsum("agt,...g,...gt->...a", cells, effects.sizes, effects.values)
    return np.asarray(np.where(counted > 0, summed / np.where(counted > 0, counted, 1.0), np.nan))
