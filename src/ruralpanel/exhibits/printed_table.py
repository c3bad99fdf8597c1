"""A table as printed, and two of the forms it takes: HTML and CSV."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from ruralpanel.exhibits.caption import SIMULATED, ExhibitDeclaration, full_title, title_with_standing
from ruralpanel.exhibits.numbers import number_parts

Sides = tuple[Counter[str], Counter[str]]

LONG = 20
"""Characters beyond which a cell of HTML may be broken into lines."""


class Addressed(str):
    """The text of a cell that shows a number with an address (:mod:`ruralpanel.study.addresses`), which HTML keeps."""

    address: str

    def __new__(cls, text: str, address: str) -> Addressed:
        """Make one of a text and the whole address of its estimate."""
        cell = super().__new__(cls, text)
        cell.address = address
        return cell


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed, before it takes the form of HTML, LaTeX, Word or CSV.

    Parameters
    ----------
    title
        With number and standing.
    heads
        For each column what it shares with its neighbours, such as the outcome, and the words over it.
    coefficients, statistics
        Row label and one text a column; a text that is :class:`Addressed` can be traced from the page. A row without a
        label belongs to the one above it.
    notes
        Sentences below the table.
    stub
        What stands over the row labels.
    numbered
        Whether columns are numbered (1), (2), ….
    words
        Positions of columns that hold sentences and not numbers.
    headings
        Positions of coefficient rows whose label stands over all columns, above the rows that belong to it.
    number, caption
        The two parts of the title.
    """

    title: str
    heads: list[tuple[str, str]]
    coefficients: list[tuple[str, list[str]]]
    statistics: list[tuple[str, list[str]]]
    notes: list[str]
    stub: str = ""
    numbered: bool = True
    words: tuple[int, ...] = ()
    headings: tuple[int, ...] = ()
    number: str = ""
    caption: str = ""


def printed(declaration: ExhibitDeclaration, *parts: Any, **more: Any) -> PrintedTable:
    """Print a table under its number and title.

    Parameters
    ----------
    declaration
        What the study says about the exhibit.
    *parts, **more
        The parts of a :class:`PrintedTable` from its heads on.
    """
    more |= {"number": declaration.number, "caption": title_with_standing(declaration)}
    return PrintedTable(full_title(declaration), *parts, **more)


def as_plain(table: PrintedTable) -> dict[str, Any]:
    """Give the parts of a table as plain values, for JSON; addresses of numbers are left out."""
    rows = {
        name: [[label, [str(cell) for cell in cells]] for label, cells in getattr(table, name)]
        for name in ("coefficients", "statistics")
    }
    return {field.name: rows.get(field.name, getattr(table, field.name)) for field in fields(table)}


def from_plain(parts: dict[str, Any]) -> PrintedTable:
    """Make a table of what :func:`as_plain` gave and JSON kept."""
    pairs = {
        name: [(first, second) for first, second in parts[name]] for name in ("heads", "coefficients", "statistics")
    }
    return PrintedTable(**parts | pairs | {name: tuple(parts[name]) for name in ("words", "headings")})


def as_grid(table: PrintedTable) -> pd.DataFrame:
    """Give the table as printed, for CSV: a column of labels and one a regression; simulated data say so at the top."""
    numbers = [f"({position})" for position in range(1, len(table.heads) + 1)]
    rows = [(SIMULATED, [""] * len(numbers))] if SIMULATED in table.title else []
    rows += [("", head) for head in head_rows(table)]
    rows += [*table.coefficients, *table.statistics]
    grid = pd.DataFrame([cells for _, cells in rows], columns=numbers)
    grid.insert(0, "row", [label for label, _ in rows])
    return grid


def head_rows(table: PrintedTable) -> list[list[str]]:
    """Give the rows over the columns, without their numbers, those of them that say something."""
    rows = [[outcome for outcome, _ in table.heads], [head for _, head in table.heads]]
    return [row for row in rows if any(row)]


def head_spans(heads: Sequence[str]) -> list[tuple[str, int]]:
    """Join neighbouring columns with the same head: the head, and how many columns it stands over."""
    return [(head, len(list(group))) for head, group in groupby(heads)]


def aligned_parts(cell: str, is_statistic: bool) -> tuple[str, str] | None:
    """Split a cell that is aligned on its decimal point; None for one that is centred.

    Parameters
    ----------
    cell
        Its text.
    is_statistic
        Whether it stands below the coefficients. Whole numbers there are counts, which are centred as words are.
    """
    return None if is_statistic and "." not in cell else number_parts(cell)


def column_parts(table: PrintedTable, column: int) -> list[tuple[str, str]]:
    """Split every number of a column that is aligned on its decimal point."""
    if column in table.words:
        return []
    split = [aligned_parts(cells[column], False) for _, cells in table.coefficients]
    split += [aligned_parts(cells[column], True) for _, cells in table.statistics]
    return [parts for parts in split if parts is not None]


def as_html(table: PrintedTable) -> str:
    """Give the table as an HTML fragment with a caption, header cells and notes.

    Numbers that are aligned on their decimal point say in ``data-before`` and ``data-after`` which characters others of
    the column have more than they. A style sheet that puts these there unseen, and tabular figures, makes all of a
    column as wide before the point and after it.
    """
    stub = f'<th scope="col" class="text">{escape(table.stub)}</th>' if table.stub else "<td></td>"
    heads = head_rows(table)
    rows = []
    for position, row in enumerate(heads):
        last = position == len(heads) - 1
        cells, column = [], 0
        for text, span in head_spans(row):
            cells.append(_html_head(text, span, not last, column in table.words))
            column += span
        rows.append(f"<tr>{stub if last and not table.numbered else '<td></td>'}{''.join(cells)}</tr>")
    if table.numbered:
        numbers = "".join(f'<th scope="col">({position})</th>' for position in range(1, len(table.heads) + 1))
        rows.append(f'<tr class="numbers">{stub}{numbers}</tr>')
    parts = [column_parts(table, column) for column in range(len(table.heads))]
    sides = [(_union(lead for lead, _ in column), _union(trail for _, trail in column)) for column in parts]
    bodies = "".join(
        f"<tbody>{''.join(body)}</tbody>"
        for body in (
            [
                _html_heading(row[0], len(table.heads)) if position in table.headings else _html_row(table, row, sides)
                for position, row in enumerate(table.coefficients)
            ],
            [_html_row(table, row, sides, is_statistic=True) for row in table.statistics],
        )
        if body
    )
    return (
        f'<table class="{"regression text" if table.words else "regression"}"><caption>{escape(table.title)}</caption>'
        f"<thead>{''.join(rows)}</thead>{bodies}</table>\n"
        f'<p class="notes">{escape(" ".join(table.notes))}</p>\n'
    )


def _html_head(text: str, span: int, is_group: bool, is_left: bool) -> str:
    if not text:
        return f'<td colspan="{span}"></td>'
    scope = "colgroup" if is_group or span > 1 else "col"
    columns = f' colspan="{span}"' if span > 1 else ""
    kind = ' class="text"' if is_left else ""
    return f'<th scope="{scope}"{columns}{kind}>{escape(text)}</th>'


def _html_heading(label: str, columns: int) -> str:
    """Write a label that stands over all columns."""
    return f'<tr class="heading"><th scope="colgroup" colspan="{columns + 1}">{escape(label)}</th></tr>'


def _html_row(table: PrintedTable, row: tuple[str, list[str]], sides: list[Sides], is_statistic: bool = False) -> str:
    label, cells = row
    written = []
    for column, cell in enumerate(cells):
        parts = None if column in table.words else aligned_parts(cell, is_statistic)
        written.append(_html_cell(cell, parts, sides[column], column in table.words))
    head = f'<th scope="row">{escape(label)}</th>' if label else "<td></td>"
    return f"<tr{'' if label else ' class=below'}>{head}{''.join(written)}</tr>"


def _html_cell(cell: str, parts: tuple[str, str] | None, sides: Sides, is_words: bool) -> str:
    kind = ' class="text"' if is_words else ' class="words"' if len(cell) > LONG else ""
    if parts is not None:
        for name, side, part in zip(("before", "after"), sides, parts, strict=True):
            missing = "".join((side - _union([part])).elements())
            kind += f' data-{name}="{escape(missing)}"' if missing else ""
    if isinstance(cell, Addressed) and cell:
        kind += f' data-address="{escape(cell.address)}"'
    return f"<td{kind}>{escape(cell)}</td>"


def _union(texts: Iterable[str]) -> Counter[str]:
    """Count every character as often as the text that has it most often; digits are all as wide as a zero."""
    found: Counter[str] = Counter()
    for text in texts:
        found |= Counter(re.sub("[0-9]", "0", text))
    return found
