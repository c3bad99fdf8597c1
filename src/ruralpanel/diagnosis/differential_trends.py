r"""Trends of the treated that differ before treatment, or could differ unseen.

Three things are looked at in an event study of averages over cohorts: whether the leads differ from zero together, by
signs of clusters, or have a slope, which finds a straight line sooner; whether a test of leads would have found a
straight line steep enough to make up the effect (Roth 2022, Pretest with Caution, American Economic Review: Insights
4(3), section I.B); and up to how many times the largest difference in trends between neighbouring periods before
treatment trends may differ after it until the effect could be zero (Rambachan and Roth 2023, Review of Economic Studies
90(5), section 2.4.1).
"""

from __future__ import annotations

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.diagnosis.finding import Finding, Level, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.reasons import Reason, because, several
from ruralpanel.sensitivity.breakdown import DOUBLINGS, breakdown_value
from ruralpanel.sensitivity.equivalence_of_leads import smallest_equivalence
from ruralpanel.sensitivity.event_study import EventStudy, event_study_of
from ruralpanel.sensitivity.pretrend_power import slope_found_with
from ruralpanel.sensitivity.relative_magnitudes import excludes_zero
from ruralpanel.sensitivity.results import CannotAnalyse
from ruralpanel.study.diagnosis import DifferentialTrends

ITEM = "differential_trends"


def diagnose(subject: Subject, settings: DifferentialTrends) -> Finding:
    """Test the leads, ask what the test could find, and how far trends may differ.

    Parameters
    ----------
    subject
        The effect.
    settings
        How many leads and effects, sizes and benchmarks.

    Returns
    -------
    Finding
        With `leads_p`, the p-value of the joint test; `trend`, the slope of the leads, and its `trend_p`;
        `pretrend_slope`, the slope in the outcome's unit a period that the test finds with the asked power, and
        `slope_that_matters`, the one that makes up the effect; `equivalence_bound`, the smallest within which all leads
        can be said to be (Dette and Schumann 2024); and
        `breakdown`, the largest multiple of differences before treatment that leaves the effect significant, 0 where it
        is not so under parallel trends.

    Raises
    ------
    CannotAnalyse
        If there is one period before treatment only, or no effect after it.
    """
    found = subject.around(subject.base - settings.leads, settings.effects)
    rows = found.estimates
    study, times = event_study_of(rows, found.covariance, -1 - subject.base)
    if len(study.leads) == 0:
        raise CannotAnalyse("one_period_before")
    leads_p = float(rows.loc[rows["kind"] == "lead_test", "p_value"].iloc[0])
    weights = np.array([float(time >= 0) for time in times])
    weights /= weights.sum()
    level = 1 - settings.size
    broken = _breakdown(study, weights, level)
    slope, matters = slope_found_with(study, settings.power, level), _slope_that_matters(study, weights, settings)
    trend, trend_p = _trend(study, subject.degrees_of_freedom)
    numbers = {"leads_p": leads_p, "trend": trend, "trend_p": trend_p}
    numbers |= {"pretrend_slope": slope, "slope_that_matters": matters, "breakdown": broken}
    errors = np.sqrt(np.diag(study.covariance)[: len(study.leads)])
    numbers["equivalence_bound"] = smallest_equivalence(study.leads, errors, level)
    reject, early = min(leads_p, trend_p) < settings.size / 2, 0 < broken < settings.breakdown
    powerless = not slope <= matters
    if not (reject or early or powerless):
        return silent(ITEM, **numbers)
    moved = because("leads_reject", leads=len(study.leads), p=leads_p)
    if trend_p < settings.size / 2:
        moved = because("leads_have_a_slope", leads=len(study.leads), p=leads_p, trend=trend, p_trend=trend_p)
    flaw = several(
        [
            moved if reject else None,
            because("breaks_down_early", breakdown=broken, benchmark=settings.breakdown) if early else None,
            _says_little(settings.power, slope, matters) if powerless and not reject else None,
        ],
        "sentences",
    )
    assert flaw is not None
    level_found: Level = "warning" if reject else "note"
    return Finding(ITEM, level_found, numbers, flaw, because("bound_trends"))


def _trend(study: EventStudy, freedom: float) -> tuple[float, float]:
    """Give the slope of the line through the reference that is nearest to the leads, and its p-value by t."""
    from scipy.stats import t as student

    before = np.arange(-len(study.leads), 0)
    weights = before / (before @ before)
    slope = float(weights @ study.leads)
    error = float(np.sqrt(weights @ study.covariance[: len(before), : len(before)] @ weights))
    return slope, float(2 * student.sf(abs(slope) / error, freedom))


def _says_little(power: float, slope: float, matters: float) -> Reason:
    """Say what a test of leads would have missed; where leads are nearly one, there is no slope that it finds."""
    if np.isnan(slope):
        return because("leads_say_nothing", power=power, matters=matters)
    return because("leads_say_little", power=power, slope=slope, matters=matters)


def _breakdown(study: EventStudy, weights: Numbers, level: float) -> float:
    """Give the breakdown value of an average of effects; 0 where zero is in the interval without any difference."""
    found = breakdown_value(lambda bound: excludes_zero(study, weights, bound, level), 1.0)
    return 0.0 if found is None else min(found, float(2**DOUBLINGS))


def _slope_that_matters(study: EventStudy, weights: Numbers, settings: DifferentialTrends) -> float:
    """Give the slope that makes up the average effect, or one that is just significant, whichever is larger."""
    from scipy.stats import norm

    everything = study.effect_weights(weights)
    error = float(np.sqrt(everything @ study.covariance @ everything))
    effect = max(abs(float(everything @ study.coefficients)), float(norm.ppf(1 - settings.size / 2)) * error)
    since_base = float(weights @ np.arange(1, len(weights) + 1))
    return settings.slope_that_matters * effect / since_base
