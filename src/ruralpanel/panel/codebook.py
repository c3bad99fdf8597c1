"""Describe the finished panel: every column, and what is missing in which cohort and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.frequency import YEAR, Frequency, frequency
from ruralpanel.study.panel import ColumnOrigin
from ruralpanel.treatment_columns import cohort_column

CODEBOOK_KEY = ["column"]
MISSINGNESS_KEY = ["designation", "cohort", "period", "column"]
ALL = "all"
"""Stands for no designation, and for every cohort together."""


def codebook(panel: pd.DataFrame, origins: Mapping[str, ColumnOrigin]) -> pd.DataFrame:
    """Describe every column of the panel.

    Parameters
    ----------
    panel
        The panel.
    origins
        For each column, its label, unit, origin and what was done to it.

    Returns
    -------
    pandas.DataFrame
        One row a column, in the panel's order: ``column``, ``label``, ``unit``, ``type``, ``origin``,
        ``transformation``, ``rows``, ``missing``, ``distinct``, ``minimum``, ``mean``, ``maximum`` (numbers only;
        of periods their labels) and ``examples``, the commonest values of text.
    """
    return pd.DataFrame([_described(name, panel[name], origins[name]) for name in map(str, panel.columns)])


def _described(name: str, values: pd.Series, origin: ColumnOrigin) -> dict[str, object]:
    of = frequency(origin.frequency)
    if origin.frequency is not None and not of.is_plain:
        return _described_periods(name, values, origin, of)
    is_number = pd.api.types.is_numeric_dtype(values)
    known = values.dropna()
    common: list[object] = [] if is_number else list(known.value_counts().head(3).index)
    return {
        "column": name,
        "label": origin.label or "",
        "unit": origin.unit or "",
        "type": ("integer" if pd.api.types.is_integer_dtype(values) else "number") if is_number else "text",
        "origin": origin.origin,
        "transformation": origin.transformation,
        "rows": len(values),
        "missing": int(values.isna().sum()),
        "distinct": int(known.nunique()),
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
    parts = [_counted(panel.assign(_cohort=ALL), unit, period, columns, ALL)]
    for designation in designations:
        cohort = panel[cohort_column(designation)].map(of.label, na_action="ignore")
        with_cohort = panel.assign(_cohort=cohort.astype(object).fillna("never"))
        whom = (levels or {}).get(designation, unit)
        parts.append(_counted(with_cohort.dropna(subset=[whom]), whom, period, columns, designation))
    return with_labels(pd.concat(parts, ignore_index=True), {"period": of})


def _counted(panel: pd.DataFrame, unit: str, period: str, columns: Sequence[str], designation: str) -> pd.DataFrame:
    periods = sorted(panel[period].unique())
    units = panel.groupby("_cohort")[unit].nunique()
    # A cohort that is not there at all in a period is in the table too, with nobody present.
    cells = pd.MultiIndex.from_product([units.index, periods], names=["cohort", "period"])
    grouped = panel.groupby(["_cohort", period])
    present = grouped.size().reindex(cells, fill_value=0)
    there = grouped[unit].nunique().reindex(cells, fill_value=0)
    parts = []
    for column in columns:
        absent = grouped[column].agg(lambda values: int(values.isna().sum())).reindex(cells, fill_value=0)
        numbers = {"present": present.to_numpy(), "missing": absent.to_numpy(), "_there": there.to_numpy()}
        part = pd.DataFrame(numbers, index=cells).reset_index()
        parts.append(part.assign(column=column))
    table = pd.concat(parts, ignore_index=True).assign(designation=designation)
    table["units"] = table["cohort"].map(units)
    table["attrition"] = 1 - table["_there"] / table["units"]
    table["missing_share"] = (table["missing"] / table["present"]).where(table["present"] > 0)
    order = [*MISSINGNESS_KEY, "units", "present", "missing", "attrition", "missing_share"]
    return table[order]
