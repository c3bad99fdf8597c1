"""Kinds of exhibits that show where and when units are designated: made from the panel, without estimates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.exhibit import Exhibit
from ruralpanel.study.periods import PeriodAsKey, PeriodValue
from ruralpanel.study.places import plain_path


class KnownCount(Section):
    """A number of designated units that somebody has published."""

    count: Annotated[int, Field(ge=0)]
    """How many."""
    source: Text
    """Who says so, for the notes and the data file."""


class RolloutFigure(Exhibit):
    """A figure of how many units are designated, in the sample and beyond it."""

    reads = ("panel", "events")

    kind: Literal["rollout_figure"]
    """`rollout_figure`: units designated by period in the sample, beside published counts, on a logarithmic axis."""
    designation: Name
    """The designation that is counted."""
    published_label: Text = "Published count"
    """What a reader sees for the published counts: `All of China`."""
    published_counts: Annotated[dict[PeriodAsKey, KnownCount], Field(min_length=1)]
    """By year (or other period), how many units are designated beyond the sample, each with its source:
    `2014: {count: 212, source: …}`."""
    weights: Name | None = None
    """A column of sampling weights, for a third line: how many units the sample stands for."""
    breaks: dict[PeriodAsKey, Text] = {}
    """Periods in which the definition behind the published counts changed, each with what changed. They are marked, and
    told in the notes."""


class Outlines(Section):
    """Outlines of areas that a map is drawn on."""

    path: Annotated[Text, AfterValidator(plain_path)] | None = None
    """A GeoJSON file with lines or areas in degrees of WGS84, from the top of the repository."""
    of: Name | None = None
    """In place of `path`: a source that holds lines or areas, retrieved ones among them: one row for each vertex, with
    the key `line` or `border`, and `vertex`, and the columns `longitude` and `latitude`. The panel does not read it."""
    source: Text | None = None
    """Where the outlines are from, for the notes. With `of` it may be left out: the source's citation or title."""
    disclaimer: Text = "Outlines are drawn as in their source and express no opinion on the status of any territory."
    """A sentence for the notes."""

    @model_validator(mode="after")
    def _one_origin(self) -> Outlines:
        if (self.path is None) == (self.of is None):
            raise ValueError(
                "give `path` (a GeoJSON file) or `of` (a source), "
                + ("one is needed" if self.path is None else "not both")
            )
        if self.path is not None and self.source is None:
            raise ValueError("`path` needs `source`: where the outlines are from, for the notes")
        return self


class MapFigure(Exhibit):
    """A map of the units."""

    reads = ("panel", "lines", "outlines")

    kind: Literal["map_figure"]
    """`map_figure`: a point for each unit where `panel.places` has it, by what is known of its treatment or by a
    column; a degree of longitude is drawn as long as it is at the map's mean latitude."""
    show: Literal["cohort", "treated", "column"] = "cohort"
    """What points tell apart: the `cohort` of a designation, whether they are `treated` in a period, or the amount of a
    `column` in a period."""
    designation: Name | None = None
    """The designation whose `cohort` or whose `treated` units are shown."""
    column: Name | None = None
    """With `show: column`: a column of amounts. Nothing is drawn as a small point, and more as larger ones."""
    period: PeriodValue | None = None
    """The period that is shown; left out: the panel's last."""
    shade: Name | None = None
    """A column that is 1 in a region and 0 outside it, the same in all rows of a unit. Places are shaded to which the
    nearest unit is in the region; no outline is needed."""
    shade_label: Text | None = None
    """What a reader sees for the shaded region; left out: the column's label."""
    lines: dict[Name, Text] = {}
    """Lines to draw, by the name under `panel.places.distance_to` that measures the distance to them, each with what a
    reader sees: `river_distance: The Yellow River`."""
    outlines: Outlines | None = None
    """Outlines to draw below everything else, such as those of provinces; without them the map has points, lines and
    shades only."""
    decimals: Annotated[int, Field(ge=0, le=5)] = 2
    """Decimals of a degree to which places are drawn, and written into the figure's data file: two are about a
    kilometre, one is about ten. Choose fewer where nobody may learn which places were studied."""

    @model_validator(mode="after")
    def _what_is_shown(self) -> MapFigure:
        if self.show == "column" and (self.column is None or self.designation is not None):
            raise ValueError("`show: column` needs a `column`, and no `designation`")
        if self.show != "column" and (self.designation is None or self.column is not None):
            raise ValueError(f"`show: {self.show}` needs a `designation`, and no `column`")
        if self.show == "cohort" and self.period is not None:
            raise ValueError("`period` goes with `show: treated` and `show: column`; a cohort is of no period")
        if self.shade_label is not None and self.shade is None:
            raise ValueError("`shade_label` goes with `shade`")
        return self
