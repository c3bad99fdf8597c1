"""Intervals that hold when trends differ within bounds, and the bounds at which zero is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.reasons import Reason, because
from ruralpanel.sensitivity.breakdown import breakdown_value
from ruralpanel.sensitivity.event_study import EventStudy, event_times
from ruralpanel.sensitivity.relative_magnitudes import relative_magnitudes_interval
from ruralpanel.sensitivity.results import OUTCOME, PARALLEL, CannotAnalyse
from ruralpanel.sensitivity.smoothness import smoothness_interval
from ruralpanel.study.sensitivity import HonestDid

Interval = Callable[[float], tuple[float, float] | None]


def analyse(declared: HonestDid, study: EventStudy, effects: list[int]) -> list[dict[str, Any]]:
    """Give the interval under parallel trends, then one for each bound, and the bounds at which zero is in them.

    Parameters
    ----------
    declared
        Says which effects and bounds.
    study
        Coefficients and their covariance.
    effects
        The event times of the effects.

    Returns
    -------
    list of dict
        Rows of the results.

    Raises
    ------
    CannotAnalyse
        If an event time that is asked for has no coefficient.
    """
    return [
        row
        for times, weights in _averages(declared, study, effects)
        for row in _intervals(declared, study, times, weights)
    ]


def _averages(declared: HonestDid, study: EventStudy, effects: list[int]) -> list[tuple[Reason, Numbers]]:
    """Name the averages of effects that are looked at, each with its weights."""
    first, last = declared.event_times or (min(effects), max(effects))
    chosen = [time for time in effects if first <= time <= last]
    missing = sorted(set(range(first, last + 1, study.step)) - set(chosen))
    if missing:
        raise CannotAnalyse("no_such_effects", times=missing, first=effects[0], last=effects[-1])
    if declared.effects == "each":
        return [(event_times(time, time), np.array([float(each == time) for each in effects])) for time in chosen]
    weights = np.array([float(each in chosen) for each in effects]) / len(chosen)
    return [(event_times(first, last, averaged=True), weights)]


def _intervals(declared: HonestDid, study: EventStudy, times: Reason, weights: Numbers) -> list[dict[str, Any]]:
    from scipy.stats import norm

    everything = study.effect_weights(weights)
    estimate = float(everything @ study.coefficients)
    error = float(np.sqrt(everything @ study.covariance @ everything))
    half = float(norm.ppf(0.5 + declared.level / 2)) * error
    place = {"event_times": times, "quantity": because("interval"), "interval_level": declared.level, "unit": OUTCOME}
    original = {"under": PARALLEL, "standard_error": error}
    rows: list[dict[str, Any]] = [
        {**place, **original, "value": estimate, "interval_low": estimate - half, "interval_high": estimate + half}
    ]

    def relative(bound: float) -> tuple[float, float] | None:
        return relative_magnitudes_interval(study, weights, bound, declared.level)

    def smooth(bound: float) -> tuple[float, float] | None:
        return smoothness_interval(study, weights, bound, declared.level)

    restrictions: list[tuple[str, list[float], Interval, float, Reason]] = [
        (
            "relative_magnitudes",
            declared.relative_magnitudes,
            relative,
            1.0,
            because("largest_change_before"),
        ),
        ("smoothness", declared.smoothness, smooth, error, OUTCOME),
    ]
    for restriction, bounds, interval, first, unit in restrictions:
        under = {"under": because(restriction)}
        for bound in bounds:
            ends = interval(bound)
            found = (
                {"reason": because("everything_rejected")}
                if ends is None
                else {"value": estimate, "interval_low": ends[0], "interval_high": ends[1]}
            )
            rows.append({**place, **under, "bound": bound, **found})
        if bounds:
            rows.append(
                {**place, **under, "quantity": because("breakdown"), "unit": unit, **_breakdown(interval, first)}
            )
    return rows


def _breakdown(interval: Interval, first: float) -> dict[str, Any]:
    def excludes_zero(bound: float) -> bool:
        ends = interval(bound)
        return ends is None or ends[0] > 0 or ends[1] < 0

    value = breakdown_value(excludes_zero, first)
    return {"reason": because("zero_without_bound")} if value is None else {"value": value}
