"""Describe the finished panel: every column, and what is missing in which cohort and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.frequency import YEAR, Frequency, frequency
from ruralpanel.study.panel import ColumnOrigin
from ruralpanel.treatment_columns import cohort_column

CODEBOOK_KEY = ["column"]
MISSINGNESS_KEY = ["designation", "cohort", "period", "column"]
ALL = "all"
"""Stands for no designation, and for every cohort together."""


def codebook(panel: Mapping[str, pd.Series] | pd.DataFrame, origins: Mapping[str, ColumnOrigin]) -> pd.DataFrame:
    """Describe every column of the panel.

    Parameters
    ----------
    panel
        The panel, or its columns by name, of which one is looked at after the other.
    origins
        For each column, its label, unit, origin and what was done to it.

    Returns
    -------
    pandas.DataFrame
        One row a column, in the panel's order: ``column``, ``label``, ``unit``, ``type``, ``origin``,
        ``transformation``, ``rows``, ``missing``, ``distinct``, ``minimum``, ``mean``, ``maximum`` (numbers only;
        of periods their labels) and ``examples``, the commonest values of text.
    """
    return pd.DataFrame([_described(name, panel[name], origins[name]) for name in map(str, panel)])


def _described(name: str, values: pd.Series, origin: ColumnOrigin) -> dict[str, object]:
    of = frequency(origin.frequency)
    if origin.frequency is not None and not of.is_plain:
        return _described_periods(name, values, origin, of)
    is_number = pd.api.types.is_numeric_dtype(values)
    known = values.dropna()
    commonest = None if is_number else known.value_counts()
    common: list[object] = [] if commonest is None else list(commonest.head(3).index)
    return {
        "column": name,
        "label": origin.label or "",
        "unit": origin.unit or "",
        "type": ("integer" if pd.api.types.is_integer_dtype(values) else "number") if is_number else "text",
        "origin": origin.origin,
        "transformation": origin.transformation,
        "rows": len(values),
        "missing": int(values.isna().sum()),
        "distinct": int(known.nunique() if commonest is None else len(commonest)),
        "minimum": known.min() if is_number and len(known) else None,
        "mean": known.mean() if is_number and len(known) else None,
        "maximum": known.max() if is_number and len(known) else None,
        "examples": ", ".join(map(str, common)),
    }


def _described_periods(name: str, values: pd.Series, origin: ColumnOrigin, of: Frequency) -> dict[str, object]:
    """Describe a column of periods: the first and the last as a reader knows them, and no mean."""
    known = values.dropna()
    return {
        "column": name,
        "label": origin.label or "",
        "unit": origin.unit or "",
        "type": of.noun,
        "origin": origin.origin,
        "transformation": origin.transformation,
        "rows": len(values),
        "missing": int(values.isna().sum()),
        "distinct": int(known.nunique()),
        "minimum": of.label(known.min()) if len(known) else None,
        "mean": None,
        "maximum": of.label(known.max()) if len(known) else None,
        "examples": "",
    }


def missingness(
    panel: pd.DataFrame,
    unit: str,
    period: str,
    columns: Sequence[str],
    designations: Sequence[str],
    levels: Mapping[str, str] | None = None,
    of: Frequency = YEAR,
) -> pd.DataFrame:
    """Count, by cohort and period, the units that are there and the values that are missing.

    Parameters
    ----------
    panel
        The panel.
    unit, period
        Its keys.
    columns
        The columns to look at, usually the outcomes.
    designations
        The designations whose cohorts to tell apart; all units together are always counted.
    levels
        For designations that are assigned above units, the column of those who are treated: ``units`` and
        ``attrition`` are then of these, and the other numbers of their rows.
    of
        What the panel's periods are.

    Returns
    -------
    pandas.DataFrame
        One row a designation, cohort, period and column: ``units`` of the cohort in the whole panel, ``present`` in
        this period, ``missing`` values among them, and as shares ``attrition`` (units not there) and
        ``missing_share`` (values missing among those there).
    """
    everybody = (np.zeros(len(panel), dtype=np.int64), [ALL])
    parts = [_counted(panel, *everybody, unit, period, columns, ALL)]
    for designation in designations:
        whom = (levels or {}).get(designation, unit)
        of_one = panel.dropna(subset=[whom]) if panel[whom].hasnans else panel
        code, found = pd.factorize(of_one[cohort_column(designation)], sort=True)
        names = [*(of.label(each) for each in found), "never"]
        parts.append(_counted(of_one, code % len(names), names, whom, period, columns, designation))
    return with_labels(pd.concat(parts, ignore_index=True), {"period": of})


def _counted(
    panel: pd.DataFrame,
    cohort: np.ndarray,
    names: Sequence[str],
    unit: str,
    period: str,
    columns: Sequence[str],
    designation: str,
) -> pd.DataFrame:
    """Count in cells of a cohort, numbered by its name, and a period."""
    when, periods = pd.factorize(panel[period], sort=True)
    who = pd.factorize(panel[unit])[0]
    several = int(who.max(initial=0)) + 1
    cell = cohort * len(periods) + when

    def different(group: np.ndarray, number: int) -> np.ndarray:
        return np.bincount(pd.unique(group * several + who) // several, minlength=number)

    size = len(names) * len(periods)
    units = different(cohort, len(names))
    # A cohort that is not there at all in a period is in the table too, with nobody present.
    cells = pd.DataFrame(
        {
            "cohort": np.repeat(np.array(names, dtype=object), len(periods)),
            "period": np.tile(np.asarray(periods), len(names)),
            "units": np.repeat(units, len(periods)),
            "present": np.bincount(cell, minlength=size),
            "attrition": 1 - different(cell, size) / np.maximum(np.repeat(units, len(periods)), 1),
        }
    )
    cells = cells.assign(cell=cells.index).sort_values(["cohort", "period"], kind="stable")
    parts = []
    for column in columns:
        absent = np.bincount(cell[panel[column].isna().to_numpy()], minlength=size)
        parts.append(cells.assign(designation=designation, column=column, missing=absent[cells["cell"]]))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["units"] > 0]
    table["missing_share"] = (table["missing"] / table["present"]).where(table["present"] > 0)
    order = [*MISSINGNESS_KEY, "units", "present", "missing", "attrition", "missing_share"]
    return table[order]
