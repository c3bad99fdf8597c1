"""Attrition: are the treated seen more or less often once they are treated, and what does that leave of the effect?

Over all units of the sample and all its periods, whether a row is in the sample is regressed on treatment beside unit
and period effects. The effect itself is bounded by trimming (Lee 2009) and without assumptions (Manski 1990), on
changes since the period before treatment beside those of units that are not treated yet, as the analysis
`attrition_bounds` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ruralpanel.absorption.levels import levels_of
from ruralpanel.arrays import Codes, Numbers
from ruralpanel.diagnosis.finding import Finding, not_run, silent
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.random_draws import generator
from ruralpanel.inference.sign_changes import contributions_of, sign_changes_p_value
from ruralpanel.reasons import because
from ruralpanel.sensitivity.attrition_bounds import NoBounds, bounds_of_panel
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
    clusters = levels_of(sample[subject.clusters[0]].to_numpy()[of_unit]).codes
    difference, p = exit_difference(seen, begun, clusters, generator(subject.seed, ITEM, "signs of clusters"))
    lee, manski = _bounds(subject, settings.outer)
    numbers = {
        "exit_difference": difference,
        "p": p,
        "share_missing": float(1 - seen.mean()),
        **dict(zip(("lee_low", "lee_high"), map(float, lee), strict=True)),
        **dict(zip(("manski_low", "manski_high"), map(float, manski), strict=True)),
    }
    if p < settings.size and abs(difference) >= settings.difference:
        low, high = map(float, lee)
        within = because("bounds_of_effect", low=low, high=high) if low <= high else None
        flaw = because("treated_leave" if difference > 0 else "treated_stay", difference=abs(difference), p=p)
        # Bounds that are as wide as the effect is large, or reach zero, leave nothing of it.
        tight = within is not None and abs(low + high) > 2 * (high - low)
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


def _bounds(subject: Subject, outer: float) -> tuple[Numbers, Numbers]:
    """Bound the effect by trimming and without assumptions, on changes since the period before treatment."""
    equation = subject.equation.model_copy(update={"treatments": [subject.treatment]})
    try:
        return bounds_of_panel(subject.panel, equation, outer)
    except (CannotEstimate, NoBounds):
        return np.full(2, np.nan), np.full(2, np.nan)
