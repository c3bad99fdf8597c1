"""Axes of periods: where a period stands on an axis, and what is written there."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from ruralpanel.frames.periods.column import ordinals_of
from ruralpanel.frames.periods.frequency import Frequency, frequency

_STEPS: dict[str, tuple[int, ...]] = {
    "half_year": (1, 2, 4, 10, 20, 40, 100),
    "quarter": (1, 2, 4, 8, 20, 40, 80, 200),
    "month": (1, 2, 3, 6, 12, 24, 60, 120, 240, 600),
    "week": (1, 2, 4, 13, 26, 52, 104, 260, 520),
    "day": (1, 2, 7, 14, 28, 91, 182, 365, 730, 1825, 3650),
}
"""Distances of ticks that a person can follow: whole years where they are longer than one."""


def positions(periods: pd.Series, name: str | None) -> pd.Series:
    """Give the places of periods on an axis: their ordinals.

    Parameters
    ----------
    periods
        As a table of results has them: whole numbers, or labels such as ``2014Q3``.
    name
        What the study says that a period is.
    """
    return ordinals_of(periods, frequency(name))


def set_period_ticks(axes: Axes, periods: pd.Series, name: str | None, most: int) -> None:
    """Put ticks at whole periods, with what a reader knows them by.

    Parameters
    ----------
    axes
        The axes, whose x axis is of periods.
    periods
        The places that are drawn: ordinals.
    name
        What the study says that a period is.
    most
        How many ticks there may be.
    """
    of = frequency(name)
    if of.is_plain:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=most))
        return
    axes.xaxis.set_major_locator(FixedLocator(_ticks(int(periods.min()), int(periods.max()), of, most)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: of.label(at) if float(at).is_integer() else ""))


def _ticks(first: int, last: int, of: Frequency, most: int) -> list[int]:
    """List the ticks: at the beginnings of years, or of parts of one, where that is no more than there may be."""
    fewer = min(most, 6 if of.name in ("month", "week", "day") else 7)  # labels longer than a year's need more room
    steps = _STEPS[of.name]
    step = next((each for each in steps if (last - first) // each < fewer), steps[-1])
    start = first if of.name in ("week", "day") else -(-first // step) * step
    return list(range(start, last + 1, step)) or [first]
