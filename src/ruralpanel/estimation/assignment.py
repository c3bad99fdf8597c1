"""Find the level at which treatment is assigned: the coarsest level within which all units are treated alike.

Units that share a treatment share what befalls it, so that standard errors are clustered at the level of assignment and
cohorts are permuted there (Abadie, Athey, Imbens & Wooldridge 2023, Quarterly Journal of Economics 138(1); Bertrand,
Duflo & Mullainathan 2004, ibid. 119(1)).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
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


class Levels:
    """The columns of a panel that hold groups of whole units, looked for once.

    Parameters
    ----------
    panel
        The panel, with the designations' columns.
    unit, period
        Its keys.
    """

    def __init__(self, panel: pd.DataFrame, unit: str, period: str) -> None:
        self.panel, self.unit, self.period = panel, unit, period
        self._constant: dict[tuple[str, str], list[str]] = {}

    @cached_property
    def above(self) -> dict[str, int]:
        """The numbers of groups of columns that hold more than one group of more than one unit, and all of each."""
        codes, units = pd.factorize(self.panel[self.unit])
        first = np.full(len(units), len(codes))
        np.minimum.at(first, codes, np.arange(len(codes)))
        found = {}
        for name in self.panel.columns:
            values = self.panel[name]
            if str(name) in (self.unit, self.period) or values.isna().any() or not _holds_names(values):
                continue
            array = values.astype(object).to_numpy() if values.dtype == object else values.to_numpy()
            if bool(np.all(array == array[first[codes]])) and 1 < (groups := int(values.nunique())) < len(units):
                found[str(name)] = groups
        return found

    def alike(self, treatment: str, entering: str) -> list[str]:
        """List the columns within whose groups all units are treated alike."""
        key = (treatment, entering)
        if key not in self._constant:
            rows = self.panel[self.panel[entering].notna()]
            self._constant[key] = [name for name in self.above if self._is_constant(rows, name, *key)]
        return self._constant[key]

    def _is_constant(self, rows: pd.DataFrame, column: str, treatment: str, entering: str) -> bool:
        """Tell whether all units of each group have the same cohort, and the same treatment in a period."""
        cohort = rows[f"{treatment}_cohort"].astype("float64").fillna(-1.0).groupby(rows[column], observed=True)
        if (cohort.nunique() > 1).any():
            return False
        return bool((rows.groupby([column, self.period], observed=True)[entering].nunique() <= 1).all())


def with_assignment(levels: Levels, equation: Equation, ledger: Ledger) -> Equation:
    """Cluster and permute where treatment is assigned, if the study leaves that open, and say so.

    Parameters
    ----------
    levels
        Of the panel.
    equation
        What is to be estimated.
    ledger
        Gets a line where units are treated alike within a level above them.

    Returns
    -------
    Equation
        With other clusters, or another level of permutation.
    """
    inference, panel = equation.inference, levels.panel
    described = equation.estimator in ("cohort_means", "group_means", "bacon_decomposition")
    level = None if described else assignment_level(levels, equation)
    if level is None:
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


def assignment_level(levels: Levels, equation: Equation) -> str | None:
    """Name the coarsest column within whose groups all units are treated alike.

    Parameters
    ----------
    levels
        Of the panel.
    equation
        Gives treatments; ``groups_above`` are columns that the study declares or uses as levels.

    Returns
    -------
    str or None
        None where treatment differs within every level above the unit, or there is none. With several treatments, the
        coarsest of their levels.
    """
    panel, used = levels.panel, _no_levels(equation)
    found = []
    for name in equation.treatments:
        entering = equation.intensities.get(name, name)
        if entering not in panel or f"{name}_cohort" not in panel:
            continue
        alike = [column for column in levels.alike(name, entering) if not _is_of(column, equation, used)]
        stated = equation.groups_above
        called = [column for column in alike if column in stated or PLACES & set(column.lower().split("_"))]
        times, units = panel[f"{name}_cohort"].nunique(dropna=False), panel[equation.unit].nunique()
        many = [column for column in alike if max(MANY, 2 * times) <= levels.above[column] <= units / 2]
        if called or many:
            found.append(min(called or many, key=lambda column: (levels.above[column], column)))
    return min(found, key=lambda column: (levels.above[column], column), default=None)


def _no_levels(equation: Equation) -> set[str]:
    """List the columns that the equation has another use for."""
    others = (equation.weights, equation.latitude, equation.longitude)
    return {
        equation.outcome_column,
        *equation.regressors,
        *equation.moderator_columns,
        *equation.dating,
        *(name for name in others if name),
    }


def _is_of(column: str, equation: Equation, used: set[str]) -> bool:
    """Tell whether a column has another use, or is made of a treatment."""
    return column in used or any(column == each or column.startswith(f"{each}_") for each in equation.treatments)


def _holds_names(values: pd.Series) -> bool:
    """Tell whether a column could hold names or numbers of groups: text, or whole numbers."""
    if pd.api.types.is_bool_dtype(values):
        return False
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna().astype("float64")
        return bool((known == known.round()).all())
    return True


def _is_below(panel: pd.DataFrame, clusters: list[str], level: str) -> bool:
    """Tell whether every column of clusters splits groups of a level."""
    return all(
        name in panel and len(panel[[name, level]].drop_duplicates()) > panel[level].nunique() for name in clusters
    )
