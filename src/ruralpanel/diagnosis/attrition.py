"""Attrition: are the treated seen more or less often once they are treated, and what does that leave of the effect?

Over all units of the sample and all its periods, whether a row is in the sample is regressed on treatment beside unit
and period effects. The effect itself is bounded by trimming (Lee 2009) and without assumptions (Manski 1990), on what
rows without treatment do not predict of outcomes: treated rows against those that are not, which are zero on average in
every period.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ruralpanel.absorption.levels import levels_of
from ruralpanel.arrays import Codes, Numbers
from ruralpanel.diagnosis.finding import Finding, not_run, silent
from ruralpanel.estimation.adoption import Adoption
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.random_draws import generator
from ruralpanel.inference.sign_changes import contributions_of, sign_changes_p_value
from ruralpanel.reasons import because
from ruralpanel.sensitivity.attrition_bounds import Bounds, NoBounds, lee_bounds, manski_bounds
from ruralpanel.treatment_columns import cohort_column

if TYPE_CHECKING:
    from ruralpanel.diagnosis.subject import Subject
    from ruralpanel.study.diagnosis import Attrition

ITEM = "attrition"

SEEN = 2.0
"""Rows a unit below which units are not followed, so that nobody can leave."""


def diagnose(subject: Subject, settings: Attrition) -> Finding:
    """Look at who is in the sample when.

    Parameters
    ----------
    subject
        What is diagnosed.
    settings
        The size of the test, and the least difference that counts.

    Returns
    -------
    Finding
        A warning where treatment moves the chance of being in the sample; a note where bounds by trimming are narrow
        beside the effect.
    """
    # Rows that a study leaves out around treatment are not missing.
    equation = subject.equation.model_copy(update={"donut": {}, "anticipation": {}})
    ledger = Ledger("estimation", "diagnosis", equation.unit, equation.period)
    sample = estimation_sample(subject.panel, equation, ledger)
    units, periods = levels_of(sample[equation.unit]), np.unique(sample[equation.period])
    if len(sample) < SEEN * units.number or len(periods) < SEEN:
        return not_run(ITEM, because("units_not_followed"))
    shape = (units.number, len(periods))
    seen = np.zeros(shape, dtype=bool)
    seen[units.codes, np.searchsorted(periods, sample[equation.period])] = True
    of_unit = units.first_rows
    cohort = sample[cohort_column(subject.treatment)].to_numpy(dtype="float64")[of_unit]
    begun = cohort[:, None] <= periods
    clusters = levels_of(sample[(equation.inference.cluster or [equation.unit])[0]].to_numpy()[of_unit]).codes
    difference, p = exit_difference(seen, begun, clusters, generator(subject.seed, ITEM, "signs of clusters"))
    lee, manski = _bounds(subject, settings.outer, periods)
    numbers = {
        "exit_difference": difference,
        "p": p,
        "share_missing": float(1 - seen.mean()),
        "lee_low": lee.low if lee else np.nan,
        "lee_high": lee.high if lee else np.nan,
        "manski_low": manski.low if manski else np.nan,
        "manski_high": manski.high if manski else np.nan,
    }
    if p < settings.size and abs(difference) >= settings.difference:
        within = because("bounds_of_effect", low=lee.low, high=lee.high) if lee else None
        flaw = because("treated_leave" if difference > 0 else "treated_stay", difference=abs(difference), p=p)
        # Bounds that are as wide as the effect is large, or reach zero, leave nothing of it.
        tight = lee is not None and abs(lee.low + lee.high) > 2 * (lee.high - lee.low)
        return Finding(ITEM, "note" if tight else "warning", numbers, flaw, because("report_bounds", within=within))
    return silent(ITEM, **numbers)


def exit_difference(
    seen: np.ndarray, treated: np.ndarray, clusters: Codes, random: np.random.Generator
) -> tuple[float, float]:
    """Estimate by how much treatment raises the chance of not being seen, beside unit and period effects.

    Parameters
    ----------
    seen, treated
        Shape (units, periods), complete.
    clusters
        Of the units, numbered from zero.
    random
        For the test, which changes the signs of clusters: only few of them may have treated units.

    Returns
    -------
    tuple of (float, float)
        The difference in probability, and its p-value.
    """
    absent, treatment = (_demeaned(each.astype("float64")) for each in (~seen, treated))
    square = float((treatment**2).sum())
    if not square > 1e-9 or not float((absent**2).sum()) > 1e-9:
        return 0.0, 1.0
    of_units = (treatment * absent).sum(axis=1)
    contributions = contributions_of(np.ones((len(of_units), 1)), of_units, clusters, None)
    return float(of_units.sum()) / square, sign_changes_p_value(contributions, random)[0]


def _demeaned(values: Numbers) -> Numbers:
    """Take means of rows and of columns out of a complete table."""
    return np.asarray(values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean())


def _bounds(subject: Subject, outer: float, periods: Codes) -> tuple[Bounds | None, Bounds | None]:
    """Bound the effect on what rows without treatment do not predict, over all cells of units and periods."""
    equation = subject.equation
    adoption, model = subject.untreated_outcomes
    outcome, seen, since = _cells(adoption, model.outcome - model.predicted, equation.unit, equation.period, periods)
    treated, counts = since >= 0, ~np.isin(since, equation.donut.get(subject.treatment, []))
    low, high = np.quantile(outcome[seen], [outer, 1 - outer])
    arms = (outcome[counts], treated[counts], seen[counts])
    try:
        return lee_bounds(*arms), manski_bounds(*arms, float(low), float(high))
    except NoBounds:
        return None, None


def _cells(
    adoption: Adoption, left: Numbers, unit: str, period: str, periods: Codes
) -> tuple[Numbers, np.ndarray, np.ndarray]:
    """Lay outcomes out by unit and period, with who is seen and how long it is since treatment."""
    units = levels_of(adoption.sample[unit])
    place = np.searchsorted(periods, adoption.sample[period])
    outcome, seen = np.zeros((units.number, len(periods))), np.zeros((units.number, len(periods)), dtype=bool)
    outcome[units.codes, place], seen[units.codes, place] = left, True
    return outcome, seen, periods - adoption.cohort[units.first_rows][:, None]
