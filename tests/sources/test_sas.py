"""Files of SAS: text in any encoding, dates, special missing values, and labels from a catalogue."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from pydantic import ValidationError

from ruralpanel.archive.raw_sheets import can_be_written, read_sheet, write_sheet
from ruralpanel.errors import DataError
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.labelled import labels_of
from ruralpanel.sources.table import read_source
from ruralpanel.study.sources import Source

FILES = Path(__file__).parent / "files/sas"


def source(path: str = "villages.sas7bdat", **keys: Any) -> Source:
    columns = {"name": None, **keys.pop("columns", {})}
    return Source.model_validate({"path": path, "key": ["name"], "columns": columns, **keys})


def test_a_data_set_is_what_another_reader_of_sas_finds() -> None:
    raw = read_raw(source(), FILES / "villages.sas7bdat")
    other = pd.read_sas(FILES / "villages.sas7bdat", encoding="utf-8")
    assert raw.values["name"].tolist() == ["大集村", "丁楼村", "孙庄", ""]
    for column in ("listed", "income"):
        pd.testing.assert_series_equal(raw.values[column], other[column])
    assert raw.values["opened"].dropna().tolist() == [each.date() for each in other["opened"].dropna()]
    assert raw.values["asked"].dropna().tolist() == other["asked"].dropna().tolist()


def test_special_missing_values_are_missing_and_counted_by_letter() -> None:
    raw = read_raw(source(), FILES / "villages.sas7bdat")
    assert raw.values["income"].isna().tolist() == [False, True, True, False]
    assert raw.values["income"].dtype == "float64"
    assert "income: 2 values that the file calls missing (.R, .Z)" in raw.notes
    assert "listed: 1 value that the file calls missing (.A)" in raw.notes


def test_text_is_in_the_encoding_it_is_in_and_not_in_the_one_that_is_said() -> None:
    raw = read_raw(source(), FILES / "villages_gb18030.sas7bdat")
    assert raw.values["name"].tolist() == ["大集村", "丁楼村", "孙庄", ""]
    assert "text of a SAS file read as gb18030" in raw.notes
    declared = read_raw(source(encoding="gb18030"), FILES / "villages_gb18030.sas7bdat")
    pd.testing.assert_frame_equal(declared.values, raw.values)
    with pytest.raises(DataError, match="declared as gb18030, and its bytes are UTF-8"):
        read_raw(source(encoding="gb18030"), FILES / "villages.sas7bdat")


def test_dates_are_read_as_periods(tmp_path: Path) -> None:
    shutil.copy(FILES / "villages.sas7bdat", tmp_path)
    columns = {"opened": {"frequency": "day"}, "month": {"from": "asked", "frequency": "month"}}
    declared = source(columns=columns, drop_rows=[{"last": 1, "reason": "no name"}])
    table = read_source("villages", declared, tmp_path / "villages.sas7bdat").table
    days = [datetime.date(2018, 5, 6), datetime.date(2018, 5, 7)]
    assert table["opened"].dropna().tolist() == [day.toordinal() for day in days]
    assert table["month"].dropna().tolist() == [2018 * 12 + 5 - 1, 1960 * 12]


def test_labels_are_those_of_the_catalogue() -> None:
    columns = {"kind": {"value_labels": True}, "listed": {"value_labels": True}}
    raw = read_raw(source(columns=columns, catalogue="formats.sas7bcat"), FILES / "villages.sas7bdat")
    assert raw.labels["kind"].tolist() == ["village", "village", "town", "x"]  # a value without one stays
    assert raw.labels["listed"].dropna().tolist() == ["是", "no"]
    assert set(raw.labels) == {"kind", "listed"}


def test_the_catalogue_lies_where_the_study_says(tmp_path: Path) -> None:
    for name, folder in (("villages.sas7bdat", "raw"), ("formats.sas7bcat", "labels")):
        (tmp_path / folder).mkdir()
        shutil.copy(FILES / name, tmp_path / folder)
    declared = source(
        "raw/villages.sas7bdat", columns={"kind": {"value_labels": True}}, catalogue="labels/formats.sas7bcat"
    )
    assert "kind" in read_raw(declared, tmp_path / "raw/villages.sas7bdat").labels
    (tmp_path / "labels/formats.sas7bcat").write_bytes(b"no catalogue")
    with pytest.raises(DataError, match=r"the catalogue formats\.sas7bcat cannot be read"):
        read_raw(declared, tmp_path / "raw/villages.sas7bdat")


def test_keys_that_a_format_has_not_are_told() -> None:
    with pytest.raises(
        ValidationError, match="`catalogue` is for SAS and SAS transport files; the format of this one is csv"
    ):
        source("villages.csv", catalogue="formats.sas7bcat")
    with pytest.raises(
        ValidationError, match="labels of SAS files are in a file of their own; name it with `catalogue`"
    ):
        source(columns={"kind": {"value_labels": True}})
    with pytest.raises(ValidationError, match="`sheet` is for Excel files; the format of this one is sas"):
        source(sheet="first")


def test_labels_of_columns_are_known_to_a_draft() -> None:
    labels, of_values = labels_of(source(), FILES / "villages.sas7bdat")
    assert labels["income"] == "Income per head"
    assert of_values == {}


@pytest.fixture
def transport(tmp_path: Path) -> Path:
    frame = pd.DataFrame(
        {
            "name": ["大集村", "丁楼村", "孙庄"],
            "kind": ["v", "v", "t"],
            "listed": [1.0, 0.0, float("nan")],
            "opened": [datetime.date(2018, 5, 6), datetime.date(2018, 5, 7), None],
        }
    )
    path = tmp_path / "villages.xpt"
    formats = {"kind": "$KIND1", "listed": "YESNO8"}
    pyreadstat.write_xport(frame, str(path), column_labels=["Name", None, None, None], variable_format=formats)
    shutil.copy(FILES / "formats.sas7bcat", tmp_path)
    return path


def test_a_transport_file_is_read_with_its_dates_and_labels(transport: Path) -> None:
    columns = {"kind": {"value_labels": True}}
    raw = read_raw(source(transport.name, columns=columns, catalogue="formats.sas7bcat"), transport)
    assert raw.values["name"].tolist() == ["大集村", "丁楼村", "孙庄"]
    assert raw.values["opened"].dropna().tolist() == [datetime.date(2018, 5, 6), datetime.date(2018, 5, 7)]
    assert raw.labels["kind"].tolist() == ["village", "village", "town"]


def test_a_transport_file_of_version_5_is_what_another_reader_finds(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "income": [1.5, -2.25e10]})
    pyreadstat.write_xport(frame, str(tmp_path / "old.xpt"), file_format_version=5)
    raw = read_raw(source("old.xpt"), tmp_path / "old.xpt")
    other = pd.read_sas(tmp_path / "old.xpt", encoding="utf-8")
    assert raw.values["income"].tolist() == other["income"].tolist() == frame["income"].tolist()


def test_what_is_no_file_of_sas_is_told(tmp_path: Path) -> None:
    (tmp_path / "cport.xpt").write_bytes(b"**COMPRESSED** **COMPRESSED** " * 3)
    with pytest.raises(DataError, match="is a transport file of PROC CPORT"):
        read_raw(source("cport.xpt"), tmp_path / "cport.xpt")
    (tmp_path / "cut.sas7bdat").write_bytes((FILES / "villages.sas7bdat").read_bytes()[:5000])
    with pytest.raises(DataError, match="cannot be read as a SAS file"):
        read_raw(source("cut.sas7bdat"), tmp_path / "cut.sas7bdat")


def test_a_twin_of_a_transport_file_is_one_and_always_the_same(transport: Path, tmp_path: Path) -> None:
    declared = source(transport.name)
    sheet = read_sheet(declared, transport)
    cells = pd.DataFrame({at: sheet.raw.values.iloc[:, at].astype(object) for at in range(sheet.raw.values.shape[1])})
    first, second = tmp_path / "first.xpt", tmp_path / "second.xpt"
    for target in (first, second):
        write_sheet(declared, sheet, cells, transport, target)
    assert first.read_bytes() == second.read_bytes()
    assert b"01JAN23:00:00:00" in first.read_bytes()
    pd.testing.assert_frame_equal(read_raw(declared, first).values, sheet.raw.values)
    assert can_be_written(declared)
    assert not can_be_written(source())
    assert not can_be_written(source(transport.name, catalogue="formats.sas7bcat"))
