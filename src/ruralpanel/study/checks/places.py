"""Checks of the ``panel.places`` section: coordinates, neighbours, points and lines."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem, nearest
from ruralpanel.sources.geojson import lines_in
from ruralpanel.study.checks.context import Context
from ruralpanel.study.designation import designation_columns
from ruralpanel.study.places import DistanceTo, Places
from ruralpanel.study.yaml_file import KeyPath, is_file


def places(context: Context, places: Places) -> Iterator[Problem]:
    """Check that columns, designations, points and lines exist, and that new columns have names of their own."""
    at: KeyPath = ("panel", "places")
    study = context.study
    before = context.table_columns() + list(study.panel.derived)
    for key in ("latitude", "longitude"):
        column = getattr(places, key)
        if column is not None:
            yield from context.known((*at, key), column, before, "column of the sources or a derived one")
    if places.latitude is not None and places.latitude == places.longitude:
        yield context.file.problem((*at, "longitude"), f"is `{places.latitude}`, the latitude too")
    kind = "designation of this study"
    for name, ring in places.neighbours.items():
        yield from context.known((*at, "neighbours", name, "designation"), ring.designation, study.designation, kind)
    for name, group in places.leave_out_share.items():
        here = (*at, "leave_out_share", name)
        yield from context.known((*here, "designation"), group.designation, study.designation, kind)
        yield from context.known((*here, "within"), group.within, before, "column of the sources or a derived one")
    for name, target in places.distance_to.items():
        here = (*at, "distance_to", name)
        yield from _points(context, here, places, target) if target.points is not None else _line(context, here, target)
    taken = {*before, *(column for each in study.designation.items() for column in designation_columns(*each))}
    for entry, name, added in places.added():
        if added in taken:
            what = f"would add a column `{added}`, which the panel has already"
            yield context.file.problem((*at, entry, name), what, "choose another name")
        taken.add(added)


def _points(context: Context, at: KeyPath, places: Places, target: DistanceTo) -> Iterator[Problem]:
    """Check that points to measure distances to are a source of their own, with coordinates."""
    name, sources = str(target.points), context.study.sources
    if name not in sources:
        yield from context.known((*at, "points"), name, sources, "source")
        return
    if name in context.sources_in_the_panel():
        role = "gives the panel its rows" if name == context.study.base else "is joined to the panel"
        yield context.file.problem(
            (*at, "points"),
            f"`{name}` {role}; points are a source of their own, read beside the panel",
            nearest("", set(sources) - context.sources_in_the_panel()) or "declare the points' file under `sources`",
        )
        return
    for key in ("latitude", "longitude"):
        own = getattr(target, key)
        column, where = own or str(getattr(places, key)), (*at, key) if own else (*at, "points")
        if column not in sources[name].column_names:
            hint = nearest(column, sources[name].column_names)
            hint += "" if own else f" Say which with `{key}`."
            yield context.file.problem(where, f"`{column}` is not a column of the source `{name}`", hint)


def _line(context: Context, at: KeyPath, target: DistanceTo) -> Iterator[Problem]:
    """Check that a line to measure distances to is a GeoJSON file with one."""
    path = str(target.line)
    if not is_file(context.root / path):
        yield context.file.problem((*at, "line"), f"there is no file {path}", context.how_to_get(path, None))
        return
    try:
        lines_in((context.root / path).read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        yield context.file.problem((*at, "line"), f"{path} is not GeoJSON: it is not text in UTF-8")
    except ValueError as error:
        yield context.file.problem((*at, "line"), f"{path} {error}")
