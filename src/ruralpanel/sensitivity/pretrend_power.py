r"""What a test of leads would have found, if trends had differed by a straight line.

Leads that are not significant do not show that trends are parallel: a test may have had little chance of finding a
difference that matters (Roth 2022, Pretest with Caution, American Economic Review: Insights 4(3)).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ruralpanel.reasons import because
from ruralpanel.sensitivity.event_study import EventStudy, event_times
from ruralpanel.sensitivity.results import OUTCOME, PARALLEL
from ruralpanel.study.sensitivity import PretrendPower

POINTS = 100_000
"""Of the lattice that integrates more than two leads, always the same one, so that power is smooth in the slope."""


def analyse(declared: PretrendPower, study: EventStudy, effects: list[int]) -> list[dict[str, Any]]:
    """Give the slopes that are found with given chances, and what each would add to the mean effect.

    Parameters
    ----------
    declared
        Says with which power.
    study
        Coefficients and their covariance.
    effects
        The event times of the effects.

    Returns
    -------
    list of dict
        Rows of the results.
    """
    nothing = power_of_leads(study, 0.0, declared.level)
    place = {"event_times": study.lead_times(effects), "interval_level": declared.level}
    rows: list[dict[str, Any]] = [
        {
            **place,
            "quantity": because("chance_of_significant_lead"),
            "under": PARALLEL,
            "value": nothing,
            "unit": because("share"),
        }
    ]
    after = event_times(effects[0], effects[-1], averaged=True)
    line = because("line_found_with_this_power")
    for power in declared.power:
        slope = slope_found_with(study, power, declared.level)
        under = {**place, "under": line, "bound": power}
        if np.isnan(slope):
            reason = because("chance_without_trend", chance=nothing)
            rows.append({**under, "quantity": because("slope"), "reason": reason})
            continue
        per_period = because("outcome_per_period")
        rows.append({**under, "quantity": because("slope"), "value": slope, "unit": per_period})
        in_effect = slope * float(np.mean(np.arange(1, len(effects) + 1)))
        of_effect = {"quantity": because("in_the_effect"), "event_times": after}
        rows.append({**under, **of_effect, "value": in_effect, "unit": OUTCOME})
    return rows


def power_of_leads(study: EventStudy, slope: float, level: float) -> float:
    """Give the chance that some lead is significant by itself, if the difference in trends is a straight line.

    Parameters
    ----------
    study
        Leads, with their covariance.
    slope
        Of the line, in the outcome's unit per period; it is zero at the reference.
    level
        Coverage of each lead's interval, as a share.

    Returns
    -------
    float
        Between 0 and 1 (Roth 2022, section I.B; leads are normal).
    """
    from scipy.stats import multivariate_normal, norm

    covariance = study.covariance[: len(study.leads), : len(study.leads)]
    errors = np.sqrt(np.diag(covariance))
    ends = np.full(len(errors), norm.ppf(0.5 + level / 2))  # in standard errors, and so whatever the outcome's unit
    line = slope * np.arange(-len(study.leads), 0) / errors
    none_found = multivariate_normal.cdf(
        ends,
        line,
        covariance / np.outer(errors, errors),
        allow_singular=True,
        maxpts=POINTS,
        lower_limit=-ends,
        rng=np.random.default_rng(0),
    )
    return 1.0 - float(none_found)


def slope_found_with(study: EventStudy, power: float, level: float) -> float:
    """Give the slope of the line that a test of single leads finds with a given power.

    Parameters
    ----------
    study
        Leads, with their covariance.
    power
        As a share, above the chance of finding something where there is nothing.
    level
        Coverage of each lead's interval, as a share.

    Returns
    -------
    float
        In the outcome's unit per period; missing where the power is had without any slope.
    """
    from scipy.optimize import brentq

    @cache  # the search begins with slopes that have been tried
    def short_of_it(slope: float) -> float:
        return power_of_leads(study, slope, level) - power

    if short_of_it(0.0) >= 0:
        return float("nan")
    steep = float(np.sqrt(np.diag(study.covariance)[: len(study.leads)]).min())
    while short_of_it(steep) < 0:
        steep *= 2
    return float(brentq(short_of_it, 0.0, steep, xtol=1e-6 * steep))
