from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.sources.codes import read_codes
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.source_columns import DIGITS_OF_LEVEL, CodeLevel
from ruralpanel.study.sources import Source


def codes(values: list[object] | np.ndarray, level: CodeLevel = "county") -> tuple[list[object], list[bool]]:
    read = read_codes(pd.Series(values), level)
    return [None if pd.isna(value) else value for value in read.values], read.bad.tolist()


@pytest.mark.parametrize(
    ("written", "level", "read"),
    [
        ("371703", "county", "371703"),
        ("371703000000", "county", "371703"),
        ("371703001002", "county", "371703"),
        ("371703001", "county", "371703"),
        ("371703001002", "township", "371703001"),
        ("371703001002", "village", "371703001002"),
        ("371703", "prefecture", "3717"),
        ("371703", "province", "37"),
        ("810101", "county", "810101"),  # of no province there is
        (371703, "county", "371703"),
        (371703.0, "county", "371703"),
        (3.71703e11, "county", "371703"),
        (371703001002.0, "village", "371703001002"),
        ("371703.0", "county", "371703"),
        (" ３７１７０３\u200b", "county", "371703"),
        ("", "county", None),
        (None, "county", None),
        (np.nan, "county", None),
    ],
)
def test_codes_are_read_however_they_are_stored(written: object, level: CodeLevel, read: str | None) -> None:
    assert codes([written], level) == ([read], [False])


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("37170", "county"),  # a digit, or a zero at the beginning, is lost
        ("3717030", "county"),
        ("37170300100", "village"),
        ("371703", "township"),
        ("37170X", "county"),
        ("3.71703E+11", "county"),
        ("3.71703E+11", "village"),
        ("371703.5", "county"),
        (371703.5, "county"),
        (-371703, "county"),
        ("三七一七〇三", "county"),
        ("37 17 03", "county"),
        (np.inf, "county"),
    ],
)
def test_what_is_no_code_of_the_level_is_refused(written: object, level: CodeLevel) -> None:
    values, bad = codes([written], level)
    assert (values, bad) == ([None], [True])


def test_digits_that_single_precision_has_lost_are_not_made_up() -> None:
    stored = np.array([371703, 371703001002], dtype="float32")
    assert codes(stored)[1] == [False, True]
    assert "lost their last digits in a number of single precision" in read_codes(pd.Series(stored), "county").rule


@given(st.sampled_from(sorted(DIGITS_OF_LEVEL)), st.integers(10**11, 10**12 - 1))
def test_every_level_is_the_beginning_of_a_villages_code(level: CodeLevel, village: int) -> None:
    digits = DIGITS_OF_LEVEL[level]
    for stored in (village, float(village), str(village), f"{village}.0"):
        assert codes([stored], level) == ([str(village)[:digits]], [False])


FRAME = pd.DataFrame({"代码": [371703001002, 371727001003], "y": [1, 2]})
COLUMNS = {
    "village": {"from": "代码", "type": "code", "level": "village"},
    "town": {"from": "代码", "type": "code", "level": "township"},
    "county": {"from": "代码", "type": "code", "level": "county"},
    "y": None,
}


def read(path: Path, columns: dict[str, object], key: str = "y") -> SourceTable:
    source = Source.model_validate({"path": str(path), "key": [key], "columns": columns})
    return read_source("survey", source, path)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.dta", "a.parquet"])
def test_villages_towns_and_counties_come_from_one_column_of_any_format(tmp_path: Path, name: str) -> None:
    path, frame = tmp_path / name, FRAME.assign(代码=FRAME["代码"].astype("float64"))
    match path.suffix:
        case ".csv":
            FRAME.to_csv(path, index=False)
        case ".xlsx":
            frame.to_excel(path, index=False)
        case ".dta":
            frame.to_stata(path, write_index=False, version=118)
        case _:
            frame.to_parquet(path)
    table, ledger, _ = read(path, dict(COLUMNS), "village")
    assert table["village"].tolist() == ["371703001002", "371727001003"]
    assert table["town"].tolist() == ["371703001", "371727001"]
    assert table["county"].tolist() == ["371703", "371727"]
    assert "county: the first 6 digits of longer codes in 2 rows" in [line.reason for line in ledger.lines]


def test_violations_name_rows_and_values(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("代码,y\n371703,1\n37170,2\nx,3\n,4\n", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        read(path, {"county": COLUMNS["county"], "y": None})
    said = "column `county` must hold codes of 6 digits (county), or longer ones of 9 or 12 digits that begin with them"
    assert f"{said}; found '37170', 'x' in rows 3, 4" in str(raised.value)


def test_missing_codes_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("代码,y\n371703,1\n-9,2\n无,3\n", encoding="utf-8")
    table, _, _ = read(path, {"county": {**COLUMNS["county"], "missing_codes": [-9, "无"]}, "y": None})  # type: ignore[dict-item]
    assert table["county"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"type": "code"}, "`type: code` and `level` go together"),
        ({"level": "county"}, "`type: code` and `level` go together"),
        ({"type": "code", "level": "county", "minimum": 1}, "`minimum` is a key of numbers, and codes are text"),
        ({"type": "code", "level": "county", "scale": 10.0}, "`scale` is a key of numbers, and codes are text"),
    ],
)
def test_keys_of_a_column_of_codes_go_together(column: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Source.model_validate({"path": "a.csv", "key": ["y"], "columns": {"y": None, "county": column}})
