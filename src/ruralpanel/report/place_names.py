"""How names of places were matched, as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.study.model import Study


def names_tables(names: Mapping[str, pd.DataFrame], study: Study) -> list[dict[str, Any]]:
    """Print by which way names were matched, and every name that has no code, with the reason.

    Parameters
    ----------
    names
        By table, the report on names that :func:`ruralpanel.tables.place_names.match_names` gives.
    study
        The study, for the columns of names.

    Returns
    -------
    list of dict
        One entry a table: how many rows have a code, of how many; the ways; and the names without one.
    """
    found = []
    for table, report in names.items():
        declared = study.tables[table].match_names
        assert declared is not None
        by_year = isinstance(declared.year, str)
        placed = report["code"].notna()
        groups = [("", report)] if not by_year else [(str(year), each) for year, each in report.groupby(declared.year)]
        found.append(
            {
                "table": table,
                "year": declared.year if by_year else None,
                "rows": [
                    {
                        "year": year,
                        "rows": count(of_year["rows"].sum()),
                        "placed": count(of_year.loc[of_year["code"].notna(), "rows"].sum()),
                        "ways": "; ".join(
                            f"{str(way).replace('_', ' ')} {count(number)}"
                            for way, number in of_year.groupby("method", sort=True)["rows"].sum().items()
                        ),
                    }
                    for year, of_year in groups
                ],
                "unplaced": _unplaced(
                    report[~placed], declared.named, bool(set(study.tables[table].reads) & set(study.confidential))
                ),
            }
        )
    return found


def _unplaced(report: pd.DataFrame, named: Sequence[str], withheld: bool) -> list[dict[str, str]]:
    """List the names without a code; those of restricted sources are counted by reason and not shown."""
    if withheld:
        by_reason = report.groupby("reason", sort=True)["rows"].sum()
        return [
            {"names": "names that are not shown", "rows": count(rows), "reason": str(reason)}
            for reason, rows in by_reason.items()
        ]
    return [
        {
            "names": " / ".join("" if pd.isna(row[name]) else str(row[name]) for name in named),
            "rows": count(row["rows"]),
            "reason": row["reason"],
        }
        for row in report.to_dict("records")
    ]
