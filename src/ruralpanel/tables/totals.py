"""Totals of a table against those that are published: nothing lost, nothing counted twice."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.frames.periods.frequency import Frequency
from ruralpanel.study.tables import Total

TOTALS_KEY = ["column", "by", "value"]
TOTALS_COLUMNS = [*TOTALS_KEY, "total", "published", "difference", "share", "tolerance"]
"""What a comparison says of each printed total; ``share`` is the difference as a share of what is printed."""


def compare_totals(
    table: pd.DataFrame, totals: Mapping[str, Total], name: str, periods: Mapping[str, Frequency] | None = None
) -> pd.DataFrame:
    """Compare the sums of a table's columns with totals that are published.

    Parameters
    ----------
    table
        The finished table.
    totals
        The table's ``totals``, by column.
    name
        The table's name, for messages.
    periods
        The frequencies of its columns with periods; totals are then by what a reader sees, `2014Q3`.

    Returns
    -------
    pandas.DataFrame
        One row a printed total, in the order of the study file, with :data:`TOTALS_COLUMNS`.

    Raises
    ------
    DataError
        If a column holds text, no row belongs to a printed total, or a difference is beyond the tolerance; all at once.
    """
    rows, problems = [], []
    for column, declared in totals.items():
        where = f"table {name}, totals of {column}"
        if not pd.api.types.is_numeric_dtype(table[column]):
            problems.append(Problem(where, "the column holds text, and has no total"))
            continue
        of = (periods or {}).get(declared.by)
        sums = table.groupby(table[declared.by].map(of.label if of is not None else _written))[column].sum()
        for value, published in declared.published.items():
            if value not in sums.index:
                problems.append(Problem(where, f"no row has {declared.by} {value}"))
                continue
            total = float(sums[value])
            difference = total - published
            share = difference / published if published else float("nan")
            rows.append((column, declared.by, value, total, published, difference, share, declared.tolerance))
            if abs(difference) > declared.tolerance * abs(published):
                beyond = f", {share:+.2%}" if published else ""
                what = f"{total:,.0f} in {declared.by} {value}; published are {published:,.0f} "
                what += f"({difference:+,.0f}{beyond})"
                hint = f"the tolerance is {declared.tolerance:.2%}: are rows lost, or counted twice?"
                problems.append(Problem(where, what, hint=hint))
    if problems:
        raise DataError(problems)
    return pd.DataFrame(rows, columns=TOTALS_COLUMNS)


def _written(value: object) -> str:
    """Write a value as a study file does: a year that a table keeps as 2010.0 is 2010."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
