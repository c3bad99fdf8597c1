"""What figures of single coefficients share: a point with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from ruralpanel.exhibits.style import COLOURS, MARKERS


def bars(rows: pd.DataFrame) -> list[pd.Series]:
    """Give how far intervals reach below and above estimates; nothing where there is none."""
    ends = (rows["estimate"] - rows["interval_low"], rows["interval_high"] - rows["estimate"])
    return [each.fillna(0) for each in ends]


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
