"""The verdict as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape

from ruralpanel.estimation.address import address_of
from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.verification.by_exhibit import by_exhibit
from ruralpanel.verification.summary import REPRODUCES, STATUSES, verdict_sentence
from ruralpanel.verification.verdict import status_counts


def verdict_rows(verdict: pd.DataFrame) -> list[dict[str, str]]:
    """Put every cell of a verdict into words and printed numbers.

    Parameters
    ----------
    verdict
        From :func:`ruralpanel.verification.verdict.judge`.

    Returns
    -------
    list of dict
        Cell, statistic, the published and the reproduced number, status, note (of a number that does not reproduce its
        address, where nothing else is to be said) and source.
    """
    rows = []
    for cell in verdict.to_dict("records"):
        decimals = int(cell["decimals"])
        rows.append(
            {
                "cell": cell["cell"],
                "statistic": cell["statistic"].replace("_", " "),
                "published": decimal(float(cell["value"]), decimals),
                "reproduced": decimal(cell["reproduced"], decimals) or "—",
                "unrounded": "" if pd.isna(cell["reproduced"]) else f"{cell['reproduced']:.8g}".replace("-", "−"),
                "status": cell["status"],
                "note": cell["note"] or ("" if cell["status"] in REPRODUCES else address_of(cell)),
                "source": cell["source"],
            }
        )
    return rows


def worst_first(verdict: pd.DataFrame) -> pd.DataFrame:
    """Put cells that do not reproduce before the others, exhibits with the worst of them first."""
    if verdict.empty:
        return verdict
    order = {exhibit: place for place, exhibit in enumerate(by_exhibit(verdict)["exhibit"])}
    keys = pd.DataFrame(
        {
            "good": verdict["status"].isin(REPRODUCES),
            "place": verdict["exhibit"].map(order),
            "far": -verdict["in_errors"].fillna(0.0),
        }
    )
    keys.loc[keys["good"], "far"] = 0.0
    return verdict.loc[keys.sort_values(["good", "place", "far"], kind="stable").index]


def exhibit_rows(verdict: pd.DataFrame) -> dict[str, Any] | None:
    """Sum a verdict up by exhibit, the worst first.

    Parameters
    ----------
    verdict
        From :func:`ruralpanel.verification.verdict.judge`.

    Returns
    -------
    dict or None
        The statuses that any cell has, and for every exhibit its cells, how many have each status, and the largest
        difference in standard errors of what was published; None where nothing is published.
    """
    summary = by_exhibit(verdict)
    if summary.empty:
        return None
    statuses = [status for status in STATUSES if status in summary.columns]
    return {
        "statuses": statuses,
        "rows": [
            {
                "exhibit": row["exhibit"],
                "cells": count(row["cells"]),
                "counts": [count(row[status]) if row[status] else "" for status in statuses],
                "largest": decimal(row["largest_difference"], 2),
            }
            for row in summary.to_dict("records")
        ],
    }


def verdict_page(
    verdict: pd.DataFrame,
    title: str,
    standing: str,
    figures: pd.DataFrame | None = None,
    drawings: Sequence[Mapping[str, Any]] = (),
    changed: Sequence[str] = (),
) -> str:
    """Render the verdict as one self-contained page.

    Parameters
    ----------
    verdict
        From :func:`ruralpanel.verification.verdict.judge`.
    title
        The study's title.
    standing
        The standing of its data.
    figures
        From :func:`ruralpanel.verification.figures.judge_figures`.
    drawings
        From :func:`ruralpanel.verification.figure_rows.figure_rows`.
    changed
        A sentence for each raw file that is not the published one, from :mod:`ruralpanel.verification.inputs`.
    """
    drawn = None if figures is None else status_counts(figures)
    environment = Environment(loader=PackageLoader("ruralpanel.report"), autoescape=select_autoescape(default=True))
    return environment.get_template("verdict.html.j2").render(
        title=title,
        standing=standing,
        sentence=verdict_sentence(status_counts(verdict), standing, drawn),
        changed=changed,
        figures=drawings,
        by_exhibit=exhibit_rows(verdict),
        rows=verdict_rows(worst_first(verdict)),
    )
