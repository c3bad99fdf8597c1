"""Put sources one below the other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.column import read_periods
from ruralpanel.frames.periods.frequency import Frequency
from ruralpanel.study.source_columns import Scalar
from ruralpanel.study.tables import Part, Table


def stack_tables(
    declared: Table,
    tables: Mapping[str, pd.DataFrame],
    where: str,
    ledger: Ledger,
    periods: Mapping[str, Frequency] | None = None,
) -> pd.DataFrame:
    """Stack the sources of a table, with the columns that are added to each.

    Parameters
    ----------
    declared
        The declaration of the table.
    tables
        The typed table of every source.
    where
        The table, for messages.
    ledger
        Gets a line.
    periods
        The frequencies of the columns that hold periods, added ones among them.

    Returns
    -------
    pandas.DataFrame
        All rows of all sources, in the order of the declaration.

    Raises
    ------
    DataError
        If the sources have not the same columns, unless missing ones are to be filled, or a column holds numbers in
        one and text in another.
    """
    added = [_added(part, periods or {}, where) for part in declared.stack]
    parts = [(part.source, tables[part.source].assign(**add)) for part, add in zip(declared.stack, added, strict=True)]
    columns = list(dict.fromkeys(str(name) for _, part in parts for name in part))
    problems = []
    for column in columns:
        without = [source for source, part in parts if column not in part]
        if without and declared.missing_columns == "fail":
            what = f"`{column}` is not a column of {', '.join(without)}, and of another stacked source it is"
            problems.append(Problem(where, what, hint="declare `missing_columns: fill`, or name the columns alike"))
        problems += _mixed(column, parts, where)
    if problems:
        raise DataError(problems)
    stacked = pd.concat([part for _, part in parts], ignore_index=True)[columns]
    words = []
    for source, part in parts:
        lacking = [column for column in columns if column not in part]
        words.append(f"{source}: {counted(len(part), 'row')}" + (f", without {', '.join(lacking)}" if lacking else ""))
    ledger.note("stack", sum(len(part) for _, part in parts), stacked, "; ".join(words))
    return stacked


def _added(part: Part, periods: Mapping[str, Frequency], where: str) -> dict[str, Scalar]:
    """Give the columns that are the same in all rows of a part, periods as ordinals."""
    added = dict(part.add)
    for name in added.keys() & periods.keys():
        read = read_periods(pd.Series([added[name]], dtype=object), periods[name])
        if read.bad.any():
            what = f"`{name}: {added[name]}`, added to {part.source}, {read.rule}"
            raise DataError([Problem(where, what)])
        added[name] = int(read.ordinals.iloc[0])
    return added


def _mixed(column: str, parts: list[tuple[str, pd.DataFrame]], where: str) -> list[Problem]:
    """Find a column that holds numbers in one source and text in another; one without any value is either."""
    kinds: dict[bool, list[str]] = {}
    for source, part in parts:
        if column in part and part[column].notna().any():
            kinds.setdefault(pd.api.types.is_numeric_dtype(part[column]), []).append(source)
    if len(kinds) < 2:
        return []
    what = f"`{column}` holds numbers in {', '.join(kinds[True])} and text in {', '.join(kinds[False])}"
    return [Problem(where, what, hint="give both the same `type`")]
