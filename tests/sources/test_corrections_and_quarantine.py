from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from ruralpanel.errors import DataError
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

RAW = "v,year,a,b\n1,2010,5,x\n1,2011,-6,y\n2,2010,7,z\n2,2010,8,z\n3,2010,abc,z\n"
HEADER = "v,year,column,from,to,reason\n"


def read(tmp_path: Path, corrections: str | None = None, **changes: object) -> SourceTable:
    (tmp_path / "raw.csv").write_text(RAW, encoding="utf-8")
    beside = tmp_path / "raw.corrections.csv"
    if corrections is not None:
        beside.write_text(corrections, encoding="utf-8")
    declared = {
        "path": str(tmp_path / "raw.csv"),
        "key": ["v", "year"],
        "columns": {"v": None, "year": None, "a": {"type": "number", "minimum": 0}, "b": None},
        "on_violation": "quarantine",
        **changes,
    }
    source = Source.model_validate(declared)
    return read_source("survey", source, tmp_path / "raw.csv", beside if corrections is not None else None)


def test_rows_that_break_a_rule_are_set_aside_with_their_reasons(tmp_path: Path) -> None:
    table, ledger, quarantine = read(tmp_path)
    assert table[["v", "year", "a"]].to_numpy().tolist() == [[1, 2010, 5]]
    assert quarantine["raw_row"].tolist() == [3, 4, 5, 6]
    assert quarantine["a"].tolist() == ["-6", "7", "8", "abc"]
    assert quarantine["reasons"].tolist() == [
        "a must be at least 0",
        "v, year is the key and must not repeat",
        "v, year is the key and must not repeat",
        "a must hold numbers",
    ]
    line = ledger.lines[-1]
    assert (line.step, line.rows_in, line.rows_out) == ("quarantine", 5, 1)
    assert len(table) + len(quarantine) == 5


def test_without_quarantine_all_of_them_are_errors_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, on_violation="fail")
    message = str(raised.value)
    assert "(3 problems)" in message
    assert "column `a` must hold numbers; found 'abc' in row 6" in message
    assert "column `a` must be at least 0; found -6 in row 3" in message
    assert "must not repeat; found '2 / 2010' in rows 4, 5" in message


def test_a_file_without_a_good_row_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="every row breaks the declarations"):
        read(tmp_path, columns={"v": None, "year": {"maximum": 1999}, "a": {"type": "text"}, "b": None})


def test_corrections_are_made_before_anything_is_checked(tmp_path: Path) -> None:
    corrections = HEADER + "1,2011,a,-6,6,sign lost in print\n3,2010,a,abc,9,typing error\n"
    table, ledger, quarantine = read(tmp_path, corrections)
    assert table["a"].tolist() == [5, 6, 9]
    assert len(quarantine) == 2
    assert any(line.reason == "2 values corrected in a" for line in ledger.lines)


def test_a_correction_can_make_a_value_missing(tmp_path: Path) -> None:
    table, _, _ = read(tmp_path, HEADER + "1,2010,a,5,,impossible\n")
    assert table["a"].isna().sum() == 1


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,2010,a,4,5,r", "expects '4' in `a` of 1 / 2010; the raw file has '5'"),
        ("9,2010,a,4,5,r", "0 rows of the raw file have the key 9 / 2010; one expected"),
        ("2,2010,a,7,5,r", "2 rows of the raw file have the key 2 / 2010; one expected"),
        ("1,2010,aa,5,6,r", "`aa` is not a column of this source"),
        ("1,2010,a,5,6,", "gives no reason"),
        ("1,2010,a,5", "does not have as many cells as the header"),
    ],
)
def test_a_correction_that_does_not_fit_is_an_error_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, HEADER + line + "\n")
    assert said in str(raised.value)
    assert "raw.corrections.csv, line 2" in str(raised.value)


def test_a_file_of_corrections_without_a_column_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the column `reason` is missing"):
        read(tmp_path, "v,year,column,from,to\n")


def test_columns_called_like_those_of_the_quarantine_are_kept_apart(tmp_path: Path) -> None:
    columns = {"line": {"from": "v"}, "year": None, "reasons": {"from": "a", "minimum": 0, "type": "number"}}
    table, _, quarantine = read(tmp_path, key=["line", "year"], columns=columns)
    assert table["line"].tolist() == [1]
    assert quarantine["line"].tolist() == [1, 2, 3, 4]
    assert quarantine["line (value)"].tolist() == ["1", "2", "2", "3"]
    assert quarantine["reasons (value)"].tolist() == ["-6", "7", "8", "abc"]


def test_quarantine_of_most_rows_is_taken_for_a_wrong_declaration(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("v,a\n" + "".join(f"{row},{row}\n" for row in range(30)), encoding="utf-8")
    declared = {"path": str(path), "key": ["v"], "columns": {"v": None, "a": {"type": "number", "minimum": 20}}}
    source = Source.model_validate(declared | {"on_violation": "quarantine"})
    with pytest.raises(DataError, match="20 of 30 rows break the declarations") as raised:
        read_source("survey", source, path)
    assert "a sign of a wrong declaration" in str(raised.value)


@pytest.mark.parametrize(
    ("village", "said"),
    [("3.71703e+11", "not ones that a spreadsheet program has rounded"), ("371703100200.0", "")],
)
def test_codes_that_were_rounded_are_told_before_corrections_that_find_no_row(
    tmp_path: Path, village: str, said: str
) -> None:
    (tmp_path / "raw.csv").write_text(f"v,a\n{village},5\n", encoding="utf-8")
    (tmp_path / "corrections.csv").write_text("v,column,from,to,reason\n371703100200,a,5,6,typing error\n", "utf-8")
    columns = {"v": {"type": "code", "level": "village"}, "a": None}
    source = Source.model_validate({"path": str(tmp_path / "raw.csv"), "key": ["v"], "columns": columns})
    if not said:
        assert read_source("survey", source, tmp_path / "raw.csv", tmp_path / "corrections.csv").table["a"][0] == 6
        return
    with pytest.raises(DataError) as raised:
        read_source("survey", source, tmp_path / "raw.csv", tmp_path / "corrections.csv")
    first, second = (problem.what for problem in raised.value.problems)
    assert said in first
    assert "0 rows of the raw file have the key 371703100200" in second


@pytest.mark.parametrize("written", ["2014Q2", "2014-Q2", "2014年2季度"])
def test_a_correction_finds_its_row_by_the_period_that_is_meant(tmp_path: Path, written: str) -> None:
    raw, beside = tmp_path / "raw.csv", tmp_path / "raw.corrections.csv"
    raw.write_text("v,q,y\na,2014Q1,1\na,2014年第二季度,2\n", encoding="utf-8")
    beside.write_text(f"v,q,column,from,to,reason\na,{written},y,2,20,a slip\n", encoding="utf-8")
    columns = {"v": None, "q": {"frequency": "quarter"}, "y": None}
    source = Source.model_validate({"path": "raw.csv", "key": ["v", "q"], "columns": columns})
    assert read_source("survey", source, raw, beside).table["y"].tolist() == [1, 20]


@pytest.mark.parametrize("written", ["1003", "01003", "1003.0"])
def test_a_correction_finds_its_row_by_the_code_that_is_meant(tmp_path: Path, written: str) -> None:
    raw, beside = tmp_path / "raw.csv", tmp_path / "raw.corrections.csv"
    raw.write_text("v,y\n1001.0,1\n1003.0,2\n", encoding="utf-8")
    beside.write_text(f"v,column,from,to,reason\n{written},y,2,20,a slip\n", encoding="utf-8")
    columns = {"v": {"type": "code", "width": 5}, "y": None}
    source = Source.model_validate({"path": "raw.csv", "key": ["v"], "columns": columns})
    assert read_source("survey", source, raw, beside).table["y"].tolist() == [1, 20]


def test_a_correction_finds_its_row_by_a_date_of_a_spreadsheet_and_says_what_the_keys_are(tmp_path: Path) -> None:
    raw, beside = tmp_path / "raw.xlsx", tmp_path / "raw.corrections.csv"
    book = Workbook()
    for row in (["v", "t", "y"], ["a", datetime(2014, 12, 31), 1], ["a", datetime(2015, 12, 31), 2]):
        book.active.append(row)
    book.save(raw)
    columns = {"v": None, "t": None, "y": None}
    source = Source.model_validate({"path": "raw.xlsx", "key": ["v", "t"], "columns": columns})
    beside.write_text("v,t,column,from,to,reason\na,2015-12-31,y,2,20,a slip\n", encoding="utf-8")
    assert read_source("survey", source, raw, beside).table["y"].tolist() == [1, 20]
    beside.write_text("v,t,column,from,to,reason\na,2015-12-31,t,2015-12-31,2016-12-31,a slip\n", encoding="utf-8")
    assert read_source("survey", source, raw, beside).table["t"].tolist() == [2014, 2016]
    beside.write_text("v,t,column,from,to,reason\na,31/12/2015,y,2,20,a slip\n", encoding="utf-8")
    with pytest.raises(DataError, match="the file has a / 2014-12-31, a / 2015-12-31"):
        read_source("survey", source, raw, beside)
