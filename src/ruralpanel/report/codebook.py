"""The panel's columns, and what is missing in them, in printed numbers."""

from __future__ import annotations

import pandas as pd

from ruralpanel.exhibits.numbers import count

WITHHELD = "not shown"
"""Stands for numbers of fewer units than the terms of a source allow to show."""


def codebook_rows(codebook: pd.DataFrame) -> list[dict[str, str]]:
    """Print the codebook's numbers: counts, and ranges with as many digits as they need.

    Parameters
    ----------
    codebook
        From :func:`ruralpanel.panel.codebook.codebook`.
    """
    rows = []
    for row in codebook.fillna({"label": "", "unit": "", "transformation": "", "examples": ""}).to_dict("records"):
        ends = [row[name] for name in ("minimum", "maximum")]
        span = (
            "" if all(map(pd.isna, ends)) else " to ".join(WITHHELD if pd.isna(each) else _end(each) for each in ends)
        )
        rows.append(
            {
                "column": row["column"],
                "label": row["label"],
                "unit": row["unit"],
                "origin": ", ".join(part for part in (row["origin"], row["transformation"]) if part),
                "missing": _counted(row["missing"]),
                "range": span or row["examples"],
                "mean": "" if pd.isna(row["mean"]) or row["unit"] == "" else short(row["mean"]),
            }
        )
    return rows


def _counted(value: float | str) -> str:
    """Write a count, or what stands in the place of one that is withheld."""
    return value if isinstance(value, str) and not value.isdigit() else count(float(value))


def _end(value: float | str) -> str:
    """Write an end of a column's range; one of a column of periods is written as it is.

    Where some columns hold periods, the file's other ends are text as well.
    """
    try:
        return short(float(value))
    except ValueError:
        return str(value)


def short(value: float) -> str:
    """Write a number with as many digits as it needs, and a true minus sign."""
    text = f"{value:.5g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return text.replace("-", "−")


def missingness_rows(missingness: pd.DataFrame) -> list[dict[str, str]]:
    """Sum missing values up by cohort and column over all periods, for a short table.

    Parameters
    ----------
    missingness
        From :func:`ruralpanel.panel.codebook.missingness`.
    """
    grouped = missingness.groupby(["designation", "cohort", "column"], sort=False)
    totals = grouped.agg(
        units=("units", "first"), present=("present", "sum"), missing=("missing", "sum"), away=("attrition", "mean")
    )
    rows = []
    for total in totals.reset_index().to_dict("records"):
        rows.append(
            {
                "designation": total["designation"],
                "cohort": total["cohort"],
                "column": total["column"],
                "units": count(total["units"]) or WITHHELD,
                "attrition": WITHHELD if pd.isna(total["away"]) else f"{total['away']:.1%}",
                "missing": f"{total['missing'] / total['present']:.1%}" if total["present"] > 0 else WITHHELD,
            }
        )
    return rows
