"""Checks of the ``panel.places`` section: coordinates, neighbours, points and lines."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.checks.context import Context
from ruralpanel.study.designation import designation_columns
from ruralpanel.study.places import DistanceTo, Places
from ruralpanel.study.yaml_file import KeyPath, is_file


def places(context: Context, places: Places) -> Iterator[Problem]:
    """Check that columns, designations, points and lines exist, and that new columns have names of their own."""
    at: KeyPath = ("panel", "places")
    study = context.study
    before = context.columns_before("sources")
    column_kind = "column of the sources or a derived one"
    for key in ("latitude", "longitude"):
        column = getattr(places, key)
        if column is not None:
            yield from context.known_before((*at, key), column, "sources", before, column_kind)
    if places.latitude is not None and places.latitude == places.longitude:
        yield context.file.problem((*at, "longitude"), f"is `{places.latitude}`, the latitude too")
    kind = "designation of this study"
    for name, ring in places.neighbours.items():
        yield from context.known((*at, "neighbours", name, "designation"), ring.designation, study.designation, kind)
    for name, group in places.leave_out_share.items():
        here = (*at, "leave_out_share", name)
        yield from context.known((*here, "designation"), group.designation, study.designation, kind)
        yield from context.known_before((*here, "within"), group.within, "sources", before, column_kind)
    for name, index in places.nearest_neighbour_index.items():
        for key in ("within", "area"):
            where, column = (*at, "nearest_neighbour_index", name, key), getattr(index, key)
            if column is not None:
                yield from context.known_before(where, column, "sources", before, column_kind)
    for name, target in places.distance_to.items():
        here = (*at, "distance_to", name)
        is_path = target.line is not None and target.line_source is None
        yield from _line(context, here, target) if is_path else _points(context, here, places, target)
    taken = {
        *before,
        *study.panel.derived,
        *(column for each in study.designation.items() for column in designation_columns(*each)),
    }
    for entry, name, added in places.added():
        if added in taken:
            what = f"would add a column `{added}`, which the panel has already"
            yield context.file.problem((*at, entry, name), what, "choose another name")
        taken.add(added)


def _points(context: Context, at: KeyPath, places: Places, target: DistanceTo) -> Iterator[Problem]:
    """Check that points or vertices to measure distances to are a source of their own, with coordinates."""
    role = "line" if target.line_source else "points"
    name, sources = str(target.line_source or target.points), context.study.shapes
    what = "a line is a source of its own" if role == "line" else "points are a source of their own"
    wrong = list(context.read_beside((*at, role), name, what, f"declare the file of the {role} as a source"))
    yield from wrong
    if wrong:
        return
    for key in ("latitude", "longitude"):
        own = getattr(target, key)
        column, where = own or str(getattr(places, key)), (*at, key) if own else (*at, role)
        if column not in sources[name].column_names:
            hint = nearest(column, sources[name].column_names)
            hint += "" if own else f" Say which with `{key}`."
            yield context.file.problem(where, f"`{column}` is not a column of the {sources[name].kind} `{name}`", hint)
    if role == "line" and set(sources[name].key) != {"line", "vertex"}:
        what = f"is {', '.join(sources[name].key)}; a line has one row for each `line` and `vertex`"
        yield context.file.problem((f"{sources[name].kind}s", name, "key"), what, "write `key: [line, vertex]`")


def _line(context: Context, at: KeyPath, target: DistanceTo) -> Iterator[Problem]:
    """Check that a line to measure distances to is a file with one."""
    from ruralpanel.frames.feature_files import read_lines

    path = str(target.line)
    if not is_file(context.root / path):
        yield context.not_there((*at, "line"), path)
        return
    try:
        read_lines(context.root / path)
    except ValueError as error:
        several = "or declare it as a source with `layer`, and name that" if "give `layer`" in str(error) else ""
        yield context.file.problem((*at, "line"), f"{path} {error}", several)
