"""Influence: does the effect rest on one unit, one cluster, one cohort, one region, or the most treated?

Effects without each of them are read off the residuals of the two-way regression (Belsley, Kuh & Welsch 1980, section
2.1, for rows; by groups here), and the one that moves the effect most at each level is left out for real. How few rows
turn a conclusion round is the question of Broderick, Giordano & Meager (2020, arXiv 2011.14999).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ruralpanel.absorption.levels import levels_of
from ruralpanel.arrays import Codes
from ruralpanel.diagnosis.finding import Finding, Level, not_run, silent
from ruralpanel.diagnosis.residualised import Residualised, residualised
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.reasons import because
from ruralpanel.treatment_columns import cohort_column

if TYPE_CHECKING:
    from ruralpanel.diagnosis.subject import Subject
    from ruralpanel.study.diagnosis import Influence

ITEM = "influence"

SIGNIFICANT = 0.05
"""An effect with a larger p-value has no sign that could change."""

MOST = 0.15
"""The largest share of the treated units that is left out as the most treated."""


def diagnose(subject: Subject, settings: Influence) -> Finding:
    """Leave out units, clusters, cohorts, regions and the most treated.

    Parameters
    ----------
    subject
        What is diagnosed.
    settings
        Which change matters, and how many of the most treated units are left out.

    Returns
    -------
    Finding
        A warning where the sign of a significant effect, or its size by more than the change, hangs on one unit or on
        the most treated, or its sign on one of any level; a note where a cluster changes its size as much.
    """
    equation = subject.equation
    whole = residualised(subject.sample, equation, subject.entering)
    if not whole.error > 0:
        return not_run(ITEM, because("no_error_to_measure_by"))
    sample = whole.sample
    unit, cluster = equation.unit, subject.clusters[0]
    columns = list(dict.fromkeys([unit, cluster, cohort_column(subject.treatment), *equation.groups_above]))
    changes: dict[str, tuple[float, str]] = {}
    flips = 0
    for column in columns:
        if column not in sample:
            continue
        levels = levels_of(sample[column])
        if levels.number < 2:
            continue
        effects = whole.without(levels.codes, levels.number)
        if not np.isfinite(effects).any():
            continue
        flips += int((effects * whole.effect < 0).sum())
        worst = int(np.nanargmax(np.abs(effects - whole.effect)))
        rows = levels.codes == worst
        changes[column] = (_change(whole, rows, subject), _written(sample.loc[rows, column].iloc[0]))
    most = _most_treated(whole, subject, settings.most_treated)
    of_most = _change(whole, np.isin(levels_of(sample[unit]).codes, most), subject)
    by_unit, by_cluster = (changes.get(name, (0.0, "")) for name in (unit, cluster))
    largest = max((by_unit, by_cluster), key=lambda each: abs(each[0]))
    numbers = {
        "largest_change_in_se": abs(largest[0]) / whole.error,
        "sign_changes": float(flips),
        "without_most_treated": whole.effect + of_most,
        "most_treated": float(len(most)),
        "effect": whole.effect,
    }
    turned = [name for name, (change, _) in changes.items() if (whole.effect + change) * whole.effect < 0]
    if whole.p_value < SIGNIFICANT and turned:
        name, (change, who) = turned[0], changes[turned[0]]
        flaw = because("rests_on", column=name, who=who, effect=whole.effect, without=whole.effect + change)
        return Finding(ITEM, "warning", numbers, flaw, because("look_at_who_it_rests_on", column=name, who=who))
    matters = max(settings.change * whole.error, settings.share * abs(whole.effect))
    if abs(of_most) > matters:
        flaw = because("rests_on_most_treated", units=len(most), effect=whole.effect, without=whole.effect + of_most)
        return Finding(ITEM, "warning", numbers, flaw, because("report_without_most_treated"))
    if abs(largest[0]) > matters:
        name, (change, who) = (unit, by_unit) if largest is by_unit else (cluster, by_cluster)
        flaw = because("rests_on", column=name, who=who, effect=whole.effect, without=whole.effect + change)
        level: Level = "warning" if name == unit else "note"
        return Finding(ITEM, level, numbers, flaw, because("look_at_who_it_rests_on", column=name, who=who))
    return silent(ITEM, **numbers)


def _change(whole: Residualised, rows: np.ndarray, subject: Subject) -> float:
    """Estimate without rows, and give by how much the effect changes; not at all where it cannot be estimated."""
    key = [subject.equation.unit, subject.equation.period]
    of_these = whole.sample.loc[rows, key].drop_duplicates()
    rest = subject.sample[key].merge(of_these, how="left", indicator="left out")["left out"]
    kept = subject.without_unused(subject.sample)[(rest == "left_only").to_numpy()].reset_index(drop=True)
    try:
        return residualised(kept, subject.equation, subject.entering).effect - whole.effect
    except CannotEstimate:
        return 0.0


def _most_treated(whole: Residualised, subject: Subject, wanted: int) -> Codes:
    """Number the units with the most treatment over all periods, and of equals those with the most leverage."""
    units = levels_of(whole.sample[subject.equation.unit])
    amount = np.bincount(units.codes, whole.sample[subject.entering].to_numpy(dtype="float64"), units.number)
    leverage = np.bincount(units.codes, whole.treatment**2, units.number)
    treated = int((amount > 0).sum())
    count = min(wanted, max(1, int(MOST * treated)))
    return np.lexsort((-leverage, -amount))[:count]


def _written(value: object) -> str:
    """Write a level as a reader knows it: years and codes without a fraction."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
