from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.sources.headers import tidy_header
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

YEARBOOK = "农村居民人均可支配收入(元)\n—来源公众号【马克数据网】"


def read(tmp_path: Path, frame: pd.DataFrame, columns: dict[str, object], **changes: object) -> SourceTable:
    path = tmp_path / "data.xlsx"
    frame.to_excel(path, index=False)
    declared = {"path": str(path), "key": ["county"], "columns": {"county": None, **columns}, **changes}
    return read_source("yearbook", Source.model_validate(declared), path)


def complaint(tmp_path: Path, frame: pd.DataFrame, columns: dict[str, object], **changes: object) -> str:
    with pytest.raises(DataError) as raised:
        read(tmp_path, frame, columns, **changes)
    return str(raised.value)


def test_a_header_with_a_line_break_and_a_watermark_is_found_by_a_pattern(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": ["a", "b"], YEARBOOK: [15000, 16000]})
    table, ledger, _ = read(tmp_path, frame, {"income": {"pattern": "^农村居民人均可支配收入"}})
    assert table["income"].tolist() == [15000, 16000]
    assert any(line.step == "header" and "income: read from the header" in line.reason for line in ledger.lines)


def test_spaces_line_breaks_and_full_width_brackets_do_not_matter(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": ["a"], "性别比\n（女 =100）": [104.5]})
    table, _, _ = read(tmp_path, frame, {"ratio": "性别比(女=100)"})
    assert table["ratio"].tolist() == [104.5]
    assert tidy_header("性别比\n（女 =100）") == "性别比(女=100)"


def test_a_pattern_that_fits_several_headers_is_an_error_that_names_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": ["a"], "收入2019": [1], "收入2020": [2]})
    assert "'收入2019', '收入2020'" in complaint(tmp_path, frame, {"income": {"pattern": "收入"}})


def test_all_headers_that_are_missing_come_together(tmp_path: Path) -> None:
    message = complaint(tmp_path, pd.DataFrame({"county": ["a"], "incme": [1]}), {"income": None, "size": None})
    assert "(2 problems)" in message
    assert "did you mean “incme”?" in message


def test_a_header_that_is_offered_can_be_typed_into_the_study(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": ["a"], "人口-乡村从业\n人员(人)": [1]})
    assert "did you mean “人口-乡村从业人员(人)”?" in complaint(tmp_path, frame, {"labour": "乡村从业人员(人)"})
    assert read(tmp_path, frame, {"labour": "人口-乡村从业人员(人)"}).table["labour"].tolist() == [1]


def test_a_pattern_that_fits_no_header_is_told_with_the_headers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": ["a"], "产值(亿元)": [1]})
    said = complaint(tmp_path, frame, {"output": {"pattern": "产值.万元"}})
    assert "has no column that fits the pattern '产值.万元' (for `output`)" in said
    assert "valid here: county, 产值(亿元)" in said


def test_columns_of_the_file_that_are_read_are_counted_once(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": [1], "a2019": [1], "a2020": [2], "other": [3]})
    changes = {"key": ["county", "year"], "wide_into": "year"}
    _, ledger, _ = read(tmp_path, frame, {"again": "county", "a": {"wide": "a(20[0-9]+)"}}, **changes)
    assert ledger.lines[0].reason == "3 of 4 columns declared"


def test_a_wide_file_becomes_one_row_a_period(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": ["a", "b"], "away_2010": [1, 2], "away_2012": [3, None], "size_2010": [9, 8]})
    table, ledger, _ = read(
        tmp_path,
        frame,
        {"away": {"wide": "^away_([0-9]{4})$"}, "size": {"wide": "^size_([0-9]{4})$"}},
        key=["county", "year"],
        wide_into="year",
    )
    assert table.sort_values(["county", "year"])[["county", "year"]].to_numpy().tolist() == [
        ["a", 2010],
        ["a", 2012],
        ["b", 2010],
        ["b", 2012],
    ]
    by_key = table.set_index(["county", "year"])
    assert by_key.loc[("a", 2012), "away"] == 3
    assert by_key["away"].isna().sum() == 1
    assert by_key["size"].isna().sum() == 2
    line = next(line for line in ledger.lines if line.step == "wide to long")
    assert (line.rows_in, line.rows_out) == (2, 4)


def test_violations_in_a_wide_file_name_its_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"county": ["a", "b"], "away_2010": [1, 2], "away_2012": [3, -4]})
    columns = {"away": {"wide": "away_([0-9]+)", "minimum": 0}}
    message = complaint(tmp_path, frame, columns, key=["county", "year"], wide_into="year")
    assert "must be at least 0; found -4 in row 3" in message


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (["away_x"], "no header fits the pattern"),
        (["away_2010", "away_2010b"], "several headers give the period 2010"),
    ],
)
def test_wide_headers_that_do_not_fit(tmp_path: Path, headers: list[str], said: str) -> None:
    frame = pd.DataFrame({"county": ["a"], **dict.fromkeys(headers, 1)})
    message = complaint(tmp_path, frame, {"away": {"wide": "away_([0-9]+)"}}, key=["county", "year"], wide_into="year")
    assert said in message
