"""The ``designation`` section: the treatments, and how a unit's cohort is read from the data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ruralpanel.study.base import Name, Section, Text

YearAsKey = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]*)$")]
"""A year in front of a colon; keys are text, whatever they are made of."""


class YearlyList(Section):
    """Lists that appear once a year and say which units are designated then, in a source of their own."""

    source: Name
    """The source or table with one row for each unit and list year. It is read beside the panel and not joined to it;
    its key holds the panel's unit and the list year."""
    year: Name
    """The source's column with the year of the list."""
    years: Annotated[list[int], Field(min_length=1)] | None = None
    """The list years that exist; left out: those found in the file. A year between them that is not among them has
    no list, and nobody enters or leaves in it."""
    exits: Literal["ignore", "switch"] = "ignore"
    """`ignore`: once listed, treated for ever. `switch`: treated while on the latest list, unknown in periods
    after the last one; needs `absorbing: false`. Units that leave or come back are reported either way."""
    breaks: dict[YearAsKey, Text] = {}
    """List years in which the definition changed, each with what changed, for the ledger."""


class Designation(Section):
    """One treatment that units enter at different times.

    It adds three columns to the panel: its own name (1 from the cohort's period on), `<name>_cohort` (first
    period treated, missing when never) and `<name>_event_time` (periods since then).
    """

    cohort: Name | None = None
    """The column with the first period treated, constant within a unit; missing means never treated. A cohort
    later than the last period has event times before treatment only."""
    indicator: Name | None = None
    """The column that is 1 in treated periods and 0 otherwise, in place of `cohort`. The cohort is the first period
    seen treated; the ledger counts units whose period before that is not observed."""
    listed: Annotated[YearlyList | None, Field(alias="list")] = None
    """Yearly lists to read, in place of `cohort`. The cohort is the year of the first list a unit is on."""
    never: list[int] = []
    """Values of the cohort column that mean “never treated”, such as 0 or 9999."""
    absorbing: bool = True
    """Whether treatment, once begun, stays. An indicator that goes back to 0 is an error unless this is
    false, and so is a list with `exits: switch`; an event study of such a treatment is then an error."""
    label: Text | None = None
    """What a reader sees in tables and figures."""
    reference_period: Annotated[int, Field(le=-1)] = -1
    """The event time that an event study measures from. Lists that count the twelve months before their own
    year ask for -2."""

    @model_validator(mode="after")
    def _one_way_to_date(self) -> Designation:
        given = [part for part in (self.cohort, self.indicator, self.listed) if part is not None]
        if len(given) != 1:
            raise ValueError(
                "give one of `cohort` (a column with the first period treated), `indicator` (a 0/1 column) and `list` "
                "(yearly lists), " + ("not both" if len(given) == 2 else "not all" if given else "one is needed")
            )
        if self.cohort is not None and not self.absorbing:
            raise ValueError(
                "a treatment that can end needs an `indicator` column or a `list`; a cohort alone cannot tell when it "
                "ends"
            )
        if self.indicator is not None and self.never:
            raise ValueError("`never` goes with `cohort`; with an indicator, never treated means never 1")
        if self.listed is not None and self.never:
            raise ValueError("`never` goes with `cohort`; with a list, never treated means on none")
        return self


def designation_columns(name: str) -> list[str]:
    """List the columns that a designation adds to the panel."""
    return [name, f"{name}_cohort", f"{name}_event_time"]
