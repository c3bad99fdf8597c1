from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pyreadstat
import pytest

from ruralpanel.errors import DataError
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

FRAME = pd.DataFrame({"村": ["01", "02"], "收入": [1.5, 2.5]})


def source(path: Path, **changes: object) -> Source:
    columns = {"village": {"from": "村", "type": "text"}, "income": {"from": "收入"}}
    return Source.model_validate({"path": str(path), "key": ["village"], "columns": columns, **changes})


def write(path: Path, frame: pd.DataFrame) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".tsv":
        frame.to_csv(path, index=False, sep="\t")
    elif path.suffix == ".dta":
        frame.to_stata(path, write_index=False, version=118)
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    elif path.suffix == ".sav":
        pyreadstat.write_sav(frame, str(path))
    elif path.suffix == ".feather":
        frame.to_feather(path)
    elif path.suffix in (".zip", ".whl"):
        inside = write(path.with_suffix(""), frame)
        with ZipFile(path, "w") as archive:
            archive.write(inside, inside.name)
    else:
        frame.to_parquet(path, index=False)
    return path


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize(
    "ending", ["csv", "tsv", "dta", "sav", "xlsx", "parquet", "feather", "csv.zip", "dta.zip", "csv.whl"]
)
def test_every_format_gives_the_same_table(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / f"data.{ending}", FRAME)
    table, ledger, _ = read_source("survey", source(path), path)
    assert table["village"].tolist() == ["01", "02"]
    assert table["income"].tolist() == [1.5, 2.5]
    assert (ledger.lines[0].rows_in, ledger.lines[0].rows_out) == (2, 2)


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "data.csv"
    FRAME.assign(名=["𣵦村", "𨟠村"]).to_csv(path, index=False, sep=delimiter, encoding=encoding)
    declared = {"encoding": "gb18030"} if encoding == "gb18030" else {}
    columns = {"village": {"from": "村", "type": "text"}, "name": "名"}
    table, _, _ = read_source("survey", source(path, columns=columns, **declared), path)
    assert table["name"].tolist() == ["𣵦村", "𨟠村"]


def complaint(path: Path, **changes: object) -> str:
    with pytest.raises(DataError) as raised:
        read_source("survey", source(path, **changes), path)
    return str(raised.value)


def test_a_wrong_encoding_is_found_and_the_likely_one_offered(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    FRAME.to_csv(path, index=False, encoding="gb18030")
    assert "encoding: gb18030" in complaint(path, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030")])
def test_encodings_are_found_out_and_reported(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "data.csv"
    FRAME.assign(名=["𣵦村", "𨟠村"]).to_csv(path, index=False, encoding=encoding)
    columns = {"village": {"from": "村", "type": "text"}, "name": "名"}
    table, ledger, _ = read_source("survey", source(path, columns=columns), path)
    assert table["name"].tolist() == ["𣵦村", "𨟠村"]
    assert f"encoding {found}" in ledger.lines[0].reason


def test_text_that_is_not_chinese_is_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes("village,name\n1,Café Müller\n".encode("latin-1"))
    assert "neither UTF-8" in complaint(path)


def test_an_unknown_encoding_is_said_to_be_none(tmp_path: Path) -> None:
    assert "is not an encoding" in complaint(write(tmp_path / "data.csv", FRAME), encoding="utf-9")


def test_a_row_that_is_cut_off_is_an_error_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("村,收入\n01,1\n02\n", encoding="utf-8")
    assert "row 3" in complaint(path)


def test_a_row_with_too_many_cells_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("村,收入\n01,1\n02,2,3\n", encoding="utf-8")
    assert "row 3: not as many cells as the header, which has 2" in complaint(path)


def test_a_header_further_down_is_found_where_it_is_declared(tmp_path: Path) -> None:
    path = tmp_path / "data.xlsx"
    with pd.ExcelWriter(path) as writer:
        FRAME.to_excel(writer, sheet_name="表1", index=False, startrow=2)
    table, _, _ = read_source("survey", source(path, header_row=3), path)
    assert table["income"].tolist() == [1.5, 2.5]
    assert "did you mean “表1”" in complaint(path, sheet="表11") or "表1" in complaint(path, sheet="表11")


@pytest.mark.parametrize("ending", ["dta", "xlsx", "parquet"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_an_error_in_words(tmp_path: Path, ending: str, kept: float) -> None:
    path = write(tmp_path / f"data.{ending}", FRAME)
    contents = path.read_bytes()
    path.write_bytes(contents[: int(len(contents) * kept)])
    message = complaint(path)
    assert "cannot be read" in message or "is empty" in message


@pytest.mark.parametrize("name", ["old.xls", "open.ods"])
def test_older_and_open_spreadsheets_are_read(name: str) -> None:
    path = Path(__file__).parent / "files" / name
    table, _, _ = read_source("survey", source(path), path)
    assert table["village"].tolist() == ["01", "02"]
    assert table["income"].tolist() == [1.5, 2.5]


def test_an_archive_with_several_files_needs_a_member(tmp_path: Path) -> None:
    path = tmp_path / "both.zip"
    with ZipFile(path, "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.write(write(tmp_path / name, FRAME), name)
    assert "give `member`: a.csv, b.csv" in complaint(path, format="csv")
    assert "did you mean “a.csv”" in complaint(path, member="aa.csv")
    table, _, _ = read_source("survey", source(path, member="b.csv"), path)
    assert len(table) == 2


def test_a_header_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["县", "收入", None, "人口"], [None, "总计", "工资", None], ["a", 10, 4, 100], [None, 12, 5, 110]):
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    book.active.merge_cells("A3:A4")
    book.save(tmp_path / "data.xlsx")
    declared = source(
        tmp_path / "data.xlsx",
        header_height=2,
        key=["county", "people"],
        fill_down=["county"],
        columns={"county": "县", "wages": "收入-工资", "people": "人口"},
    )
    table, ledger, _ = read_source("yearbook", declared, tmp_path / "data.xlsx")
    assert table["county"].tolist() == ["a", "a"]
    assert table["wages"].tolist() == [4, 5]
    assert any(line.reason == "county: 1 cell filled from above" for line in ledger.lines)


def test_spss_labels_and_codes(tmp_path: Path) -> None:
    path = tmp_path / "data.sav"
    frame = pd.DataFrame({"v": [1.0, 2.0, 3.0], "x": [5.0, -8.0, 7.0], "kind": [1.0, 2.0, 1.0]})
    labels = {"kind": {1: "rural", 2: "urban"}}
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels, missing_ranges={"x": [-8]})
    columns = {"village": "v", "x": {"missing_codes": [-8]}, "kind": {"value_labels": True}}
    table, _, _ = read_source("survey", source(path, columns=columns), path)
    assert table["x"].isna().tolist() == [False, True, False]
    assert table["kind"].tolist() == ["rural", "urban", "rural"]


def test_stata_value_labels_are_used_on_request(tmp_path: Path) -> None:
    path = tmp_path / "data.dta"
    frame = pd.DataFrame({"v": [1, 2], "kind": pd.Categorical(["rural", "urban"])})
    frame.to_stata(path, write_index=False)
    columns = {"village": "v", "code": "kind", "label": {"from": "kind", "value_labels": True}}
    table, _, _ = read_source("survey", source(path, columns=columns), path)
    assert table["code"].tolist() == [0, 1]
    assert table["label"].tolist() == ["rural", "urban"]


def test_stata_extended_missing_values_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "data.dta"
    frame = pd.DataFrame({"v": [1, 2, 3], "x": [1.0, None, 3.0]})
    frame.to_stata(path, write_index=False)
    table, _, _ = read_source("survey", source(path, columns={"village": "v", "x": None}), path)
    assert table["x"].isna().tolist() == [False, True, False]


def test_formula_errors_in_a_sheet_are_not_taken_for_missing(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["村", "收入"], ["01", 1.5], ["02", "#DIV/0!"]):
        book.active.append(row)
    book.save(tmp_path / "data.xlsx")
    columns = {"village": "村", "income": {"from": "收入", "type": "number"}}
    assert "must hold numbers; found '#DIV/0!' in row 3" in complaint(tmp_path / "data.xlsx", columns=columns)


@pytest.mark.parametrize("ending", ["dta", "xlsx", "parquet"])
def test_first_days_of_years_are_years_and_other_dates_are_text(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame(
        {"v": [1, 2], "wave": pd.to_datetime(["2010-01-01", "2012-01-01"]), "day": pd.to_datetime(["2010-05-01"] * 2)}
    )
    path = write(tmp_path / f"data.{ending}", frame)
    table, _, _ = read_source("survey", source(path, columns={"village": "v", "wave": None, "day": None}), path)
    assert table["wave"].tolist() == [2010, 2012]
    assert [str(value)[:10] for value in table["day"]] == ["2010-05-01"] * 2


def test_lists_in_cells_are_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "data.parquet", pd.DataFrame({"v": [1, 2], "x": [[1], [2]]}))
    assert "must hold one value a cell, not a list or raw bytes; found [1], [2] in rows 1, 2" in complaint(
        path, columns={"village": "v", "x": None}
    )


@pytest.mark.parametrize("encoding", ["utf-16", "undefined", "punycode", "a\0b"])
def test_encodings_that_cannot_read_the_file_are_an_error_in_words(tmp_path: Path, encoding: str) -> None:
    message = complaint(write(tmp_path / "data.csv", FRAME), encoding=encoding)
    assert "is not" in message


def test_a_data_set_of_a_package_is_read() -> None:
    declared = Source.model_validate(
        {
            "loader": "linearmodels.wage_panel",
            "key": ["nr", "year"],
            "columns": {"nr": None, "year": None, "lwage": None},
        }
    )
    table, _, _ = read_source("wages", declared, None)
    assert len(table) == 4360


LABELLED = pd.DataFrame({"v": [1, 2, 3], "job": [1, 77777, -8], "note": [1, 2, 2], "size": [2, 3, 4]})
JOBS = {"job": {1: "farm", 77777: "other", -8: "does not apply"}, "note": {1: "unclear", 2: "unclear"}}


def labelled(path: Path, columns: dict[str, object], **more: object) -> SourceTable:
    if path.suffix == ".sav":
        pyreadstat.write_sav(LABELLED, str(path), variable_value_labels=JOBS)
    else:
        pyreadstat.write_dta(LABELLED, str(path), variable_value_labels=JOBS)
    return read_source("survey", source(path, columns={"village": "v", **columns}, **more), path)


@pytest.mark.parametrize("name", ["data.dta", "data.sav"])
@pytest.mark.parametrize("codes", [[77777, -8], ["other", "does not apply"], [77777, "does not apply"]])
def test_missing_codes_of_labelled_values_are_codes_or_labels(tmp_path: Path, name: str, codes: list[object]) -> None:
    job = {"value_labels": True, "missing_codes": codes}
    table, ledger, _ = labelled(tmp_path / name, {"job": job})
    assert table["job"].isna().tolist() == [False, True, True]
    assert table["job"][0] == "farm"
    assert "job: 2 values with a missing code set to missing" in [line.reason for line in ledger.lines]


def test_the_missing_codes_of_a_source_count_in_labelled_columns_too(tmp_path: Path) -> None:
    table = labelled(tmp_path / "data.dta", {"job": {"value_labels": True}}, missing_codes=[-8]).table
    assert table["job"].tolist()[:2] == ["farm", "other"]
    assert table["job"].isna().tolist() == [False, False, True]


def test_labels_can_be_used_where_another_column_has_the_same_label_twice(tmp_path: Path) -> None:
    assert labelled(tmp_path / "data.dta", {"job": {"value_labels": True}}).table["job"][0] == "farm"
    with pytest.raises(DataError, match=r"two values of `note` the same label.*\n.*leave `value_labels` of `kind` out"):
        labelled(tmp_path / "data.dta", {"kind": {"from": "note", "value_labels": True}})


@pytest.mark.parametrize("name", ["data.dta", "data.sav"])
def test_labels_that_are_not_there_are_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"no labels for the values of `size`.*\n.*leave `value_labels` of `size` out"):
        labelled(tmp_path / name, {"size": {"value_labels": True}})
