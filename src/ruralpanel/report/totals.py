"""Totals of tables beside published ones, as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.study.model import Study


def totals_tables(totals: Mapping[str, pd.DataFrame], study: Study) -> list[dict[str, Any]]:
    """Print the comparison of every column with its published totals.

    Parameters
    ----------
    totals
        By table, from :func:`ruralpanel.tables.totals.compare_totals`.
    study
        The study, for sources and explanations.

    Returns
    -------
    list of dict
        One entry a table and column: its label, its rows, and what the author says of them.
    """
    shapes = study.shapes
    found = []
    for table, compared in totals.items():
        for column, rows in compared.groupby("column", sort=False):
            declared = study.tables[table].totals[str(column)]
            origin = shapes[table].origins.get(str(column))
            found.append(
                {
                    "table": table,
                    "label": (origin.label if origin else None) or column,
                    "by": declared.by,
                    "source": declared.source,
                    "explanation": declared.explanation,
                    "tolerance": f"{declared.tolerance:.2%}",
                    "rows": [
                        {
                            "value": row["value"],
                            "total": count(row["total"]),
                            "published": count(row["published"]),
                            "difference": count(row["difference"]),
                            "share": "" if pd.isna(row["share"]) else f"{decimal(100 * row['share'], 2)}%",
                        }
                        for row in rows.to_dict("records")
                    ],
                }
            )
    return found
