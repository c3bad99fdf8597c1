"""Which columns of a source hold periods: the panel's period, cohorts, list years, and what a column says of itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ruralpanel.frames.periods.frequency import FrequencyName
from ruralpanel.study.base import Section
from ruralpanel.study.designation import Designation
from ruralpanel.study.sources import Source


class PeriodColumn(Section):
    """A column of a source that holds periods; not written by users, made by `Study.period_columns`."""

    frequency: FrequencyName
    """The frequency of its periods."""
    within: bool = False
    """Whether the periods are wanted in which its values lie, because the column declares a frequency of its own."""
    never: list[int | str] = []
    """What stands for never treated, where it is a column of cohorts."""


def columns_with_periods(
    source: Source, names: Collection[str], of_panel: FrequencyName | None, treatments: Iterable[Designation]
) -> dict[str, PeriodColumn]:
    """Find the columns of a source that hold periods.

    Parameters
    ----------
    source
        The source.
    names
        What columns are called that the study takes for periods.
    of_panel
        The frequency that the panel declares; without one, only columns that declare their own are read as periods.
    treatments
        The study's designations, for what stands for never treated in columns of cohorts.
    """
    found = {}
    for name in source.column_names:
        own = source.columns[name].frequency if name in source.columns else None
        if own is not None:
            found[name] = PeriodColumn(frequency=own, within=True)
        elif of_panel is not None and name in names:
            found[name] = PeriodColumn(frequency=of_panel)
    for treatment in treatments:
        if treatment.cohort in found and treatment.never:
            column = found[treatment.cohort]
            never = [each for each in treatment.never if each not in column.never]
            found[treatment.cohort] = column.model_copy(update={"never": [*column.never, *never]})
    return found
