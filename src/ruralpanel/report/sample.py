"""The sample ledger and what yearly lists say, in printed numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.frames.rows import records
from ruralpanel.panel.lists import EVENTS
from ruralpanel.reasons import read
from ruralpanel.study.estimators import described
from ruralpanel.words.frames import ledger_in_words
from ruralpanel.words.names import name_words

STAGES = ("sources", "tables", "panel", "estimation")
"""The stages with ledgers, in the order in which data pass them."""

WITHHELD = "…"
"""Stands for a number of rows that would tell how few were left out."""


def ledger_parts(ledgers: pd.DataFrame, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Group ledger lines into sources, tables, the panel and equations, with printed counts.

    Parameters
    ----------
    ledgers
        Lines with the columns of :class:`ruralpanel.frames.ledger.LedgerLine`.
    labels
        What a reader sees for a designation.

    Returns
    -------
    list of dict
        The place on the page, the stage and its place in their order, title, rows, lines, and whether treated units are
        counted.
    """
    parts = []
    told = ledger_in_words(ledgers, labels)
    for (stage, table), lines in told.groupby(["stage", "table"], sort=False):
        if stage == "estimation":
            title = _equation_words(str(table), labels)
        else:
            title = {"sources": f"Source {table}", "tables": f"Table {table}", "panel": "The panel"}[str(stage)]
        shown = [
            {
                "step": line["step"],
                "reason": "" if pd.isna(line["reason"]) else line["reason"],
                "treated": _treated_words(line["treated_units"], labels),
                **{key: count(line[key]) or WITHHELD for key in ("rows_in", "rows_out")},
                **{key: count(line[key]) for key in ("units", "periods")},
            }
            for line in records(lines)
        ]
        parts.append(
            {
                "id": part_id(str(stage), str(table)),
                "stage": stage,
                "title": f"{title}: {shown[0]['rows_in']} → {shown[-1]['rows_out']} rows",
                "rows": f"{shown[0]['rows_in']} → {shown[-1]['rows_out']} rows",
                "order": list(STAGES).index(str(stage)),
                "treated": any(line["treated"] for line in shown),
                "lines": shown,
            }
        )
    return parts


def part_id(stage: str, table: str) -> str:
    """Give the name of the place on the page where the ledger of a table stands."""
    return f"ledger-{stage}-{table.replace('/', '-')}"


def _treated_words(cell: Any, labels: Mapping[str, str]) -> str:
    """Write labels and printed counts: ``Taobao Village: 1,498; Service station: 120``."""
    counts = read("" if pd.isna(cell) else cell) or {}
    return "; ".join(f"{name_words(name, labels)}: {count(number)}" for name, number in counts.items())


def event_counts(events: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, Any] | None:
    """Count what yearly lists say of units, by event and year.

    Parameters
    ----------
    events
        With the columns of :data:`ruralpanel.panel.lists.EVENT_COLUMNS`.
    labels
        What a reader sees for a designation.

    Returns
    -------
    dict or None
        The years, and for each designation and event its counts in them and over all; None when nothing happened.
    """
    if events.empty:
        return None
    years = sorted(events["year"].unique())
    rows = []
    for designation, of_designation in events.groupby("designation", sort=False):
        for event in (each for each in EVENTS if each in set(of_designation["event"])):
            by_year = of_designation.loc[of_designation["event"] == event, "year"].value_counts()
            counts = [count(by_year[year]) if year in by_year.index else "" for year in years]
            rows.append(
                {
                    "designation": name_words(str(designation), labels),
                    "event": event,
                    "counts": counts,
                    "total": count(by_year.sum()),
                }
            )
    return {"years": years, "rows": rows}


def _equation_words(table: str, labels: Mapping[str, str]) -> str:
    """Turn ``block/specification/outcome/estimator`` into words."""
    *place, estimator = table.split("/")
    words = [part.replace("_", " ") for part in place if part != "main"]
    return "Equation " + " · ".join([*words, described(estimator, labels).short])
