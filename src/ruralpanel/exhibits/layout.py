"""How a table fits a printed page: where numbers are aligned, how wide columns are, and where a wide table is split."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import ceil, sqrt

from ruralpanel.exhibits.numbers import number_parts
from ruralpanel.exhibits.printed_table import PrintedTable, column_parts, head_spans

LINE = 453.0
"""Width of a printed line, in points: A4 with margins of 2.5 cm, or US Letter with one inch and a little air."""

PAGE = 58
"""Lines of 9 points that fit a page below a title."""

PAGE_OF_SMALLER = 71
"""Lines of 8 points that do."""

DIGIT = 4.6
"""Width of a digit of 9 points, in points."""

LETTER = 4.3
"""Mean width of a letter of 9 points, in points."""

GAP = 6.0
"""Space between two columns, in points."""

LABELS = 142.0
"""The most that row labels take of the width, in points, where the other columns hold numbers."""

HEAD = 11
"""Characters beyond which the head of a column is broken into lines, where its numbers are not wider."""

SAYS_NOTHING = {"", "No", "—"}
"""What stands below the coefficients where a column has none of a thing: a row of these alone is left out of a part."""


@dataclass(frozen=True)
class PrintedRow:
    """A row as it is set on a page.

    Parameters
    ----------
    label
        Its label, or a further line of the label above.
    cells
        Its cells.
    is_statistic
        Whether it stands below the coefficients.
    opens
        Whether it is set apart from what is above it.
    is_indented
        Whether the label is a further line.
    stays
        Whether the next row has to be on the same page.
    is_heading
        Whether the label stands over all columns.
    """

    label: str
    cells: list[str]
    is_statistic: bool
    opens: bool = False
    is_indented: bool = False
    stays: bool = False
    is_heading: bool = False


@dataclass(frozen=True)
class TablePart:
    """Columns of a table that fit one line, to be put below other parts of the same table.

    Parameters
    ----------
    table
        The table with these columns alone, without the rows that are empty in them.
    first
        The number of its first column.
    labels
        Width of the row labels, in points.
    widths
        Width of each column, in points.
    """

    table: PrintedTable
    first: int
    labels: float
    widths: list[float]

    @property
    def width(self) -> float:
        """Width of the whole, in points."""
        return self.labels + sum(self.widths)

    @property
    def numbers(self) -> list[str]:
        """What stands over the columns: (1), (2), …."""
        return [f"({self.first + position})" for position in range(len(self.widths))]

    @property
    def rows(self) -> list[PrintedRow]:
        """The rows; the lines of a long label stand beside the rows that have none of their own, such as errors."""
        rows: list[PrintedRow] = []
        waiting: list[str] = []
        headings = self.table.headings
        following = [label for label, _ in self.table.coefficients[1:]] + [" "]
        for position, ((label, cells), after) in enumerate(zip(self.table.coefficients, following, strict=True)):
            if headings:
                is_heading = position in headings
                rows.append(PrintedRow(label, cells, False, opens=is_heading and bool(rows), is_heading=is_heading))
            elif label:
                # Columns of words break their labels themselves, for their rows have lines enough.
                breaks = not after and not self.table.words
                lines = broken(label, int((self.labels - GAP) / LETTER)) if breaks else [label]
                opens = bool(rows) and (not after or bool(self.table.words))
                rows.append(PrintedRow(lines[0], cells, False, opens=opens))
                waiting = lines[1:]
            else:
                line = " ".join(waiting) if after else "".join(waiting[:1])
                rows.append(PrintedRow(line, cells, False, is_indented=bool(line)))
                waiting = waiting[1:]
        rows = [replace(row, stays=after is not None and not after.opens) for row, after in zip_longest(rows, rows[1:])]
        return rows + [PrintedRow(label, cells, True) for label, cells in self.table.statistics]


def both_sides(table: PrintedTable, column: int) -> tuple[int, int]:
    """Count the most characters that the numbers of a column have before the decimal point, and from it on."""
    parts = column_parts(table, column)
    return max((len(lead) for lead, _ in parts), default=0), max((len(trail) for _, trail in parts), default=0)


def broken(text: str, characters: int) -> list[str]:
    """Break a text into lines of so many characters; a longer word has a line of its own."""
    return textwrap.wrap(text, max(characters, 1), break_long_words=False, break_on_hyphens=False) or [""]


def parts_of(table: PrintedTable) -> list[TablePart]:
    """Split a table that is wider than a line into parts that are not, to be put below one another.

    A table that has columns of words is never split: its words are broken into lines.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    list of TablePart
        In the order of the columns; one where the table fits.
    """
    if table.words:
        return [_with_broken_words(table)]
    labels = _label_width(table)
    widths = [_column_width(table, column) for column in range(len(table.heads))]
    return [
        TablePart(_columns(table, chosen), chosen.start + 1, labels, widths[chosen.start : chosen.stop])
        for chosen in _lines_of_columns(table, widths, LINE - labels)
    ]


def _lines_of_columns(table: PrintedTable, widths: list[float], room: float) -> list[range]:
    """Divide columns among lines: those that share a head stay together, where every such group fits a line."""
    groups, start = [], 0
    for _, span in head_spans([outcome for outcome, _ in table.heads]):
        groups.append(range(start, start + span))
        start += span
    if any(_width(widths, group) > room for group in groups):
        return _even_lines(widths, room)
    fewest = len(_filled(groups, widths, room))
    # The narrowest lines that are not more of them: no last line with a single column below a full one.
    bounds = sorted({_width(widths, range(first.start, last.stop)) for first in groups for last in groups})
    return next(
        lines
        for lines in (_filled(groups, widths, bound) for bound in bounds if bound > 0)
        if len(lines) == fewest and all(_width(widths, line) <= room for line in lines)
    )


def _filled(groups: list[range], widths: list[float], room: float) -> list[range]:
    """Fill line by line with groups of columns; one that is wider than a line has it for itself."""
    lines = [groups[0]]
    for group in groups[1:]:
        longer = range(lines[-1].start, group.stop)
        if _width(widths, longer) <= room:
            lines[-1] = longer
        else:
            lines.append(group)
    return lines


def _even_lines(widths: list[float], room: float) -> list[range]:
    """Divide columns among as few lines as possible, with about as many columns each."""
    columns = len(widths)
    lines: list[range] = []
    for count in range(1, columns + 1):
        size = ceil(columns / count)
        lines = [range(start, min(start + size, columns)) for start in range(0, columns, size)]
        if all(_width(widths, line) <= room for line in lines):
            break
    return lines


def _width(widths: list[float], columns: range) -> float:
    return sum(widths[columns.start : columns.stop])


def is_longer_than_a_page(parts: list[TablePart], lines: int = PAGE) -> bool:
    """Estimate whether the parts of a table and its notes need more lines than a page has.

    Parameters
    ----------
    parts
        From :func:`parts_of`.
    lines
        What a page has: :data:`PAGE`, or :data:`PAGE_OF_SMALLER` where print is smaller.
    """
    notes = " ".join(parts[0].table.notes)
    below = len(notes) * LETTER / LINE * 0.85  # of a smaller size
    return sum(line_count(part) for part in parts) + 2 * len(parts) + below > lines


def line_count(part: TablePart) -> int:
    """Estimate how many lines a part of a table has in print."""
    total = int(part.table.numbered)
    for position, heads in enumerate(zip(*part.table.heads, strict=True)):
        own = [width if position else sum(part.widths) for width in part.widths]
        total += max(len(broken(head, int(width / LETTER))) for head, width in zip(heads, own, strict=True))
    for row in part.rows:
        lines = [len(broken(row.label, int(((part.width if row.is_heading else part.labels) - GAP) / LETTER)))]
        lines += [
            len(broken(cell, int((width - GAP) / LETTER))) for cell, width in zip(row.cells, part.widths, strict=True)
        ]
        total += max(lines)
    return total


def _label_width(table: PrintedTable) -> float:
    longest = max((len(label) for label, _ in [*table.coefficients, *table.statistics]), default=0)
    return min(longest * LETTER + GAP, LABELS)


def _column_width(table: PrintedTable, column: int) -> float:
    """Compute the width that a column of numbers needs, its head and any words in it broken into lines."""
    lead, trail = both_sides(table, column)
    numbers = (lead + trail) * DIGIT
    letters = max(HEAD, int(numbers / LETTER))
    texts = [table.heads[column][1], *(cells[column] for _, cells in [*table.coefficients, *table.statistics])]
    longest = max(
        (len(line) for text in texts if number_parts(text) is None for line in broken(text, letters)), default=0
    )
    counts = max((len(text) for text in texts if number_parts(text) is not None), default=0)
    return max(numbers, counts * DIGIT, max(longest, _head_length(table, column)) * LETTER) + GAP


def _head_length(table: PrintedTable, column: int) -> int:
    """Count the characters that the head over a column needs of its width, shared by all columns it stands over."""
    head = table.heads[column][0]
    size = sum(outcome == head for outcome, _ in table.heads)
    return ceil(max(len(line) for line in broken(head, HEAD * size)) / size)


def _columns(table: PrintedTable, columns: range) -> PrintedTable:
    """Take some columns of a table, without the rows that are empty in them, and effects that none of them has."""
    coefficients: list[tuple[str, list[str]]] = []
    kept = False
    for label, cells in table.coefficients:
        chosen = [cells[column] for column in columns]
        # A row without a label belongs to the one above it.
        kept = any(chosen) if label else kept
        if kept and (label or any(chosen)):
            coefficients.append((label, chosen))
    statistics = [(label, [cells[column] for column in columns]) for label, cells in table.statistics]
    return replace(
        table,
        heads=[table.heads[column] for column in columns],
        coefficients=coefficients,
        statistics=[(label, cells) for label, cells in statistics if set(cells) - SAYS_NOTHING],
    )


def _with_broken_words(table: PrintedTable) -> TablePart:
    """Give columns of words the width that numbers leave them, by how much text they hold."""
    rows = [row for position, row in enumerate(table.coefficients) if position not in table.headings]
    rows += table.statistics
    texts = {-1: [table.stub, *(label for label, _ in rows)]}
    texts |= {column: [table.heads[column][1], *(cells[column] for _, cells in rows)] for column in table.words}
    widths = {column: _column_width(table, column) for column in range(len(table.heads)) if column not in table.words}
    room = LINE - sum(widths.values())
    natural = {column: max(map(len, cells)) * LETTER + GAP for column, cells in texts.items()}
    if sum(natural.values()) > room:
        least = {
            column: max(len(word) for cell in cells for word in (cell.split() or [""])) * LETTER + GAP
            for column, cells in texts.items()
        }
        text = {column: sqrt(sum(map(len, cells))) for column, cells in texts.items()}
        left = max(room - sum(least.values()), 0)
        natural = {column: least[column] + left * text[column] / sum(text.values()) for column in texts}
    widths |= natural
    return TablePart(table, 1, widths.pop(-1), [widths[column] for column in range(len(table.heads))])
