"""Rows that are no data: units below the header, totals, notes at the foot; and errors that name them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from ruralpanel.errors import DataError
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

ROWS = [
    ["县名", "年份", "人口"],
    [None, None, "人"],
    ["曹\u3000县", "2010年", 1000],
    ["单\u3000县", "2010年", "2,000"],
    ["曹\u3000县", "2011年", 1010],
    ["单\u3000县", "2011年", 2020],
    ["合\u3000计", None, 6030],
    ["注：按户籍人口。", None, None],
]
UNITS = {"rows": [2], "reason": "units"}
TOTAL = {"values": ["合计"], "column": "county", "reason": "total"}
NOTES = {"begins_with": ["注"], "reason": "notes"}


def written(tmp_path: Path, ending: str) -> Path:
    path = tmp_path / f"data.{ending}"
    if ending == "xlsx":
        book = Workbook()
        for row in ROWS:
            book.active.append(row)
        book.save(path)
    else:
        rows = [
            ["" if cell is None else f'"{cell}"' if "," in str(cell) else str(cell) for cell in row] for row in ROWS
        ]
        lines = [",".join(row) for row in rows[:-1]] + ["注：按户籍人口。"]  # a note has no delimiters
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path, *dropped: dict[str, object], **changes: object) -> SourceTable:
    columns = {"county": "县名", "year": "年份", "people": "人口"}
    declared = {"path": str(path), "key": ["county", "year"], "columns": columns, "drop_rows": list(dropped), **changes}
    return read_source("yearbook", Source.model_validate(declared), path)


def complaint(path: Path, *dropped: dict[str, object], **changes: object) -> str:
    with pytest.raises(DataError) as raised:
        read(path, *dropped, **changes)
    return str(raised.value)


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "foot", [[TOTAL, NOTES], [{"last": 2, "reason": "foot"}], [{"rows": [7, 8], "reason": "foot"}]]
)
def test_units_totals_and_notes_are_left_out_and_said(
    tmp_path: Path, ending: str, foot: list[dict[str, object]]
) -> None:
    result = read(written(tmp_path, ending), UNITS, *foot)
    assert result.table["people"].tolist() == [1000, 2000, 1010, 2020]
    assert result.table["year"].tolist() == [2010, 2010, 2011, 2011]
    reasons = [line.reason for line in result.ledger.lines]
    assert "1 row left out as units: row 2" in reasons
    assert (result.ledger.lines[0].rows_in, result.ledger.lines[0].rows_out) == (7, 4)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_without_a_declaration_the_rows_at_fault_are_named_and_no_others(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, ending)
    if ending == "csv":
        assert "`drop_rows: [{last: 1, reason: notes}]`" in complaint(path)
    said = complaint(path, NOTES)
    assert "column `people` must hold numbers as its other cells do, or be `type: text`; found '人' in row 2" in said
    assert "left out with the source's `drop_rows`" in said
    for other in ("row 3", "rows 3", " 4,", " 5,", " 6,"):
        assert other not in said
    kept = read(path, NOTES, on_violation="quarantine")
    assert kept.table["people"].tolist() == [1000, 2000, 1010, 2020]
    assert kept.quarantine["raw_row"].tolist() == [2, 7]


@pytest.mark.slow
@pytest.mark.parametrize("key", [{"scale": 10000}, {"minimum": 0}, {"type": "number"}])
def test_a_row_of_units_is_blamed_alone_whatever_is_declared(tmp_path: Path, key: dict[str, object]) -> None:
    columns = {"county": "县名", "year": "年份", "people": {"from": "人口", **key}}
    said = complaint(written(tmp_path, "csv"), NOTES, TOTAL, columns=columns)
    assert "found '人' in row 2" in said
    assert "rows 3" not in said


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"values": ["小计"], "reason": "x"}, "no row of the data holds 小计"),
        ({"values": ["合计", "小计"], "reason": "x"}, "no row of the data holds 小计"),
        ({"begins_with": ["Source"], "reason": "x"}, "no row of the data begins with Source"),
        ({"rows": [1, 99], "reason": "x"}, "no row of the data has the number 1, 99"),
        ({"last": 3, "reason": "x"}, "row 6 would be lost, with something in every declared column"),
        ({"last": 7, "reason": "x"}, "there are only 7 rows of data"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_entry_that_no_row_fits_is_an_error(
    tmp_path: Path, ending: str, entry: dict[str, object], said: str
) -> None:
    assert f"`drop_rows`, entry 2 (x): {said}" in complaint(written(tmp_path, ending), UNITS, entry)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"reason": "x"}, "give one of"),
        ({"rows": [2], "last": 1, "reason": "x"}, "give one of"),
        ({"values": [], "reason": "x"}, "`values` is empty"),
        ({"rows": [2], "column": "county", "reason": "x"}, "`column` goes with"),
        ({"values": ["a"], "column": "nothing", "reason": "x"}, "`columns` does not declare"),
    ],
)
def test_what_an_entry_can_say(tmp_path: Path, entry: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(tmp_path / "data.csv", entry)


def test_other_formats_are_rid_of_rows_too(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pd.DataFrame({"县名": ["曹县", "合计"], "年份": [2010, 2010], "人口": [1, 1]}).to_parquet(path)
    assert read(path, TOTAL).table["county"].tolist() == ["曹县"]


def test_a_total_with_a_key_says_what_can_be_done(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("v,year,y\na,2010,1\nb,2010,2\n合计,,3\n", encoding="utf-8")
    declared = {"path": "data.csv", "key": ["v", "year"], "columns": {"v": None, "year": None, "y": None}}
    with pytest.raises(DataError, match=r"in row 4\n.*`drop_rows`"):
        read_source("s", Source.model_validate(declared), path)


def test_a_full_row_at_the_end_is_named_by_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("v,y\na,1\nb,2\n合计,3\n注：x,\n", encoding="utf-8")
    declared = {"path": "data.csv", "key": ["v"], "columns": {"v": None, "y": None}}
    with pytest.raises(DataError, match="is named by `rows` or `values`"):
        read_source("s", Source.model_validate(declared | {"drop_rows": [{"last": 2, "reason": "foot"}]}), path)
    entries = [{"last": 1, "reason": "note"}, {"values": ["合计"], "reason": "total"}]
    assert read_source("s", Source.model_validate(declared | {"drop_rows": entries}), path).table["y"].tolist() == [
        1,
        2,
    ]


def test_a_column_for_each_period_is_not_looked_at() -> None:
    declared = {
        "path": "a.csv",
        "key": ["v", "t"],
        "columns": {"v": None, "y": {"wide": "y([0-9]+)"}},
        "wide_into": "t",
    }
    entry = {"values": ["元"], "column": "y", "reason": "units"}
    with pytest.raises(ValueError, match="which is a column for each period; name another"):
        Source.model_validate(declared | {"drop_rows": [entry]})
