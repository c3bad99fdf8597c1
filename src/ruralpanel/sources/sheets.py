"""Open spreadsheets, cell by cell, with formula errors as the text they show and numbers that know their format."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pandas as pd

from ruralpanel.errors import DataError, Problem, nearest
from ruralpanel.sources.archives import refuse_bomb
from ruralpanel.sources.headers import joined_header
from ruralpanel.sources.number_formats import Format, ShownNumber, as_formatted, has_formats
from ruralpanel.sources.raw import RawTable, counted_from
from ruralpanel.study.sources import Source

Rows = list[list[Any]]

MOST_CELLS = 100_000_000
"""Cells of a sheet, empty ones among them: a million rows and a hundred columns."""

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def read_excel(source: Source, path: Path) -> RawTable:
    """Read a sheet cell by cell, with formula errors such as #DIV/0! as the text they show.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it cannot be read as a spreadsheet, or has no such sheet or header.
    """
    try:
        sheets, rows_of = open_book(path)
        sheet = source.sheet or sheets[0]
        rows = rows_of(sheet) if sheet in sheets else None
    except Exception as error:  # a damaged file ends in errors of zip, XML or the reader, by where it was damaged
        raise DataError([Problem(source.origin, f"cannot be read as an Excel file: {error}")]) from None
    if rows is None:
        raise DataError([Problem(source.origin, f"has no sheet {sheet!r}", hint=nearest(sheet, sheets))])
    first, height = source.header_row - 1, source.header_height
    if len(rows) < first + height:
        what = f"sheet {sheet!r} has no row {first + height} to be the header"
        raise DataError([Problem(source.origin, what, hint=f"sheets: {', '.join(sheets)}")])
    header = joined_header(
        [["" if name is None else str(name) for name in row] for row in rows[first : first + height]]
    )
    values = pd.DataFrame(rows[first + height :], columns=header, dtype=object)
    named = counted_from(values, first + height + 1, f"{source.origin}, sheet {sheet!r}")
    filled = values.notna().any(axis=1)  # rows that are formatted but empty
    shown = [f"{header} has numbers whose format shows others, such as per cent" for header in _formatted(values)]
    return replace(
        named,
        values=values[filled].reset_index(drop=True),
        rows=named.rows[filled].reset_index(drop=True),
        notes=shown,
    )


def _formatted(values: pd.DataFrame) -> list[str]:
    """Name the columns that hold numbers whose format shows others."""
    found = []
    for position, header in enumerate(values.columns):
        if any(isinstance(cell, ShownNumber) for cell in values.iloc[:, position]):
            found.append(str(header))
    return found


def open_book(path: Path) -> tuple[list[str], Callable[[str], Rows]]:
    """Open a workbook: by openpyxl, which keeps formula errors and formats, by xlrd what is older, by calamine .ods.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    tuple of (list of str, callable)
        Its sheets, and how to read one.
    """
    with path.open("rb") as stream:
        beginning = stream.read(8)
    is_zip = beginning.startswith(b"PK")
    if not is_zip and not beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("by its contents it is no spreadsheet; a text file would be `format: csv`")
    if not is_zip:  # by contents, for files are renamed
        return _open_xls(path)
    with ZipFile(path) as archive:
        names = archive.namelist()
        refuse_bomb(archive, path.name)
    if "content.xml" in names:
        return _open_ods(path)
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions it does not know, which hold no data
        book = load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    return book.sheetnames, lambda sheet: _cells_of(path, book, sheet)


def _open_xls(path: Path) -> tuple[list[str], Callable[[str], Rows]]:
    import xlrd

    book = xlrd.open_workbook(path, formatting_info=True, logfile=io.StringIO())

    def cell(found: Any) -> Any:
        """Give a cell as openpyxl would."""
        if found.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or found.value == "":
            return None
        if found.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(found.value, "#ERROR")
        if found.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(found.value)
        if found.ctype not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            return found.value
        code = book.format_map[book.xf_list[found.xf_index].format_key].format_str
        value = xlrd.xldate_as_datetime(found.value, book.datemode) if found.ctype == xlrd.XL_CELL_DATE else found.value
        return as_formatted(value, code)

    def read(sheet: str) -> Rows:
        found = book.sheet_by_name(sheet)
        return [[cell(each) for each in found.row(number)] for number in range(found.nrows)]

    return book.sheet_names(), read


def _open_ods(path: Path) -> tuple[list[str], Callable[[str], Rows]]:
    from python_calamine import CalamineWorkbook

    _refuse_repeated(path)
    book = CalamineWorkbook.from_path(str(path))

    def read(sheet: str) -> Rows:
        cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        rows: Rows = [[None if cell == "" else cell for cell in row] for row in cells]
        for row, column in _percentages(path, sheet):
            cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
            if isinstance(cell, (int, float)):
                rows[row][column] = ShownNumber(cell, Format(percent=True))
        return rows

    return book.sheet_names, read


def _refuse_repeated(path: Path) -> None:
    """Refuse an OpenDocument file that says a few cells so often that they would fill memory."""
    rows = columns = wide = last = spaces = 0
    with ZipFile(path) as archive, archive.open("content.xml") as stream:
        for _, element in ElementTree.iterparse(stream):
            if element.tag == f"{_TEXT}s":
                spaces += _number(element.get(f"{_TEXT}c"))
            elif element.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                columns += _number(element.get(f"{_TABLE}number-columns-repeated"))
                if element.get(f"{_OFFICE}value-type") is not None:
                    wide, last = max(wide, columns), -1
            elif element.tag == f"{_TABLE}table-row":
                rows += _number(element.get(f"{_TABLE}number-rows-repeated"))
                columns, last = 0, rows if last == -1 else last
                _refuse_large(last, wide)
                element.clear()
            elif element.tag == f"{_TABLE}table":
                rows = columns = wide = last = 0
    _refuse_large(spaces, 1)


def _number(written: str | None) -> int:
    return int(written) if written else 1


def _refuse_large(rows: int, columns: int) -> None:
    """Refuse a sheet whose last cell is so far from its first that what lies between would fill memory."""
    if rows * columns > MOST_CELLS:
        raise ValueError(
            f"its cells reach over {rows:,} rows and {columns:,} columns; delete what stands far from the table"
        )


def _percentages(path: Path, sheet: str) -> Iterator[tuple[int, int]]:
    """Find the cells of an OpenDocument sheet that are formatted as per cent, by row and column from 0."""
    with ZipFile(path) as archive:
        contents = archive.read("content.xml")
    if b'value-type="percentage"' not in contents:
        return
    for table in ElementTree.fromstring(contents).iter(f"{_TABLE}table"):
        if table.get(f"{_TABLE}name") != sheet:
            continue
        number = 0
        for row in table.iter(f"{_TABLE}table-row"):
            rows = int(row.get(f"{_TABLE}number-rows-repeated", 1))
            position = 0
            for cell in row:
                columns = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
                if cell.get(f"{_OFFICE}value-type") == "percentage":
                    yield from ((number + down, position + right) for down in range(rows) for right in range(columns))
                position += columns
            number += rows


def _cells_of(path: Path, book: Any, sheet: str) -> Rows:
    """Give the cells of a sheet; a formula without a stored value is an error, for its value is known to nobody."""
    from openpyxl import load_workbook

    _refuse_large(book[sheet].max_row, book[sheet].max_column)
    with ZipFile(path) as archive:
        names = archive.namelist()
        has_formulas = any(b"<f" in archive.read(name) for name in names if "worksheets/sheet" in name)
        styles = archive.read("xl/styles.xml").decode("utf-8", "replace") if "xl/styles.xml" in names else ""
    if has_formats(styles):  # which few workbooks have; to look at each cell takes longer
        rows = [[as_formatted(cell.value, cell.number_format) for cell in row] for row in book[sheet].iter_rows()]
    else:
        rows = [list(row) for row in book[sheet].iter_rows(values_only=True)]
    if has_formulas:
        formulas = load_workbook(io.BytesIO(path.read_bytes()))[sheet].iter_rows(values_only=True)
        for number, (stored, written) in enumerate(zip(rows, formulas, strict=False), start=1):
            for position, formula in enumerate(written[: len(stored)]):
                if stored[position] is None and isinstance(formula, str) and formula.startswith("="):
                    raise ValueError(
                        f"row {number} of sheet {sheet!r} has a formula without a stored value, {formula[:40]}; "
                        "open the file in a spreadsheet program and save it"
                    )
    return rows
