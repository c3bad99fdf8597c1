"""The summary table: means, standard deviations and ranges, and the balance between treated and other units."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes
from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.exhibits.printed_table import PrintedTable, printed
from ruralpanel.frames.periods.frequency import YEAR, Frequency, frequency
from ruralpanel.frames.small_cells import fewer_than, withheld
from ruralpanel.study.exhibits import SummaryTable
from ruralpanel.treatment_columns import cohort_column
from ruralpanel.words.names import name_words

EVERYBODY, NEVER, EVER = "All units", "Never treated", "Ever treated"
DIFFERENCE = "Normalised difference"
SIGNIFICANT_DIGITS = 3
"""Of standard deviations; the decimals of everything else in the row follow from it."""


def print_table(panel: pd.DataFrame, declaration: ExhibitDeclaration) -> PrintedTable:
    """Lay out a summary table.

    Parameters
    ----------
    panel
        The panel.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    PrintedTable
        Means over standard deviations, by group.

    Raises
    ------
    DataError
        If a column holds no numbers, or no row is in the periods asked for; all such columns at once.
    """
    exhibit = declaration.of(SummaryTable)
    shown = panel
    if exhibit.periods is not None:
        first, last = exhibit.periods
        shown = panel[panel[declaration.period].between(first, last)]
    _check(shown, declaration, exhibit)
    groups = group_rows(shown, exhibit.by, exhibit.groups, frequency(declaration.frequency))
    summary = summarise(shown, list(declaration.columns), groups)
    small = _small_groups(shown, groups, declaration)
    if declaration.minimum_cell is not None:
        summary = _without_small(summary, shown, groups, small, declaration)
    by_cohort = exhibit.groups == "cohort"
    heads = _cohort_heads(groups) if by_cohort else _heads(groups)
    rows: list[tuple[str, list[str]]] = []
    for name, words in declaration.columns.items():
        label = f"{words.label} ({words.unit})" if words.unit else words.label
        own = summary[summary["column"] == name]
        rows += (_cohort_rows if by_cohort else _rows)(label, own, declaration.minimum_cell)
    return printed(
        declaration,
        heads,
        rows,
        _counts(shown, groups, declaration, by_cohort, small),
        _notes(declaration, exhibit),
        numbered=False,
    )


def group_rows(panel: pd.DataFrame, by: str | None, groups: str, of: Frequency = YEAR) -> dict[str, pd.Series]:
    """Say which rows belong to which group.

    Parameters
    ----------
    panel
        The rows to describe.
    by
        The designation; none for all units together only.
    groups
        ``ever`` or ``cohort``.
    of
        What periods are.

    Returns
    -------
    dict of str to pandas.Series
        For every group, whether a row belongs to it. Units first treated after the panel's last period are treated.
    """
    found = {EVERYBODY: pd.Series(True, index=panel.index)}
    if by is None:
        return found
    cohort = panel[cohort_column(by)]
    found[NEVER] = cohort.isna()
    if groups == "ever":
        return found | {EVER: cohort.notna()}
    cohorts = sorted(int(each) for each in cohort.dropna().unique())
    return found | {of.label(each): cohort.eq(each).fillna(False) for each in cohorts}


def summarise(panel: pd.DataFrame, columns: Sequence[str], groups: dict[str, pd.Series]) -> pd.DataFrame:
    """Describe columns by group.

    The normalised difference of a group is the difference of its mean and that of units never treated, divided by the
    square root of the mean of the two variances (Imbens and Rubin 2015, Causal Inference, chapter 14, equation 14.1).
    Unlike a t statistic, it does not grow with the number of rows.

    Parameters
    ----------
    panel
        The rows to describe.
    columns
        Columns with numbers.
    groups
        From :func:`group_rows`.

    Returns
    -------
    pandas.DataFrame
        One row a column and group: ``mean``, ``standard_deviation`` (with n − 1), ``minimum``, ``maximum``, ``values``
        (not missing) and ``normalised_difference``, missing for all units and for those never treated.
    """
    rows = []
    for column in columns:
        values = panel[column].astype("float64")
        for group, members in groups.items():
            own = values[members]
            compared = NEVER in groups and group not in (EVERYBODY, NEVER)
            rows.append(
                {
                    "column": column,
                    "group": group,
                    "mean": own.mean(),
                    "standard_deviation": own.std(),
                    "minimum": own.min(),
                    "maximum": own.max(),
                    "values": int(own.count()),
                    "normalised_difference": (
                        normalised_difference(own, values[groups[NEVER]]) if compared else np.nan
                    ),
                }
            )
    return pd.DataFrame(rows)


def _small_groups(panel: pd.DataFrame, groups: dict[str, pd.Series], declaration: ExhibitDeclaration) -> set[str]:
    """Name the groups that are withheld: of few units, and the next smallest beside one alone, as all are shown."""
    if declaration.minimum_cell is None:
        return set()
    units = {group: panel.loc[members, declaration.unit].nunique() for group, members in groups.items()}
    apart = [group for group in groups if group != EVERYBODY]
    hidden = withheld([units[group] for group in apart], declaration.minimum_cell)
    alone = {EVERYBODY} if 0 < units[EVERYBODY] < declaration.minimum_cell else set()
    return {group for group, is_hidden in zip(apart, hidden, strict=True) if is_hidden} | alone


def _without_small(
    summary: pd.DataFrame,
    panel: pd.DataFrame,
    groups: dict[str, pd.Series],
    small: set[str],
    declaration: ExhibitDeclaration,
) -> pd.DataFrame:
    """Withhold what describes small groups, or the few units of a group with a value, and ends that few units have."""
    minimum = int(declaration.minimum_cell or 0)
    numbers = ["mean", "standard_deviation", "minimum", "maximum", "values", "normalised_difference"]
    told = summary.astype(dict.fromkeys(numbers, "float64"))
    unit = panel[declaration.unit]
    for position, row in summary.iterrows():
        members = groups[row["group"]]
        values = panel.loc[members, row["column"]].astype("float64")
        if row["group"] in small or unit[members][values.notna()].nunique() < minimum:
            told.loc[position, numbers] = np.nan
            continue
        for end in ("minimum", "maximum"):
            if unit[members][values == row[end]].nunique() < minimum:
                told.loc[position, end] = np.nan
    return told


def normalised_difference(treated: pd.Series, others: pd.Series) -> float:
    """Compute how far two groups are apart, in standard deviations; missing where neither varies."""
    spread = np.sqrt((treated.var() + others.var()) / 2)
    return float((treated.mean() - others.mean()) / spread) if spread > 0 else np.nan


def decimals_for(standard_deviation: float, mean: float) -> int:
    """Choose decimals so that a standard deviation, or the mean of what does not vary, has three digits that count."""
    size = standard_deviation if standard_deviation > 0 else abs(mean)
    if not (np.isfinite(size) and size > 0):
        return 0
    return min(max(SIGNIFICANT_DIGITS - 1 - floor(log10(size)), 0), 6)


def _check(shown: pd.DataFrame, declaration: ExhibitDeclaration, exhibit: SummaryTable) -> None:
    at = f"exhibit {declaration.name}"
    problems = [
        Problem(at, f"`{name}` holds no numbers", f"exhibits.{declaration.name}.columns")
        for name in declaration.columns
        if not pd.api.types.is_numeric_dtype(shown[name])
    ]
    if shown.empty and exhibit.periods is not None:
        first, last = map(declaration.label, exhibit.periods)
        problems.append(
            Problem(at, f"the panel has no row from {first} to {last}", f"exhibits.{declaration.name}.periods")
        )
    if problems:
        raise DataError(problems)


def _heads(groups: dict[str, pd.Series]) -> list[tuple[str, str]]:
    """Give all units their range; the others their mean and number, and the difference last."""
    heads = [(EVERYBODY, each) for each in ("Mean", "Min.", "Max.", "N")]
    for group in groups:
        heads += [] if group == EVERYBODY else [(group, "Mean"), (group, "N")]
    return [*heads, ("", DIFFERENCE)] if EVER in groups else heads


def _cohort_heads(groups: dict[str, pd.Series]) -> list[tuple[str, str]]:
    return [("", group) if group in (EVERYBODY, NEVER) else ("First treated in", group) for group in groups]


def _rows(label: str, summary: pd.DataFrame, minimum: int | None) -> list[tuple[str, list[str]]]:
    """Lay out a column of the panel in two lines: means and all else, and standard deviations."""
    whole = summary.iloc[0]
    decimals = decimals_for(whole["standard_deviation"], whole["mean"])
    top, below = [], []
    for row in summary.to_dict("records"):
        top.append(decimal(row["mean"], decimals))
        below.append(_in_parentheses(row["standard_deviation"], decimals))
        if row["group"] == EVERYBODY:
            ends = 0 if _is_whole(row["minimum"]) and _is_whole(row["maximum"]) else decimals
            top += [decimal(row["minimum"], ends), decimal(row["maximum"], ends)]
            below += ["", ""]
        top.append(_count(row["values"], minimum))
        below.append("")
        if row["group"] == EVER:
            top.append(decimal(row["normalised_difference"], 3))
            below.append("")
    return [(label, top), ("", below)]


def _cohort_rows(label: str, summary: pd.DataFrame, minimum: int | None) -> list[tuple[str, list[str]]]:
    """Lay out a column of the panel with one column a cohort."""
    whole = summary.iloc[0]
    decimals = decimals_for(whole["standard_deviation"], whole["mean"])
    return [
        (label, [decimal(mean, decimals) for mean in summary["mean"]]),
        ("", [_in_parentheses(each, decimals) for each in summary["standard_deviation"]]),
        (DIFFERENCE, [decimal(each, 3) for each in summary["normalised_difference"]]),
        ("N", [_count(each, minimum) for each in summary["values"]]),
    ]


def _count(value: float, minimum: int | None) -> str:
    """Write a count; one that is withheld as such."""
    return fewer_than(minimum) if minimum is not None and pd.isna(value) else count(value)


def _in_parentheses(value: float, decimals: int) -> str:
    return "" if pd.isna(value) else f"({decimal(value, decimals)})"


def _is_whole(value: float) -> bool:
    return bool(np.isfinite(value)) and float(value).is_integer()


def _counts(
    shown: pd.DataFrame,
    groups: dict[str, pd.Series],
    declaration: ExhibitDeclaration,
    by_cohort: bool,
    small: set[str],
) -> list[tuple[str, list[str]]]:
    """Count units and rows of each group, in the first of its columns."""
    unit = name_words(declaration.unit, declaration.labels)
    rows = []
    units = {group: shown.loc[members, declaration.unit].nunique() for group, members in groups.items()}
    lines = {group: members.sum() for group, members in groups.items()}
    for label, numbers in ((f"Units ({unit})", units), ("Rows", lines)):
        counted = [
            _count(np.nan if group in small else number, declaration.minimum_cell) for group, number in numbers.items()
        ]
        if by_cohort:
            rows.append((label, counted))
            continue
        cells = [counted[0], "", "", ""]
        for each in counted[1:]:
            cells += [each, ""]
        rows.append((label, [*cells, ""] if EVER in groups else cells))
    return rows


def _notes(declaration: ExhibitDeclaration, exhibit: SummaryTable) -> list[str]:
    notes = [exhibit.notes] if exhibit.notes else []
    unit = declaration.unit_words
    period = declaration.period_words
    when = ""
    if exhibit.periods is not None:
        first, last = map(declaration.label, exhibit.periods)
        when = f", {first}" if first == last else f", {first} to {last}"
    notes.append(f"One row for each {unit} and {period}{when}. Standard deviations in parentheses, without weights.")
    if exhibit.by is not None:
        label = name_words(exhibit.by, declaration.labels)
        notes.append(
            f"Treated: {label}. Normalised difference: that of the mean of treated units and of those never treated, "
            "over the square root of the mean of the two variances (Imbens and Rubin 2015)."
        )
    return notes + closing_notes(declaration)
