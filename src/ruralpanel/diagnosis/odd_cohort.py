"""Odd cohort: is the effect of one list year unlike that of the others?

At each event time that a cohort shares with others, its mean effect is compared with theirs; the differences are
averaged with the cohort's numbers. Effects are those that rows without treatment do not predict (Gardner 2022); what
clusters contribute to a difference, that first stage with it, is given random signs for the p-value
(:mod:`ruralpanel.inference.sign_changes`), as few clusters have units of one cohort. A list year may differ because its
rule did, or for whoever came onto it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ruralpanel.absorption.levels import Levels, levels_of
from ruralpanel.arrays import Numbers
from ruralpanel.diagnosis.finding import Finding, Level, not_run, silent
from ruralpanel.estimation.adoption import Adoption
from ruralpanel.inference.multiple_testing import holm
from ruralpanel.inference.random_draws import generator
from ruralpanel.inference.sign_changes import contributions_of, sign_changes_p_value
from ruralpanel.reasons import because

if TYPE_CHECKING:
    from ruralpanel.diagnosis.subject import Subject
    from ruralpanel.study.diagnosis import OddCohort

ITEM = "odd_cohort"

LEAST_CLUSTERS = 6
"""Clusters with units of a cohort below which its effect is not tested: their standard errors would be too small."""


def diagnose(subject: Subject, settings: OddCohort) -> Finding:
    """Compare each cohort with the others.

    Parameters
    ----------
    subject
        What is diagnosed.
    settings
        The size of the test, and which entry is large.

    Returns
    -------
    Finding
        A warning where the effect of a cohort differs much, adjusted for their number (Holm); a note where it differs
        by less, or many more units enter at once than in the median cohort.
    """
    equation = subject.equation
    adoption, model = subject.untreated_outcomes
    clusters = levels_of(adoption.sample[subject.clusters[0]])
    cohorts = np.unique(adoption.cohort[adoption.event_time >= 0])
    if len(cohorts) < 2:
        return not_run(ITEM, because("one_cohort"))
    sizes = np.array([adoption.sample.loc[adoption.cohort == each, equation.unit].nunique() for each in cohorts])
    tested, weights = [], []
    for place, cohort in enumerate(cohorts):
        own = contrast(adoption, model.weights, float(cohort))
        if own is not None and clusters.among(own > 0) >= LEAST_CLUSTERS <= clusters.among(own < 0):
            tested.append(place)
            weights.append(own)
    large = int(sizes.argmax())
    numbers = {"largest_entry": float(sizes[large] / np.median(sizes)), "cohorts": float(len(cohorts))}
    if weights:
        columns = np.column_stack(weights)
        left = model.outcome - model.predicted
        differences = left @ columns
        columns[model.untreated] += model.through_first_stage(columns)
        scatter = np.where(model.untreated, left, left - _means(adoption, left, model.weights))
        random = generator(subject.seed, ITEM, "signs of clusters")
        p_values = holm(np.array([_p_value(column, scatter, clusters, random) for column in columns.T]))
        odd = int(np.argmin(p_values))
        year = float(cohorts[tested[odd]])
        numbers |= {"p": float(p_values[odd]), "difference": float(differences[odd])}
        if p_values[odd] < settings.size:
            others = -float(left @ np.minimum(weights[odd], 0.0))
            level: Level = "warning" if abs(differences[odd]) >= settings.share * abs(others) else "note"
            flaw = because(
                "cohort_differs",
                cohort=equation.label(year),
                units=int(sizes[tested[odd]]),
                difference=float(differences[odd]),
                p=float(p_values[odd]),
            )
            return Finding(ITEM, level, numbers, flaw, because("leave_cohort_out", cohort=equation.label(year)))
    if numbers["largest_entry"] > settings.entry:
        label = equation.label(float(cohorts[large]))
        flaw = because("many_enter_at_once", cohort=label, units=int(sizes[large]), median=float(np.median(sizes)))
        return Finding(ITEM, "note", numbers, flaw, because("leave_cohort_out", cohort=label))
    return silent(ITEM, **numbers)


def contrast(adoption: Adoption, weights: Numbers, cohort: float) -> Numbers | None:
    """Give the weights of rows in the difference of a cohort's effect from that of others at the same event times.

    Returns
    -------
    numpy.ndarray or None
        Shape (rows,): above zero for the cohort, below for the others, each adding up to one; None where no event time
        is shared.
    """
    treated = adoption.event_time >= 0
    times = np.where(treated, adoption.event_time, 0).astype("int64")
    own = np.where(treated & (adoption.cohort == cohort), weights, 0.0)
    others = np.where(treated & (adoption.cohort != cohort), weights, 0.0)
    of_own, of_others = np.bincount(times, own), np.bincount(times, others)
    shared = (of_own > 0) & (of_others > 0)
    if not shared.any():
        return None
    share = np.where(shared, of_own, 0.0) / of_own[shared].sum()
    return np.asarray(
        np.where(shared[times], own, 0.0) / of_own[shared].sum()
        - others * (share / np.where(of_others > 0, of_others, 1.0))[times]
    )


def _means(adoption: Adoption, left: Numbers, weights: Numbers) -> Numbers:
    """Give the mean effect at the event time of each row, about which rows scatter where cohorts are alike."""
    times = np.where(adoption.event_time >= 0, adoption.event_time, -1).astype("int64") + 1
    totals = np.bincount(times, weights)
    return np.asarray((np.bincount(times, weights * left) / np.where(totals > 0, totals, 1.0))[times])


def _p_value(weights: Numbers, scatter: Numbers, clusters: Levels, random: np.random.Generator) -> float:
    """Test that a weighted sum of outcomes is zero, by changes of the signs of clusters."""
    return sign_changes_p_value(contributions_of(weights[:, None], scatter, clusters.codes, None), random)[0]
