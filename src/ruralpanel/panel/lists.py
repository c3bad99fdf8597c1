"""Read yearly lists: who is on which, who leaves and comes back, and what the lists leave open."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
        first = self.on.idxmax(axis=1) if len(self.on) else pd.Series(dtype="float64")
        return units.map(first).astype("float64")

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
        row = self.on.index.get_indexer(pd.Index(units))
        column = np.searchsorted(self.years, periods.to_numpy(), side="right") - 1
        readable = (row >= 0) & (column >= 0)
        values = np.zeros(len(units))
        values[readable] = listed[row[readable], column[readable]]
        status = pd.Series(values, index=units.index).mask(periods > self.years[-1])
        return status if status.isna().any() else status.astype("int64")


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
    on = pd.crosstab(rows[unit], rows[declared.year]).reindex(columns=years, fill_value=0).astype(bool)
    in_panel = set(panel[unit])
    found = [event for listed in _units(on) for event in _events_of(*listed, years, listed[0] in in_panel, frequency)]
    return ListReading(on, pd.DataFrame([(name, *event) for event in found], columns=EVENT_COLUMNS), frequency)


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


def _units(on: pd.DataFrame) -> Iterator[tuple[Hashable, list[int]]]:
    """Give each unit with the years of the lists it is on."""
    years = np.array(on.columns, dtype=int)
    for unit, listed in zip(on.index, on.to_numpy(), strict=True):
        yield unit, years[listed].tolist()


def _events_of(
    unit: Hashable, listed: list[int], years: list[int], in_panel: bool, of: Frequency
) -> Iterator[tuple[Hashable, int, str, str]]:
    """Give the events of one unit: the unit, the list year, what happened, and what is known about it."""
    first = listed[0]
    if not in_panel:
        yield unit, first, ABSENT, f"on {counted(len(listed), 'list')}: {spans(listed, of=of)}"
        return
    earliest = first == years[0]
    yield unit, first, FIRST, "on the earliest list, so listed then or before" if earliest else "on no earlier list"
    before = dict(zip(years[1:], years, strict=False))
    if not earliest and before[first] < first - 1:
        yield unit, first, UNCERTAIN, _uncertain(before[first], first, of)
    on = set(listed)
    for year in years[years.index(first) + 1 :]:
        last = before[year]
        if last in on and year not in on:
            yield unit, year, EXIT, f"on the list of {of.label(last)}, not on that of {of.label(year)}"
        if last not in on and year in on:
            yield unit, year, AGAIN, f"last on the list of {of.label(max(each for each in on if each < year))}"


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
