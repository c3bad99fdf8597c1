"""What the keys of two tables must have in common before they can meet."""

from __future__ import annotations

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.frames.periods.column import no_years
from ruralpanel.frames.periods.frequency import FREQUENCIES, Frequency
from ruralpanel.frames.periods.spelling import read_period


def with_whole_numbers(
    table: pd.DataFrame, column: str, where: str, role: str, of: Frequency | None = None
) -> pd.DataFrame:
    """Turn a column of years that are stored as 2010.0 into whole numbers, and refuse numbers that are no periods.

    Parameters
    ----------
    table
        Holds the column.
    column
        The column.
    where, role
        The table and what the column is in it, for the message.
    of
        The declared frequency, by which the column has been read; without one, the numbers must be such as can be
        counted: 201412 and 201501 are one month apart and not 89 years.

    Returns
    -------
    pandas.DataFrame
        The table with integers in the column.

    Raises
    ------
    DataError
        If the column holds anything but whole numbers, or whole numbers that are no periods.
    """
    values = table[column]
    if pd.api.types.is_integer_dtype(values) or (
        pd.api.types.is_float_dtype(values) and values.notna().all() and (values == values.round()).all()
    ):
        told = no_years(values) if of is None else _beyond(values, of)
        if told:
            raise DataError([Problem(where, f"the {role} `{column}` {told}")])
        return table if pd.api.types.is_integer_dtype(values) else table.assign(**{column: values.astype("int64")})
    wrong = values[~(values == values.round())] if pd.api.types.is_float_dtype(values) else values
    found = ", ".join("nothing" if pd.isna(value) else str(value) for value in wrong.drop_duplicates().head(3))
    what = f"the {role} `{column}` must be a whole number such as a year; found {found}"
    raise DataError([Problem(where, what, hint=frequency_to_declare(wrong) if of is None else "")])


def frequency_to_declare(values: pd.Series) -> str:
    """Say which `frequency` a column of text could be read by; nothing where it holds no periods."""
    spelt = [read_period(value) for value in values.dropna().unique()[:20]]
    kinds = {each.of for each in spelt if each is not None}
    if not kinds or None in spelt:
        return ""
    finest = [each for each in FREQUENCIES if each in kinds][-1]
    also = ", or a longer one, of which each row is in another," if finest == "day" else ""
    return f"declare what a period is: `frequency: {finest}`{also} under `panel`"


def _beyond(values: pd.Series, of: Frequency) -> str:
    """Tell ordinals that no calendar can mean: numbers that were computed in another way."""
    if of.name == "number":
        return ""
    first, last = of.bounds()
    outside = values[(values < first) | (values > last)]
    if outside.empty:
        return ""
    return f"holds {outside.iloc[0]:g}, which is no {of.noun}; it must be read from a file, not computed"


def require_same_kind(panel: pd.DataFrame, table: pd.DataFrame, column: str, source: str, where: str) -> None:
    """Refuse to match text with numbers, or codes with those that lost their zeros: no row would find a partner.

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
        If the column holds numbers on one side and text on the other, or codes of digits that are in the table only
        with other zeros at their beginning.
    """
    if pd.api.types.is_numeric_dtype(panel[column]) == pd.api.types.is_numeric_dtype(table[column]):
        _require_zeros_on_both_sides(panel, table, column, source, where)
        return
    kinds = {True: "numbers", False: "text"}
    here, there = (kinds[pd.api.types.is_numeric_dtype(side[column])] for side in (panel, table))
    what = f"`{column}` holds {here} in the panel and {there} in `{source}`"
    hint = "give both the same `type`; codes from whose beginning a program took zeros: `{type: code, width: 5}`"
    raise DataError([Problem(where, what, hint=hint)])


def _require_zeros_on_both_sides(
    panel: pd.DataFrame, table: pd.DataFrame, column: str, source: str, where: str
) -> None:
    if any(pd.api.types.is_numeric_dtype(side[column]) for side in (panel, table)):
        return
    here, there = (pd.Series(side[column].dropna().unique()).astype("str") for side in (panel, table))
    alone = here[here.str.isdigit() & (pd.Index(there).get_indexer(pd.Index(here)) < 0)]
    codes = there[there.str.isdigit()] if len(alone) else there.head(0)
    bare = codes.str.lstrip("0")
    lost = sorted(alone[pd.Index(bare.unique()).get_indexer(pd.Index(alone.str.lstrip("0"))) >= 0])
    if lost:
        other = codes[bare == lost[0].lstrip("0")].iloc[0]
        what = f"`{column}` is {lost[0]!r} in the panel and {other!r} in `{source}`"
        width = max(len(lost[0]), len(other))
        hint = f"give both `{{type: code, width: {width}}}`, which puts back the zeros that a program took"
        raise DataError([Problem(where, what, hint=hint)])
