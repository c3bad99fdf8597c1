"""The true effect in figures, where data are simulated and it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from ruralpanel.exhibits.caption import ExhibitDeclaration

COLOUR = "#111111"
LABEL = "True effect"

Truth = Mapping[str, Any] | float | None


def draw_level(axes: Axes, truth: Truth) -> None:
    """Draw the average of true effects as a dashed line across the axes; nothing where it is not known."""
    average = truth.get("average") if isinstance(truth, Mapping) else truth
    if average is not None:
        axes.axhline(average, color=COLOUR, linewidth=1.1, linestyle=(0, (5, 2)), zorder=1.5, label=LABEL)


def draw_path(axes: Axes, truth: Truth, event_times: pd.Series) -> None:
    """Draw true effects by event time as a dashed path, and their average where no more is known.

    Parameters
    ----------
    axes
        With event times along them.
    truth
        From :func:`ruralpanel.study.answer.true_effect`.
    event_times
        Those shown.
    """
    by_time = truth.get("by_event_time") if isinstance(truth, Mapping) else None
    if not by_time:
        draw_level(axes, truth)
        return
    low, high = int(event_times.min()), int(event_times.max())
    times = [time for time in sorted(map(int, by_time)) if low <= time <= high]
    axes.plot(
        times,
        [by_time[str(time)] for time in times],
        color=COLOUR,
        linewidth=1.1,
        linestyle=(0, (5, 2)),
        marker="_",
        markersize=9,
        zorder=1.5,
        label=LABEL,
    )


def truth_notes(declaration: ExhibitDeclaration) -> list[str]:
    """Say what the dashed line is, where there is one."""
    return ["Dashed: the true effect, which is known of simulated data."] if declaration.truths else []
