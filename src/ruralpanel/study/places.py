"""The ``panel.places`` section: where units are, and the columns that follow from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ruralpanel.errors import counted
from ruralpanel.study.base import Name, Section, Text

FARTHEST = 20016.0
"""Kilometres; no two places on earth are farther apart."""


def _to_the_metre(kilometres: float) -> float:
    if round(kilometres, 3) != kilometres:
        raise ValueError(f"is {kilometres} km; distances here are given to the metre, with three decimals")
    return kilometres


Kilometres = Annotated[float, Field(ge=0, le=FARTHEST), AfterValidator(_to_the_metre)]


class Neighbours(Section):
    """How many of the other units around a unit are treated, ring by ring."""

    designation: Name
    """The designation of this study that neighbours are treated by."""
    rings: Annotated[list[Kilometres], Field(min_length=2)]
    """The bounds of the rings in km, ascending: `[0, 5, 10]` adds `NAME_0_5` and `NAME_5_10`, and 2.5 is written
    `2p5`. A unit at a bound is in the inner ring; one at the same place is in the ring that begins at 0."""
    measure: Literal["share", "count", "any"] = "share"
    """Treated neighbours in a ring, among those whose treatment is known: their `share`, which is missing where the
    ring is empty; their `count`, then 0; or 1 where there is `any`, and 0 otherwise."""
    lag: Annotated[int, Field(ge=0)] = 0
    """How many periods before the treatment of neighbours is looked at: 1 is the panel's previous period, however
    long ago. The panel's first periods, which have none before them, are missing."""
    label: Text | None = None
    """What a reader sees; the ring is added to it."""

    @model_validator(mode="after")
    def _ascending(self) -> Neighbours:
        if any(low >= high for low, high in pairwise(self.rings)):
            raise ValueError("`rings` must go from the smallest bound to the largest, each once: [0, 5, 10, 20]")
        return self

    def columns(self, name: str) -> dict[str, tuple[float, float]]:
        """Map the columns that this adds to the panel to the bounds of their rings in km."""
        return {f"{name}_{_in_a_name(low)}_{_in_a_name(high)}": (low, high) for low, high in pairwise(self.rings)}


class LeaveOutShare(Section):
    """The share of the other units of a group that are treated."""

    designation: Name
    """The designation of this study that the others are treated by."""
    within: Name
    """The column that holds the group: `county`."""
    label: Text | None = None
    """What a reader sees."""


class Density(Section):
    """How many other units are near a unit."""

    radius: Annotated[Kilometres, Field(gt=0)]
    """How near, in km; a unit at this distance counts."""
    label: Text | None = None
    """What a reader sees."""


class Nearest(Section):
    """How far the nearest other unit is."""

    label: Text | None = None
    """What a reader sees."""


def plain_path(path: str) -> str:
    """Refuse a path that file names here cannot have."""
    if re.search(r"[{}*?]", path):
        raise ValueError(f"the path {path} has a character that file names here cannot have: {{ }} * ?")
    return path


class DistanceTo(Section):
    """How far a unit is from the nearest of some points, or from a line."""

    points: Name | None = None
    """The source with one row for each point. It is read beside the panel and not joined to it."""
    latitude: Name | None = None
    """The source's column with the latitude of its points in degrees; left out: called as in the panel."""
    longitude: Name | None = None
    """The source's column with their longitude; left out: called as in the panel."""
    line: Annotated[Text, AfterValidator(plain_path)] | None = None
    """A GeoJSON file with LineString or MultiLineString in degrees of WGS84, from the top of the repository, in place
    of `points`. Between two points of it the line is the shortest way on the sphere."""
    label: Text | None = None
    """What a reader sees."""

    @model_validator(mode="after")
    def _points_or_line(self) -> DistanceTo:
        if (self.points is None) == (self.line is None):
            raise ValueError(
                "give `points` (a source) or `line` (a GeoJSON file), "
                + ("one is needed" if self.points is None else "not both")
            )
        if self.line is not None and (self.latitude or self.longitude):
            raise ValueError("`latitude` and `longitude` go with `points`; a GeoJSON file has its own")
        return self


def _keys_alone(value: Any) -> Any:
    return {} if value is None else value


class Places(Section):
    """Where units are, and columns that follow from it, added after designation and before the sample is restricted.

    The others around a unit, or in its group, are those of the whole panel before `panel.sample`.
    """

    latitude: Name | None = None
    """The panel's column with a unit's latitude in degrees of WGS84, from -90 to 90, the same in all its rows. May be
    left out, with `longitude`, where there is `leave_out_share` only."""
    longitude: Name | None = None
    """The panel's column with a unit's longitude in degrees of WGS84, from -180 to 180, the same in all its rows."""
    neighbours: dict[Name, Neighbours] = {}
    """By name: the treated among the other units in rings of distance."""
    leave_out_share: dict[Name, LeaveOutShare] = {}
    """By name: the treated among the other units of a group, as a share; missing where the group is one unit."""
    density: dict[Name, Density] = {}
    """By name: the number of other units within a distance."""
    nearest: dict[Name, Annotated[Nearest, BeforeValidator(_keys_alone)]] = {}
    """By name, nothing or a label: the distance in km to the nearest other unit."""
    distance_to: dict[Name, DistanceTo] = {}
    """By name: the distance in km to the nearest of some points, or to a line."""

    @model_validator(mode="after")
    def _coordinates_where_they_are_needed(self) -> Places:
        absent = [key for key in ("latitude", "longitude") if getattr(self, key) is None]
        needed = [key for key in ("neighbours", "density", "nearest", "distance_to") if getattr(self, key)]
        if absent and (needed or len(absent) == 1):
            why = f"`{needed[0]}` needs both" if needed else "the two go together"
            raise ValueError(f"{' and '.join(f'`{key}`' for key in absent)} missing; {why}")
        return self

    @property
    def points(self) -> set[str]:
        """The sources whose rows are points to measure distances to, beside the panel."""
        return {each.points for each in self.distance_to.values() if each.points is not None}

    @property
    def lines(self) -> list[str]:
        """The GeoJSON files to measure distances to, from the top of the repository."""
        return sorted({each.line for each in self.distance_to.values() if each.line is not None})

    def added(self) -> Iterator[tuple[str, str, str]]:
        """Give the kind and name of every entry with each column it adds to the panel, in the panel's order."""
        for name, each in self.neighbours.items():
            for column in each.columns(name):
                yield "neighbours", name, column
        for kind in ("leave_out_share", "density", "nearest", "distance_to"):
            for name in getattr(self, kind):
                yield kind, name, name

    def columns(self) -> list[str]:
        """List the columns added to the panel, in its order."""
        return [column for _, _, column in self.added()]

    def descriptions(self, designations: dict[str, str]) -> dict[str, tuple[str, str, str]]:
        """Describe every column for the codebook.

        Parameters
        ----------
        designations
            What a reader sees for each designation, by its name.

        Returns
        -------
        dict of str to tuple of (str, str, str)
            For each column its label, its unit (empty for 0 or 1) and how it is computed.
        """
        found: dict[str, tuple[str, str, str]] = {}
        for name, ring in self.neighbours.items():
            of = designations.get(ring.designation, ring.designation)
            label = ring.label or {"share": "Share of", "count": "Number of", "any": "Any of"}[ring.measure] + (
                f" neighbours treated ({of})" + (f", {counted(ring.lag, 'period')} before" if ring.lag else "")
            )
            unit = "" if ring.measure == "any" else ring.measure
            lagged = f", treated {counted(ring.lag, 'period')} before" if ring.lag else ""
            for column, (low, high) in ring.columns(name).items():
                span = f"{low:g} to {high:g} km"
                found[column] = (f"{label}, {span}", unit, f"{ring.measure} of other units {span} away{lagged}")
        for name, group in self.leave_out_share.items():
            of = designations.get(group.designation, group.designation)
            label = group.label or f"Share of others of the same {group.within} treated ({of})"
            found[name] = (label, "share", f"without the unit itself, by {group.within} and period")
        for name, density in self.density.items():
            label = density.label or f"Other units within {density.radius:g} km"
            found[name] = (label, "count", f"other units at most {density.radius:g} km away")
        for name, nearest in self.nearest.items():
            label = nearest.label or "Distance to the nearest other unit"
            found[name] = (label, "km", "great-circle distance")
        for name, target in self.distance_to.items():
            label = target.label or f"Distance to {name.replace('_', ' ')}"
            found[name] = (label, "km", f"great-circle distance to the nearest point of {target.points or target.line}")
        return found


def _in_a_name(kilometres: float) -> str:
    """Write a bound as it is written in a column's name."""
    return f"{kilometres:.3f}".rstrip("0").rstrip(".").replace(".", "p")
