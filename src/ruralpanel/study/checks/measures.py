"""Checks of the ``panel.deflators`` and ``panel.derived`` sections: prices, and what columns are made from."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.checks.context import Context
from ruralpanel.study.measures import Deflator, Derived
from ruralpanel.study.yaml_file import KeyPath


def deflators(context: Context) -> Iterator[Problem]:
    """Check that every series of prices is a source of its own, with one row for each period and region."""
    for name, deflator in context.study.panel.deflators.items():
        at: KeyPath = ("panel", "deflators", name)
        if deflator.region is not None:
            columns = context.table_columns()
            yield from context.known((*at, "region"), deflator.region, columns, "column of the panel's sources")
        yield from _prices(context, at, deflator)


def _prices(context: Context, at: KeyPath, deflator: Deflator) -> Iterator[Problem]:
    name, declare = deflator.source, "declare the prices' file under `sources`"
    wrong = list(context.read_beside((*at, "source"), name, "prices are a source of their own", declare))
    yield from wrong
    if wrong:
        return
    source = context.study.shapes[name]
    wrong = [
        problem
        for key in ("index", "period", "region")
        if getattr(deflator, key) is not None
        for problem in context.known(
            (*at, key), getattr(deflator, key), source.column_names, f"column of the source `{name}`"
        )
    ]
    yield from wrong
    if wrong:
        return
    if deflator.index in deflator.key:
        yield context.file.problem((*at, "index"), f"is `{deflator.index}`, which tells rows apart; name the prices")
    elif set(source.key) != set(deflator.key):
        regions = [column for column in source.key if column != deflator.period]
        yield context.file.problem(
            (f"{source.kind}s", name, "key"),
            f"is {', '.join(source.key)}; prices have one row for each {' and '.join(deflator.key)}",
            f"declare `region: {regions[0]}` in the deflator, or write `key: [{', '.join(deflator.key)}]`"
            if len(regions) == 1 and deflator.region is None
            else f"write `key: [{', '.join(deflator.key)}]`",
        )


def derived_column(context: Context, at: KeyPath, derived: Derived, columns: Collection[str]) -> Iterator[Problem]:
    """Check that what a column is made from is there.

    Parameters
    ----------
    context
        The study.
    at
        The entry.
    derived
        How the column is computed.
    columns
        The columns of the panel before this one.
    """
    if derived.expression is not None:
        yield from context.expression(at, derived.expression, columns, condition=False)
    for key, name in derived.inputs():
        yield from context.known((*at, *key), name, columns, "column of the panel here")
    if derived.deflator is not None:
        yield from context.known((*at, "deflator"), derived.deflator, context.study.panel.deflators, "deflator")
