"""The ``designation`` section: the treatments, and how a unit's cohort is read from the data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ruralpanel.study.base import Name, Section, Text


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
    never: list[int] = []
    """Values of the cohort column that mean “never treated”, such as 0 or 9999."""
    absorbing: bool = True
    """Whether treatment, once begun, stays. An indicator that goes back to 0 is an error unless this is
    false; an event study of such a treatment is then an error."""
    label: Text | None = None
    """What a reader sees in tables and figures."""
    reference_period: Annotated[int, Field(le=-1)] = -1
    """The event time that an event study measures from. Lists that count the twelve months before their own
    year ask for -2."""

    @model_validator(mode="after")
    def _one_way_to_date(self) -> Designation:
        if (self.cohort is None) == (self.indicator is None):
            raise ValueError(
                "give either `cohort` (a column with the first period treated) or `indicator` (a 0/1 column), "
                + ("not both" if self.cohort else "one of the two is needed")
            )
        if self.cohort is not None and not self.absorbing:
            raise ValueError(
                "a treatment that can end needs an `indicator` column; a cohort alone cannot tell when it ends"
            )
        if self.indicator is not None and self.never:
            raise ValueError("`never` goes with `cohort`; with an indicator, never treated means never 1")
        return self


def designation_columns(name: str) -> list[str]:
    """List the columns that a designation adds to the panel."""
    return [name, f"{name}_cohort", f"{name}_event_time"]
