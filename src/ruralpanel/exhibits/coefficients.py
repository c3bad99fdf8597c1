"""What figures of single coefficients share: a point with its interval, and sentences of the notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.style import COLOURS, MARKERS
from ruralpanel.words.estimates import variances_words
from ruralpanel.words.names import row_words


def draw_interval(
    axes: Axes, row: Mapping[Any, Any], at: float, position: int, label: str, upright: bool = False
) -> None:
    """Draw a coefficient as a point and its interval as a bar.

    Parameters
    ----------
    axes
        Where to.
    row
        A row of the estimates; one without a number is not drawn.
    at
        Where on the axis that is not the coefficient's.
    position
        Of the series, which gives colour and marker.
    label
        Of the series, for a legend.
    upright
        Whether the coefficient is on the upright axis.
    """
    if pd.isna(row["estimate"]):
        return
    low, high = row["estimate"] - row["interval_low"], row["interval_high"] - row["estimate"]
    error = None if pd.isna(low) or pd.isna(high) else [[low], [high]]
    place = (at, row["estimate"]) if upright else (row["estimate"], at)
    axes.errorbar(
        place[0],
        place[1],
        xerr=None if upright else error,
        yerr=error if upright else None,
        fmt=MARKERS[position % len(MARKERS)],
        color=COLOURS[position % len(COLOURS)],
        markersize=5,
        linewidth=1.3,
        capsize=2.5,
        label=label,
    )


def interval_notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    """Say what bars are, and how standard errors were computed.

    Parameters
    ----------
    data
        Rows of the estimates.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    list of str
        One sentence, or none where there is no standard error.
    """
    numbers = data[data["standard_error"].notna()]
    if numbers.empty:
        return []
    levels = " or ".join(f"{level:.0%}" for level in dict.fromkeys(numbers["interval_level"]))
    variances = variances_words(numbers, declaration.labels)
    return [f"Points are coefficients, bars {levels} intervals; standard errors {variances}."]


def missing_coefficients(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    """Say in a sentence each why coefficients have no number.

    Parameters
    ----------
    data
        Rows of the estimates.
    declaration
        What the study says about the exhibit.
    """
    without = data[data["estimate"].isna()].drop_duplicates(["term", "reason"])
    return [f"{row_words(row, declaration.labels)}: {row['reason']}." for row in without.to_dict("records")]
