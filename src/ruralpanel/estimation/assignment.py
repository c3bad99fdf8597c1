"""Find the level at which treatment is assigned: the coarsest level within which all units are treated alike.

Units that share a treatment share what befalls it, so that standard errors are clustered at the level of assignment and
cohorts are permuted there (Abadie, Athey, Imbens & Wooldridge 2023, Quarterly Journal of Economics 138(1); Bertrand,
Duflo & Mullainathan 2004, ibid. 119(1)).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import Levels as Numbered
from ruralpanel.absorption.levels import levels_of
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.treatment_columns import cohort_column

CERTAIN = frozenset(
    {
        *("province", "prefecture", "city", "municipality", "county", "district", "township", "town", "village"),
        *("commune", "parish", "hamlet", "community", "state", "region", "subdistrict", "canton", "fips"),
        *("sheng", "shi", "xian", "qu", "xiang", "zhen", "cun"),
    }
)
"""Parts of names that are of places and little else."""

PLACES = CERTAIN | {"department", "division", "block", "ward", "zone", "area", "school", "firm", "bank", "cluster"}
"""Parts of names by which columns are taken for levels."""

OF_CODES = frozenset(
    {"code", "codes", "id", "name", "names", "number", "no", "num", "key", "gb", "fips", "pinyin", "cn"}
)
"""What stands beside a place in the name of a column of places: ``county_code``, and not ``school_type``."""

MANY = 6
"""A column that is not called a level and is not used as one counts as one from as many groups on, if these are also
twice as many as the times at which treatment begins: a column of cohorts has no more groups than these."""

SOME = 1000
"""So many units are looked at first for whether a column holds fractions, as those of most numbers do."""

DRAWS = 200
"""Such a column also has to be one within which units drawn to be treated at random would not be alike in any of so
many draws: where one unit is treated, a column of altitudes may well have it in a group of its own."""

KNOWN = 0.8
"""The least share of units of which a column has to hold something for one of groups above them."""


class Levels:
    """The columns of a panel that hold groups of whole units, looked for once.

    Parameters
    ----------
    panel
        The panel, with the designations' columns.
    unit, period
        Its keys.
    computed
        What has been computed of its columns; left out: nothing yet.
    """

    def __init__(self, panel: pd.DataFrame, unit: str, period: str, computed: Computed | None = None) -> None:
        self.panel, self.unit, self.period, self.computed = panel, unit, period, computed or Computed()
        self._constant: dict[tuple[str, str], list[str]] = {}
        self._chance: dict[tuple[str, str], bool] = {}

    @cached_property
    def above(self) -> dict[str, int]:
        """The numbers of groups of columns that hold more than one group of more than one unit, and all of each."""
        first = self._units.first_rows
        found = {}
        for name in self.panel.columns:
            values = self.panel[name]
            if str(name) in (self.unit, self.period) or not _holds_names(_at(values, first[:SOME])):
                continue
            if not self._may_be_of_units(values):
                continue
            of_units = _at(values, first)
            if not len(of_units) or pd.notna(of_units).mean() < KNOWN or not _holds_names(of_units):
                continue
            groups = self._groups(str(name))
            if 1 < groups.number < self._units.number and self._units.within(groups) and _holds_names(values):
                found[str(name)] = groups.number
        return found

    def _may_be_of_units(self, values: pd.Series) -> bool:
        """Tell whether the first rows of a column leave open that all rows of each unit hold the same."""
        if not isinstance(values.dtype, np.dtype) or values.dtype.kind not in "biuf":
            return True
        held, units = values.to_numpy()[:SOME], self._units.codes[:SOME]
        alike = (held[1:] == held[:-1]) | ((held[1:] != held[1:]) & (held[:-1] != held[:-1]))  # both are missing
        return bool(alike[units[1:] == units[:-1]].all())

    @property
    def _units(self) -> Numbered:
        return self.numbered(self.unit)

    def _groups(self, column: str) -> Numbered:
        """Number the groups of a column as :meth:`groups` does."""
        found = self.numbered(column)
        if not found.has_gaps:
            return found
        return levels_of(np.where(found.codes < 0, self._units.codes + found.number, found.codes))

    def numbered(self, column: str) -> Numbered:
        """Number a column of the panel that says what units are or when they are seen, once for all equations."""
        return self.computed.levels(self.panel[column])

    def distinct(self, column: str) -> int:
        """Count the values of a column, a missing one among them."""
        levels = self.numbered(column)
        return levels.number + int((levels.codes < 0).any())

    def groups(self, column: str) -> pd.Series:
        """Number the groups of a column; a unit of which it holds nothing is one of its own."""
        codes = pd.Series(pd.factorize(self.panel[column])[0], index=self.panel.index)
        alone = pd.factorize(self.panel[self.unit])[0] + int(codes.max()) + 1
        return codes.where(codes >= 0, alone)

    def complete(self, column: str) -> str:
        """Name a column that holds a group for every row, which is added to the panel where the one named has gaps."""
        if not self.panel[column].isna().any():
            return column
        name = f"{column}_or_{self.unit}"
        if name not in self.panel:
            self.panel = self.panel.assign(**{name: self.groups(column)})
        return name

    def alike(self, treatment: str, entering: str) -> list[str]:
        """List the columns within whose groups all units are treated alike."""
        key = (treatment, entering)
        if key not in self._constant:
            periods, entered = self.numbered(self.period), self.numbered(entering)
            cohorts = self.numbered(cohort_column(treatment))  # never treated is a cohort of its own

            def is_constant(column: str) -> bool:
                """Tell whether all units of each group have the same cohort, and the same treatment in a period."""
                groups = self._groups(column)
                if entered.has_gaps:
                    groups = replace(groups, codes=np.where(entered.codes < 0, -1, groups.codes))
                return groups.lies_within(cohorts) and groups.by_lies_within(periods, entered)

            self._constant[key] = [name for name in self.above if is_constant(name)]
        return self._constant[key]

    def is_by_chance(self, column: str, treatment: str) -> bool:
        """Tell whether units of a column's groups would now and then be treated alike if units were drawn for it."""
        key = (column, treatment)
        if key not in self._chance:
            self._chance[key] = self._drawn_alike(*key)
        return self._chance[key]

    def _drawn_alike(self, column: str, treatment: str) -> bool:
        units = pd.DataFrame({"group": self.groups(column), "cohort": self.panel[cohort_column(treatment)]})
        units = units.groupby(self.panel[self.unit]).first().sort_values("group", kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(units["group"].to_numpy()) != 0])
        cohorts = pd.factorize(units["cohort"], sort=True)[0]
        random = np.random.default_rng(len(units))
        for _ in range(DRAWS):
            drawn = random.permutation(cohorts)
            if (np.minimum.reduceat(drawn, starts) == np.maximum.reduceat(drawn, starts)).all():
                return True
        return False


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
    assigned = ESTIMATORS[equation.estimator].assigned
    level = assignment_level(levels, equation) if assigned else None
    if level is None:
        return equation
    found: dict[str, Any] = {"treatments": equation.treatments, "level": level, "missing": None, "clusters": None}
    missing = levels.numbered(equation.unit).among(levels.numbered(level).codes < 0)
    level = levels.complete(level)
    if missing:
        found["missing"] = because("level_missing", number=missing, unit=equation.unit)
        panel = levels.panel
    changes: dict[str, object] = {}
    if inference.permutation is not None and inference.permutation.among is None:
        changes["permutation"] = inference.permutation.model_copy(update={"among": level})
    clusters = inference.vcov.clusters
    if clusters and equation.default_cluster:
        changes["cluster"] = [level]
        found["clusters"] = because("clustered_by_level", level=level, unit=equation.unit)
    elif clusters and _is_below(levels, inference.cluster or [equation.unit], level):
        found["clusters"] = because("clustered_below", names=inference.cluster or [equation.unit])
    ledger.note("treatment assigned", len(panel), panel, because("same_for_all", **found))
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
        if entering not in panel or cohort_column(name) not in panel:
            continue
        alike = [column for column in levels.alike(name, entering) if not _is_of(column, equation, used)]
        stated = equation.groups_above
        times, units = levels.distinct(cohort_column(name)), levels.numbered(equation.unit).number
        called = [
            column for column in alike if column in stated or _is_called_level(column, levels.above[column] > times)
        ]
        chosen = called or [
            column
            for column in alike
            if max(MANY, 2 * times) <= levels.above[column] <= units / 2 and not levels.is_by_chance(column, name)
        ]
        found += [min(chosen, key=lambda column: (levels.above[column], column))] if chosen else []
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


def _is_called_level(column: str, more: bool) -> bool:
    """Tell whether a column is called a level.

    With no ``more`` groups than there are times at which treatment begins, a column may as well say who is treated, as
    ``pilot_zone`` and ``minority_area`` would, so that it has to be called a place and nothing else.
    """
    parts = set(column.lower().split("_"))
    return bool(PLACES & parts) if more else bool(CERTAIN & parts) and parts <= CERTAIN | OF_CODES


def _is_of(column: str, equation: Equation, used: set[str]) -> bool:
    """Tell whether a column has another use, or is made of a treatment."""
    return column in used or any(column == each or column.startswith(f"{each}_") for each in equation.treatments)


def _at(values: pd.Series, rows: np.ndarray) -> Any:
    """Give the values of some rows, shape (rows,)."""
    return values.to_numpy()[rows] if isinstance(values.dtype, np.dtype) else values.array[rows]


def _holds_names(values: Any) -> bool:
    """Tell whether a column could hold names or numbers of groups: text, or whole numbers."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return bool(((values == np.rint(values)) | np.isnan(values)).all())
    if pd.api.types.is_bool_dtype(values):
        return False
    if pd.api.types.is_integer_dtype(values):
        return True
    if pd.api.types.is_numeric_dtype(values):
        known = pd.Series(values, copy=False).to_numpy(dtype="float64", na_value=np.nan)
        return bool(((known == np.rint(known)) | np.isnan(known)).all())
    return True


def _is_below(levels: Levels, clusters: list[str], level: str) -> bool:
    """Tell whether every column of clusters splits groups of a level."""
    of_level = levels.numbered(level)
    return all(name in levels.panel and not of_level.lies_within(levels.numbered(name)) for name in clusters)
