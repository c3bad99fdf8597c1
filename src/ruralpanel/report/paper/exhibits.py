"""Tables and figures as typst."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.exhibits.printed_table import PrintedTable, printed_table
from ruralpanel.report.paper.markup import array, as_it_is, string, words
from ruralpanel.study.model import Study

UPRIGHT, SIDEWAYS = 453.0, 697.0
"""Points between the margins of a page of A4, upright and lying."""

TALL = 670.0
"""Points that a table may be high without a page break in it."""

LARGEST, SMALLEST = 9.0, 6.8
"""Sizes of print in a table, in points."""

LABEL = 26
"""Characters of a row's label before it is broken into lines."""

LONG = 14
"""Characters beyond which a name with underscores may be broken into lines."""

BREAK = "\u200b"
"""What marks the place, and is not printed."""

_CHARACTER, _GAP, _LINE = 0.48, 0.9, 1.2
"""Width of a character, space between columns and height of a line, in sizes of the print."""

_NUMBER = re.compile(r"(?P<before>[^\w.]*[−-]?\d[\d,]*)(?P<behind>(?:\.\d+)?[^\w.]*)")


@dataclass(frozen=True)
class ShownExhibit:
    """An exhibit of the paper.

    Parameters
    ----------
    name
        Its name in the study.
    number
        ``3`` of Table 3, as on the page and in the verdict.
    title
        Without number and standing.
    notes
        The sentences below it.
    simulated
        Whether its data are simulated.
    table
        As printed; none for a figure.
    picture
        The file of a figure, beside the document; none for a table.
    """

    name: str
    number: str
    title: str
    notes: str
    simulated: bool
    table: PrintedTable | None = None
    picture: str | None = None

    @property
    def is_wide(self) -> bool:
        """Whether it needs a page that lies."""
        return self.table is not None and print_size(self.table, UPRIGHT) < SMALLEST

    @property
    def is_tall(self) -> bool:
        """Whether it is higher than a page."""
        return self.table is not None and _height(self.table, print_size(self.table, UPRIGHT)) > TALL

    @property
    def follows_text(self) -> bool:
        """Whether it has pages of its own behind the text, so that none in the text is left half empty."""
        return self.is_wide or self.is_tall


def read_shown(folder: Path, study: Study, name: str) -> ShownExhibit:
    """Read what was made of an exhibit.

    Parameters
    ----------
    folder
        The folder with the exhibits of a run.
    study
        The study.
    name
        The exhibit.
    """

    def contents(ending: str) -> Any:
        return json.loads((folder / f"{name}{ending}").read_text(encoding="utf-8"))

    caption, exhibit = contents(".caption.json"), study.exhibits[name]
    return ShownExhibit(
        name=name,
        number=caption["number"].rsplit(" ", 1)[-1],
        title=exhibit.title,
        notes=caption["notes"],
        simulated=study.data_standing == "simulated",
        table=printed_table(contents(".json")) if exhibit.is_table else None,
        picture=None if exhibit.is_table else f"{name}.pdf",
    )


def pointer(name: str) -> str:
    """Write a reference to an exhibit: ``Table 3``."""
    return f'#ref(label("exhibit-{name}"));'


def shown(exhibit: ShownExhibit, floats: bool) -> str:
    """Write an exhibit with its number, title and notes.

    Parameters
    ----------
    exhibit
        What is shown.
    floats
        Whether it may move to the top or the foot of a page; a table higher than a page never does.
    """
    kind = "image" if exhibit.table is None else "table"
    floats = floats and not exhibit.follows_text
    standing = string(SIMULATED) if exhibit.simulated else "none"
    if exhibit.table is None:
        body = f"image({string(exhibit.picture or '')}, width: 100%, alt: {string(exhibit.title)})"
    else:
        body = table_code(exhibit.table, SIDEWAYS if exhibit.is_wide else UPRIGHT)
    figure = (
        f"#exhibit({kind}, {string(exhibit.number)}, [{words(exhibit.title)}], {standing}, [{words(exhibit.notes)}], "
        f"{string(exhibit.title)}, {'auto' if floats else 'none'}, {{\n{body}\n}}) <exhibit-{exhibit.name}>"
    )
    if exhibit.is_wide:
        return f"#page(flipped: true)[\n#show figure: set block(breakable: true)\n{figure}\n]"
    return (
        f"#pagebreak(weak: true)\n#[\n#show figure: set block(breakable: true)\n{figure}\n]"
        if exhibit.is_tall
        else figure
    )


def print_size(table: PrintedTable, width: float) -> float:
    """Choose the size of print in which a table is as wide as a page, in points.

    Parameters
    ----------
    table
        The table.
    width
        Points between the margins.

    Returns
    -------
    float
        :data:`LARGEST` at most; what is below :data:`SMALLEST` cannot be read. A table that is a little too high for
        a page is printed smaller, so that it needs one page and not two.
    """
    size = min(LARGEST, width / (_label_width(table) + sum(_column_widths(table))))
    for smaller in (size, 0.5 * (size + SMALLEST), SMALLEST):
        if _height(table, smaller) <= TALL and smaller <= size:
            return smaller
    return size


def table_code(table: PrintedTable, width: float) -> str:
    """Write a table as typst code: heads over their columns, numbers aligned at the point, rules as in books.

    Parameters
    ----------
    table
        As printed.
    width
        Points between the margins.
    """
    columns = len(table.heads)
    size = max(print_size(table, width), 5.0)
    aligners = [_aligner([cells[column] for _, cells in table.coefficients]) for column in range(columns)]
    lines = [f"let a{column} = {code}" for column, code in enumerate(aligners) if code]
    rows = []
    for label, cells in table.coefficients:
        row = [
            _number(cell, column) if aligners[column] and _NUMBER.fullmatch(cell) else _cell(cell)
            for column, cell in enumerate(cells)
        ]
        rows.append(", ".join([_cell(label), *row]))
    if table.coefficients and table.statistics:
        rows.append("table.hline(stroke: 0.4pt)")
    rows += [", ".join(map(_cell, [label, *cells])) for label, cells in table.statistics]
    widths = array([f"{_label_width(table):.2f}em", *(f"{each:.2f}fr" for each in _column_widths(table))])
    heads = array(_heads(table))
    body = ",\n  ".join(rows)
    lines.append(f"printed-table({size:.2f}pt, {widths}, {heads}, (\n  {body},\n))")
    return "\n".join(lines)


def _outcomes(table: PrintedTable) -> list[tuple[str, int, int]]:
    """List the outcomes with the first and last of their columns, counted from 1."""
    spans: list[tuple[str, int, int]] = []
    for column, (outcome, _) in enumerate(table.heads, start=1):
        if spans and spans[-1][0] == outcome:
            spans[-1] = (outcome, spans[-1][1], column)
        else:
            spans.append((outcome, column, column))
    return spans


def _heads(table: PrintedTable) -> list[str]:
    """Write the rows of heads: outcomes over all their columns with a rule below, words over columns, numbers."""
    spans = _outcomes(table)
    heads = ["[]"]
    heads += [f"table.cell(colspan: {last - first + 1}, {_cell(text)})" for text, first, last in spans]
    heads += [
        f"table.hline(start: {first}, end: {last + 1}, stroke: 0.4pt)" for _, first, last in spans if last > first
    ]
    if any(head for _, head in table.heads):
        heads += ["[]", *(_cell(head) for _, head in table.heads)]
    return [*heads, "[]", *(f"[({position})]" for position in range(1, len(table.heads) + 1))]


def _aligner(cells: list[str]) -> str:
    """Write what aligns the numbers of a column; nothing for a column without numbers."""
    found = [match for match in map(_NUMBER.fullmatch, cells) if match]
    if not found:
        return ""
    before, behind = (sorted({match[side] for match in found}) for side in ("before", "behind"))
    return f"aligner({array([*map(string, before)])}, {array([*map(string, behind)])})"


def _number(cell: str, column: int) -> str:
    found = _NUMBER.fullmatch(cell)
    assert found is not None
    return f"a{column}({string(found['before'])}, {string(found['behind'])})"


def _cell(text: str) -> str:
    return f"[{as_it_is(_broken(text).replace(f'{BREAK} ', BREAK))}]" if text else "[]"


def _label_width(table: PrintedTable) -> float:
    """Give labels a line each where the page is wide enough for the largest print, and break long ones where not."""
    longest = max((len(label) for label, _ in [*table.coefficients, *table.statistics]), default=0)
    spare = UPRIGHT / LARGEST - sum(_column_widths(table))
    return max(4 * _CHARACTER, min(longest * _CHARACTER, max(spare, LABEL * _CHARACTER)))


def _column_widths(table: PrintedTable) -> list[float]:
    """Give all columns the width of the widest number or longest word in them; an outcome has all of its columns."""
    cells = [cell for _, row in [*table.coefficients, *table.statistics] for cell in row]
    cells += [words for _, words in table.heads]
    unbroken = [len(part) for cell in cells for part in ([cell] if _NUMBER.fullmatch(cell) else _broken(cell).split())]
    for outcome, first, last in _outcomes(table):
        unbroken.append(-(-max(map(len, outcome.split()), default=0) // (last - first + 1)))
    return [max(unbroken, default=0) * _CHARACTER + _GAP] * len(table.heads)


def _broken(cell: str) -> str:
    """Let a long name of a column be broken where it has an underscore, without a hyphen."""
    return " ".join(word if len(word) <= LONG else word.replace("_", f"_{BREAK} ") for word in cell.split(" "))


def _height(table: PrintedTable, size: float) -> float:
    """Estimate how high a table is with its title and notes in a size of print, in points."""
    column = max(_column_widths(table)[0] / _CHARACTER, 1.0) if table.heads else 1.0
    label = _label_width(table) / _CHARACTER
    rows = [*table.coefficients, *table.statistics, *(("", list(head)) for head in table.heads[:1])]
    lines = sum(
        max(1, -(-len(name) // label), *(-(-len(cell) // column) for cell in cells if not _NUMBER.fullmatch(cell)))
        for name, cells in rows
    )
    return (lines + 3) * size * _LINE + (len(" ".join(table.notes)) / 125 + 3) * 8 * _LINE
