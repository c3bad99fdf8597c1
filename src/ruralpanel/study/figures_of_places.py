"""Kinds of exhibits that show where and when units are designated: made from the panel, without estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ruralpanel.errors import Problem
from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.exhibit import Behind, Exhibit
from ruralpanel.study.periods import PeriodAsKey, PeriodValue
from ruralpanel.study.places import plain_path
from ruralpanel.study.yaml_file import is_file

if TYPE_CHECKING:  # those know the kinds of exhibits, which are here
    from ruralpanel.study.checks.context import Context
    from ruralpanel.study.model import Study
    from ruralpanel.study.yaml_file import KeyPath

COLUMN, DESIGNATION = "column of the panel", "designation of this study"


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

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find a designation, weights or years that are not there."""
        yield from context.known((*at, "designation"), self.designation, context.study.designation, DESIGNATION)
        if self.weights is not None:
            yield from context.known((*at, "weights"), self.weights, context.columns, COLUMN)
        for year in self.breaks:
            kind = "year with a published count"
            yield from context.known((*at, "breaks"), year, self.published_counts, kind)


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

    def problems(self, context: Context, at: KeyPath) -> Iterator[Problem]:
        """Find outlines that are no file, and no source with a row for each vertex of lines or borders."""
        if self.path is not None and not is_file(context.root / self.path):
            yield context.not_there((*at, "path"), self.path)
        if self.of is None:
            return
        sources = context.study.sources
        if self.of not in sources:
            yield from context.known((*at, "of"), self.of, sources, "source")
            return
        source = sources[self.of]
        if set(source.key) not in ({"line", "vertex"}, {"border", "vertex"}):
            what = (
                f"is {', '.join(source.key)}; outlines have one row for each vertex of a line, or of the border of an "
                "area"
            )
            hint = "write `key: [line, vertex]` for lines, `key: [border, vertex]` for areas"
            yield context.file.problem(("sources", self.of, "key"), what, hint)
        for name in ("longitude", "latitude"):
            yield from context.known((*at, "of"), name, source.column_names, f"column of the source `{self.of}`")


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

    @property
    def drawn_on(self) -> Outlines | None:
        """The outlines that it is drawn on."""
        return self.outlines

    def further_files(self, study: Study, made_table: Callable[[str], str]) -> dict[str, list[str]]:
        """Name the files of its lines and outlines."""
        targets = [study.panel.places.distance_to[name] for name in self.lines] if study.panel.places else []
        lines = [made_table(each.line_source) if each.line_source else str(each.line) for each in targets]
        drawn = self.outlines
        outlines = [made_table(drawn.of) if drawn.of else str(drawn.path)] if drawn is not None else []
        return {"lines": lines, "outlines": outlines}

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find a study that does not know where units are, and names of what is not there."""
        places = context.study.panel.places
        if places is None or places.latitude is None:
            hint = "name the columns with coordinates under `panel.places`: `latitude` and `longitude`"
            yield context.file.problem((*at, "kind"), "a map needs to know where units are", hint)
        if self.designation is not None:
            yield from context.known((*at, "designation"), self.designation, context.study.designation, DESIGNATION)
        for key in ("column", "shade"):
            name = getattr(self, key)
            if name is not None:
                yield from context.known((*at, key), name, context.columns, COLUMN)
        measured = places.distance_to.items() if places is not None else ()
        lines = {name for name, each in measured if each.line is not None}
        for name in self.lines:
            yield from context.known((*at, "lines", name), name, sorted(lines), "line under `panel.places.distance_to`")
        if self.outlines is not None:
            yield from self.outlines.problems(context, (*at, "outlines"))

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick the columns with coordinates, the lines with theirs, and where outlines are from."""
        places = study.panel.places
        if places is None:
            return {}
        lines = []
        for name, label in self.lines.items():
            target = places.distance_to[name]
            own = (target.latitude or places.latitude, target.longitude or places.longitude)
            lines.append((label, *(own if target.line_source else ("latitude", "longitude"))))
        found: dict[str, Any] = {"coordinates": (places.latitude, places.longitude), "lines": lines}
        if self.outlines is not None:
            found["outlines"] = self.outlines.source or study.sources[str(self.outlines.of)].cited(self.outlines.of)
        return found
