"""Checks of ``match_names``: the gazetteer, the columns on both sides, and the file of decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ruralpanel.errors import Problem
from ruralpanel.study.checks.context import Context
from ruralpanel.study.place_names import MatchNames
from ruralpanel.study.yaml_file import KeyPath, is_file


def match_names(
    context: Context,
    at: KeyPath,
    declaration: MatchNames,
    columns: Collection[str],
    tables: Mapping[str, Collection[str]],
) -> Iterator[Problem]:
    """Check that a gazetteer and the columns with names exist, and that the codes get a column of their own.

    Parameters
    ----------
    context
        The study.
    at
        The path of the key.
    declaration
        How names are matched.
    columns
        The columns of the table with names.
    tables
        The columns of every source and table that can be the gazetteer.
    """
    beside = "column of the table"
    for number, level in enumerate(declaration.levels):
        yield from context.known((*at, "levels", number, "column"), level.column, columns, beside)
    if isinstance(declaration.year, str):
        yield from context.known((*at, "year"), declaration.year, columns, beside)
    if declaration.new_column in columns:
        key = "code" if declaration.into is None else "into"
        what = f"would add a column `{declaration.new_column}`, which the table has already"
        yield context.file.problem((*at, key), what, "give the codes another name with `into`")
    if declaration.gazetteer in tables:
        known, kind = tables[declaration.gazetteer], f"column of the gazetteer `{declaration.gazetteer}`"
        for key in ("code", "valid_from", "valid_until"):
            column = getattr(declaration, key)
            if column is not None:
                yield from context.known((*at, key), column, known, kind)
        for number, level in enumerate(declaration.levels):
            yield from context.known((*at, "levels", number, "gazetteer"), level.gazetteer, known, kind)
    else:
        yield from context.known((*at, "gazetteer"), declaration.gazetteer, tables, "source or table")
    path = declaration.decisions
    if path is not None and not is_file(context.root / path):
        yield context.not_there((*at, "decisions"), path)
