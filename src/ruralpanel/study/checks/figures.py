"""Checks of figures of places and of effects."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Specification
from ruralpanel.study.checks.context import Context
from ruralpanel.study.exhibit import Exhibit
from ruralpanel.study.figures_of_effects import ForestFigure, GradientFigure
from ruralpanel.study.figures_of_places import MapFigure, Outlines, RolloutFigure
from ruralpanel.study.yaml_file import KeyPath, is_file

COLUMN, DESIGNATION = "column of the panel", "designation of this study"


def figure(context: Context, at: KeyPath, exhibit: Exhibit, parts: list[Specification]) -> Iterator[Problem]:
    """Check what a figure names beside its blocks.

    Parameters
    ----------
    context
        The study.
    at
        Where the exhibit stands in it.
    exhibit
        The exhibit.
    parts
        Its blocks and their specifications.
    """
    match exhibit:
        case RolloutFigure():
            yield from context.known((*at, "designation"), exhibit.designation, context.study.designation, DESIGNATION)
            if exhibit.weights is not None:
                yield from context.known((*at, "weights"), exhibit.weights, context.columns, COLUMN)
            for year in exhibit.breaks:
                kind = "year with a published count"
                yield from context.known((*at, "breaks"), year, exhibit.published_counts, kind)
        case MapFigure():
            yield from _map(context, at, exhibit)
        case GradientFigure():
            if parts and exhibit.moderator not in {part.along for part in parts}:
                what = f"no block of this figure estimates an effect along `{exhibit.moderator}`"
                hint = f"write `along: {exhibit.moderator}` where it is among the `moderators`"
                yield context.file.problem((*at, "moderator"), what, hint)
            if exhibit.logarithm_of is not None:
                yield from context.known((*at, "logarithm_of"), exhibit.logarithm_of, context.columns, COLUMN)
            elif exhibit.divided_by != 1:
                yield context.file.problem((*at, "divided_by"), "goes with `logarithm_of`")
        case ForestFigure():
            if parts and not any(part.moderators for part in parts):
                yield context.file.problem((*at, "blocks"), "no block of this figure has `moderators`")


def _map(context: Context, at: KeyPath, exhibit: MapFigure) -> Iterator[Problem]:
    places = context.study.panel.places
    if places is None or places.latitude is None:
        hint = "name the columns with coordinates under `panel.places`: `latitude` and `longitude`"
        yield context.file.problem((*at, "kind"), "a map needs to know where units are", hint)
    if exhibit.designation is not None:
        yield from context.known((*at, "designation"), exhibit.designation, context.study.designation, DESIGNATION)
    for key in ("column", "shade"):
        name = getattr(exhibit, key)
        if name is not None:
            yield from context.known((*at, key), name, context.columns, COLUMN)
    lines = (
        {name for name, each in places.distance_to.items() if each.line is not None} if places is not None else set()
    )
    for name in exhibit.lines:
        yield from context.known((*at, "lines", name), name, sorted(lines), "line under `panel.places.distance_to`")
    if exhibit.outlines is not None:
        yield from _outlines(context, (*at, "outlines"), exhibit.outlines)


def _outlines(context: Context, at: KeyPath, outlines: Outlines) -> Iterator[Problem]:
    """Check that outlines are a file, or a source with a row for each vertex of lines or borders."""
    if outlines.path is not None and not is_file(context.root / outlines.path):
        yield context.not_there((*at, "path"), outlines.path)
    if outlines.of is None:
        return
    sources = context.study.sources
    if outlines.of not in sources:
        yield from context.known((*at, "of"), outlines.of, sources, "source")
        return
    source = sources[outlines.of]
    if set(source.key) not in ({"line", "vertex"}, {"border", "vertex"}):
        what = (
            f"is {', '.join(source.key)}; outlines have one row for each vertex of a line, or of the border of an area"
        )
        hint = "write `key: [line, vertex]` for lines, `key: [border, vertex]` for areas"
        yield context.file.problem(("sources", outlines.of, "key"), what, hint)
    for name in ("longitude", "latitude"):
        yield from context.known((*at, "of"), name, source.column_names, f"column of the source `{outlines.of}`")
