"""Checks of the ``panel`` section: base, joins, derived columns and restrictions."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.measures import deflators, derived_column
from ruralpanel.study.periods import context_of
from ruralpanel.study.yaml_file import KeyPath


def joins(context: Context) -> Iterator[Problem]:
    """Check base and joins: what must hold before the panel's columns are known."""
    study, panel, shapes = context.study, context.study.panel, context.study.shapes
    if panel.base is None and len(shapes) > 1:
        yield context.file.problem(
            ("panel",),
            "the key `base` is missing: with several sources, one gives the panel its rows",
            nearest("", shapes),
        )
        return
    if panel.base is not None and panel.base not in shapes:
        yield from context.known(("panel", "base"), panel.base, shapes, "source")
        return
    base = shapes[study.base]
    if panel.unit == panel.period:
        yield context.file.problem(("panel", "period"), f"is `{panel.period}`, the unit too; they are two columns")
        return
    unknown = list(_unknown_keys(context))
    yield from unknown
    if not unknown and set(base.key) != {panel.unit, panel.period}:
        yield context.file.problem(
            (f"{base.kind}s", study.base, "key"),
            f"is {', '.join(base.key)}; the {base.kind} that gives the panel its rows must have one row for each "
            f"{panel.unit} and {panel.period}",
            _rows_of_the_panel(context, base.key),
        )
    here = set(base.column_names)
    used = {study.base}
    for index, join in enumerate(panel.joins):
        at: KeyPath = ("panel", "joins", index)
        if join.source not in shapes:
            yield from context.known((*at, "source"), join.source, shapes, "source")
            continue
        if join.source in used:
            yield context.file.problem((*at, "source"), f"`{join.source}` is in the panel already")
            continue
        used.add(join.source)
        source = shapes[join.source]
        for position, column in enumerate(join.on):
            yield from context.known((*at, "on", position), column, here, "column of the panel at this join")
            yield from context.known(
                (*at, "on", position), column, source.column_names, f"column of the {source.kind} `{join.source}`"
            )
        if not set(source.key) <= set(join.on):
            yield context.file.problem(
                (*at, "on"),
                f"the key of `{join.source}` is {', '.join(source.key)}; joined on {', '.join(join.on)} alone, "
                "several of its rows could meet one row of the panel",
                f"join on {', '.join(source.key)}",
            )
        for column in sorted((here & set(source.column_names)) - set(join.on)):
            yield context.file.problem(
                ("sources", join.source, "columns", column) if source.kind == "source" else (*at, "source"),
                f"the panel has a column `{column}` already when `{join.source}` is joined",
                "give one of them another name",
            )
        here |= set(source.column_names)
    for name, shape in shapes.items():
        if context.exhibits_left_out:
            break  # one of which may be what uses it
        if name not in used | study.beside | study.drawn_sources | study.read_by_tables:
            yield context.file.problem(
                (f"{shape.kind}s", name),
                f"is {'read' if shape.kind == 'source' else 'made'} but never used",
                f"join it: `panel.joins: [{{source: {name}, on: […]}}]`",
            )


def _rows_of_the_panel(context: Context, key: Sequence[str]) -> str:
    """Say how the panel's rows can be those of its base, whose key the study states to be another one."""
    panel, base = context.study.panel, context.study.shapes[context.study.base]
    keys = f"`key: [{panel.unit}, {panel.period}]`"
    others = [name for name in key if name not in (panel.unit, panel.period)]
    ways = []
    if len(key) == 2 and panel.period in key:
        ways.append(f"where the panel follows each {others[0]}, write `unit: {others[0]}` under `panel`")
    elif len(key) == 2 and panel.unit in key:
        ways.append(f"where {others[0]} says when, write `period: {others[0]}` under `panel`")
    elif len(key) == 1:
        ways.append(f"where {panel.unit} recurs, once in each {panel.period}, write {keys}")
    if others and base.kind == "source":
        ways.append(f"where several rows are of one {panel.unit} and {panel.period}, count or average them by a table")
        ways[-1] += f" with `group`, by {panel.unit} and {panel.period}, and make that the `base`"
    if others:
        ways.append(f"only where no two rows have the same {panel.unit} and {panel.period}, write {keys}")
    return "; ".join(ways)


def with_known_keys(context: Context) -> Context:
    """Put the one of unit and period that is misspelt as the key of the base has it, where that is certain.

    All that rests on the panel's keys can then be checked as it is meant, and is not called wrong for their sake.
    """
    study, panel, shapes = context.study, context.study.panel, context.study.shapes
    if (panel.base is None and len(shapes) > 1) or study.base not in shapes:
        return context
    names, key = shapes[study.base].column_names, shapes[study.base].key
    wrong = [which for which in ("unit", "period") if getattr(panel, which) not in names]
    others = set(key) - {panel.unit, panel.period}
    if len(wrong) != 1 or len(key) != 2 or len(others) != 1:
        return context
    data = copy.deepcopy(context.file.data)
    data["panel"][wrong[0]] = others.pop()
    return replace(context, study=type(study).model_validate(data, context=context_of(data)))


def _unknown_keys(context: Context) -> Iterator[Problem]:
    panel, base = context.study.panel, context.study.shapes[context.study.base]
    for key in ("unit", "period"):
        yield from context.known(
            ("panel", key), getattr(panel, key), base.column_names, f"column of the {base.kind} `{context.study.base}`"
        )


def columns_of_the_panel(context: Context) -> Iterator[Problem]:
    """Check deflators, derived columns and restrictions, each against the columns before it."""
    panel = context.study.panel
    if panel.region is not None:
        yield from context.known(("panel", "region"), panel.region, context.table_columns(), "column of the sources")
    yield from deflators(context)
    study = context.study
    here = context.table_columns()
    later = [*study.columns_of_treatments_and_places, *study.capacities()]
    for name, derived in panel.derived.items():
        at: KeyPath = ("panel", "derived", name)
        if name in here:
            yield context.file.problem(at, "is a column of the panel already", "choose another name")
        yield from derived_column(context, at, derived, [*here, *later])
        here.append(name)
    for index, restriction in enumerate(panel.sample):
        yield from context.expression(
            ("panel", "sample", index, "keep"),
            restriction.keep,
            context.columns,
            condition=True,
        )
