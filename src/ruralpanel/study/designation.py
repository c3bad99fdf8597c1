"""The ``designation`` section: the treatments, and how a unit's cohort is read from the data."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.periods import PeriodAsKey, PeriodValue
from ruralpanel.treatment_columns import cohort_column, event_time_column


class YearlyList(Section):
    """Lists that appear once a year, or once in any other period of the panel's `frequency`, and say which units are
    designated then, in a source of their own."""

    source: Name
    """The source or table with one row for each unit and list year. It is read beside the panel and not joined to it;
    its key holds the panel's unit, or the designation's `level`, and the list year."""
    year: Name
    """The source's column with the year of the list; with another `frequency` of the panel, its quarter or month."""
    years: Annotated[list[PeriodValue], Field(min_length=1)] | None = None
    """The list years that exist; left out: those found in the file. A year between them that is not among them has
    no list, and nobody enters or leaves in it."""
    exits: Literal["ignore", "switch"] = "ignore"
    """`ignore`: once listed, treated for ever. `switch`: treated while on the latest list, unknown in periods
    after the last one; needs `absorbing: false`. Units that leave or come back are reported either way."""
    breaks: dict[PeriodAsKey, Text] = {}
    """List years in which the definition changed, each with what changed, for the ledger."""


def _before_anticipation(given: dict[str, Any]) -> int:
    """Give the last event time before an effect may begin: the base period of Callaway & Sant'Anna (2021), sec. 2."""
    return -1 - int(given.get("anticipation", 0))


class Designation(Section):
    """One treatment that units enter at different times.

    It adds three columns to the panel: its own name (1 from the cohort's period on), `<name>_cohort` (first
    period treated, missing when never) and `<name>_event_time` (periods since then). One that is dated by an
    intensity adds a fourth, `<name>_intensity`.
    """

    level: Name | None = None
    """The column of those whom the treatment is assigned to, where that is not the panel's unit: `level: village` where
    rows are of households and villages are treated, as in repeated cross-sections, whose households are seen once.
    Cohort, first and last period seen, and whether anybody is treated throughout are then those of the village; each
    row has the timing of the village it is of in its period, so that who moves takes that of the place moved to.
    Within a level, the cohort does not change, and an indicator or intensity is one number a period; rows without a
    level are neither treated nor untreated. Fixed effects that a specification leaves out are of level and period, and
    its clusters the levels. Left out: the panel's unit."""
    cohort: Name | None = None
    """The column with the first period treated, constant within a unit (or `level`); missing means never treated. A
    cohort later than the last period has event times before treatment only."""
    indicator: Name | None = None
    """The column that is 1 in treated periods and 0 otherwise, in place of `cohort`. The cohort is the first period
    seen treated; the ledger counts units whose period before that is not observed."""
    listed: Annotated[YearlyList | None, Field(alias="list")] = None
    """Yearly lists to read, in place of `cohort`. The cohort is the year of the first list a unit is on."""
    intensity: Name | None = None
    """The column with a number that is 0 before treatment and positive after, in place of `cohort`: the share of a
    county's villages that are listed, stations per 100 villages. The cohort is the first period above `threshold`.
    A second column, `<name>_intensity`, keeps the number."""
    threshold: Annotated[float, Field(ge=0)] = 0.0
    """With `intensity`: a unit is treated when its intensity is above this. Smaller intensities count as untreated,
    and the ledger counts them."""
    enters_as: Literal["indicator", "intensity"] | None = None
    """What two-way fixed effects have on the right-hand side: the `indicator` (0 or 1) or the `intensity`. Left out:
    the intensity where there is one. A specification can also name either column among its `regressors`."""
    never: list[int | Text] = []
    """Values of the cohort column that mean “never treated”, as they stand in the file, such as 0 or 9999; words only
    where the panel declares a `frequency`."""
    absorbing: bool = True
    """Whether treatment, once begun, stays. An indicator or an intensity that goes back to 0 is an error unless this
    is false, and so is a list with `exits: switch`; an event study of such a treatment is then an error, and
    `chaisemartin_dhaultfoeuille` is for it. An intensity that stays may rise and fall."""
    label: Text | None = None
    """What a reader sees in tables and figures."""
    anticipation: Annotated[int, Field(ge=0)] = 0
    """How long before the cohort an effect may begin, in periods of the panel's `frequency` (years). Two-way fixed
    effects leave these rows of treated units out, for they are neither treated nor untreated; an event study keeps and
    marks them, and its joint test of leads looks only at what is before them."""
    reference_period: Annotated[int, Field(le=-1, default_factory=_before_anticipation)]
    """The event time that an event study measures from; left out: the last one before anticipation, -1 where there is
    none. Lists that count the twelve months before their own year ask for -2."""
    donut: list[int] = []
    """Event times whose rows are left out of every equation with this treatment, such as [0] for a first year that
    is treated in part; the ledger counts them."""

    @model_validator(mode="after")
    def _one_way_to_date(self) -> Designation:
        ways = (self.cohort, self.indicator, self.intensity, self.listed)
        given = [part for part in ways if part is not None]
        if len(given) != 1:
            raise ValueError(
                "give one of `cohort` (a column with the first period treated), `indicator` (a 0/1 column), "
                "`intensity` (a column that is 0 before treatment) and `list` (yearly lists), "
                + ("not both" if len(given) == 2 else "not all" if given else "one is needed")
            )
        if self.cohort is not None and not self.absorbing:
            raise ValueError(
                "a treatment that can end needs an `indicator` or `intensity` column or a `list`; a cohort alone "
                "cannot tell when it ends"
            )
        if self.indicator is not None and self.never:
            raise ValueError("`never` goes with `cohort`; with an indicator, never treated means never 1")
        if self.intensity is not None and self.never:
            raise ValueError("`never` goes with `cohort`; with an intensity, it means never above `threshold`")
        if self.listed is not None and self.never:
            raise ValueError("`never` goes with `cohort`; with a list, never treated means on none")
        return self

    @model_validator(mode="after")
    def _parts_of_an_intensity(self) -> Designation:
        if self.intensity is None:
            if self.threshold:
                raise ValueError("`threshold` goes with `intensity`")
            if self.enters_as == "intensity":
                raise ValueError("`enters_as: intensity` needs an `intensity` column")
        return self

    @model_validator(mode="after")
    def _event_times_that_can_be(self) -> Designation:
        if self.reference_period > -1 - self.anticipation:
            raise ValueError(
                f"`reference_period: {self.reference_period}` is within the anticipation of {self.anticipation}, when "
                f"an effect may have begun; the last before it is {-1 - self.anticipation}"
            )
        if self.reference_period in self.donut:
            raise ValueError(f"`donut` leaves out {self.reference_period}, the reference period")
        stated = [key for key in ("anticipation", "donut") if getattr(self, key)]
        if stated and not self.absorbing:
            raise ValueError(f"`{stated[0]}` counts from when treatment begins, so it needs one that stays")
        return self

    def assigned_to(self, unit: str) -> str:
        """Name the column of those who are treated: the level where one is declared, or else the panel's ``unit``."""
        return self.level or unit

    def column_in_equations(self, name: str) -> str:
        """Name the column by which this designation, called ``name``, enters two-way fixed effects."""
        return name if self.intensity is None or self.enters_as == "indicator" else f"{name}_intensity"


def designation_columns(name: str, designation: Designation) -> list[str]:
    """List the columns that a designation adds to the panel."""
    usual = [name, cohort_column(name), event_time_column(name)]
    return [*usual, f"{name}_intensity"] if designation.intensity is not None else usual
