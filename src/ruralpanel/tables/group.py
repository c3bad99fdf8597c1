"""Put rows together: one for each combination of the values of some columns."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.expressions import evaluate_answers
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.frames.periods.frequency import Frequency
from ruralpanel.study.tables import Group, Summary

NUMBERS_ONLY = ("sum", "mean")
"""What is taken of numbers and not of text."""


def amounts_of(group: Group | None) -> list[str]:
    """List the columns that are amounts, which an area that is divided gives its parts a share of.

    Parameters
    ----------
    group
        How rows are put together.

    Returns
    -------
    list of str
        The columns that are summed, and those that are weights.
    """
    if group is None:
        return []
    summed = [str(each.column(name)) for name, each in group.columns.items() if each.take == "sum"]
    weights = [each.weights for each in group.columns.values() if each.weights is not None]
    return list(dict.fromkeys([*summed, *weights]))


def group_rows(
    table: pd.DataFrame, group: Group, where: str, ledger: Ledger, periods: Mapping[str, Frequency] | None = None
) -> pd.DataFrame:
    """Put the rows of each group together.

    Parameters
    ----------
    table
        The rows.
    group
        What they are grouped by, and what is taken of the other columns.
    where
        The table, for messages.
    ledger
        Gets a line.
    periods
        The frequencies of the columns that hold periods.

    Returns
    -------
    pandas.DataFrame
        One row a group, sorted by what it is grouped by.

    Raises
    ------
    DataError
        If a column that rows are grouped by is missing in a row, text is to be summed, a weight is below 0, or rows
        that should share a value do not; all at once.
    """
    problems = _problems_of_columns(table, group, where)
    if problems:
        raise DataError(problems)
    # A sum of fractions depends on their order in its last digits, so the file must have no say in it.
    ordered = table.sort_values(list(table.columns), kind="stable").reset_index(drop=True)
    columns: dict[str, pd.Series] = {}
    words = []
    for name, summary in group.columns.items():
        values, known = _values(ordered, name, summary, where, periods or {})
        of_group = [ordered[column] for column in group.by]
        if summary.take == "same":
            problems += _differing(values, of_group, name, where)
        taken = _taken(values, known, ordered, summary, of_group)
        whole = known.groupby(of_group).all()
        columns[name] = taken.where(whole) if summary.missing == "keep" and not whole.all() else taken
        lost = int((~known).sum())
        words += [f"{name}: a value is missing in {counted(lost, 'row')}"] if lost else []
    if problems:
        raise DataError(problems)
    index = ordered.groupby(group.by).size().index
    grouped = pd.DataFrame(columns, index=index).reset_index()
    reason = "; ".join([f"one row for each {', '.join(group.by)}", *words])
    ledger.note("group", len(table), grouped, reason)
    return grouped


def _problems_of_columns(table: pd.DataFrame, group: Group, where: str) -> list[Problem]:
    """Find what does not allow to put rows together."""
    problems = []
    for by in group.by:
        absent = int(table[by].isna().sum())
        if absent:
            what = f"`{by}`, which rows are grouped by, is missing in {counted(absent, 'row')}"
            problems.append(Problem(where, what, hint=f"leave them out: `keep: {by} == {by}`"))
    for name, summary in group.columns.items():
        column = summary.column(name)
        numbers = [column] if column is not None and summary.take in NUMBERS_ONLY else []
        for each in [*numbers, *([summary.weights] if summary.weights else [])]:
            if not pd.api.types.is_numeric_dtype(table[each]):
                what = f"`{name}: {summary.take}` needs numbers, and `{each}` holds text"
                problems.append(Problem(where, what, hint="give the column `type: number`"))
        weights = table[summary.weights] if summary.weights else None
        if weights is not None and pd.api.types.is_numeric_dtype(weights) and (weights < 0).any():
            what = f"the weight `{summary.weights}` is below 0 in {counted(int((weights < 0).sum()), 'row')}"
            problems.append(Problem(where, what))
    return problems


def _values(
    table: pd.DataFrame, name: str, summary: Summary, where: str, periods: Mapping[str, Frequency]
) -> tuple[pd.Series, pd.Series]:
    """Give what a summary is taken of, and the rows in which it is known."""
    column = summary.column(name)
    if column is not None:
        # Periods put together in a text are those that a reader knows.
        source = with_labels(table[[column]], periods) if summary.take == "joined" else table
        values, known = source[column], table[column].notna()
    elif summary.where is not None:
        answers = evaluate_answers(table, with_ordinals(summary.where, periods), where)
        values, known = (answers == 1).astype("int64"), answers.notna()
    else:
        values, known = pd.Series(1, index=table.index), pd.Series(True, index=table.index)
    return values, known & table[summary.weights].notna() if summary.weights else known


def _taken(
    values: pd.Series, known: pd.Series, table: pd.DataFrame, summary: Summary, of_group: list[pd.Series]
) -> pd.Series:
    """Take the summary of the known values of each group; missing where there is none."""
    grouped = values.where(known).groupby(of_group)
    complete = values.groupby(of_group) if known.all() else grouped  # whole numbers stay whole
    match summary.take:
        case "count":
            return values.where(known, 0).groupby(of_group).sum()
        case "sum":
            return complete.sum(min_count=1)
        case "mean" | "share" if summary.weights is not None:
            weights = table[summary.weights].where(known)
            total = weights.groupby(of_group).sum(min_count=1)
            return (values * weights).groupby(of_group).sum(min_count=1) / total.where(total > 0)
        case "mean" | "share":
            return grouped.mean()
        case "minimum":
            return complete.min()
        case "maximum":
            return complete.max()
        case "distinct":
            return grouped.nunique()
        case "joined":
            return grouped.agg(lambda each: "; ".join(map(_plain, sorted(each.dropna().unique()))) or None)
        case _:
            return complete.first()


def _differing(values: pd.Series, of_group: list[pd.Series], name: str, where: str) -> list[Problem]:
    """Find groups whose rows should share a value and do not."""
    grouped = values.groupby(of_group)
    several = grouped.nunique()
    several = several[several > 1]
    if several.empty:
        return []
    examples = []
    for key in (each if isinstance(each, tuple) else (each,) for each in several.index[:3]):
        shown = ", ".join(map(_plain, sorted(grouped.get_group(key).dropna().unique())[:4]))
        examples.append(f"{' / '.join(map(str, key))} has {shown}")
    what = f"`{name}` should be the same in all rows of a group, and is not in {counted(len(several), 'group')}: "
    hint = "take another summary: `joined` keeps all values, `maximum` the last"
    return [Problem(where, what + "; ".join(examples) + (", …" if len(several) > 3 else ""), hint=hint)]


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
