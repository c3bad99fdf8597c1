"""Effects by cohort and period → overall, by event time, by cohort and by period.

References
----------
Callaway & Sant'Anna (2021), Difference-in-differences with multiple time periods, Journal of Econometrics 225(2):
section 3.1 for the aggregations, corollary 2 for their influence functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralpanel.estimation.callaway_santanna.group_time import ZERO, GroupTimeEffects, Observed


@dataclass(frozen=True)
class Aggregate:
    """One aggregated effect.

    Parameters
    ----------
    kind
        ``overall``, ``event_time``, ``cohort`` or ``period``.
    value
        The event time, cohort or period; None for an overall effect.
    of
        For an overall effect, what it averages over: ``cells``, ``event_time``, ``cohort`` or ``period``.
    effect
        The weighted average.
    influence
        Its influence function, one value a unit.
    shares
        Of all cells of the effects by cohort and period, for an average by event time.
    """

    kind: str
    value: int | None
    of: str
    effect: float
    influence: NDArray[np.float64]
    shares: NDArray[np.float64] | None = None


def aggregate(
    effects: GroupTimeEffects,
    observed: Observed,
    window: tuple[int, int] | None = None,
    observed_through: int | None = None,
) -> list[Aggregate]:
    """Aggregate the effects that could be had.

    Parameters
    ----------
    effects
        From :func:`ruralpanel.estimation.callaway_santanna.group_time.group_time_effects`.
    observed
        The sample they come from.
    window
        First and last event time to report; the overall effect by event time is over those in it.
    observed_through
        Average by event time only cohorts that the last period sees at this one, and only event times from the first
        that the last of these cohorts has to this one (``balance_e`` of the R package did); None for all.

    Returns
    -------
    list of Aggregate
        Overall of all treated cells first; then by event time, cohort and period, each with its overall.
    """
    known = effects.cells["effect"].notna().to_numpy()
    cells = effects.cells[known]
    found = _Cells(
        effect=cells["effect"].to_numpy(),
        influence=effects.influence if known.all() else effects.influence[:, known],
        cohort=cells["cohort"].to_numpy(dtype="float64"),
        observed=observed,
    )
    period = cells["period"].to_numpy(dtype="float64")
    event_time = (period - found.cohort).astype(int)
    treated = event_time >= 0
    aggregates = []
    if treated.any():
        aggregates.append(Aggregate("overall", None, "cells", *found.average(treated)))
    times = [int(e) for e in np.unique(event_time) if window is None or window[0] <= e <= window[1]]
    seen = np.ones(len(cells), dtype=bool)
    if observed_through is not None:
        first, last = observed.periods[0], observed.periods[-1]
        seen = found.cohort + observed_through <= last
        times = [e for e in times if observed_through - (last - first) <= e <= observed_through]
        times = [e for e in times if (seen & (event_time == e)).any()]
    zero = (cells["reason"] == ZERO).to_numpy()
    by_event_time = []
    for e in times:
        chosen = _at(e, event_time, seen, zero)
        shares = np.zeros(len(known))
        shares[np.flatnonzero(known)[chosen]] = found.shares(chosen)
        by_event_time.append(Aggregate("event_time", e, "", *found.average(chosen), shares))
    after = [each for each in by_event_time if each.value is not None and each.value >= 0]
    by_cohort = [
        Aggregate("cohort", int(g), "", *found.plain_mean((found.cohort == g) & treated))
        for g in np.unique(found.cohort[treated])
    ]
    by_period = [
        Aggregate("period", int(t), "", *found.average((period == t) & treated)) for t in np.unique(period[treated])
    ]
    for parts, of in ((after, "event_time"), (by_period, "period")):
        if parts:
            effect = float(np.mean([each.effect for each in parts]))
            influence = np.mean([each.influence for each in parts], axis=0)
            aggregates.append(Aggregate("overall", None, of, effect, influence))
    if by_cohort:
        cohorts = _Cells(
            effect=np.array([each.effect for each in by_cohort]),
            influence=np.array([each.influence for each in by_cohort]).T,
            cohort=np.array([each.value for each in by_cohort], dtype="float64"),
            observed=observed,
        )
        everywhere = np.ones(len(by_cohort), dtype=bool)
        aggregates.append(Aggregate("overall", None, "cohort", *cohorts.average(everywhere)))
    return [*aggregates, *by_event_time, *by_cohort, *by_period]


def _at(
    value: int, event_time: NDArray[np.int64], seen: NDArray[np.bool_], zero: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Choose the cells at an event time; those that are zero by construction only where there are no others."""
    here = seen & (event_time == value)
    chosen: NDArray[np.bool_] = here & ~zero
    return chosen if chosen.any() else here


@dataclass(frozen=True)
class _Cells:
    """Effects of cohorts with their influence functions, to be averaged."""

    effect: NDArray[np.float64]
    influence: NDArray[np.float64]
    cohort: NDArray[np.float64]
    observed: Observed

    def average(self, chosen: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
        """Average over cells by the size of their cohorts, which is estimated too: of those who can be treated."""
        cohorts, cell = np.unique(self.cohort[chosen], return_inverse=True)
        size = self._sizes(cohorts)[cell]
        total, effects = size.sum(), self.effect[chosen]
        effect = float(size @ effects / total)
        # What a unit adds to the sizes of its cohort's cells, by what these are above the average.
        above = np.bincount(cell, effects - effect)
        place = np.minimum(np.searchsorted(cohorts, self.observed.cohort), len(cohorts) - 1)
        member = self.observed.averaged * (cohorts[place] == self.observed.cohort)
        influence = member * above[place] - size @ (effects - effect)
        return effect, influence / total + self._mean_influence(chosen, size / total)

    def shares(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Give the weights of cells in that average."""
        size = self._sizes(self.cohort[chosen])
        return np.asarray(size / size.sum())

    def plain_mean(self, chosen: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
        """Average over the periods of one cohort."""
        effects = self.effect[chosen]
        return float(effects.mean()), self._mean_influence(chosen, np.full(len(effects), 1 / len(effects)))

    def _sizes(self, cohorts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the share of units, by their weights, that are in each cohort."""
        weight, cohort = self.observed.averaged, self.observed.cohort
        return np.array([weight[cohort == each].sum() / len(weight) for each in cohorts])

    def _mean_influence(self, chosen: NDArray[np.bool_], shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average influence functions, one cell after the other: their columns are long."""
        found = np.zeros(len(self.influence))
        for cell, share in zip(np.flatnonzero(chosen), shares, strict=True):
            found += share * self.influence[:, cell]
        return found
