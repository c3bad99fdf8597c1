"""Tables and figures as typst."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from pathlib import Path
from typing import Any

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.exhibits.layout import (
    LINE,
    PAGE_OF_SMALLER,
    PrintedRow,
    TablePart,
    is_longer_than_a_page,
    line_count,
    parts_of,
)
from ruralpanel.exhibits.printed_table import (
    PrintedTable,
    aligned_parts,
    column_parts,
    from_plain,
    head_rows,
    head_spans,
)
from ruralpanel.report.paper.markup import array, as_it_is, string, words
from ruralpanel.study.model import Study

SIZE, SMALLER = 9.0, 8.0
"""Size of print in a table, and in one that would be longer than a page, in points."""

SEVERAL = 3
"""Exhibits with one source, from which on it is said once for all of them."""

SHORT = 36
"""Lines of a part of a table up to which it is not broken over pages."""

LONG = 14
"""Characters beyond which a name with underscores may be broken into lines."""

BREAK = "\u200b"
"""What marks the place, and is not printed."""


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
        The sentences below it, without what is said of the standing of its data: that is at the top of every page.
    source
        What it is made from, in a sentence; empty where the notes do not say so.
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
    source: str
    simulated: bool
    table: PrintedTable | None = None
    picture: str | None = None

    @property
    def is_small(self) -> bool:
        """Whether it is a table in smaller print, for it would be longer than a page otherwise."""
        return self.table is not None and is_longer_than_a_page(parts_of(self.table))

    @property
    def follows_text(self) -> bool:
        """Whether it is longer than a page all the same, and follows the text so as to leave no page half empty."""
        return self.table is not None and is_longer_than_a_page(parts_of(self.table), PAGE_OF_SMALLER)


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
        notes=caption["own"],
        source=caption["source"],
        simulated=exhibit.standing(study) == "simulated",
        table=from_plain(contents(".json")) if exhibit.is_table else None,
        picture=None if exhibit.is_table else f"{name}.pdf",
    )


def pointer(name: str) -> str:
    """Write a reference to an exhibit of the same document: ``Table 3``."""
    return f'#ref(label("exhibit-{name}"));'


def shared_source(exhibits: Sequence[ShownExhibit]) -> str:
    """Give the source that several exhibits have, which is said once and not below each; empty where there is none."""
    source, many = max(
        Counter(each.source for each in exhibits if each.source).items(), key=itemgetter(1), default=("", 0)
    )
    return source if many >= SEVERAL else ""


def shown(exhibit: ShownExhibit, floats: bool, said: str = "") -> str:
    """Write an exhibit with its number, title and notes.

    Parameters
    ----------
    exhibit
        What is shown.
    floats
        Whether it may move to the top or the foot of a page; a table longer than a page never does, and may be broken.
    said
        The source that is said elsewhere.
    """
    kind = "image" if exhibit.table is None else "table"
    is_long = exhibit.follows_text
    standing = string(SIMULATED) if exhibit.simulated else "none"
    if exhibit.table is None:
        body = f"picture({string(exhibit.picture or '')}, {string(exhibit.title)})"
    else:
        body = table_code(exhibit.table, SMALLER if exhibit.is_small else SIZE)
    notes = " ".join(part for part in (exhibit.notes, exhibit.source if exhibit.source != said else "") if part)
    figure = (
        f"#exhibit({kind}, {string(exhibit.number)}, [{words(exhibit.title)}], {standing}, [{words(notes)}], "
        f"{string(exhibit.title)}, {'auto' if floats and not is_long else 'none'}, "
        f"{{\n{body}\n}}) <exhibit-{exhibit.name}>"
    )
    if is_long:
        return f"#[\n#show figure: set block(breakable: true)\n{figure}\n]"
    return figure


def table_code(table: PrintedTable, size: float = SIZE) -> str:
    """Write a table as typst code: heads over their columns, numbers aligned at the point, rules as in books.

    Parameters
    ----------
    table
        As printed; one wider than a line is divided into parts below one another, as in its other forms.
    size
        Of its print, in points.
    """
    return "\n".join(_part_code(part, size) for part in parts_of(table))


def _part_code(part: TablePart, size: float) -> str:
    table = part.table
    aligned = [_aligned(column_parts(table, column)) for column in range(len(part.widths))]
    rows, together = [], _with_next(part.rows)
    for row, kept, after in zip(part.rows, together, [*part.rows[1:], None], strict=True):
        rows.append(_row(row, part) + kept)
        if after is not None and after.is_statistic and not row.is_statistic:
            rows.append("table.hline(stroke: 0.4pt)")
    # Where the page is not that wide, columns share what there is.
    total = part.labels + sum(part.widths)
    widths = [f"{100 * width / max(total, LINE):.2f}%" for width in [part.labels, *part.widths]]
    sides = ["left", *("left" if column in table.words else "center" for column in range(len(part.widths)))]
    if any(together):
        widths, sides = [*widths, "0pt"], [*sides, "left"]
    body = ",\n  ".join(rows)
    heads = array(_heads(part, spare=any(together)))
    deep = len(head_rows(part.table)) + part.table.numbered
    whole = "true" if line_count(part) <= SHORT else "false"
    return (
        f"printed-table({size:g}pt, {array(widths)}, {array(sides)}, {deep}, {heads}, {array(aligned)}, "
        f"whole: {whole}, aligners => (\n  {body},\n))"
    )


def _with_next(rows: Sequence[PrintedRow]) -> list[str]:
    """Write for each row the cell of a last column without width that keeps a heading on the page of the row below it.

    Nothing for any row where no row is a heading; a cell that spans rows stands in the first of these alone.
    """
    if not any(row.is_heading for row in rows):
        return [""] * len(rows)
    cells, spanned = [], 0
    for position, row in enumerate(rows):
        if spanned:
            cells.append("")
            spanned -= 1
            continue
        spanned = sum(1 for _ in takewhile(lambda each: each.is_heading, rows[position:])) if row.is_heading else 0
        spanned = min(spanned, len(rows) - position - 1)
        cells.append(f", table.cell(rowspan: {spanned + 1}, inset: 0pt, [])")
    return cells


def _row(row: PrintedRow, part: TablePart) -> str:
    if row.is_heading:
        inset = "(x: 0.25em, top: 0.6em, bottom: 0.24em)"
        return f"table.cell(colspan: {len(part.widths) + 1}, inset: {inset}, emph({_cell(row.label)}))"
    label = f"par(hanging-indent: 0.8em, {_cell(row.label)})" if row.is_statistic else _cell(row.label)
    cells = [f"[#h(0.8em){as_it_is(row.label)}]" if row.is_indented else label]
    for column, cell in enumerate(row.cells):
        parts = None if column in part.table.words else aligned_parts(cell, row.is_statistic)
        cells.append(
            _cell(cell) if parts is None else f"(aligners.at({column}))({string(parts[0])}, {string(parts[1])})"
        )
    return ", ".join(cells)


def _heads(part: TablePart, spare: bool) -> list[str]:
    """Write the rows over the columns: what several share with a rule below, and the numbers of the columns.

    With a ``spare`` column, each row has an empty cell for it.
    """
    rows = head_rows(part.table)
    heads = []
    for position, row in enumerate(rows):
        is_last = position == len(rows) - 1
        heads.append(_cell(part.table.stub) if is_last and not part.table.numbered else "[]")
        rules, first = [], 1
        for text, span in head_spans(row) if not is_last or len(rows) == 1 else [(text, 1) for text in row]:
            side = ", align: left + bottom" if first - 1 in part.table.words else ""
            heads.append(f"table.cell(colspan: {span}{side}, {_cell(text)})")
            if span > 1 and text:
                rules.append(f"table.hline(start: {first}, end: {first + span}, stroke: 0.4pt)")
            first += span
        heads += [*(["table.cell(inset: 0pt, [])"] if spare else []), *rules]
    if part.table.numbered:
        heads += [_cell(part.table.stub), *map(_cell, part.numbers), *(["table.cell(inset: 0pt, [])"] if spare else [])]
    return heads


def _aligned(parts: list[tuple[str, str]]) -> str:
    """Write what the numbers of a column are before and behind the point; none for a column without numbers."""
    if not parts:
        return "none"
    before, behind = (sorted({pair[side] for pair in parts}) for side in (0, 1))
    return f"({array([*map(string, before)])}, {array([*map(string, behind)])})"


def _cell(text: str) -> str:
    """Write a cell; a long name of a column may be broken behind an underscore, without a hyphen."""
    broken = " ".join(word if len(word) <= LONG else word.replace("_", f"_{BREAK}") for word in text.split(" "))
    return f"[{as_it_is(broken)}]" if text else "[]"
