"""A printed table as a Word document, the same bytes whenever the table is the same."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import _Cell, _Row

from ruralpanel.exhibits.layout import DIGIT, GAP, PrintedRow, TablePart, both_sides, parts_of
from ruralpanel.exhibits.printed_table import PrintedTable, aligned_parts, head_rows, head_spans

FONT = "Times New Roman"
FONT_SIZE = 9.0
"""Of the table, in points; title and notes are a point larger and smaller."""

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of the files inside the document: the first that the format knows, so that none says when it was made."""

INDENT = 8.0
"""Of further lines of a label, in points."""

HEAVY, LIGHT = 8, 4
"""Widths of rules, in eighths of a point."""


def as_docx(table: PrintedTable) -> bytes:
    """Give the table as a Word document, with numbers at decimal tabs.

    A table that is wider than a line is split into parts below one another, as in LaTeX.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    bytes
        A .docx file without dates.
    """
    document: Any = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(FONT_SIZE)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(0)
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_after = Pt(4)
    run = title.add_run(table.title)
    run.bold, run.font.size = True, Pt(FONT_SIZE + 1)
    for position, part in enumerate(parts_of(table)):
        if position:
            document.add_paragraph().paragraph_format.keep_with_next = True
        _add_part(document, part)
    notes = document.add_paragraph()
    notes.paragraph_format.space_before = Pt(4)
    notes.add_run(" ".join(table.notes)).font.size = Pt(FONT_SIZE - 1)
    _state_properties(document, table.title)
    stream = io.BytesIO()
    document.save(stream)
    return _without_dates(stream.getvalue())


def _add_part(document: Any, part: TablePart) -> None:
    table, heads = part.table, head_rows(part.table)
    rows = len(heads) + table.numbered + len(table.coefficients) + len(table.statistics)
    made = document.add_table(rows=rows, cols=len(part.widths) + 1)
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _set_margins(made)
    for column, width in zip(made.columns, [part.labels, *part.widths], strict=True):
        column.width = Pt(width)
    lines = list(made.rows)
    _write_heads(lines[: len(heads)], part, heads)
    body = len(heads)
    if table.numbered:
        _write(lines[body].cells[0], table.stub)
        for cell, number in zip(lines[body].cells[1:], part.numbers, strict=True):
            _write(cell, number, centred=True)
        body += 1
    for line, row in zip(lines[body:], part.rows, strict=True):
        _write_row(line, part, row)
    _rule(lines[0], "top", HEAVY)
    _rule(lines[body - 1], "bottom", LIGHT)
    if table.coefficients and table.statistics:
        _rule(lines[body + len(table.coefficients) - 1], "bottom", LIGHT)
    _rule(lines[-1], "bottom", HEAVY)
    for position, row in enumerate(lines):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if position < body:  # said again at the top of every page
            properties.append(OxmlElement("w:tblHeader"))
        for cell, width in zip(row.cells, [part.labels, *part.widths], strict=True):
            if cell._tc.grid_span == 1:
                cell.width = Pt(width)


def _write_heads(rows: list[_Row], part: TablePart, heads: list[list[str]]) -> None:
    table = part.table
    for position, (row, texts) in enumerate(zip(rows, heads, strict=True)):
        last = position == len(heads) - 1 and not table.numbered
        if last:
            _write(row.cells[0], table.stub)
        column = 1
        for text, span in head_spans(texts):
            cell = row.cells[column]
            if span > 1:
                cell = cell.merge(row.cells[column + span - 1])
            _write(cell, text, centred=not (last and column - 1 in table.words))
            if text and span > 1:
                _border(cell, "bottom", LIGHT)
            column += span
        for cell in row.cells:
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM


def _write_row(line: _Row, part: TablePart, row: PrintedRow) -> None:
    cells = line.cells
    if row.is_heading:
        _write(cells[0].merge(cells[-1]), row.label)
        cells = line.cells[:1]
    else:
        _write(cells[0], row.label)
    if row.is_indented:
        cells[0].paragraphs[0].paragraph_format.left_indent = Pt(INDENT)
    for column, (cell, text) in enumerate(zip(cells[1:], row.cells, strict=not row.is_heading)):
        aligned = column not in part.table.words and aligned_parts(text, row.is_statistic)
        _write(cell, text, centred=not aligned and column not in part.table.words)
        if aligned:
            lead, trail = both_sides(part.table, column)
            # A decimal tab in a cell aligns its number without a tab character.
            position = (part.widths[column] - GAP) / 2 + (lead - trail) * DIGIT / 2
            cell.paragraphs[0].paragraph_format.tab_stops.add_tab_stop(Pt(position), WD_TAB_ALIGNMENT.DECIMAL)
    for cell in cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = row.stays
        if row.opens:
            cell.paragraphs[0].paragraph_format.space_before = Pt(3)


def _write(cell: _Cell, text: str, centred: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    for extra in cell.paragraphs[1:]:  # a merged cell has one for each cell it is made of
        extra._p.getparent().remove(extra._p)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    paragraph.add_run(text)


def _rule(row: _Row, side: str, eighths: int) -> None:
    for cell in row.cells:
        _border(cell, side, eighths)


def _border(cell: _Cell, side: str, eighths: int) -> None:
    """Draw one side of a cell; the order of the elements is that of the standard."""
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        following = [
            each for each in (qn("w:vAlign"), qn("w:noWrap"), qn("w:tcMar")) for each in properties.findall(each)
        ]
        if following:
            following[0].addprevious(borders)
        else:
            properties.append(borders)
    line = borders.find(qn(f"w:{side}"))
    if line is None:
        line = OxmlElement(f"w:{side}")
        if side == "top":
            borders.insert(0, line)
        else:
            borders.append(line)
    line.set(qn("w:val"), "single")
    line.set(qn("w:sz"), str(eighths))
    line.set(qn("w:color"), "000000")


def _set_margins(table: Any) -> None:
    """Give cells the space between columns that the layout reckons with."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(int(GAP / 2 * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        table._tbl.tblPr.append(margins)
    else:
        look.addprevious(margins)


def _state_properties(document: Any, title: str) -> None:
    """State the title, and neither a person nor a time."""
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title[:255], "", ""
    for name in ("dcterms:created", "dcterms:modified"):
        for element in properties._element.findall(qn(name)):
            properties._element.remove(element)


def _without_dates(document: bytes) -> bytes:
    """Write the files inside again, in a fixed order and with one date."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(written, "w") as new:
        # Readers look for the list of contents first.
        for name in sorted(old.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            entry = zipfile.ZipInfo(name, date_time=EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, old.read(name), compresslevel=9)
    return written.getvalue()
