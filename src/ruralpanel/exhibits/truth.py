"""The true effect in figures, where data are simulated and it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from ruralpanel.exhibits.caption import ExhibitDeclaration

COLOUR = "#111111"
LABEL = "True effect"
DASHED = (0, (5, 2))
LOOK: dict[str, Any] = {"color": COLOUR, "linewidth": 1.1, "linestyle": DASHED, "label": LABEL}

Truth = Mapping[str, Any] | float | None


def truth_of(declaration: ExhibitDeclaration, term: str, outcome: str) -> Truth:
    """Give what is true of a coefficient; none where that is not known."""
    return declaration.truths.get(term, {}).get(outcome)


def truth_of_rows(declaration: ExhibitDeclaration, rows: pd.DataFrame) -> Truth:
    """Give what is true of all rows of estimates; none where they are of several terms or outcomes."""
    places = set(zip(rows["term"], rows["outcome"], strict=True))
    return truth_of(declaration, *map(str, places.pop())) if len(places) == 1 else None


def average_of(truth: Truth) -> float | None:
    """Give the average of true effects; none where it is not known."""
    average = truth.get("average") if isinstance(truth, Mapping) else truth
    return None if average is None else float(average)


def average_over(truth: Truth, event_times: Iterable[int]) -> float | None:
    """Give the mean of true effects over event times; none where one of them is not known."""
    by_time = truth.get("by_event_time", {}) if isinstance(truth, Mapping) else {}
    times = [str(time) for time in event_times]
    return sum(by_time[time] for time in times) / len(times) if times and set(times) <= {*by_time} else None


def draw_level(axes: Axes, truth: Truth, upright: bool = False) -> None:
    """Draw the average of true effects as a dashed line across the axes; nothing where it is not known.

    Parameters
    ----------
    axes
        Where to.
    truth
        From :func:`ruralpanel.study.answer.true_effect`.
    upright
        Whether the line is, as effects lie along the axes.
    """
    average = average_of(truth)
    if average is not None:
        (axes.axvline if upright else axes.axhline)(average, zorder=1.5, **LOOK)


def draw_mark(axes: Axes, truth: Truth, low: float, high: float, upright: bool = False) -> None:
    """Draw the true value of one coefficient as a dashed line over what it is a coefficient of.

    Parameters
    ----------
    axes
        Where to.
    truth
        From :func:`ruralpanel.study.answer.true_effect`; nothing is drawn where it is not known.
    low, high
        From where to where, on the axis that is not the coefficient's.
    upright
        Whether the line is, as coefficients lie along the axes.
    """
    average = average_of(truth)
    if average is not None:
        ends = ([average, average], [low, high])
        axes.plot(*(ends if upright else reversed(ends)), zorder=2.5, **LOOK)


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
    axes.plot(times, [by_time[str(time)] for time in times], marker="_", markersize=9, zorder=1.5, **LOOK)


def true_cells(truth: Truth, cells: pd.DataFrame) -> pd.DataFrame:
    """Put true effects of cohorts at event times in place of their estimates.

    Parameters
    ----------
    truth
        From :func:`ruralpanel.study.answer.true_effect`.
    cells
        Rows by `cohort` and `event_time`, of one equation.

    Returns
    -------
    pandas.DataFrame
        The same rows; `estimate` is missing where there was none, and where the true effect is not known.
    """
    known = truth.get("by_cohort_and_event_time", {}) if isinstance(truth, Mapping) else {}
    found = [
        known.get(str(row["cohort"]), {}).get(str(int(row["event_time"]))) if pd.notna(row["estimate"]) else None
        for row in cells.to_dict("records")
    ]
    return cells.assign(estimate=pd.Series(found, index=cells.index, dtype="float64"))


def truth_notes(drawn: bool) -> list[str]:
    """Say what the dashed line is, where there is one."""
    return ["Dashed: the true effect, known because the data are simulated."] if drawn else []
