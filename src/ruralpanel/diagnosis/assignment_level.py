"""Treatment that does not vary within a level above the clusters.

Where all units of a county are treated at the same time, the county is what was treated, and standard errors have to be
clustered there (Abadie, Athey, Imbens and Wooldridge 2023, Quarterly Journal of Economics 138(1), section III).
"""

from __future__ import annotations

import pandas as pd

from ruralpanel.absorption.levels import levels_of
from ruralpanel.arrays import Codes
from ruralpanel.diagnosis.finding import Finding, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.estimation.assignment import Levels, assignment_level
from ruralpanel.estimation.block import block_results
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Inference
from ruralpanel.study.diagnosis import AssignmentLevel
from ruralpanel.treatment_columns import cohort_column

ITEM = "assignment_level"


def diagnose(subject: Subject, settings: AssignmentLevel) -> Finding:
    """Look for the coarsest level within which units are treated alike, and whether clusters lie below it.

    Parameters
    ----------
    subject
        The effect.
    settings
        How much of treatment has to lie between groups.

    Returns
    -------
    Finding
        With `level`, the number of groups of the level that treatment is assigned at, where clusters are smaller, and
        `p`, the p-value of the effect clustered there.

    Raises
    ------
    CannotDiagnose
        If standard errors are not clustered.
    """
    equation = subject.equation
    subject.require_clusters()
    levels = subject.levels or Levels(subject.panel, equation.unit, equation.period)
    exact = assignment_level(levels, equation)
    level = exact or _nearly(levels, subject, settings.alike)
    if level is None or not _below(subject.panel, subject.clusters, level):
        return silent(ITEM)
    level = levels.complete(level)
    groups = levels.panel[level].nunique()
    clustered = equation.inference.model_copy(update={"cluster": [level]})
    p_value = _p_value(subject, levels, clustered)
    drawn = None if p_value is None else because("clustered_there", groups=groups, p=p_value)
    told = {"treatment": subject.treatment, "level": level, "clusters": subject.clusters, "drawn": drawn}
    flaw = because("assigned_above" if exact else "mostly_assigned_above", **told)
    numbers = {"level": float(groups), "p": float("nan") if p_value is None else p_value}
    return Finding(ITEM, "warning" if exact else "note", numbers, flaw, because("cluster_there", level=level))


def _below(panel: pd.DataFrame, clusters: list[str], level: str) -> bool:
    """Tell whether every column of clusters has groups that lie within those of a level, which are larger."""
    of_level = levels_of(panel[level])
    return all(
        levels_of(panel[name]).number > of_level.number and levels_of(panel[name]).within(of_level) for name in clusters
    )


def _p_value(subject: Subject, levels: Levels, inference: Inference) -> float | None:
    equation = subject.equation.model_copy(update={"inference": inference, "default_cluster": False})
    rows = block_results(levels.panel, [equation], [subject.treatment], above=levels).estimates
    p_value = rows.loc[rows["effect_of"] == subject.entering, "p_value"].iloc[0]
    return None if pd.isna(p_value) else float(p_value)


def _nearly(levels: Levels, subject: Subject, least: float) -> str | None:
    """Name the coarsest level that the study uses between whose groups nearly all of treatment varies."""
    equation = subject.equation
    stated = [name for name in equation.groups_above if name in levels.above]
    units = subject.panel.drop_duplicates(equation.unit)
    cohort = levels_of(units[cohort_column(subject.treatment)].astype("float64").fillna(-1.0)).codes
    found = [name for name in stated if _share_between(cohort, levels_of(units[name]).codes) >= least]
    return min(found, key=lambda name: (levels.above[name], name), default=None)


def _share_between(cohort: Codes, groups: Codes) -> float:
    """Give the share of the variation of cohorts that lies between groups, beyond what chance puts there."""
    known = groups >= 0
    if not known.any():
        return 0.0
    table = pd.crosstab(groups[known], cohort[known]).to_numpy(dtype="float64")
    units, count = table.sum(), len(table)
    if count >= units:
        return 0.0
    shares = table / table.sum(axis=1, keepdims=True)
    overall = table.sum(axis=0) / units
    within = float((table.sum(axis=1) * (1 - (shares**2).sum(axis=1))).sum()) / (units - count)
    total = float(units * (1 - (overall**2).sum())) / (units - 1)
    return 1 - within / total if total > 0 else 0.0
