"""The ``panel.deflators`` and ``panel.derived`` sections: columns computed from others, and prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from ruralpanel.errors import counted as number_of
from ruralpanel.frames.periods.frequency import YEAR, Frequency, labelled
from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.periods import PeriodValue, shown

WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "expression": ((), ()),
    "real": (("deflator",), ()),
    "per_head": (("population", "counted"), ()),
    "winsorise": ((), ("lower", "upper", "by")),
    "growth": (("measure",), ("periods", "since")),
    "lag": (("periods",), ()),
    "baseline": (("at",), ()),
    "growth_dispersion": (("windows",), ("by", "at_least")),
}
"""The ways to compute a column; with each, the keys it needs and those it may have."""

KINDS_OF_INDEX = {
    "level": "a level",
    "previous_year": "previous year = 100, chained",
    "previous_period": "previous period = 100, chained",
}
"""How each kind of index is called in words."""


class Deflator(Section):
    """A series of prices, read beside the panel, that turns nominal values into real ones."""

    source: Name
    """The source with one row for each period, or each period and region. It is read beside the panel and not joined
    to it."""
    index: Name
    """The source's column with the price index."""
    kind: Literal["level", "previous_year", "previous_period"]
    """`level`: an index with one base for all its periods. `previous_year`: prices in per cent of the previous year's,
    “previous year = 100” as statistical yearbooks print them, which are chained; every year between the base and a
    value's year is needed then. `previous_period`: the same with the previous quarter or month, where the source has
    prices by these. Prices by quarter or month that are in per cent of those a year before (同比) cannot be chained."""
    period: Name
    """The source's column with the period. It holds periods of the panel's `frequency`; or longer ones, such as years
    in a panel of quarters, where the source's column declares a `frequency` of its own: every value is then divided by
    the prices of the year it lies in."""
    region: Name | None = None
    """For a series by region: a column that both the source and the panel have. Each region's prices are set to 1 in
    the base, so that a price level that differs between regions stays in real values."""
    base: int | Text
    """The period whose prices real values are in: 2017, or 2017Q1 for prices by quarter."""
    unmatched: Literal["fail", "missing"] = "fail"
    """What a value of a period or region without prices means: an error that names them, or a missing real value."""

    @property
    def key(self) -> list[str]:
        """The columns of the source that identify a price."""
        return [self.period, *([self.region] if self.region else [])]

    @property
    def words(self) -> str:
        """What the series is, for the codebook."""
        by = f", by {self.region}" if self.region else ""
        return f"{self.index} of {self.source}, {KINDS_OF_INDEX[self.kind]}{by}"


class Derived(Section):
    """A column computed from others, in exactly one of eight ways."""

    expression: Text | None = None
    """Arithmetic on columns: `income / residents`, `log(income)`, `year >= 2015`. Functions: abs, arcsinh,
    exp, expm1, log, log10, log1p, sqrt. A result that is not a finite number is missing."""
    real: Name | None = None
    """A column of nominal values, which are divided by the prices of their period; needs `deflator`."""
    deflator: Name | None = None
    """With `real`: one of `panel.deflators`."""
    per_head: Name | None = None
    """A column that is divided by a population; needs `population` and `counted`. Missing where the population is zero
    or negative."""
    population: Name | None = None
    """With `per_head`: the column with the number of persons."""
    counted: Literal["registered", "resident"] | None = None
    """With `per_head`: who the population is. Those registered in a village and those who live there differ by all who
    work away, and so does everything per head."""
    winsorise: Name | None = None
    """A column whose values beyond two quantiles become the quantiles; needs `lower`, `upper` or both. Quantiles are
    those of the panel's rows before `panel.sample`, interpolated linearly between values."""
    lower: Annotated[float, Field(ge=0, le=1)] | None = None
    """With `winsorise`: the lower quantile, such as 0.01; left out: low values stay as they are."""
    upper: Annotated[float, Field(ge=0, le=1)] | None = None
    """With `winsorise`: the upper quantile, such as 0.99; left out: high values stay as they are."""
    by: list[Name] | None = None
    """With `winsorise`: columns whose groups have quantiles of their own, such as `[year]`; left out: all rows are one
    group. With `growth_dispersion`: columns of groups, such as `[province]`, whose mean growth in each period is taken
    out; left out: the mean of all units in the period."""
    growth: Name | None = None
    """A column whose growth since an earlier period is computed, per period (such as a year) on average in between;
    needs `measure`, and `periods` or `since`. Missing where a value is negative, and where a zero has no growth."""
    measure: Literal["log_difference", "rate"] | None = None
    """With `growth`: the `log_difference`, (ln now − ln then) / periods between, or the `rate`,
    (now / then) ** (1 / periods between) − 1."""
    since: Literal["previous_observation"] | None = None
    """With `growth`, in place of `periods`: since the unit's previous known value, however long ago. Gaps and uneven
    waves then have growth too, per period in between."""
    lag: Name | None = None
    """A column whose value of an earlier period of the same unit is taken; needs `periods`."""
    periods: int | None = None
    """With `lag` and `growth`: how far back, in periods of the panel's `frequency` (years) and not in rows, so that a
    gap gives a missing value and not the row before it. With `lag`, a negative number looks ahead: a lead."""
    baseline: Name | None = None
    """A column whose value at a fixed period of the same unit is taken for all its rows; needs `at`. Missing where it
    is not observed then."""
    at: PeriodValue | Annotated[list[PeriodValue], Field(min_length=2, max_length=2)] | None = None
    """With `baseline`: the period, or the first and the last of a range, `[2008, 2010]`, which means the average of the
    values known in it."""
    growth_dispersion: Name | None = None
    """A column of positive values; needs `windows`. How unsteadily it grew: for each unit and window the standard
    deviation, over the window's periods, of what is left of growth (ln now − ln a period before) once the mean of the
    period, or of period and group, is taken out. Deviations are from the unit's own mean in the window, with one degree
    of freedom less, so that steady growth faster than elsewhere is no dispersion. The value stands in the window's last
    period, so that a unit has one row a window; elsewhere it is missing. Whether a unit is treated is then read in that
    period: a window within which treatment began has the step up in it too; leave it out by a `donut` or `sample`."""
    windows: list[Annotated[list[PeriodValue], Field(min_length=2, max_length=2)]] | None = None
    """With `growth_dispersion`: the first and the last period of growth of every window, in order and without overlap:
    `[[2009, 2013], [2014, 2018]]`. Growth of 2009 is from 2008."""
    at_least: Annotated[int, Field(ge=2)] | None = None
    """With `growth_dispersion`: how many periods of a window's growth must be known; left out: all. A standard
    deviation of few values is on average too small (of three independent normal ones by 11 per cent, of five by 6), so
    with fewer than all, units with gaps look steadier."""
    label: Text | None = None
    """What a reader sees in tables and figures."""
    unit: Text | None = None
    """The unit, as printed on an axis. Left out: that of the column it is made from, with what was done to it (`yuan of
    2017`, `yuan a registered person`), and none for an expression."""

    @model_validator(mode="after")
    def _one_way(self) -> Derived:
        ways = ", ".join(f"`{way}`" for way in WAYS)
        given = [way for way in WAYS if getattr(self, way) is not None]
        if not given:
            raise ValueError(f"does not say how the column is computed; give one of {ways}")
        if len(given) > 1:
            shown = " and ".join(f"`{way}`" for way in given)
            raise ValueError(f"gives {shown}, which exclude each other; a column is computed in one of the ways {ways}")
        needed, optional = WAYS[self.way]
        for key in type(self).model_fields:
            if key in WAYS or key in ("label", "unit") or getattr(self, key) is None:
                continue
            if key not in (*needed, *optional):
                of = [way for way, keys in WAYS.items() if key in (*keys[0], *keys[1])]
                raise ValueError(f"`{key}` goes with {' and '.join(f'`{way}`' for way in of)}, not with `{self.way}`")
        absent = [key for key in needed if getattr(self, key) is None]
        if absent:
            raise ValueError(f"`{self.way}` needs {' and '.join(f'`{key}`' for key in absent)} too")
        return self

    @model_validator(mode="after")
    def _sensible_numbers(self, info: ValidationInfo) -> Derived:
        if self.winsorise is not None:
            if self.lower is None and self.upper is None:
                raise ValueError("`winsorise` needs `lower`, `upper` or both, such as 0.01 and 0.99")
            if self.lower is not None and self.upper is not None and self.lower >= self.upper:
                raise ValueError(f"the quantile `lower` ({self.lower:g}) is not below `upper` ({self.upper:g})")
        if self.growth is not None and (self.periods is None) == (self.since is None):
            raise ValueError(
                "`growth` needs one of `periods` (how many periods back) and `since: previous_observation`"
                + ("" if self.periods is None else ", not both")
            )
        if self.growth is not None and self.periods is not None and self.periods < 1:
            raise ValueError("`periods` of `growth` counts back from each period, so it is 1 or more")
        if self.lag is not None and self.periods == 0:
            raise ValueError("`periods` is 0, the same row; write 1 for the period before, -1 for the one after")
        if isinstance(self.at, list) and self.at[0] > self.at[1]:
            raise ValueError(f"`at` runs backwards, from {shown(self.at[0], info)} to {shown(self.at[1], info)}")
        return self

    @model_validator(mode="after")
    def _windows_in_order(self, info: ValidationInfo) -> Derived:
        windows = self.windows or []
        if self.growth_dispersion is not None and not windows:
            raise ValueError("`windows` is empty; name the first and last period of each: `[[2009, 2013]]`")
        for first, last in windows:
            window = f"{shown(first, info)} to {shown(last, info)}"
            if first > last:
                raise ValueError(f"`windows` has one that runs backwards, from {window}")
            if last - first + 1 < (self.at_least or 2):
                raise ValueError(f"the window {window} has fewer than {self.at_least or 2} periods")
        for (_, before), (after, _) in pairwise(windows):
            if after <= before:
                ends, begins = shown(before, info), shown(after, info)
                raise ValueError(
                    f"`windows` overlap or are out of order: one ends in {ends}, the next begins in {begins}"
                )
        return self

    @property
    def way(self) -> str:
        """The way in which the column is computed: one of :data:`WAYS`."""
        return next(way for way in WAYS if getattr(self, way) is not None)

    @property
    def column(self) -> str:
        """The column that is worked on; an expression has several, and none here."""
        return "" if self.expression is not None else str(getattr(self, self.way))

    @property
    def span(self) -> tuple[int, int]:
        """With `baseline`, the first and the last period it is taken from."""
        first, last = self.at if isinstance(self.at, list) else (self.at, self.at)
        return int(first or 0), int(last or 0)

    def inputs(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Give the columns that are used, each with the key it stands under; those of an expression are in it."""
        if self.expression is None:
            yield (self.way,), self.column
        if self.population is not None:
            yield ("population",), self.population
        for position, name in enumerate(self.by or []):
            yield ("by", position), name

    def unit_from(self, units: Mapping[str, str | None], deflators: Mapping[str, Deflator], period: str) -> str | None:
        """Give the declared unit, or the one that follows from the unit of the column worked on.

        Parameters
        ----------
        units
            The units of the columns before this one.
        deflators
            The study's ``panel.deflators`` section.
        period
            The panel's period, which growth is per.
        """
        before = units.get(self.column)
        if self.unit is not None or self.expression is not None:
            return self.unit
        if self.real is not None:
            base = deflators[str(self.deflator)].base
            return f"{before} of {base}" if before else f"prices of {base}"
        if self.per_head is not None:
            return f"{before} a {self.counted} person" if before else f"per {self.counted} person"
        if self.growth_dispersion is not None:
            return f"standard deviation of the change in log a {period}"
        if self.growth is not None:
            change = {"log_difference": "change in log", "rate": "relative change"}[str(self.measure)]
            return f"{change} a {period}"
        return before

    def words(self, deflators: Mapping[str, Deflator], period: str, frequency: Frequency = YEAR) -> str:
        """Say what is done, for the codebook and the ledger.

        Parameters
        ----------
        deflators
            The study's ``panel.deflators`` section.
        period
            The panel's period.
        frequency
            Of the panel's periods.
        """
        column = self.column
        if self.expression is not None:
            return self.expression
        if self.real is not None:
            deflator = deflators[str(self.deflator)]
            return f"{column} in prices of {deflator.base}, by {self.deflator} ({deflator.words})"
        if self.per_head is not None:
            return f"{column} / {self.population}, per {self.counted} person"
        if self.winsorise is not None:
            bounds = [f"{bound:g}" for bound in (self.lower, self.upper) if bound is not None]
            plural = "s" if len(bounds) > 1 else ""
            by = f", by {' and '.join(self.by)}" if self.by else ""
            side = "" if len(bounds) > 1 else " from below" if self.upper is None else " from above"
            return f"{column} winsorised{side} at the quantile{plural} {' and '.join(bounds)}{by}"
        if self.growth is not None:
            then = f"{number_of(self.periods, period)} before" if self.periods else "the unit's previous known value"
            kind = {"log_difference": "log difference", "rate": "rate of growth"}[str(self.measure)]
            return f"{kind} of {column} since {then}, per {period} in between"
        if self.growth_dispersion is not None:
            windows = ", ".join(" to ".join(labelled(window, frequency)) for window in self.windows or [])
            groups = " and ".join([*(self.by or []), period])
            known = f", of at least {self.at_least} {period}s" if self.at_least else ""
            return f"standard deviation of log growth of {column} less its mean by {groups}, over {windows}{known}"
        if self.lag is not None:
            distance = self.periods or 0
            return f"{column} {number_of(abs(distance), period)} {'before' if distance > 0 else 'later'}"
        first, last = labelled(self.span, frequency)
        return f"{column} of {first}" if first == last else f"average of {column} from {first} to {last}"
