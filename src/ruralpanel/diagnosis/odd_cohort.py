"""Odd cohort: is the effect of one list year unlike that of the others?

At each event time that a cohort shares with others, its mean effect is compared with theirs; the differences are
averaged with the cohort's numbers. Effects are those that rows without treatment do not predict (Gardner 2022), with
that first stage in the standard errors. A list year may differ because its rule did, or for whoever came onto it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from ruralpanel.absorption.levels import Levels, levels_of
from ruralpanel.arrays import Numbers
from ruralpanel.diagnosis.finding import Finding, not_run, silent
from ruralpanel.estimation.adoption import Adoption
from ruralpanel.inference.multiple_testing import holm
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
        A warning where the effect of a cohort differs, adjusted for their number (Holm); a note where many more units
        enter at once than in the median cohort.
    """
    equation = subject.equation
    adoption, model = subject.untreated_outcomes
    clusters = levels_of(adoption.sample[(equation.inference.cluster or [equation.unit])[0]])
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
        contributions = columns * (left[:, None] - _levels(adoption, left, columns))
        contributions[model.untreated] += model.through_first_stage(columns) * left[model.untreated][:, None]
        p_values = holm(_p_values(differences, contributions, columns, clusters))
        odd = int(np.argmin(p_values))
        year = float(cohorts[tested[odd]])
        numbers |= {"p": float(p_values[odd]), "cohort": year, "difference": float(differences[odd])}
        if p_values[odd] < settings.size:
            flaw = because(
                "cohort_differs",
                cohort=equation.label(year),
                units=int(sizes[tested[odd]]),
                difference=float(differences[odd]),
                p=float(p_values[odd]),
            )
            return Finding(ITEM, "warning", numbers, flaw, because("leave_cohort_out", cohort=equation.label(year)))
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


def _levels(adoption: Adoption, left: Numbers, columns: Numbers) -> Numbers:
    """Give what effects are on each side of each contrast, about which rows scatter."""
    found = np.zeros_like(columns)
    for number, column in enumerate(columns.T):
        for side in (column > 0, column < 0):
            found[side, number] = np.average(left[side], weights=np.abs(column[side]))
    return found


def _p_values(differences: Numbers, contributions: Numbers, columns: Numbers, clusters: Levels) -> Numbers:
    """Test that differences are zero, with t degrees of freedom of the smaller number of clusters on either side."""
    found = np.empty(len(differences))
    for number, (difference, own) in enumerate(zip(differences, contributions.T, strict=True)):
        sums = np.bincount(clusters.codes, own, clusters.number)
        fewest = min(clusters.among(columns[:, number] > 0), clusters.among(columns[:, number] < 0))
        error = np.sqrt((sums**2).sum() * fewest / (fewest - 1))
        found[number] = 2 * student.sf(abs(difference) / error, fewest - 1) if error > 0 else 1.0
    return found
