"""The ``panel`` section: how the tables become one row per unit and period, and which rows are kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.places import Places


class Join(Section):
    """One table joined to the panel."""

    source: Name
    """The source to join."""
    on: Annotated[list[Name], Field(min_length=1)]
    """The columns that both sides share."""
    expect: Literal["many_to_one", "one_to_one"] = "many_to_one"
    """How many panel rows may meet one row of the source. `one_to_one` is an error when two do."""
    unmatched: Literal["missing", "zero", "drop", "fail"] = "missing"
    """What a panel row without a partner means: its new columns are missing, they are zero (a county without a
    listed village), the row is dropped, or it is an error. Counted in the ledger either way."""


class Derived(Section):
    """A column computed from others."""

    expression: Text
    """Arithmetic on columns: `income / residents`, `log(income)`, `year >= 2015`. Functions: abs, arcsinh,
    exp, expm1, log, log10, log1p, sqrt. A result that is not a finite number is missing."""
    label: Text | None = None
    """What a reader sees in tables and figures."""
    unit: Text | None = None
    """The unit, as printed on an axis."""


class Restriction(Section):
    """A rule that says which rows of the panel are kept."""

    keep: Text
    """A condition on columns, for the rows that stay: `year >= 2010 and residents > 0`."""
    reason: Text
    """Why, for the ledger and the reader."""


class ColumnOrigin(Section):
    """Where a column of the panel comes from; not written by users, made by `Study.column_origins`."""

    origin: str
    """The source and its header, an expression, a designation, places, or a legacy."""
    label: str | None = None
    """What a reader sees."""
    unit: str | None = None
    """The unit."""
    transformation: str = ""
    """What was done to the raw values."""


def _expression_alone(value: Any) -> Any:
    return {"expression": value} if isinstance(value, str) else value


class Panel(Section):
    """From tables to one panel."""

    unit: Name
    """The column that identifies a unit (village, county, household)."""
    period: Name
    """The column that says when: whole numbers, usually years."""
    region: Name | None = None
    """A column by which the match report tells regions apart, such as the province; how much capacities vary within
    regions is told too."""
    base: Name | None = None
    """The source whose rows are the panel's rows; may be left out when there is one source only."""
    joins: list[Join] = []
    """Tables joined to the base, in this order."""
    derived: dict[Name, Annotated[Derived, BeforeValidator(_expression_alone)]] = {}
    """New columns, in this order: a name with its expression, or with expression, label and unit."""
    places: Places | None = None
    """Where units are, and the columns that follow from it: neighbours, density, distances."""
    sample: list[Restriction] = []
    """Restrictions of the sample, applied in this order after designation is dated, places are read
    and capacities measured."""
