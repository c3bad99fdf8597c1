"""Codes that a spreadsheet program has spoilt: in no column that tells things apart may two become one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.sources.table import read_source
from ruralpanel.sources.values import type_column
from ruralpanel.study.source_columns import Column
from ruralpanel.study.sources import Source

TYPES: list[dict[str, object] | None] = [
    None,
    {"type": "number"},
    {"type": "integer"},
    {"type": "text"},
    {"type": "code", "level": "village"},
    {"type": "code", "width": 12},
]


def read(path: Path, code: dict[str, object] | None, key: str = "v", identifying: tuple[str, ...] = ()) -> pd.DataFrame:
    source = Source.model_validate({"path": str(path), "key": [key], "columns": {"v": code, "y": None}})
    return read_source("villages", source, path, identifying=identifying).table


def csv(tmp_path: Path, *codes: str) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("v,y\n" + "".join(f"{code},{row}\n" for row, code in enumerate(codes)), encoding="utf-8")
    return path


def complaint(*arguments: object, **more: object) -> str:
    with pytest.raises(DataError) as raised:
        read(*arguments, **more)  # type: ignore[arg-type]
    return str(raised.value)


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("code", TYPES)
@pytest.mark.parametrize(
    "written", ["3.71721E+11", "3.71721e11", "3.7E11", "４．７１７２１Ｅ＋１１", "4E+11", "#REF!", "####"]
)
def test_spoilt_codes_are_an_error_whatever_the_type(
    tmp_path: Path, code: dict[str, object] | None, written: str
) -> None:
    said = complaint(csv(tmp_path, written, "371722001001", "371723001001", "371724001001"), code)
    assert f"'{written}' in row 2" in said
    assert "`v`" in said


def test_an_exponent_without_a_sign_is_a_letter_in_text_only(tmp_path: Path) -> None:
    path = csv(tmp_path, "4E11", "371722001001", "371723001001")
    for code in (None, {"type": "number"}, {"type": "code", "level": "village"}, {"type": "code", "width": 12}):
        assert "digits are lost" in complaint(path, code)
    assert read(path, {"type": "text"})["v"].tolist() == ["4E11", "371722001001", "371723001001"]
    assert "'4E11' in row 2" in complaint(csv(tmp_path, "4E11", "B12", "C13"), None)


def test_a_number_with_an_exponent_is_one_where_nothing_says_that_the_column_tells_things_apart() -> None:
    written = pd.Series(["3.7E11", "5"], dtype="str")
    assert type_column(written, Column(), []).values.tolist() == [3.7e11, 5]
    assert type_column(written, Column(), [], identifies=True).bad.tolist() == [True, False]


def test_text_and_whole_numbers_need_every_digit_also_where_they_tell_nothing_apart(tmp_path: Path) -> None:
    path = tmp_path / "double.parquet"
    pd.DataFrame({"v": [2.0**53, 5.0], "y": [1, 2]}).to_parquet(path)
    for code in ({"type": "text"}, {"type": "integer"}):
        assert "lost their last digits" in complaint(path, code, key="y")
    assert read(path, {"type": "number"}, key="y")["v"].tolist() == [2.0**53, 5.0]


def test_the_remedy_is_said(tmp_path: Path) -> None:
    said = complaint(csv(tmp_path, "3.71721E+11", "3.71722E+11"), None)
    assert "digits are lost: make the column text in the original file and export it again" in said


def test_a_column_of_another_use_is_guarded_where_the_study_names_it(tmp_path: Path) -> None:
    path = csv(tmp_path, "3.71721E+11", "3.71722E+11")
    assert read(path, None, key="y")["v"].tolist() == [371721000000, 371722000000]  # yuan, it may be
    assert "a spreadsheet program has rounded" in complaint(path, None, key="y", identifying=("v",))


@pytest.mark.slow
@pytest.mark.parametrize("code", TYPES[:4])
def test_numbers_that_cannot_hold_their_codes(tmp_path: Path, code: dict[str, object] | None) -> None:
    single = pd.DataFrame({"v": np.array([371721001001, 371721009001], dtype="float32"), "y": [1, 2]})
    double = pd.DataFrame({"v": [310101199001011236.0, 310101199001012236.0], "y": [1, 2]})
    for name, frame in (("single", single), ("double", double)):
        frame.to_stata(tmp_path / f"{name}.dta", write_index=False)
        frame.to_parquet(tmp_path / f"{name}.parquet")
        for path in (tmp_path / f"{name}.dta", tmp_path / f"{name}.parquet"):
            assert "lost their last digits" in complaint(path, code)
    whole = pd.DataFrame({"v": np.array([371721, 371722], dtype="float32"), "y": [1, 2]})
    whole.to_stata(tmp_path / "whole.dta", write_index=False)
    assert read(tmp_path / "whole.dta", code)["v"].astype(float).tolist() == [371721, 371722]


@pytest.mark.slow
@pytest.mark.parametrize("code", [None, {"type": "text"}, {"type": "integer"}])
def test_a_spreadsheet_keeps_fifteen_digits(tmp_path: Path, code: dict[str, object] | None) -> None:
    pd.DataFrame({"v": [3101011990010110, 3101011990010120], "y": [1, 2]}).to_excel(tmp_path / "a.xlsx", index=False)
    assert "lost their last digits" in complaint(tmp_path / "a.xlsx", code)
    cut = csv(tmp_path, "310101199001011000", "310101199001012000")
    if code is None or code["type"] == "text":
        assert "'310101199001011000', '310101199001012000' in rows 2, 3" in complaint(cut, code)
        assert len(read(cut, {"type": "text", "matches": "[0-9]{18}"})) == 2  # said to be so
    assert len(read(csv(tmp_path, "310101199001011236", "310101199001012000"), None)) == 2


@pytest.mark.slow
def test_dates_made_of_codes(tmp_path: Path) -> None:
    said = complaint(csv(tmp_path, "1-1", "Mar-01", "1-4"), {"type": "text"})
    assert "some have become dates in a spreadsheet program; found 'Mar-01' in row 3" in said
    assert "found '1月3日' in row 2" in complaint(csv(tmp_path, "1月3日", "1-4"), None)
    assert read(csv(tmp_path, "Mar-01", "Apr-01"), None)["v"].tolist() == ["Mar-01", "Apr-01"]  # months they are
    frame = pd.DataFrame({"v": ["1-1", datetime(2024, 3, 1), "1-4"], "y": [1, 2, 3]})
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    for code in TYPES[:4]:
        assert "must not hold dates among other values; found 2024-03-01" in complaint(tmp_path / "a.xlsx", code)


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize(
    "marked", ["\t371721", "'371721", "’371721", '"=""371721"""', "\u00a0371721", "371721.0", "`371721"]
)
@pytest.mark.parametrize("code", [None, {"type": "text"}, {"type": "code", "level": "county"}, {"type": "integer"}])
def test_marks_of_text_are_no_part_of_a_code(tmp_path: Path, marked: str, code: dict[str, object] | None) -> None:
    table = read(csv(tmp_path, marked, "371722"), code)
    assert table["v"].astype(str).tolist() == ["371721", "371722"]


def test_codes_of_a_width_get_their_zeros_back(tmp_path: Path) -> None:
    five = {"type": "code", "width": 5}
    assert read(csv(tmp_path, "1001.0", "72001.0", "'01003"), five)["v"].tolist() == ["01001", "72001", "01003"]
    assert "must hold codes of 5 digits, or fewer" in complaint(csv(tmp_path, "1001", "372001"), five)
    pd.DataFrame({"v": [1001.0, 72001.0], "y": [1, 2]}).to_stata(tmp_path / "a.dta", write_index=False)
    assert read(tmp_path / "a.dta", five)["v"].tolist() == ["01001", "72001"]
    with pytest.raises(ValueError, match="`level` says how many digits a code has"):
        read(csv(tmp_path, "1"), {"type": "code", "width": 5, "level": "county"})


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("decimal", [None, ","])
@pytest.mark.parametrize("code", TYPES)
def test_a_code_rounded_by_a_program_of_decimal_commas_is_one_too(
    tmp_path: Path, code: dict[str, object] | None, decimal: str | None
) -> None:
    path = tmp_path / "data.csv"
    path.write_text("k;v\na;3,71721E+11\nb;3,71721E+11\n", encoding="utf-8")
    declared = {"path": "data.csv", "key": ["k"], "columns": {"k": None, "v": code}, "decimal": decimal}
    with pytest.raises(DataError, match=r"'3,71721E\+11' in rows 2, 3"):
        read_source("villages", Source.model_validate(declared), path, identifying=["v"])


def test_a_group_that_is_cut_is_guarded_as_a_key_is(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = ["1,曹县大集镇丁楼".encode("gbk")[:-1], "2,曹县大集镇丁家".encode("gbk")[:-1], "3,单县".encode("gbk")]
    path.write_bytes(b"k,v\n" + b"\n".join(rows) + b"\n")
    source = Source.model_validate({"path": "data.csv", "key": ["k"], "columns": {"k": None, "v": None}})
    assert read_source("villages", source, path).table["v"].tolist() == ["曹县大集镇丁", "曹县大集镇丁", "单县"]
    with pytest.raises(DataError, match="`v` tells things apart, was cut within a character"):
        read_source("villages", source, path, identifying=["v"])


def test_a_spoilt_key_is_told_once(tmp_path: Path) -> None:
    assert "must not be missing" not in complaint(csv(tmp_path, "3.71721E+11", "3.71722E+11"), {"type": "number"})


def test_codes_with_and_without_their_zeros_are_one_by_their_width_only(tmp_path: Path) -> None:
    path = csv(tmp_path, "01001", "1003.0", "01003")
    said = complaint(path, None)
    assert "'1003.0', '01003' in rows 3, 4" in said
    assert "`{type: code, width: 5}`" in said
    assert read(path, {"type": "text"})["v"].tolist() == ["01001", "1003.0", "01003"]
    assert read(csv(tmp_path, "01001", "1003.0"), {"type": "code", "width": 5})["v"].tolist() == ["01001", "01003"]
    assert read(csv(tmp_path, "01001", "1003.0", "A1"), None)["v"].tolist() == ["01001", "1003.0", "A1"]
