"""A balanced panel as matrices, and which of its periods lie before and after each cohort's treatment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.frames.periods.frequency import YEAR, Frequency


@dataclass(frozen=True)
class Cohort:
    """Units first treated in the same period.

    Parameters
    ----------
    first
        The first period treated.
    before
        Which periods are before treatment, and before it was anticipated.
    after
        Which periods are treated.
    """

    first: int
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]


@dataclass(frozen=True)
class Layout:
    """A balanced panel.

    Parameters
    ----------
    outcome
        Units by periods.
    covariates
        Units by periods by covariates.
    cohort
        The first period treated of every unit; infinite for those not treated while observed.
    group
        The number of every unit's cluster.
    periods
        In their order.
    anticipation
        How many periods before treatment an effect may begin.
    frequency
        What periods are, for reasons that name a cohort.
    """

    outcome: Numbers
    covariates: Numbers
    cohort: Numbers
    group: NDArray[np.int64]
    periods: NDArray[np.int64]
    anticipation: int
    frequency: Frequency = YEAR

    @property
    def never(self) -> NDArray[np.bool_]:
        """Which units are not treated while they are observed."""
        return np.isinf(self.cohort)

    def cohorts(self) -> list[Cohort]:
        """List the cohorts in their order."""
        return [
            Cohort(int(first), self.periods < first - self.anticipation, self.periods >= first)
            for first in np.unique(self.cohort[~self.never])
        ]

    def event_times(self, cohorts: list[Cohort]) -> NDArray[np.int64]:
        """Give periods since treatment began, cohorts by periods."""
        return np.asarray(self.periods[None, :] - np.array([each.first for each in cohorts])[:, None])
