"""Read yearly lists: who is on which, who leaves and comes back, and what the lists leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.keys import require_same_kind, with_whole_numbers
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.frequency import YEAR, Frequency, labelled
from ruralpanel.panel.periods import spans
from ruralpanel.study.designation import YearlyList

FIRST, UNCERTAIN, EXIT, AGAIN, ABSENT = "first listing", "uncertain onset", "exit", "re-entry", "not in panel"

EVENTS = {
    FIRST: "the first list a unit is on; its year is the cohort",
    UNCERTAIN: "the first listing follows on a year without a list, so that the unit may have been listed in that year",
    EXIT: "the unit is missing from a list, and was on the one before; a year without a list is never an exit",
    AGAIN: "the unit is on a list, was on an earlier one, and was missing from the one before",
    ABSENT: "the unit is on a list, and the panel does not have it; the year is that of its first list",
}
"""What can happen to a unit in a list year and when it does, in the order a reader is told."""

EVENT_COLUMNS = ["designation", "unit", "year", "event", "detail"]
"""The columns of the table of events."""

EVENT_KEY = ["designation", "unit", "year", "event"]
"""The columns that identify a row of it."""

FAR = 100
"""A list year this many years before or after the panel is taken for a code and not for a year."""


@dataclass(frozen=True)
class ListReading:
    """What yearly lists say.

    Parameters
    ----------
    on
        One row a unit that is on any list, one column a list year that exists, in order; True where it is on it.
    events
        One row an event of a unit, with :data:`EVENT_COLUMNS`; years are ordinals.
    of
        What list years are: years, or other periods.
    """

    on: pd.DataFrame
    events: pd.DataFrame
    of: Frequency = YEAR

    @property
    def years(self) -> list[int]:
        """The list years that exist, in order."""
        return [int(year) for year in self.on.columns]

    def first_years(self, units: pd.Series) -> pd.Series:
        """Give the year of the first list each unit is on; missing when it is on none."""
        first = np.array([*self.years, np.nan])[self.on.to_numpy(dtype=bool).argmax(axis=1)] if len(self.on) else []
        row = self._rows(units)
        return pd.Series(np.append(first, np.nan)[row], index=units.index, name=units.name)

    def status(self, units: pd.Series, periods: pd.Series) -> pd.Series:
        """Tell whether each unit is on the latest list of its period.

        Parameters
        ----------
        units, periods
            The keys of the panel's rows.

        Returns
        -------
        pandas.Series
            1 or 0; 0 before the first list; missing after the last one, when nobody knows who would be on the next.
        """
        listed = self.on.to_numpy(dtype=bool)
        row = self._rows(units)
        column = np.searchsorted(self.years, periods.to_numpy(), side="right") - 1
        readable = (row >= 0) & (column >= 0)
        values = np.zeros(len(units))
        values[readable] = listed[row[readable], column[readable]]
        status = pd.Series(values, index=units.index).mask(periods > self.years[-1])
        return status if status.isna().any() else status.astype("int64")

    def _rows(self, units: pd.Series) -> NDArray[np.intp]:
        """Find the row of each unit; -1 where it is on no list."""
        code, different = pd.factorize(units)
        return np.append(self.on.index.get_indexer(pd.Index(different)), -1)[code]


def no_events() -> pd.DataFrame:
    """Give the table of events of a study without yearly lists."""
    return pd.DataFrame(columns=EVENT_COLUMNS).astype({"year": "int64"})


def read_lists(
    table: pd.DataFrame,
    name: str,
    declared: YearlyList,
    panel: pd.DataFrame,
    unit: str,
    period: str,
    of: Frequency | None = None,
) -> ListReading:
    """Read the yearly lists of one designation.

    Only lists that exist can tell who enters or leaves: a unit on the lists of 2017 and 2019 stayed if there is none
    of 2018, and one that is first on the list of 2019 entered in 2018 or 2019.

    Parameters
    ----------
    table
        The typed table of the lists, in any order.
    name
        The designation's name.
    declared
        How the lists are read.
    panel
        The panel they are read for.
    unit, period
        The panel's keys.
    of
        The declared frequency of the panel's periods and of the lists.

    Returns
    -------
    ListReading
        Who is on which list, and every event.

    Raises
    ------
    DataError
        If units are of another type than the panel's, a list year is no whole number, far from the panel's periods,
        or not among the years that are declared to exist, or there is no list at all; or if treatments that can end
        would all end because a list is declared to exist that has nobody on it.
    """
    where = f"source {declared.source}"
    require_same_kind(panel, table, unit, declared.source, f"list of the designation {name}")
    rows = with_whole_numbers(table[[unit, declared.year]], declared.year, where, "list year", of)
    frequency = of or YEAR
    years = _existing_years(rows[declared.year], declared, panel[period], where, frequency)
    empty = sorted(set(years) - set(rows[declared.year]))
    if empty and declared.exits == "switch":
        what = f"has nobody on the list of {spans(empty, of=frequency)}, so that every treatment would end there"
        hint = f"if there was no such list, leave the year out of `years` of the designation {name}"
        raise DataError([Problem(where, what, hint=hint)])
    # A key of more than unit and year may list a unit twice in a year; on the list is on the list.
    code, units = pd.factorize(rows[unit], sort=True)
    listed = np.zeros((len(units), len(years)), dtype=bool)
    listed[code[code >= 0], np.searchsorted(years, rows[declared.year].to_numpy()[code >= 0])] = True
    on = pd.DataFrame(listed, index=pd.Index(units, name=unit), columns=pd.Index(years, name=declared.year))
    return ListReading(
        on, _events(on, name, pd.Index(panel[unit].unique()).get_indexer(on.index) >= 0, frequency), frequency
    )


def note_lists(
    reading: ListReading, name: str, declared: YearlyList, panel: pd.DataFrame, unit: str, period: str, ledger: Ledger
) -> None:
    """Say in the ledger which lists there are and how often each kind of event happens.

    Parameters
    ----------
    reading
        From :func:`read_lists`.
    name, declared
        The designation's name and how its lists are read.
    panel
        The panel; nothing in it changes.
    unit, period
        The panel's keys.
    ledger
        Gets the lines.
    """
    for what, words in _ledger_words(reading, declared, panel, unit, period):
        ledger.note(f"designation {name}: {what}", len(panel), panel, words, [name])


def _existing_years(found: pd.Series, declared: YearlyList, periods: pd.Series, where: str, of: Frequency) -> list[int]:
    """Give the years of the lists that exist, in order."""
    years = sorted({int(year) for year in (found if declared.years is None else declared.years)})
    if not years:
        raise DataError([Problem(where, "has no row, so there is no list")])
    distance = FAR * of.a_year
    far = sorted({*years, *map(int, found)} - set(range(periods.min() - distance, periods.max() + distance + 1)))
    if far:
        what = f"the list year `{declared.year}` is {_listing(far, of)}, far from the panel's periods, " + (
            " to ".join(labelled((periods.min(), periods.max()), of))
        )
        raise DataError([Problem(where, what, hint="correct the rows; a code is no list year")])
    outside = found[~found.isin(years)]
    if len(outside):
        what = f"has {counted(len(outside), 'row')} of {_listing(sorted(set(outside)), of)}, which `years` leaves out"
        raise DataError([Problem(where, what, hint="name every list year that exists, or leave `years` out")])
    return years


def _events(on: pd.DataFrame, name: str, in_panel: NDArray[np.bool_], of: Frequency) -> pd.DataFrame:
    """Give the events of all units; they depend on nothing but the lists that a unit is on, and whether it is known."""
    years = [int(year) for year in on.columns]
    patterns, pattern = np.unique(np.column_stack([on.to_numpy(), in_panel]), axis=0, return_inverse=True)
    of_pattern = [list(_events_of(np.array(years)[each[:-1]].tolist(), years, bool(each[-1]), of)) for each in patterns]
    number = np.array([len(each) for each in of_pattern], dtype=int)
    found = pd.DataFrame([event for each in of_pattern for event in each], columns=EVENT_COLUMNS[2:])
    row = np.repeat(np.arange(len(on)), number[pattern])
    begin = (np.cumsum(number) - number)[pattern]
    within = np.arange(len(row)) - np.repeat(np.cumsum(number[pattern]) - number[pattern], number[pattern])
    events: pd.DataFrame = found.iloc[begin[row] + within].reset_index(drop=True)
    ordered: pd.DataFrame = events.assign(designation=name, unit=on.index[row])[EVENT_COLUMNS]
    return ordered


def _events_of(listed: list[int], years: list[int], in_panel: bool, of: Frequency) -> Iterator[tuple[int, str, str]]:
    """Give the events of a unit on these lists: the list year, what happened, and what is known about it."""
    first = listed[0]
    if not in_panel:
        yield first, ABSENT, f"on {counted(len(listed), 'list')}: {spans(listed, of=of)}"
        return
    earliest = first == years[0]
    yield first, FIRST, "on the earliest list, so listed then or before" if earliest else "on no earlier list"
    before = dict(zip(years[1:], years, strict=False))
    if not earliest and before[first] < first - 1:
        yield first, UNCERTAIN, _uncertain(before[first], first, of)
    on = set(listed)
    for year in years[years.index(first) + 1 :]:
        last = before[year]
        if last in on and year not in on:
            yield year, EXIT, f"on the list of {of.label(last)}, not on that of {of.label(year)}"
        if last not in on and year in on:
            yield year, AGAIN, f"last on the list of {of.label(max(each for each in on if each < year))}"


def _uncertain(last: int, first: int, of: Frequency) -> str:
    """Say when a unit may have been listed whose first list follows on a year without one."""
    between = " or ".join(labelled(range(last + 1, first + 1), of))
    when = f"in {between}" if first - last == 2 else f"between {of.label(last + 1)} and {of.label(first)}"
    return f"first listed after a list {of.noun if not of.is_plain else 'year'} that does not exist, so listed {when}"


def _ledger_words(
    reading: ListReading, declared: YearlyList, panel: pd.DataFrame, unit: str, period: str
) -> Iterator[tuple[str, str]]:
    """Give the steps and reasons of the ledger's lines, one kind of event after the other."""
    years, events, of_lists = reading.years, reading.events, reading.of
    absent = sorted(set(range(years[0], years[-1])) - set(years))
    empty = [year for year in years if not reading.on[year].any()]
    words = [f"{counted(len(years), 'list')}: {spans(years, of=of_lists)}"]
    words += [f"no list of {spans(absent, of=of_lists)}, which is neither an exit nor an entry"] if absent else []
    words += [f"nobody is on the list of {spans(empty, of=of_lists)}"] if empty else []
    late = panel[period] > years[-1]
    if late.any():
        never = late & ~panel[unit].isin(reading.on.index)
        words.append(
            f"{counted(int(late.sum()), 'row')} after the last list: "
            + (
                "treatment unknown"
                if declared.exits == "switch"
                else f"treatment stays, and {int(never.sum()):,} of units on no list count as untreated"
            )
        )
    yield "lists", "; ".join(words)

    of = {event: events[events["event"] == event] for event in EVENTS}
    at_start = int((of[FIRST]["year"] == years[0]).sum())
    yield (
        "first listings",
        _units_words(of[FIRST])
        + (
            f"; {at_start:,} on the earliest list, {of_lists.label(years[0])}, so listed then or before"
            if at_start
            else ""
        ),
    )
    spells = of[UNCERTAIN].groupby("detail", sort=False).size()
    doubts = [f"{counted(size, 'unit')} {detail}" for detail, size in spells.items()]
    yield "uncertain onsets", "; ".join(doubts) or "none"
    ends = "treatment ends" if declared.exits == "switch" else "ignored: treatment stays"
    begins = "treatment begins again" if declared.exits == "switch" else "ignored: treatment never ended"
    for what, event, meaning in (
        ("exits", EXIT, ends),
        ("re-entries", AGAIN, begins),
        ("units not in the panel", ABSENT, "each is named in designation.csv"),
    ):
        yield what, _units_words(of[event]) + (f"; {meaning}" if len(of[event]) else "")

    newly = of[FIRST].groupby("year").size()
    for year, reason in sorted((int(year), reason) for year, reason in declared.breaks.items()):
        if years[0] <= year <= years[-1]:
            yield (
                f"definition break {of_lists.label(year)}",
                f"{reason}; {counted(int(newly.get(year, 0)), 'unit')} first listed then",
            )


def _units_words(events: pd.DataFrame) -> str:
    """Count the units of events, and the events where a unit has several."""
    if events.empty:
        return "none"
    units = events["unit"].nunique()
    return counted(units, "unit") + (f", {len(events):,} times in all" if len(events) > units else "")


def _listing(years: list[int], of: Frequency) -> str:
    shown = ", ".join(labelled(years[:5], of))
    return shown + (f", … ({len(years)} in all)" if len(years) > 5 else "")
