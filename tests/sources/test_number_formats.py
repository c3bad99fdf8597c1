"""Numbers of spreadsheets as their formats show them."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from ruralpanel.errors import DataError
from ruralpanel.sources.number_formats import Format, format_of
from ruralpanel.sources.sheets import open_book
from ruralpanel.sources.table import read_source
from ruralpanel.study.sources import Source


def book(tmp_path: Path, *cells: tuple[object, str | None]) -> Path:
    """Write one column of cells with their formats."""
    made = Workbook()
    made.active.append(["v", "a"])
    for row, (value, code) in enumerate(cells, start=2):
        made.active.append([row, value])
        if code is not None:
            made.active.cell(row, 2).number_format = code
    made.save(tmp_path / "data.xlsx")
    return tmp_path / "data.xlsx"


def read(path: Path, decimal: str | None = None, **column: object) -> list[object]:
    declared = {"path": str(path), "key": ["v"], "columns": {"v": None, "a": column}, "decimal": decimal}
    source = Source.model_validate(declared)
    return read_source("yearbook", source, path).table["a"].tolist()


def complaint(path: Path, **column: object) -> str:
    with pytest.raises(DataError) as raised:
        read(path, **column)
    return str(raised.value)


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("General", Format()),
        ("#,##0.00", Format()),
        ("#,##0.00_);(#,##0.00)", Format()),
        ('0.0"%"', Format()),
        ('0"万"', Format()),
        ("0.0%", Format(percent=True)),
        ("0%;[Red]-0%", Format(percent=True)),
        ("0.0,", Format(divisor=1000)),
        ('#,##0,,"m"', Format(divisor=10**6)),
        ('0!.0,"万"', Format(divisor=10**4)),
        (r"0\.0,", Format(divisor=10**4)),
        ("0!.0000", Format(divisor=10**4)),
        ('yyyy"年"', Format(year=True)),
        ("yyyy-mm", Format()),
    ],
)
def test_formats_are_understood_as_far_as_they_change_a_number(code: str, means: Format) -> None:
    assert format_of(code) == means


@pytest.mark.parametrize("column", [{}, {"type": "number"}, {"read_as": "shown"}])
def test_a_percentage_is_one_number_as_text_and_as_format(tmp_path: Path, column: dict[str, object]) -> None:
    path = book(tmp_path, ("12.5%", None), (0.13, "0.0%"), (0.2, "0%"), (0.1254, "0%"))
    assert read(path, **column) == [12.5, 13, 20, 12.54]


def test_numbers_kept_as_text_are_what_is_shown_too(tmp_path: Path) -> None:
    path = book(tmp_path, ("12.5%", None), ("13", None))
    assert read(path, read_as="shown") == [12.5, 13]
    assert "found '12.5%' in row 2" in complaint(path, type="number")


def test_percentages_among_other_numbers_need_a_word(tmp_path: Path) -> None:
    path = book(tmp_path, (12.5, "0.0"), (0.13, "0.0%"), (20, None))
    for column in ({}, {"type": "number"}, {"scale": 2.0}):
        assert "or none; found 0.13 in row 3" in complaint(path, **column)
    assert read(path, read_as="shown") == [12.5, 13, 20]
    assert read(path, read_as="stored") == [12.5, 0.13, 20]
    assert "found '12.5%' in row 2" in complaint(book(tmp_path, ("12.5%", None), (0.13, "0%")), read_as="stored")


def test_numbers_shown_in_thousands_need_a_word(tmp_path: Path) -> None:
    path = book(tmp_path, (12345, "0.0,"), (2345.5, "0.0,"))
    said = complaint(path)
    assert "found 12345, 2345.5 in rows 2, 3" in said
    assert "`read_as: shown` or `read_as: stored`" in said
    assert read(path, read_as="shown") == [12.345, 2.3455]
    assert read(path, read_as="stored") == [12345, 2345.5]


def test_years_in_cells_of_dates(tmp_path: Path) -> None:
    shown = book(tmp_path, (datetime(2010, 6, 30), "yyyy"), (datetime(2011, 1, 1), 'yyyy"年"'), (2012, None))
    assert read(shown) == [2010, 2011, 2012]
    assert read(book(tmp_path, (datetime(2010, 12, 31), None), (datetime(2012, 12, 31), None))) == [2010, 2012]
    mixed = book(tmp_path, (datetime(2010, 12, 31), None), (2011, None))
    assert "must not hold dates among other values; found 2010-12-31 00:00:00 in row 2" in complaint(mixed)


def test_percentages_of_open_documents(tmp_path: Path) -> None:
    original = Path(__file__).parent / "files" / "open.ods"
    columns = {"village": {"from": "村", "type": "text"}, "income": {"from": "收入"}}
    path = tmp_path / "data.ods"
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            contents = old.read(name)
            if name == "content.xml":
                contents = contents.replace(b'value-type="float"', b'value-type="percentage"')
            new.writestr(name, contents)
    source = Source.model_validate({"path": str(path), "key": ["village"], "columns": columns})
    assert read_source("open", source, path).table["income"].tolist() == [150, 250]


def test_formats_of_xls_files_are_seen() -> None:
    path = Path(__file__).parent / "files" / "formatted.xls"  # two rows of numbers with formats, and one of text
    columns = {"village": {"from": "村", "type": "text"}, "year": {"from": "年份"}, "share": {"from": "占比"}}
    declared = {"path": str(path), "key": ["village"], "columns": columns}

    def table_of(**others: dict[str, str]) -> pd.DataFrame:
        source = Source.model_validate(declared | {"columns": columns | others})
        return read_source("old", source, path).table

    table = table_of()
    assert table["share"].tolist() == pytest.approx([12.5, 13, 12.5])
    assert table["year"].tolist() == [2010, 2011, 2012]
    with pytest.raises(DataError, match="read_as: shown"):
        table_of(income={"from": "收入"})


def test_formula_errors_and_conditions_of_xls_files_are_what_they_show() -> None:
    _, rows_of = open_book(Path(__file__).parent / "files" / "formatted.xls")
    rows = rows_of("a")
    assert [row[4] for row in rows] == ["满意", True, False, None]
    assert rows[3][3] == "#DIV/0!"


def test_a_sheet_without_such_formats_is_read_as_before(tmp_path: Path) -> None:
    pd.DataFrame({"v": [1, 2], "a": [0.13, 1234.5]}).to_excel(tmp_path / "data.xlsx", index=False)
    assert read(tmp_path / "data.xlsx") == [0.13, 1234.5]


def test_numbers_of_a_spreadsheet_have_no_mark_that_could_be_misread(tmp_path: Path) -> None:
    """Beside text with decimal commas, 1.199 is a number, and the text 1.199 is 1199."""
    path = book(tmp_path, ("95,7", None), (76.6, None), ("1.199", None), (1.199, None))
    assert "'95,7' in row 2" in complaint(path)
    assert read(path, decimal=",") == [95.7, 76.6, 1199, 1.199]
    percent = book(tmp_path, ("12,5%", None), (0.135, "0.0%"), (0.2, "0%"))
    assert read(percent, decimal=",") == [12.5, 13.5, 20]


def test_a_column_of_numbers_is_not_doubted_for_the_commas_of_another(tmp_path: Path) -> None:
    made = Workbook()
    for row in (["v", "a", "b"], ["x", "95,7", 1.199], ["y", "76,6", 0.704]):
        made.active.append(row)
    made.save(tmp_path / "data.xlsx")
    declared = {"path": "data.xlsx", "key": ["v"], "columns": {"v": None, "a": {"type": "text"}, "b": None}}
    table = read_source("yearbook", Source.model_validate(declared), tmp_path / "data.xlsx").table
    assert table["b"].tolist() == [1.199, 0.704]


def test_truth_values_of_a_spreadsheet_count_1_and_0(tmp_path: Path) -> None:
    assert read(book(tmp_path, (True, None), (False, None))) == [1, 0]
    assert read(book(tmp_path, (True, None), (False, None)), type="text") == ["True", "False"]
