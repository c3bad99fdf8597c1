"""A verdict summed up by exhibit, the worst first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.verification.summary import DIFFERS, REPRODUCES, STATUSES

WORST_FIRST = ("sign flip", "significance flip", "missing", "differ")
"""The statuses by which exhibits are put in order."""


def exhibit_of(cell: Mapping[Any, Any], numbers: Mapping[str, str], blocks: Mapping[str, str]) -> str:
    """Name the exhibit that a published cell is in.

    Parameters
    ----------
    cell
        What the cell is called, and its ``block``.
    numbers
        The exhibits of the study as they are shown, by number: ``Table 4`` has ``Table 4. Listing and income``.
    blocks
        The first exhibit that shows each block, for numbers that were typed from print.
    """
    number = str(cell["cell"]).partition(": ")[0]
    block = str(cell["block"])
    return numbers.get(number) or blocks.get(block) or f"block {block}"


def by_exhibit(verdict: pd.DataFrame) -> pd.DataFrame:
    """Count the cells of a verdict by exhibit and status.

    Parameters
    ----------
    verdict
        From :func:`ruralpanel.verification.verdict.judge`.

    Returns
    -------
    pandas.DataFrame
        One row an exhibit, those with most sign flips first, then by significance flips, missing and differing cells,
        then by ``largest_difference`` in standard errors; others in the order published. A column for every status
        that any cell has; ``cells``, their number.
    """
    if verdict.empty:
        return pd.DataFrame(columns=["exhibit", "cells", "largest_difference"])
    counts = pd.crosstab(verdict["exhibit"], verdict["status"]).reindex(verdict["exhibit"].unique())
    counts = counts[[status for status in STATUSES if status in counts]]
    far = verdict["in_errors"].where(~verdict["status"].isin(REPRODUCES)).groupby(verdict["exhibit"]).max()
    table = counts.assign(cells=counts.sum(axis=1), largest_difference=far.reindex(counts.index)).reset_index()
    keys = [*(status for status in WORST_FIRST if status in table), "largest_difference"]
    return table.sort_values(keys, ascending=False, kind="stable", na_position="last", ignore_index=True)


def worst_cell(cells: pd.DataFrame) -> pd.Series:
    """Pick the cell of an exhibit that says most: by status, and then by the difference in standard errors."""
    order = cells["status"].map({status: place for place, status in enumerate(WORST_FIRST)}).fillna(len(WORST_FIRST))
    return (
        cells.assign(_order=order).sort_values(["_order", "in_errors"], ascending=[True, False], kind="stable").iloc[0]
    )


def exhibit_words(cells: pd.DataFrame) -> tuple[str, str]:
    """Say of an exhibit what does not reproduce, and where to look at the worst of it.

    Parameters
    ----------
    cells
        The rows of a verdict that are of one exhibit.
    """
    bad = cells[~cells["status"].isin(REPRODUCES)]
    counts = bad["status"].value_counts()
    told = ", ".join(f"{counts[status]:,} {status}" for status in (*DIFFERS, "missing") if status in counts)
    worst = worst_cell(bad)
    now = "no number now" if pd.isna(worst["reproduced"]) else f"now {worst['reproduced']:.8g}"
    far = f", {worst['in_errors']:.2g} standard errors away" if pd.notna(worst["in_errors"]) else ""
    what = (
        f"{len(bad):,} of {len(cells):,} cells {'does' if len(bad) == 1 else 'do'} not reproduce ({told}); "
        f"{worst['cell']}, {worst['statistic']}: published {worst['value']}, {now}{far}"
    )
    return what, worst["note"] or f"./run explain '{address_of(worst)}'"
