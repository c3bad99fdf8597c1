"""What the keys of two tables must have in common before they can meet."""

from __future__ import annotations

import pandas as pd

from ruralpanel.errors import DataError, Problem


def with_whole_numbers(table: pd.DataFrame, column: str, where: str, role: str) -> pd.DataFrame:
    """Turn a column of years that are stored as 2010.0 into whole numbers.

    Parameters
    ----------
    table
        Holds the column.
    column
        The column.
    where, role
        The table and what the column is in it, for the message.

    Returns
    -------
    pandas.DataFrame
        The table with integers in the column.

    Raises
    ------
    DataError
        If the column holds anything but whole numbers.
    """
    values = table[column]
    if pd.api.types.is_integer_dtype(values):
        return table
    if pd.api.types.is_float_dtype(values) and values.notna().all() and (values == values.round()).all():
        return table.assign(**{column: values.astype("int64")})
    wrong = values[~(values == values.round())] if pd.api.types.is_float_dtype(values) else values
    found = ", ".join("nothing" if pd.isna(value) else str(value) for value in wrong.drop_duplicates().head(3))
    what = f"the {role} `{column}` must be a whole number such as a year; found {found}"
    raise DataError([Problem(where, what)])


def require_same_kind(panel: pd.DataFrame, table: pd.DataFrame, column: str, source: str, where: str) -> None:
    """Refuse to match text with numbers: no row would find a partner.

    Parameters
    ----------
    panel, table
        Both hold the column.
    column
        The column that is matched.
    source
        The source that the table comes from.
    where
        The step, for the message.

    Raises
    ------
    DataError
        If the column holds numbers on one side and text on the other.
    """
    if pd.api.types.is_numeric_dtype(panel[column]) == pd.api.types.is_numeric_dtype(table[column]):
        return
    kinds = {True: "numbers", False: "text"}
    here, there = (kinds[pd.api.types.is_numeric_dtype(side[column])] for side in (panel, table))
    what = f"`{column}` holds {here} in the panel and {there} in `{source}`"
    hint = "give both the same `type`; codes from whose beginning a program took zeros: `{type: code, width: 5}`"
    raise DataError([Problem(where, what, hint=hint)])
