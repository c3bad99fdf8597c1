"""Describe who is observed when: periods, gaps, entries and exits, by treatment status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ruralpanel.frames.periods.frequency import YEAR, Frequency
from ruralpanel.panel.codebook import ALL
from ruralpanel.panel.periods import spans
from ruralpanel.treatment_columns import cohort_column

BALANCE_KEY = ["designation", "status", "measure", "value"]

UNITS, PERIODS, GAPS, PATTERN = "units", "periods observed", "periods in gaps", "pattern"
OBSERVED, FIRST, LAST, RETURN, AWAY = "observed", "first observed", "last observed", "returns", "in a gap"

MEASURES = {
    UNITS: "`all`: how many units there are",
    PERIODS: "in how many of the panel's periods they have a row",
    GAPS: "in how many periods they have none although they have one before and one after; 0 is a unit without gaps",
    PATTERN: "in which periods they have a row, `2010 to 2015` being all that the panel has from one to the other",
    OBSERVED: "the period: they have a row in it",
    FIRST: "the period: it is the first they have a row in; after the panel's first, an entry",
    RETURN: "the period: they have a row in it, none in the panel's period before, and one earlier",
    LAST: "the period: it is the last they have a row in; before the panel's last, an exit",
    AWAY: "the period: they have no row in it, but one before and one after",
}
"""What is counted, and what the value says."""

NEVER, EVER, ALWAYS = "never", "ever", "always"

STATUSES = {
    ALL: "every unit",
    NEVER: "without a first treated period",
    EVER: "with a first treated period, be it after the panel's last",
    ALWAYS: "those of `ever` that are treated in every row they have",
}
"""The groups of units."""


def balance(
    panel: pd.DataFrame,
    unit: str,
    period: str,
    designations: Sequence[str],
    levels: Mapping[str, str] | None = None,
    of: Frequency = YEAR,
) -> pd.DataFrame:
    """Count units by when they are observed.

    Parameters
    ----------
    panel
        The panel, with the columns of the designations.
    unit, period
        Its keys. Periods are those of the panel: a period in which nobody has a row is none.
    designations
        The designations whose treatment statuses to tell apart; all units together are always counted.
    levels
        For designations that are assigned above units, the column of those who are treated, which are counted in the
        units' place.
    of
        What the panel's periods are.

    Returns
    -------
    pandas.DataFrame
        One row a designation, status (of :data:`STATUSES`), measure (of :data:`MEASURES`) and value, with ``units`` and
        their ``share`` of the units with that status, in an order that a person can read.
    """
    periods = sorted(int(each) for each in panel[period].unique())
    everybody = _seen(pd.factorize(panel[unit])[0], panel[period], periods)
    groups = [(ALL, ALL, everybody)]
    whole, whose = panel, levels or {}
    for name in designations:
        assigned = whose.get(name, unit)
        panel = whole.dropna(subset=[assigned]) if whole[assigned].hasnans else whole
        row = pd.factorize(panel[assigned])[0]
        seen = _seen(row, panel[period], periods)
        ever = panel[cohort_column(name)].notna().groupby(row).any().to_numpy(dtype=bool)
        throughout = panel[name].eq(1).fillna(False).groupby(row).all().to_numpy(dtype=bool)
        groups += [(name, NEVER, seen[~ever]), (name, EVER, seen[ever]), (name, ALWAYS, seen[ever & throughout])]
    rows = [
        (designation, status, measure, value, units, units / len(seen) if len(seen) else np.nan)
        for designation, status, seen in groups
        for measure, value, units in _counts(seen, periods, of)
    ]
    return pd.DataFrame(rows, columns=[*BALANCE_KEY, "units", "share"])


def _seen(row: np.ndarray, period: pd.Series, periods: Sequence[int]) -> np.ndarray:
    """Tell in which of the periods each unit, numbered in the order they are met, has a row."""
    seen = np.zeros((row.max(initial=-1) + 1, len(periods)), dtype=bool)
    seen[row, np.searchsorted(periods, period.to_numpy())] = True
    return seen


def _counts(seen: np.ndarray, periods: Sequence[int], of: Frequency) -> Iterator[tuple[str, str, int]]:
    """Count the units of a group.

    Parameters
    ----------
    seen
        Shape (units, periods): whether there is a row.
    periods
        The panel's periods, in order.
    of
        What they are.
    """
    position = np.arange(len(periods))
    first = seen.argmax(axis=1)
    last = len(periods) - 1 - seen[:, ::-1].argmax(axis=1)
    away = (position > first[:, None]) & (position < last[:, None]) & ~seen
    back = np.zeros_like(seen)
    back[:, 1:] = seen[:, 1:] & away[:, :-1]
    yield UNITS, ALL, len(seen)
    for measure, number in ((PERIODS, seen.sum(axis=1)), (GAPS, away.sum(axis=1))):
        for value, units in zip(*np.unique(number, return_counts=True), strict=True):
            yield measure, str(value), int(units)
    as_bytes = np.packbits(seen, axis=1)
    packed = as_bytes.view(f"V{as_bytes.shape[1]}").ravel() if len(seen) else as_bytes[:, 0]
    _, place, counts = np.unique(packed, return_index=True, return_counts=True)
    listed = [
        (int(units), spans((each for each, there in zip(periods, pattern, strict=True) if there), periods, of))
        for pattern, units in zip(seen[place], counts, strict=True)
    ]
    for units, pattern in sorted(listed, key=lambda pair: (-pair[0], pair[1])):
        yield PATTERN, pattern, units
    of_first, of_last = (np.bincount(each, minlength=len(periods)) for each in (first, last))
    for measure, by_period in (
        (OBSERVED, seen.sum(axis=0)),
        (FIRST, of_first),
        (RETURN, back.sum(axis=0)),
        (LAST, of_last),
        (AWAY, away.sum(axis=0)),
    ):
        for value, units in zip(periods, by_period, strict=True):
            yield measure, of.label(value), int(units)
