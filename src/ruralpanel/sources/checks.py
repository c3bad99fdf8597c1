"""Hold a typed table to the checks of its source: monotone and constant columns, conditions, and unique rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from ruralpanel.errors import DataError
from ruralpanel.frames.expression_syntax import columns_in
from ruralpanel.frames.expressions import evaluate_condition
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.frames.periods.frequency import Frequency
from ruralpanel.study.contracts import Check
from ruralpanel.study.sources import Source


def failed_checks(
    table: pd.DataFrame, source: Source, periods: Mapping[str, Frequency] | None = None
) -> Iterator[tuple[pd.Series, str, str]]:
    """Find the rows that fail a source's checks.

    Setting all of them aside leaves a table that fulfils the checks. A row in which something is missing that a check
    looks at does not fail it.

    Parameters
    ----------
    table
        The typed table.
    source
        The declaration of the source.
    periods
        The frequencies of its columns with periods.

    Yields
    ------
    tuple of (pandas.Series, str, str)
        For each check that fails: what the failing rows hold, the column or columns, and the rule.

    Raises
    ------
    DataError
        If a condition compares text with numbers.
    """
    words = with_labels(table, periods or {})
    for check in source.checks:
        if check.condition is not None:
            yield _condition(table, words, check, source, periods or {})
        elif check.unique is not None:
            yield _unique(words, check.unique, check.rule)
        elif check.constant is not None:
            yield _constant(words, check.constant, str(check.within), check.rule)
        else:
            yield from _monotone(table, words, check)


def _condition(
    table: pd.DataFrame, words: pd.DataFrame, check: Check, source: Source, periods: Mapping[str, Frequency]
) -> tuple[pd.Series, str, str]:
    condition = str(check.condition)
    used = [name for name in table.columns if name in columns_in(condition)]
    try:
        holds, _ = evaluate_condition(table, with_ordinals(condition, periods))
    except DataError as error:
        raise DataError([replace(problem, where=source.origin) for problem in error.problems]) from None
    failing = words.loc[~holds & table[used].notna().all(axis=1), used]
    return _side_by_side(failing), ", ".join(used), check.rule


def _unique(table: pd.DataFrame, columns: list[str], rule: str) -> tuple[pd.Series, str, str]:
    complete = table[columns].dropna()
    return _side_by_side(complete[complete.duplicated(keep=False)]), ", ".join(columns), rule


def _constant(table: pd.DataFrame, column: str, within: str, rule: str) -> tuple[pd.Series, str, str]:
    known = table[[column, within]].dropna()
    several = known.groupby(within)[column].transform("nunique") > 1
    return known.loc[several, column], column, rule


def _monotone(table: pd.DataFrame, words: pd.DataFrame, check: Check) -> Iterator[tuple[pd.Series, str, str]]:
    """Compare each value with the highest or lowest of all earlier ones, so that what is left is monotone."""
    (column,), within, along = check.columns, str(check.within), str(check.along)
    text = [name for name in (column, along) if not pd.api.types.is_numeric_dtype(table[name])]
    if text:
        for name in text:
            yield table[name].dropna(), name, "holds text, which has no order to rise or fall in"
        return
    known = table[[column, within, along]].dropna()
    falls = check.never_falls is not None
    # Rows of the same moment say nothing about each other: the extreme of each moment is compared with those before.
    moments = known.groupby([within, along], sort=True)[column].agg("max" if falls else "min")
    groups = moments.groupby(level=0)
    before = (groups.cummax() if falls else groups.cummin()).groupby(level=0).shift()
    merged = known[[within, along]].merge(before.rename("before").reset_index(), on=[within, along], how="left")
    earlier: pd.Series = merged["before"].set_axis(known.index)
    wrong = known[column] < earlier if falls else known[column] > earlier
    shown = known.loc[wrong, column].map("{:.10g}".format) + earlier[wrong].map(" (before: {:.10g})".format)
    if not pd.api.types.is_numeric_dtype(words[column]):  # a period, as a reader knows it
        shown = words.loc[known.index[wrong], column]
    yield shown, column, check.rule


def _side_by_side(rows: pd.DataFrame) -> pd.Series:
    """Show the values of several columns in one text a row."""
    return rows.astype(object).map(str).agg(" / ".join, axis=1) if len(rows) else pd.Series(dtype=object)
