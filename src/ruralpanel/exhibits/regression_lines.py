"""A regression table with one line a coefficient, for regressions that share few of their terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.printed_table import Addressed
from ruralpanel.words.sentences import numbered, sentence_list

STUB = "Regression"
COEFFICIENT = "Coefficient on"

SHARED = 0.5
"""Where no larger share of the cells of a table with one column a regression would be filled, it has one line a
coefficient."""

OBSERVATIONS = "Observations"

FEWEST = 4
"""So many terms at least, for a few columns are read more easily than many lines."""


@dataclass(frozen=True)
class TermRow:
    """What regressions say of one term.

    Parameters
    ----------
    term
        The term.
    label
        What a reader sees for it.
    estimates, errors
        One text a regression; empty where it has no such term.
    below
        What else is printed of the term: a label, and one text a regression.
    """

    term: str
    label: str
    estimates: list[str]
    errors: list[str]
    below: list[tuple[str, list[str]]]


def as_columns(rows: Sequence[TermRow]) -> list[tuple[str, list[str]]]:
    """Lay terms out below one another, with one column a regression and errors below estimates."""
    return [line for row in rows for line in [(row.label, row.estimates), ("", row.errors), *row.below]]


def has_few_in_common(rows: Sequence[TermRow]) -> bool:
    """Tell whether regressions with interactions share so few terms that half of the cells or more would be empty."""
    filled = [bool(cell) for row in rows for cell in row.estimates]
    interacted = any("*" in row.term for row in rows)
    return interacted and len(rows) >= FEWEST and sum(filled) <= SHARED * len(filled)


def heads_of_lines(rows: Sequence[TermRow]) -> list[str]:
    """Name the columns: the coefficient, what is printed of it, and the rows that its regression has."""
    return [COEFFICIENT, "Estimate", "Std. error", *_labels_below(rows), OBSERVATIONS]


def _labels_below(rows: Sequence[TermRow]) -> list[str]:
    """List what is printed below estimates, in the order of the term of which most is."""
    fullest_first = sorted(rows, key=lambda row: -len(row.below))
    return list(dict.fromkeys(label for row in fullest_first for label, _ in row.below))


def as_lines(
    rows: Sequence[TermRow], heads: Sequence[tuple[str, str]], regressions: Sequence[pd.DataFrame]
) -> list[tuple[str, list[str]]]:
    """Lay regressions out below one another, with one line a coefficient and what is printed of it beside it.

    Parameters
    ----------
    rows
        What the table shows, by term.
    heads
        Outcome and words of every regression, of which those that all share are left out.
    regressions
        Its estimates.
    """
    labels = _labels_below(rows)
    shared = len({outcome for outcome, _ in heads}) == 1
    lines = []
    for position, (outcome, head) in enumerate(heads):
        name = ", ".join(part for part in ("" if shared else outcome, head) if part)
        first = regressions[position].iloc[0]
        observations: str = Addressed(count(first["observations"]), address_of(first))
        label = f"({position + 1}) {name}".rstrip()
        for row in rows:
            if not row.estimates[position]:
                continue
            below = {each: cells[position] for each, cells in row.below}
            cells = [row.label, row.estimates[position], row.errors[position]]
            lines.append((label, [*cells, *(below.get(each, "") for each in labels), observations]))
            label, observations = "", ""
    return lines


def notes_of_lines(statistics: Sequence[tuple[str, list[str]]]) -> list[str]:
    """Say what stands below the coefficients where every regression has a column of its own.

    Parameters
    ----------
    statistics
        Label and one text a regression; observations have a column of lines.
    """
    has: dict[str, list[str]] = {}
    sentences = []
    for label, cells in statistics:
        numbers: dict[str, list[int]] = {}
        for number, cell in enumerate(cells, start=1):
            numbers.setdefault(cell, []).append(number)
        if set(numbers) <= {"Yes", "No"}:
            has.setdefault(_where(numbers.get("Yes", []), len(cells)), []).append(label)
        elif label != OBSERVATIONS:
            found = [f"{cell}{_where(where, len(cells))}" for cell, where in numbers.items() if cell]
            sentences.append(f"{label}: {'; '.join(found)}.")
    if has:
        each = [f"{sentence_list(labels)}{where}" for where, labels in has.items()]
        sentences.insert(0, f"Beside what is shown: {'; '.join(each)}.")
    return sentences


def _where(numbers: Sequence[int], of: int) -> str:
    """Say in which regressions something is, where it is not in all of them."""
    return "" if len(numbers) == of else f" in {numbered('regression', numbers)}"
