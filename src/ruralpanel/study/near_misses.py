"""The ``near_misses`` key of a specification: the untreated are those who came close to a threshold and missed it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruralpanel.study.base import Name, Section


class NearMisses(Section):
    """Which units never treated are compared with: those close below the threshold that decides on treatment."""

    running: Name
    """The column whose threshold decides on treatment, such as sales."""
    threshold: float | Name
    """The threshold: a number, or a column where it differs by place or period."""
    within: Annotated[float, Field(gt=0)]
    """How far below it, in the unit of `running`. A unit never treated in the sample stays if it was that close in any
    of its periods, and never at the threshold or above. `stacked` compares each cohort with those that were that close
    in its first period."""
    above: Annotated[float, Field(gt=0)] | None = None
    """How far above it treated units may have been in the first period in which they are treated; left out: any
    distance. One whose `running` is missing then leaves."""
    treatment: Name | None = None
    """The designation that the threshold decides on, one of the equation's; left out: its only one."""
