"""The ``groups`` key: how `group_means` puts units into groups."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Section
from ruralpanel.study.periods import PeriodValue


class Groups(Section):
    """Which units are compared."""

    at: PeriodValue
    """The period in which it is read whether a unit is treated, and what its moderator is: usually the last
    before a shock."""
    high_above: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """The share of units below the value from which on a moderator is high: 0.5 for the median. Ties count as low."""
    later_treated: Literal["drop", "keep"] = "drop"
    """What becomes of units that are first treated after `at`: left out and counted in the ledger, or kept with the
    untreated."""
    measured_from: PeriodValue | None = None
    """The period from which the outcome is measured within each unit, or from the mean of its `level` where treatment
    is assigned at one, so that all paths are zero there; units without an outcome in it are left out. Left out: the
    outcome itself."""
