"""Checks of the ``tables`` section: what tables are made of exists, in an order in which they can be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ruralpanel.errors import Problem, closest, nearest
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.place_names import match_names
from ruralpanel.study.shapes import Shape, shape_of_source, shape_of_table
from ruralpanel.study.tables import Group, Recode, Table
from ruralpanel.study.yaml_file import KeyPath

COLUMN = "column of the table here"


def tables(context: Context) -> Iterator[Problem]:
    """Check every table against the sources and the tables before it."""
    study = context.study
    before = {name: shape_of_source(name, source) for name, source in study.sources.items()}
    for name, table in study.tables.items():
        at: KeyPath = ("tables", name)
        if name in study.sources:
            yield context.file.problem(at, "is the name of a source too", "choose another name")
            continue
        found = list(_names_of_sources(context, at, table, before))
        yield from found
        if not found:
            yield from _steps(context, at, table, before)
        before[name] = shape_of_table(name, table, before)


def _names_of_sources(context: Context, at: KeyPath, table: Table, before: Mapping[str, Shape]) -> Iterator[Problem]:
    """Check that sources are there, and tables declared before they are used."""
    named: list[tuple[KeyPath, str]] = []
    for index, part in enumerate(table.stack):
        place: KeyPath = (*at, "stack", index, "source")
        named.append((place, part.source))
    if table.match_names is not None:
        named.append(((*at, "match_names", "gazetteer"), table.match_names.gazetteer))
    if table.recode is not None:
        named.append(((*at, "recode", "crosswalk", "source"), table.recode.crosswalk.source))
    for place, source in named:
        if source in context.study.tables and source not in before:
            what = f"`{source}` is this table itself" if source == at[-1] else f"`{source}` is declared further down"
            yield context.file.problem(place, what, "tables are made in the order of the file, each of those before it")
        else:
            yield from context.known(place, source, before, "source, nor a table declared further up")


def _steps(context: Context, at: KeyPath, table: Table, before: Mapping[str, Shape]) -> Iterator[Problem]:
    """Check every step against the columns there are when it is taken."""
    yield from _stack(context, at, table, before)
    here = shape_of_table("", _stacked_only(table), before).column_names
    for name, derived in table.derived.items():
        if name in here:
            yield context.file.problem(
                (*at, "derived", name), "is a column of the table already", "choose another name"
            )
        yield from context.expression((*at, "derived", name), derived.expression, here, condition=False, kind=COLUMN)
        here.append(name)
    for index, restriction in enumerate(table.keep):
        yield from context.expression((*at, "keep", index, "keep"), restriction.keep, here, condition=True, kind=COLUMN)
    if table.match_names is not None:
        columns = {name: shape.column_names for name, shape in before.items()}
        yield from match_names(context, (*at, "match_names"), table.match_names, here, columns)
        here.append(table.match_names.new_column)
    if table.recode is not None:
        yield from _recode(context, (*at, "recode"), table, table.recode, here, before)
    if table.group is not None:
        yield from _group(context, (*at, "group"), table.group, here)
        here = [*table.group.by, *table.group.columns]
    for name, total in table.totals.items():
        yield from context.known((*at, "totals", name), name, here, COLUMN)
        yield from context.known((*at, "totals", name, "by"), total.by, here, COLUMN)
    yield from context.all_known((*at, "key"), table.key, here, COLUMN)
    if table.key is None and table.group is None and len(table.stack) > 1:
        what = "the key `key` is missing: of several stacked sources, none says what identifies a row"
        yield context.file.problem(at, what, nearest("", here))
    apart = [name for name in table.key or [] if table.group is not None and name not in table.group.by]
    for name in (name for name in apart if name in here):
        what = f"`{name}` is in the key, and rows are grouped by {', '.join(table.group.by if table.group else [])}"
        yield context.file.problem((*at, "key"), what, "a row is identified by what rows are grouped by")


def _stacked_only(table: Table) -> Table:
    """Give a table as it is once its sources are stacked."""
    return table.model_copy(update={"derived": {}, "keep": [], "match_names": None, "recode": None, "group": None})


def _stack(context: Context, at: KeyPath, table: Table, before: Mapping[str, Shape]) -> Iterator[Problem]:
    """Check that stacked sources have the same columns."""
    columns = [[*before[part.source].column_names, *part.add] for part in table.stack]
    every = list(dict.fromkeys(name for each in columns for name in each))
    for index, (part, own) in enumerate(zip(table.stack, columns, strict=True)):
        place: KeyPath = (*at, "stack", index)
        for name in part.add:
            if name in before[part.source].column_names:
                what = f"`{part.source}` has a column `{name}` already"
                yield context.file.problem((*place, "add", name), what, "choose another name")
        lacking = [name for name in every if name not in own]
        if lacking and table.missing_columns == "fail":
            its_own = [name for name in own if not all(name in each for each in columns)]
            alike = [f"`{near}` may be meant" for name in lacking if (near := closest(name, its_own)) is not None]
            yield context.file.problem(
                place,
                f"`{part.source}` has no {', '.join(lacking)}, which another source of this stack has",
                "; ".join([*alike, "give columns the same names in their sources, or declare `missing_columns: fill`"]),
            )


def _recode(
    context: Context, at: KeyPath, table: Table, recode: Recode, here: Iterable[str], before: Mapping[str, Shape]
) -> Iterator[Problem]:
    """Check the columns of codes and of the crosswalk, and that what is divided can be."""
    yield from context.known((*at, "column"), recode.column, here, COLUMN)
    if isinstance(recode.since, str):
        yield from context.known((*at, "from"), recode.since, here, COLUMN)
    crosswalk = recode.crosswalk
    columns = before[crosswalk.source].column_names
    for key in ("old", "new", "year", "since", "name", "share"):
        column = getattr(crosswalk, key)
        if column is not None:
            kind = f"column of `{crosswalk.source}`"
            yield from context.known((*at, "crosswalk", key), column, columns, kind)
    if recode.several_successors == "divide":
        if table.group is None:
            what = "is `divide`, and without `group` nothing says which columns are amounts"
            yield context.file.problem((*at, "several_successors"), what, "sum them: `group: {by: […], columns: …}`")
        for name, summary in (table.group.columns if table.group else {}).items():
            if summary.take == "count" or (summary.take in ("share", "mean") and summary.weights is None):
                what = f"`{summary.take}` counts each part of a divided row as a whole one"
                hint = "derive a column of ones (`rows: 1`), and take its `sum`, or give it as `weights`"
                yield context.file.problem(("tables", at[1], "group", "columns", name), what, hint)


def _group(context: Context, at: KeyPath, group: Group, here: list[str]) -> Iterator[Problem]:
    """Check what rows are grouped by and what is taken of them."""
    yield from context.all_known((*at, "by"), group.by, here, COLUMN)
    for name, summary in group.columns.items():
        place: KeyPath = (*at, "columns", name)
        if name in group.by:
            yield context.file.problem(place, "is what rows are grouped by, and the same in all of a group")
        column = summary.column(name)
        if column is not None and column not in here:
            hint = nearest(column, here) + ("" if summary.of else " Say which with `of`.")
            yield context.file.problem((*place, "of") if summary.of else place, f"`{column}` is not a {COLUMN}", hint)
        if summary.weights is not None:
            yield from context.known((*place, "weights"), summary.weights, here, COLUMN)
        if summary.where is not None:
            yield from context.expression((*place, "where"), summary.where, here, condition=True, kind=COLUMN)
