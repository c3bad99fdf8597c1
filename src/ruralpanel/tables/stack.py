"""Put sources one below the other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.ledger import Ledger
from ruralpanel.study.tables import Table


def stack_tables(declared: Table, tables: Mapping[str, pd.DataFrame], where: str, ledger: Ledger) -> pd.DataFrame:
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
    parts = [(part.source, tables[part.source].assign(**part.add)) for part in declared.stack]
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
