"""Find the level at which treatment is assigned: the coarsest level within which all units are treated alike.

Units that share a treatment share what befalls it, so that standard errors are clustered at the level of assignment and
cohorts are permuted there (Abadie, Athey, Imbens & Wooldridge 2023, Quarterly Journal of Economics 138(1); Bertrand,
Duflo & Mullainathan 2004, ibid. 119(1)).
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation

PLACES = frozenset(
    {
        *("province", "prefecture", "city", "municipality", "county", "district", "township", "town", "village"),
        *("commune", "parish", "hamlet", "community", "state", "region", "department", "division", "subdistrict"),
        *("block", "ward", "zone", "canton", "area", "school", "firm", "bank", "cluster", "fips"),
        *("sheng", "shi", "xian", "qu", "xiang", "zhen", "cun"),
    }
)
"""Parts of names by which columns are taken for levels."""

MANY = 6
"""A column that is not called a level and is not used as one counts as one from as many groups on, if these are also
twice as many as the times at which treatment begins: a column of cohorts has no more groups than these."""


def with_assignment(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Equation:
    """Cluster and permute where treatment is assigned, if the study leaves that open, and say so.

    Parameters
    ----------
    panel
        The panel.
    equation
        What is to be estimated; ``levels`` are the columns that may be a level.
    ledger
        Gets a line where units are treated alike within a level above them.

    Returns
    -------
    Equation
        With other clusters, or another level of permutation.
    """
    inference = equation.inference
    level = assignment_level(panel, equation)
    if level is None or equation.estimator in ("cohort_means", "group_means"):
        return equation
    named = " and ".join(equation.treatments)
    found = f"{named} is the same for all of a {level}"
    changes: dict[str, object] = {}
    if inference.permutation is not None and inference.permutation.among is None:
        changes["permutation"] = inference.permutation.model_copy(update={"among": level})
    if inference.variance == "clustered" and equation.default_cluster:
        changes["cluster"] = [level]
        found += f": standard errors are clustered by {level}; `cluster: [{equation.unit}]` would have them by the unit"
    elif inference.variance == "clustered" and _is_below(panel, inference.cluster or [equation.unit], level):
        by = " and ".join(inference.cluster or [equation.unit])
        found += f": standard errors clustered by {by}, as the study says, take what is shared for independent"
    ledger.note("treatment assigned", len(panel), panel, found)
    return equation.model_copy(
        update={"inference": inference.model_copy(update=changes), "assigned_by": level}
        if changes
        else {"assigned_by": level}
    )


def assignment_level(panel: pd.DataFrame, equation: Equation) -> str | None:
    """Name the coarsest column within whose groups all units are treated alike.

    Parameters
    ----------
    panel
        The panel, with the designations' columns.
    equation
        Gives treatments, the unit, and ``levels``.

    Returns
    -------
    str or None
        None where treatment differs within every level above the unit, or there is none. With several treatments, the
        coarsest of their levels.
    """
    levels = []
    for name in equation.treatments:
        entering = equation.intensities.get(name, name)
        if entering not in panel or f"{name}_cohort" not in panel:
            continue
        rows = panel[panel[entering].notna()]
        for called in (True, False):
            found = [
                column
                for column in _candidates(rows, equation, called=called)
                if _is_constant(rows, column, name, entering, equation)
            ]
            if not called:
                times = rows[f"{name}_cohort"].nunique(dropna=False)
                found = [column for column in found if rows[column].nunique() >= max(MANY, 2 * times)]
            if found:
                levels.append(min(found, key=lambda column: (int(rows[column].nunique()), column)))
                break
    return min(levels, key=lambda column: (int(panel[column].nunique()), column), default=None)


def _candidates(panel: pd.DataFrame, equation: Equation, *, called: bool) -> Iterable[str]:
    """List columns of groups of whole units: those called or used as levels, or any other that could be."""
    units = panel[equation.unit]
    number = int(units.nunique())
    used = {
        equation.unit,
        equation.period,
        equation.outcome_column,
        *equation.regressors,
        *equation.moderator_columns,
        *(name for name in (equation.weights, equation.latitude, equation.longitude) if name),
    }
    for name in panel.columns:
        column = str(name)
        of_treatment = any(column == each or column.startswith(f"{each}_") for each in equation.treatments)
        if column in used or of_treatment or column in equation.dating:
            continue
        is_level = column in equation.levels or bool(PLACES & set(column.lower().split("_")))
        if is_level == called and _holds_names(panel[column]) and panel[column].notna().all():
            groups = int(panel[column].nunique())
            if 1 < groups < number and (called or 2 * groups <= number) and _is_above(panel[column], units):
                yield column


def _holds_names(values: pd.Series) -> bool:
    """Tell whether a column could hold names or numbers of groups: text, or whole numbers."""
    if pd.api.types.is_bool_dtype(values):
        return False
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna().astype("float64")
        return bool((known == known.round()).all())
    return True


def _is_above(values: pd.Series, units: pd.Series) -> bool:
    """Tell whether every unit is in one group."""
    return len(pd.DataFrame({"unit": units, "group": values}).drop_duplicates()) == units.nunique()


def _is_constant(rows: pd.DataFrame, column: str, name: str, entering: str, equation: Equation) -> bool:
    """Tell whether all units of each group are treated alike: the same cohort, and the same treatment in a period."""
    cohort = rows[f"{name}_cohort"].astype("float64").fillna(-1.0).groupby(rows[column])
    if (cohort.nunique() > 1).any():
        return False
    return bool((rows.groupby([column, equation.period])[entering].nunique() <= 1).all())


def _is_below(panel: pd.DataFrame, clusters: list[str], level: str) -> bool:
    """Tell whether every column of clusters splits groups of a level."""
    return all(
        name in panel and len(panel[[name, level]].drop_duplicates()) > panel[level].nunique() for name in clusters
    )
