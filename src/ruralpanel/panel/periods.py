"""What the periods of a panel and of its columns are, and how several are written for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ruralpanel.frames.periods.frequency import YEAR, Frequency, FrequencyName, frequency, labelled
from ruralpanel.study.panel import Panel
from ruralpanel.treatment_columns import cohort_column


@dataclass(frozen=True)
class PanelPeriods:
    """What the periods of a panel are.

    Parameters
    ----------
    of
        The panel's frequency; years where the study does not say.
    declared
        Whether the study says.
    columns
        By column of the panel that holds periods which are more than whole numbers, their frequency.
    prices
        By deflator, the frequency of its series.
    """

    of: Frequency = YEAR
    declared: bool = False
    columns: Mapping[str, Frequency] = field(default_factory=dict)
    prices: Mapping[str, Frequency] = field(default_factory=dict)


YEARS = PanelPeriods()
"""The periods of a study that does not say what they are."""


def panel_periods(
    panel: Panel, tables: Sequence[str], designations: Iterable[str], periods: Mapping[str, Mapping[str, FrequencyName]]
) -> PanelPeriods:
    """Find out what the periods of a panel's columns are.

    Parameters
    ----------
    panel
        The study's ``panel`` section.
    tables
        The base and the joined sources and tables.
    designations
        The names of the designations.
    periods
        By source or table, its columns that hold periods, with their frequencies.
    """
    of = frequency(panel.frequency)
    columns = {column: frequency(each) for name in tables for column, each in periods.get(name, {}).items()}
    columns |= {cohort_column(name): of for name in designations}
    prices = {name: frequency(periods.get(each.source, {}).get(each.period)) for name, each in panel.deflators.items()}
    return PanelPeriods(
        of,
        panel.frequency is not None,
        {name: each for name, each in columns.items() if not each.is_plain},
        prices,
    )


def spans(periods: Iterable[int], steps: Sequence[int] | None = None, of: Frequency = YEAR) -> str:
    """Write periods in order, runs of them by their ends: ``2013 to 2017, 2019``.

    Parameters
    ----------
    periods
        The periods.
    steps
        All periods there are, in order, where they are uneven (2010, 2012, 2016): two of them that follow on each other
        are a run. Left out: every whole number is a period.
    of
        What the periods are.
    """
    position = {period: index for index, period in enumerate(steps)} if steps is not None else None
    runs: list[list[int]] = []
    for period in sorted(periods):
        follows = bool(runs) and (
            runs[-1][-1] == period - 1 if position is None else position[runs[-1][-1]] == position[period] - 1
        )
        if follows:
            runs[-1].append(period)
        else:
            runs.append([period])
    ends = [labelled((run[0], run[-1]), of) for run in runs]
    return ", ".join(first if first == last else f"{first} to {last}" for first, last in ends)
