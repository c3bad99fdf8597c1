from __future__ import annotations

import io
import time
import zipfile

import pytest
from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT

from ruralpanel.exhibits.word import as_docx
from tests.exhibits.test_layout import table


def test_the_same_table_gives_the_same_bytes_whenever_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    first = as_docx(table([("Income", "A"), ("Income", "B")]))
    monkeypatch.setattr(time, "time", lambda: 4e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(4e9))
    assert as_docx(table([("Income", "A"), ("Income", "B")])) == first


def test_no_file_inside_says_when_or_by_whom_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(as_docx(table([("Income", "")])))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        properties = archive.read("docProps/core.xml").decode()
    assert "dcterms" not in properties.split(">", 2)[2]
    assert "python-docx" not in properties


def test_cells_hold_what_the_table_holds() -> None:
    made = table([("Income", "A"), ("Income", "B"), ("Away", "A")], rows=1)
    document = Document(io.BytesIO(as_docx(made)))
    (shown,) = document.tables
    grid = [[cell.text for cell in row.cells] for row in shown.rows]
    assert grid == [
        ["", "Income", "Income", "Away"],
        ["", "A", "B", "A"],
        ["", "(1)", "(2)", "(3)"],
        ["Term 0", "0.000", "1.000", "2.000"],
        ["", "(0.123)", "(0.123)", "(0.123)"],
        ["Observations", "27,725", "27,725", "27,725"],
    ]
    assert [paragraph.text for paragraph in document.paragraphs] == ["Table 1. Effects", "A note."]


def test_numbers_have_decimal_tabs_and_heads_are_said_on_every_page() -> None:
    document = Document(io.BytesIO(as_docx(table([("Income", ""), ("Away", "")], rows=1))))
    rows = document.tables[0].rows
    tabs = {row.cells[0].text or "error": list(row.cells[1].paragraphs[0].paragraph_format.tab_stops) for row in rows}
    assert [tab.alignment for tab in tabs["Term 0"]] == [WD_TAB_ALIGNMENT.DECIMAL]
    assert [tab.position for tab in tabs["error"]] == [tab.position for tab in tabs["Term 0"]]
    assert tabs["Observations"] == []
    assert ["w:tblHeader" in row._tr.xml for row in rows] == [True, True, False, False, False]


def test_a_wide_table_has_its_parts_below_one_another() -> None:
    document = Document(io.BytesIO(as_docx(table([(f"Outcome {n}", "") for n in range(12)]))))
    assert [len(part.columns) for part in document.tables] == [7, 7]
    assert document.tables[1].rows[1].cells[1].text == "(7)"
    for part in document.tables:
        assert sum(column.width.pt for column in part.columns) <= document.sections[0].page_width.pt - 2 * 70
