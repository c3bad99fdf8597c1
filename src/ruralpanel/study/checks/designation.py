"""Checks of the ``designation`` section: columns and yearly lists to date treatment by."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.checks.context import Context
from ruralpanel.study.designation import Designation, YearlyList, designation_columns
from ruralpanel.study.yaml_file import KeyPath, dotted


def designations(context: Context) -> Iterator[Problem]:
    """Check that every treatment can be dated by columns or lists that exist."""
    before = context.columns_before("sources")
    taken = [*before, *context.study.panel.derived]
    for name, designation in context.study.designation.items():
        at: KeyPath = ("designation", name)
        for key in ("level", "cohort", "indicator", "intensity"):
            column = getattr(designation, key)
            if column is not None:
                kind = "column of the sources or a derived one"
                yield from context.known_before((*at, key), column, "sources", before, kind)
        if designation.level == context.study.panel.period:
            what = f"is `{designation.level}`, the panel's period; treatment is assigned to places or people"
            yield context.file.problem((*at, "level"), what)
        if designation.listed is not None:
            yield from _yearly_list(context, (*at, "list"), designation, designation.listed)
        for added in designation_columns(name, designation):
            if added in taken:
                yield context.file.problem(
                    at,
                    f"would add a column `{added}`, which the panel has already",
                    "choose another name",
                )


def _yearly_list(context: Context, at: KeyPath, designation: Designation, listed: YearlyList) -> Iterator[Problem]:
    """Check that a yearly list is a source of its own, one row a unit and list year."""
    if listed.exits == "switch" and designation.absorbing:
        yield context.file.problem(
            (*at, "exits"), "is `switch`, but the treatment is one that stays", "declare `absorbing: false`"
        )
    if listed.exits == "ignore" and not designation.absorbing:
        yield context.file.problem(
            (*at[:-1], "absorbing"),
            "is false, but the list's exits are ignored, so that treatment stays",
            f"write `exits: switch` under `{dotted(at)}`",
        )
    unit = designation.assigned_to(context.study.panel.unit)
    whose = "the panel's unit" if unit == context.study.panel.unit else "the `level` of the designation"
    declare = "declare the list's file under `sources`"
    wrong = list(context.read_beside((*at, "source"), listed.source, "a list is a source of its own", declare))
    yield from wrong
    if wrong:
        return
    source = context.study.shapes[listed.source]
    kind = f"column of the {source.kind} `{listed.source}`"
    if listed.year == unit:
        yield context.file.problem((*at, "year"), f"is `{unit}`, {whose}; they are two columns")
        return
    yield from context.known((*at, "year"), listed.year, source.column_names, kind)
    if unit not in source.column_names:
        yield context.file.problem(
            ("sources", listed.source, "columns") if source.kind == "source" else ("tables", listed.source),
            f"has no `{unit}`, by which the panel knows its units"
            if unit == context.study.panel.unit
            else f"has no `{unit}`, {whose}",
            nearest(unit, source.column_names),
        )
    elif listed.year in source.column_names and not {unit, listed.year} <= set(source.key):
        yield context.file.problem(
            (f"{source.kind}s", listed.source, "key"),
            f"is {', '.join(source.key)}; a list has one row for each {unit} and {listed.year}",
            f"write `key: [{unit}, {listed.year}]`",
        )
