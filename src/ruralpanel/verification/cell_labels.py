"""What a reader is told that a published number is: its row and its column, in the words of the table or the figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.printed_table import Addressed, PrintedTable
from ruralpanel.exhibits.regression_table import event_time_words
from ruralpanel.frames.periods.spelling import read_period
from ruralpanel.study.estimators import ESTIMATORS, described
from ruralpanel.words.frames import in_words
from ruralpanel.words.names import row_words


def cell_labels(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> dict[str, str]:
    """Name every estimate of an exhibit by the row and the column it is printed in.

    Parameters
    ----------
    estimates
        All estimates of the blocks the exhibit is made from, as they are stored.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    dict of str to str
        By address, ``Taobao Village, column (1), Income per head (log), Two-way``; no two are the same. An estimate of
        a figure has no column, and one of a table's blocks that the table does not print is said to be ``not printed``.
    """
    is_table = declaration.exhibit.prints_estimates
    tables = import_module(f"ruralpanel.exhibits.{declaration.exhibit.kind}")
    printed = {}
    if is_table:
        printed = _printed(tables.print_table(in_words(estimates, declaration.labels), declaration))
    labels, blocks = {}, {}
    for row in estimates.to_dict("records"):
        address = address_of(row)
        words = f"{_row_words(row, declaration)}, {_column_words(row, declaration)}"
        labels[address] = printed.get(address, f"not printed, {words}" if is_table else words)
        blocks[address] = str(row["block"]).replace("_", " ")
    labels = _told_apart(labels, {address: f"block {block}" for address, block in blocks.items()})
    return _told_apart(labels, {address: address for address in labels})


def _printed(table: PrintedTable) -> dict[str, str]:
    """Map the addresses in a table to row and column; what is printed below a coefficient has the coefficient's row."""
    found: dict[str, str] = {}
    above = ""
    for label, cells in table.coefficients:
        if table.words:  # one line a coefficient, below the one that names the regression
            above = label or above
            words = [", ".join(cells[column] for column in table.words), above]
            found |= {cell.address: ", ".join(words) for cell in cells if isinstance(cell, Addressed)} | found
            continue
        for position, (cell, heads) in enumerate(zip(cells, table.heads, strict=True), start=1):
            if isinstance(cell, Addressed):
                words = [label, f"column ({position})", *(each for each in heads if each)]
                found.setdefault(cell.address, ", ".join(words))
    return found


def _row_words(row: Mapping[Any, Any], declaration: ExhibitDeclaration) -> str:
    """Write term, cohort, period and event time as they stand before a number or at a point."""
    words = [] if ESTIMATORS[row["estimator"]].means_by_cohort else [row_words(row, declaration.labels)]
    cohort = "" if pd.isna(row["cohort"]) else str(row["cohort"])
    if cohort:
        first = cohort.isdigit() or read_period(cohort) is not None
        words.append(f"treated from {cohort}" if first else cohort.replace("_", " "))
    if pd.notna(row["period"]):
        words.append(f"in {row['period']}")
    if pd.notna(row["event_time"]):
        words.append(f"event time {event_time_words(row['event_time'], str(row['event_time_bin']))}")
    return ", ".join(words)


def _column_words(row: Mapping[Any, Any], declaration: ExhibitDeclaration) -> str:
    """Write outcome, specification and estimator."""
    outcome = declaration.outcomes.get(row["outcome"])
    words = [
        outcome.head if outcome else str(row["outcome"]).replace("_", " "),
        declaration.specifications.get(f"{row['block']}/{row['specification']}", ""),
        described(row["estimator"], declaration.labels).method,
    ]
    return ", ".join(word for word in words if word)


def _told_apart(labels: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Add some words to the labels that are shared."""
    many = Counter(labels.values())
    return {address: f"{label} ({more[address]})" if many[label] > 1 else label for address, label in labels.items()}
