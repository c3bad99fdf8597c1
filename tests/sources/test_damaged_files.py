"""What a study of a thousand damaged files found: each is an error in words now, and none a wrong table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from ruralpanel.errors import DataError
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source


def read(path: Path, columns: dict[str, object], **changes: object) -> SourceTable:
    declared = {"path": str(path), "key": ["v"], "columns": {"v": None, **columns}, **changes}
    return read_source("survey", Source.model_validate(declared), path)


def csv(tmp_path: Path, contents: bytes | str) -> Path:
    path = tmp_path / "data.csv"
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    return path


def complaint(path: Path, columns: dict[str, object], **changes: object) -> str:
    with pytest.raises(DataError) as raised:
        read(path, columns, **changes)
    return str(raised.value)


def test_utf8_with_a_damaged_name_is_not_taken_for_chinese(tmp_path: Path) -> None:
    rows = b"".join(f"{n},王村{n}\n".encode() for n in range(20))
    path = csv(tmp_path, b"v,n\n" + rows + b"99," + "李庄".encode("gb18030") + b"\n")
    assert "is UTF-8 but for byte" in complaint(path, {"n": None})
    assert "line 22" in complaint(path, {"n": None})


@pytest.mark.parametrize("encoding", ["gb18030", "latin-1"])
def test_utf8_is_not_read_as_what_it_is_not(tmp_path: Path, encoding: str) -> None:
    path = csv(tmp_path, "v,n\n1,王村\n2,李庄\n")
    assert "its bytes are UTF-8 throughout" in complaint(path, {"n": None}, encoding=encoding)


@pytest.mark.parametrize("name", ["Béarn", "Málaga", "Nîmes", "Grünau", "Århus"])
def test_western_names_are_not_taken_for_chinese(tmp_path: Path, name: str) -> None:
    path = csv(tmp_path, f"v,n\n1,{name}\n".encode("latin-1"))
    assert "neither UTF-8" in complaint(path, {"n": None})


def test_utf16_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    assert "cut off" in complaint(csv(tmp_path, "v,a\n1,2\n".encode("utf-16")[:-1]), {"a": None})


def test_quotes_that_swallow_rows_are_found(tmp_path: Path) -> None:
    path = csv(tmp_path, 'v,n,a\n1,"x,2\n2,y,3\n3,z",4\n')
    assert "rows are swallowed" in complaint(path, {"n": None, "a": None})


def test_a_total_below_the_table_does_not_turn_a_column_into_text(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n * 10}\n" for n in range(1, 20))
    message = complaint(csv(tmp_path, f"v,a\n{rows}合计,1900\n"), {"a": None})
    assert "column `v` must hold numbers as its other cells do, or be `type: text`; found '合计' in row 21" in message


def test_invisible_and_full_width_characters_do_not_make_other_villages(tmp_path: Path) -> None:
    codes = ["310101001200", "310101001200\u200b", "３１０１０１００１２００", "310101001200.0"]
    path = csv(tmp_path, "v,a\n" + "".join(f"{code},{n}\n" for n, code in enumerate(codes)))
    message = complaint(path, {"v": {"type": "text"}, "a": None})
    assert "must not repeat; found '310101001200' in rows 2, 3, 4, 5" in message


def test_a_code_that_a_spreadsheet_program_has_rounded_is_an_error(tmp_path: Path) -> None:
    path = csv(tmp_path, "v,a\n3.10101E+11,1\n")
    assert "a spreadsheet program has rounded" in complaint(path, {"v": {"type": "text"}, "a": None})


def test_long_codes_are_exact_or_an_error(tmp_path: Path) -> None:
    codes = [310101199001011236, 310101199001011235]
    pd.DataFrame({"v": codes, "a": 1}).to_parquet(tmp_path / "exact.parquet")
    table = read(tmp_path / "exact.parquet", {"v": {"type": "text"}, "a": None}).table
    assert table["v"].tolist() == [str(code) for code in codes]
    pd.DataFrame({"v": [float(code) for code in codes], "a": 1}).to_parquet(tmp_path / "rounded.parquet")
    assert "lost their last digits" in complaint(tmp_path / "rounded.parquet", {"v": {"type": "text"}, "a": None})


def test_missing_codes_are_met_however_they_are_written(tmp_path: Path) -> None:
    path = csv(tmp_path, 'v,a,p\n1,−9,0099\n2,"9,999",99\n3,９９９９,5\n')
    table = read(path, {"a": None, "p": {"type": "text"}}, missing_codes=[-9, 9999, 99]).table
    assert table["a"].isna().tolist() == [True, True, True]
    assert table["p"].isna().tolist() == [False, True, False]


def test_a_missing_code_is_met_in_single_precision(tmp_path: Path) -> None:
    frame = pd.DataFrame({"v": [1, 2, 3], "a": pd.Series([-99.9, 7.5, -9], dtype="float32")})
    frame.to_stata(tmp_path / "data.dta", write_index=False)
    frame.to_parquet(tmp_path / "data.parquet")
    for name in ("data.dta", "data.parquet"):
        table, ledger, _ = read(tmp_path / name, {"a": None}, missing_codes=[-99.9, -9])
        assert table["a"].isna().tolist() == [True, False, True]
        assert "a: 2 values with a missing code set to missing" in [line.reason for line in ledger.lines]


def test_values_without_a_label_and_codes_that_the_file_calls_missing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"v": [1.0, 2.0, 3.0], "k": [1.0, 2.0, 7.0], "a": [5.0, -9.0, 6.0]})
    path = tmp_path / "data.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"k": {1: "x", 2: "y"}}, missing_ranges={"a": [-9]})
    table, ledger, _ = read(path, {"k": {"value_labels": True}, "a": None})
    assert table["k"].tolist() == ["x", "y", "7"]
    assert table["a"].isna().tolist() == [False, True, False]
    assert "a: 1 value that the file calls missing" in ledger.lines[0].reason


def test_labels_are_used_however_the_header_is_found(tmp_path: Path) -> None:
    frame = pd.DataFrame({"v": [1, 2], "hk": pd.Categorical(["rural", "urban"])})
    frame.to_stata(tmp_path / "data.dta", write_index=False)
    table = read(tmp_path / "data.dta", {"kind": {"pattern": "^h.?k$", "value_labels": True}}).table
    assert table["kind"].tolist() == ["rural", "urban"]


def test_text_of_old_stata_files_is_read_in_its_encoding(tmp_path: Path) -> None:
    garbled = ["王村".encode("gbk").decode("latin-1"), "李庄".encode("gbk").decode("latin-1")]
    pd.DataFrame({"v": [1, 2], "n": garbled}).to_stata(tmp_path / "old.dta", version=117, write_index=False)
    table, ledger, _ = read(tmp_path / "old.dta", {"n": None})
    assert table["n"].tolist() == ["王村", "李庄"]
    assert "old Stata file read as gb18030" in ledger.lines[0].reason


def test_a_formula_without_a_stored_value_is_an_error(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["v", "a"], [1, "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "data.xlsx")
    assert "row 2 of sheet 'Sheet' has a formula without a stored value" in complaint(
        tmp_path / "data.xlsx", {"a": None}
    )


def test_spreadsheets_are_told_by_their_contents(tmp_path: Path) -> None:
    pd.DataFrame({"v": [1], "a": [2]}).to_excel(tmp_path / "data.xlsx", index=False)
    renamed = (tmp_path / "data.xlsx").rename(tmp_path / "data.xls")
    assert read(renamed, {"a": None}).table["a"].tolist() == [2]
    (tmp_path / "text.xls").write_text("v,a\n1,2\n")
    assert "by its contents it is no spreadsheet" in complaint(tmp_path / "text.xls", {"a": None})


def test_damaged_feather_ends_in_words_and_not_the_program(tmp_path: Path) -> None:
    path = tmp_path / "data.feather"
    frame = pd.DataFrame({"v": range(500), "n": [f"village {n}" for n in range(500)]})
    frame.to_feather(path, compression="uncompressed")
    contents = bytearray(path.read_bytes())
    place = contents.find((9).to_bytes(4, "little") + (18).to_bytes(4, "little"))
    place = place if place > 0 else contents.find((9).to_bytes(8, "little") + (18).to_bytes(8, "little"))
    contents[place + 3] |= 0x70
    path.write_bytes(bytes(contents))
    assert "cannot be read as a Feather file" in complaint(path, {"n": None})


def test_raw_bytes_and_indexes_of_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"v": [b"310101"], "a": [1]}).to_parquet(tmp_path / "bytes.parquet")
    assert "not a list or raw bytes" in complaint(tmp_path / "bytes.parquet", {"a": None})
    pd.DataFrame({"a": [1, 2]}, index=pd.Index([5, 6], name="v")).to_parquet(tmp_path / "index.parquet")
    assert read(tmp_path / "index.parquet", {"a": None}).table["v"].tolist() == [5, 6]


def test_lists_in_cells_can_be_put_in_quarantine(tmp_path: Path) -> None:
    pd.DataFrame({"v": [1, 2], "a": [None, [2]]}).to_parquet(tmp_path / "data.parquet")
    table, _, quarantine = read(tmp_path / "data.parquet", {"a": None}, on_violation="quarantine")
    assert table["v"].tolist() == [1]
    assert quarantine["a"].tolist() == ["[2]"]


def test_filling_down_stays_within_a_period(tmp_path: Path) -> None:
    path = csv(tmp_path, "v,c,x_2010,x_2011\n1,A,1,2\n2,,3,4\n")
    columns = {"c": None, "x": {"wide": "x_([0-9]+)"}}
    table = read(path, columns, key=["v", "year"], wide_into="year", fill_down=["c"]).table
    assert table["c"].tolist() == ["A"] * 4


def test_a_correction_leaves_the_type_of_a_column_alone(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    days = pd.to_datetime(["2010-01-01", "2011-01-01"])
    pd.DataFrame({"v": [1, 2], "wave": days, "on": [True, False]}).to_parquet(path)
    beside = tmp_path / "corrections.csv"
    beside.write_text(
        "v,column,from,to,reason\n1,wave,2010-01-01 00:00:00,2009-01-01,misprint\n2,on,False,1,misprint\n"
    )
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None, "wave": None, "on": None}})
    table = read_source("survey", source, path, beside).table
    assert table["wave"].tolist() == [2009, 2011]
    assert table["on"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("encoding", "declared", "message"),
    [
        ("utf-8", {}, "ends within a character of UTF-8, in line 21"),
        ("gb18030", {}, "ends within a character of gb18030"),
        ("gb18030", {"encoding": "gb18030"}, "is not gb18030 text to its end: the last character"),
    ],
)
def test_a_file_cut_off_within_a_character_is_not_taken_for_another_encoding(
    tmp_path: Path, encoding: str, declared: dict[str, object], message: str
) -> None:
    whole = ("v,n\n" + "".join(f"{n},柳坡村\n" for n in range(20))).encode(encoding)
    said = complaint(csv(tmp_path, whole[:-2]), {"n": None}, **declared)
    assert message in said
    assert "cut off" in said


@pytest.mark.parametrize("page", ["<html><body>404</body></html>\n", "\ufeff\n<!DOCTYPE html>\n<p>Log in</p>\n"])
def test_a_web_page_saved_as_data_is_called_one(tmp_path: Path, page: str) -> None:
    assert "data.csv: is a web page" in complaint(csv(tmp_path, page), {"n": None})


def test_points_that_may_separate_thousands_are_said(tmp_path: Path) -> None:
    def reasons(*cells: str) -> str:
        rows = "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
        return "; ".join(line.reason for line in read(csv(tmp_path, f"v,n\n{rows}"), {"n": None}).ledger.lines)

    said = "a point before three digits, as where it separates thousands; read as a decimal point in 2 rows"
    assert f"n: {said}" in reasons("870", "1.583", "12.004", "15")
    for decimals in (["870", "1.583", "12.5"], ["1.583", "12.004"], ["1583", "1.583"], ["0.583", "5"]):
        assert "a point before" not in reasons(*decimals)


def test_a_code_that_does_not_begin_with_the_one_above_it_is_counted(tmp_path: Path) -> None:
    columns: dict[str, object] = {
        "v": {"type": "code", "level": "village"},
        "c": {"type": "code", "level": "county"},
        "before": {"type": "code", "level": "county"},
    }
    villages = [f"3717{county:02}100{village:03}" for county in (2, 3) for village in range(200, 205)]
    rows = [(village, village[:6], "372922") for village in villages]
    slipped = [(village, *rest) for village, (_, *rest) in zip([villages[-1], *villages[:-1]], rows, strict=True)]

    def reasons(table: list[tuple[str, ...]]) -> list[str]:
        text = "v,c,before\n" + "".join(",".join(row) + "\n" for row in table)
        return [line.reason for line in read(csv(tmp_path, text), columns).ledger.lines]

    assert not any("begin" in reason for reason in reasons(rows))  # codes of another year differ in all rows
    assert "v does not begin with c in 2 rows" in reasons(slipped)


def test_an_empty_header_is_not_offered(tmp_path: Path) -> None:
    said = complaint(csv(tmp_path, "v,,a\n1,2,3\n"), {"persons": None})
    assert "valid here: a, v" in said
