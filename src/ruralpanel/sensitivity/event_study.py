"""The coefficients of an event study with their covariance, as sensitivity analyses need them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.estimates import NOBODY
from ruralpanel.estimation.rounding import NEGATIVE_VARIANCE, ZERO_ERROR
from ruralpanel.estimation.treated_clusters import TOO_FEW
from ruralpanel.reasons import Reason, because, holds, read_reason
from ruralpanel.sensitivity.results import CannotAnalyse

REASON = ["reason", "reason_arguments"]
"""The columns of the estimates with a reason."""


def event_times(first: int, last: int, averaged: bool = False) -> Reason:
    """Say which event times a number is of, and whether it is of their average."""
    if first == last:
        return because("single_event_time", time=first)
    return because("average_of_event_times" if averaged else "run_of_event_times", first=first, last=last)


@dataclass(frozen=True)
class EventStudy:
    """Coefficients before and after a reference that is zero, one for each period, or wave, without gaps.

    Parameters
    ----------
    leads
        Before the reference, the earliest first.
    effects
        After it.
    covariance
        Of leads and effects, in this order.
    step
        Event time from one to the next: 1, or how far waves are apart.
    """

    leads: Numbers
    effects: Numbers
    covariance: Numbers
    step: int = 1

    @property
    def coefficients(self) -> Numbers:
        """Leads and effects."""
        return np.concatenate([self.leads, self.effects])

    @property
    def differences_before(self) -> Numbers:
        """Weights of the coefficients in differences between neighbouring periods up to the reference, one a row."""
        return self._differences()[: len(self.leads)]

    @property
    def differences_after(self) -> Numbers:
        """The same from the reference on."""
        return self._differences()[len(self.leads) :]

    def lead_times(self, effects: list[int]) -> Reason:
        """Give the event times of the leads, given those of the effects."""
        last = effects[0] - 2 * self.step
        first = last - (len(self.leads) - 1) * self.step
        return event_times(first, last)

    def _differences(self) -> Numbers:
        return np.diff(np.insert(np.eye(len(self.coefficients)), len(self.leads), 0.0, axis=0), axis=0)

    def effect_weights(self, weights: Numbers) -> Numbers:
        """Give the weights of all coefficients in an average of the effects."""
        return np.concatenate([np.zeros(len(self.leads)), weights])


def event_study_of(rows: pd.DataFrame, pairs: pd.DataFrame, anticipation: int) -> tuple[EventStudy, list[int]]:
    """Put the coefficients of an equation and their covariance together.

    Event times that stand for all beyond them are left out, for they are no single period, and so is what lies beyond a
    gap. Waves that are evenly spaced have no gaps between them: what is said of periods then holds for waves. Where the
    study measures from another reference, coefficients are measured anew from the last period before
    treatment and its anticipation.

    Parameters
    ----------
    rows
        The estimates of one equation.
    pairs
        Their covariance, as the estimation stage writes it.
    anticipation
        Periods before treatment in which it may already have effects.

    Returns
    -------
    tuple of (EventStudy, list of int)
        The event study, and the event times of its effects.

    Raises
    ------
    CannotAnalyse
        If there is no effect, or leads and effects are not measured from one reference.
    """
    by_time = rows[rows["event_time"].notna() & (rows["cohort"] == "") & (rows["event_time_bin"] == "")]
    known = by_time[by_time["estimate"].notna()].set_index("event_time")
    if known.empty:
        told = [read_reason(*cells) for cells in rows.loc[rows["reason"] != "", REASON].to_numpy()]
        raise CannotAnalyse(next(iter(told), None) or because("no_coefficients_by_event_time"))
    without_error = known["standard_error"].isna()
    rounding = known[without_error & known["reason"].isin([ZERO_ERROR.code, NEGATIVE_VARIANCE.code])]
    if len(rounding):
        at = because("event_time", time=int(rounding.index[0]))
        raise CannotAnalyse("at_that_event_time", at=at, why=read_reason(*rounding[REASON].iloc[0]))
    references = [int(time) for time in known.index[without_error & (known["estimate"] == 0)]]
    if not references:
        raise CannotAnalyse("nothing_at_zero")
    if len(references) > 1:
        raise CannotAnalyse("several_curves", times=sorted(references))
    times = sorted(int(time) for time in known.index)
    matrix = _matrix(pairs, times, references)
    base = max((time for time in times if time < -anticipation), default=None)
    if base is None:
        raise CannotAnalyse("no_single_period_before")
    step = _step(by_time)
    run = _run_around(base, times, step)
    leads, effects = [time for time in run if time < base], [time for time in run if time > base]
    if not effects:
        raise CannotAnalyse("no_effect_after", after=base + step, base=base, times=times)
    chosen = [*leads, *effects]
    from_base = np.array([[(time == each) - 1.0 * (time == base) for time in times] for each in chosen])
    covariance = from_base @ matrix @ from_base.T
    if np.isnan(covariance).any():
        told = [read_reason(*cells) for cells in known[REASON].to_numpy()]
        few = next((each for each in told if each and holds(each, *TOO_FEW)), None)
        raise CannotAnalyse(few or because("two_regressions"))
    coefficients = from_base @ known["estimate"].reindex(times).to_numpy(dtype="float64")
    return EventStudy(coefficients[: len(leads)], coefficients[len(leads) :], covariance, step), effects


def _matrix(pairs: pd.DataFrame, times: list[int], references: list[int]) -> Numbers:
    """Lay the covariance out as a matrix, zero at the references and missing where it is not known."""
    pairs = pairs.dropna(subset=["event_time", "event_time_other"])
    values = pairs.set_index(["event_time", "event_time_other"])["covariance"]
    everything = pd.MultiIndex.from_product([times, times])
    upper = values.reindex(everything).to_numpy(dtype="float64").reshape(len(times), len(times))
    matrix = np.where(np.isnan(upper), upper.T, upper)
    at_reference = [times.index(each) for each in references]
    matrix[at_reference, :] = matrix[:, at_reference] = 0.0
    return np.asarray(matrix)


def _step(by_time: pd.DataFrame) -> int:
    """Give the distance of event times at which anybody is observed: more than 1 where waves are so far apart."""
    seen = by_time.loc[by_time["reason"] != NOBODY, "event_time"].astype("int64")
    return int(np.gcd.reduce(np.diff(np.unique(seen)))) or 1


def _run_around(base: int, times: list[int], step: int) -> list[int]:
    """List the event times that follow each other without a gap before and after the base."""
    first = last = base
    while first - step in times:
        first -= step
    while last + step in times:
        last += step
    return list(range(first, last + 1, step))
