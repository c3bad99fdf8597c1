"""The ``panel`` section: how the tables become one row per unit and period, and which rows are kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ruralpanel.frames.periods.frequency import FrequencyName
from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.measures import Deflator, Derived
from ruralpanel.study.places import Places


class Join(Section):
    """One table joined to the panel."""

    source: Name
    """The source or table to join."""
    on: Annotated[list[Name], Field(min_length=1)]
    """The columns that both sides share."""
    expect: Literal["many_to_one", "one_to_one"] = "many_to_one"
    """How many panel rows may meet one row of the source. `one_to_one` is an error when two do."""
    unmatched: Literal["missing", "zero", "drop", "fail"] = "missing"
    """What a panel row without a partner means: its new columns are missing, they are zero (a county without a
    listed village), the row is dropped, or it is an error. Counted in the ledger either way."""


class Restriction(Section):
    """A rule that says which rows of the panel are kept."""

    keep: Text
    """A condition on columns, for the rows that stay: `year >= 2010 and residents > 0`."""
    reason: Text
    """Why, for the ledger and the reader."""


class ColumnOrigin(Section):
    """Where a column of the panel comes from; not written by users, made by `Study.column_origins`."""

    origin: str
    """The source and its header, derived, a designation, places, or a legacy."""
    label: str | None = None
    """What a reader sees."""
    unit: str | None = None
    """The unit."""
    transformation: str = ""
    """What was done to the raw values."""
    frequency: FrequencyName | None = None
    """What a period is, where the column holds periods that are more than whole numbers."""


def expression_alone(value: Any) -> Any:
    """Read the short form of a derived column: just the expression."""
    return {"expression": value} if isinstance(value, str) else value


class Panel(Section):
    """From tables to one panel."""

    unit: Name
    """The column that identifies a unit (village, county, household)."""
    period: Name
    """The column that says when: whole numbers, usually years; with `frequency`, quarters, months and others."""
    frequency: FrequencyName | None = None
    """What a period is: `year`, `half_year`, `quarter`, `month`, `week`, `day`. The panel's period, cohorts and list
    years are then read as people write them (`2014Q3`, `2014年3季度`, 201407, dates), in every source; event times,
    windows, lags and the like count periods of it; and a study file writes a period as a reader sees it (`2014Q3`,
    `2014-07`), in a condition between quotation marks: `quarter >= "2014Q3"`. Left out: whole numbers that are years,
    or count periods from 1. `number`: whole numbers as they are, whatever they look like."""
    region: Name | None = None
    """A column by which the match report tells regions apart, such as the province; how much capacities vary within
    regions is told too."""
    base: Name | None = None
    """The source or table whose rows are the panel's rows; may be left out when there is one source only."""
    joins: list[Join] = []
    """Tables joined to the base, in this order."""
    deflators: dict[Name, Deflator] = {}
    """By name: prices that turn nominal values into real ones."""
    derived: dict[Name, Annotated[Derived, BeforeValidator(expression_alone)]] = {}
    """New columns, in this order, so that later ones can use earlier ones: a name with its expression alone, or with
    one way to compute it, label and unit. They are computed before designation is dated; those that use a designation,
    a column of `places` or a capacity, or a derived column that does, as soon as that is there; and all before
    `sample`."""
    places: Places | None = None
    """Where units are, and the columns that follow from it: neighbours, density, distances."""
    sample: list[Restriction] = []
    """Restrictions of the sample, applied in this order after designation is dated, places are read
    and capacities measured."""
