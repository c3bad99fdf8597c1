"""Text of files that do not say their encoding, and cells that were cut within a character."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.sources.encodings import encoding_of
from ruralpanel.sources.labelled import labels_of
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

TOWNS = ["大集镇", "安蔡楼镇", "孙老家镇", "阎店楼镇", "普连集镇青"]


def old_stata(path: Path, cells: Sequence[bytes], version: int = 114, **more: Sequence[object]) -> Path:
    """Write cells byte for byte, as programs did before Stata knew of encodings."""
    frame = pd.DataFrame({"v": range(len(cells)), "n": [cell.decode("latin-1") for cell in cells], **more})
    frame.to_stata(path, write_index=False, version=version)
    return path


def read(path: Path, **changes: object) -> SourceTable:
    declared = {"path": str(path), "key": ["v"], "columns": {"v": None, "n": None}, **changes}
    return read_source("towns", Source.model_validate(declared), path)


def reasons(result: SourceTable) -> str:
    return "; ".join(line.reason for line in result.ledger.lines)


def complaint(path: Path, **changes: object) -> str:
    with pytest.raises(DataError) as raised:
        read(path, **changes)
    return str(raised.value)


@pytest.mark.parametrize(("encoding", "bytes_left"), [("gbk", 9), ("gb18030", 9), ("utf-8", 13), ("utf-8", 14)])
def test_a_cut_cell_says_nothing_about_the_others(tmp_path: Path, encoding: str, bytes_left: int) -> None:
    cells = [town.encode(encoding)[:bytes_left] for town in TOWNS]
    result = read(old_stata(tmp_path / "old.dta", cells))
    assert result.table["n"].tolist() == [*TOWNS[:4], "普连集镇"]
    assert f"old Stata file read as {'utf-8' if encoding == 'utf-8' else 'gb18030'}" in reasons(result)
    assert "n: half a character, cut off by the field, dropped from 1 cell: row 5" in reasons(result)


def test_big5_is_read_where_it_is_declared_and_never_as_something_else(tmp_path: Path) -> None:
    path = old_stata(tmp_path / "old.dta", [each.encode("big5")[:5] for each in ("臺北縣", "高雄市", "桃園縣")])
    assert read(path, encoding="big5").table["n"].tolist() == ["臺北", "高雄", "桃園"]
    assert "declare the file's `encoding` (gb18030, big5, latin-1)" in complaint(path)


@pytest.mark.parametrize(
    "names",
    [
        ["Café", "München", "Größe", "Málaga"],
        ["Größe"],
        ["Île-de-France", "Århus", "São João", "l’été"],
    ],
)
def test_western_text_is_read_and_said(tmp_path: Path, names: list[str]) -> None:
    result = read(old_stata(tmp_path / "old.dta", [name.encode("cp1252") for name in names]))
    assert result.table["n"].tolist() == names
    assert "read as cp1252 (Western European)" in reasons(result)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1251", ["Москва", "Казань", "Самара", "Уфа", "Омск", "Томск", "Пермь"]),
        ("cp1253", ["Αθήνα", "Πάτρα", "Βόλος", "Λάρισα", "Χανιά"]),
        ("big5", ["臺北市中正區", "大同區", "松山區", "宜蘭縣", "苗栗縣", "彰化縣", "農民專業合作社", "經濟發展"]),
        ("shift_jis", ["東京都", "大阪府", "京都府", "北海道"]),
        ("cp1250", ["Łódź", "Kraków", "Gdańsk", "Poznań", "Wrocław"]),
    ],
)
def test_what_is_in_none_of_the_known_encodings_is_not_guessed_at(encoding: str, names: list[str]) -> None:
    assert encoding_of([name.encode(encoding) for name in names]) is None


def test_columns_of_several_encodings_are_each_read_in_their_own(tmp_path: Path) -> None:
    western = [each.encode("latin-1").decode("latin-1") for each in ("Málaga", "Béarn", "x")]
    utf8 = [each.encode().decode("latin-1") for each in ("曹县", "单县", "郓城县")]
    cells = [town.encode("gbk") for town in TOWNS[:3]]
    path = old_stata(tmp_path / "old.dta", cells, west=western, new=utf8)
    columns = dict.fromkeys(("v", "n", "west", "new"))
    table = read(path, columns=columns).table
    assert table["n"].tolist() == TOWNS[:3]
    assert table["west"].tolist() == ["Málaga", "Béarn", "x"]
    assert table["new"].tolist() == ["曹县", "单县", "郓城县"]


def test_a_cell_of_junk_is_told_by_its_row_and_can_be_set_aside(tmp_path: Path) -> None:
    cells = [*(town.encode("gbk") for town in TOWNS[:3]), b"\xff\xfe\x01a"]
    path = old_stata(tmp_path / "old.dta", cells)
    assert r"found b'\xff\xfe\x01a' in row 4" in complaint(path)
    result = read(path, on_violation="quarantine")
    assert result.table["n"].tolist() == TOWNS[:3]
    assert result.quarantine["raw_row"].tolist() == [4]
    assert read(path, columns={"v": None}).table["v"].tolist() == [0, 1, 2, 3]  # a column that is not used


def test_a_key_that_was_cut_is_an_error_where_it_may_be_anothers(tmp_path: Path) -> None:
    key = {"key": ["n"]}
    whole = [town.encode("gbk") for town in TOWNS]
    cut = read(old_stata(tmp_path / "once.dta", [*whole[:4], whole[4][:-1]]), **key)
    assert cut.table["n"].tolist()[-1] == "普连集镇"
    for other in (whole[4], whole[4][:-2]):
        path = old_stata(tmp_path / "twice.dta", [*whole[:3], other, whole[4][:-1]])
        assert "tells things apart, was cut within a character" in complaint(path, **key)
    assert "is the key and must not be missing" in complaint(old_stata(tmp_path / "no.dta", [*whole, b"\xc7"]), **key)


def test_new_stata_files_lose_only_the_half_character(tmp_path: Path) -> None:
    path = tmp_path / "new.dta"
    pd.DataFrame({"v": [1, 2, 3], "n": ["曹县", "大集镇", "Café"]}).to_stata(path, write_index=False, version=118)
    contents = path.read_bytes()
    path.write_bytes(contents.replace("大集镇".encode(), "大集".encode() + b"\xe9\x95\x00"))
    result = read(path)
    assert result.table["n"].tolist() == ["曹县", "大集", "Café"]
    assert "dropped from 1 cell: row 2" in reasons(result)
    junk = contents.replace("曹县".encode(), b"\xb2\xdc\xcf\xd8\0\0").replace(
        "大集镇".encode(), b"\xb4\xf3\xbc\xaf" + b"\0" * 5
    )
    path.write_bytes(junk.replace("Café".encode(), b"Cafe\0"))
    result = read(path)
    assert result.table["n"].tolist() == ["曹县", "大集", "Cafe"]
    assert "text of a Stata file read as gb18030" in reasons(result)


def test_labels_of_values_and_columns_are_decoded_and_cut(tmp_path: Path) -> None:
    texts = {1: "农村".encode("gbk"), 2: "城镇".encode("gbk"), 3: "大集镇".encode("gbk")[:5]}
    labels = {code: text.decode("latin-1") for code, text in texts.items()}
    path = tmp_path / "old.dta"
    pd.DataFrame({"v": [1, 2, 3], "n": [1, 2, 3]}).to_stata(
        path,
        write_index=False,
        version=114,
        value_labels={"n": labels},
        variable_labels={"n": "户口所在".encode("gbk").decode("latin-1")},
    )
    table = read(path, columns={"v": None, "n": {"value_labels": True}}).table
    assert table["n"].tolist() == ["农村", "城镇", "大集"]
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None}})
    assert labels_of(source, path) == ({"n": "户口所在"}, {"n": {1: "农村", 2: "城镇", 3: "大集"}})


def test_spss_text_that_its_field_cuts_or_that_says_no_encoding(tmp_path: Path) -> None:
    path = tmp_path / "data.sav"
    pyreadstat.write_sav(pd.DataFrame({"v": [1.0, 2.0], "n": ["曹县村子", "大集镇的"]}), str(path))
    path.write_bytes(path.read_bytes().replace("大集镇的".encode(), "大集镇".encode() + b"\xe7\x9a "))
    result = read(path)
    assert result.table["n"].tolist() == ["曹县村子", "大集镇"]
    assert "dropped from 1 cell: row 2" in reasons(result)
    pyreadstat.write_sav(pd.DataFrame({"v": [1.0, 2.0], "n": ["abcdefgh", "ijklmnop"]}), str(path))
    contents = path.read_bytes().replace(b"abcdefgh", "曹县村子".encode("gbk"))
    path.write_bytes(contents.replace(b"ijklmnop", "集镇村".encode("gbk") + b"\xc7 "))
    result = read(path)
    assert result.table["n"].tolist() == ["曹县村子", "集镇村"]
    assert "text of an SPSS file read as gb18030" in reasons(result)


@pytest.mark.parametrize(("encoding", "declared"), [("gbk", {}), ("utf-8", {}), ("gbk", {"encoding": "gbk"})])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cut_cell_of_a_csv_file_is_dropped_and_said(
    tmp_path: Path, encoding: str, declared: dict[str, object], quote: str
) -> None:
    cells = [town.encode(encoding) for town in TOWNS]
    cells[4] = cells[4][:-1]
    quoted = quote.encode()
    lines = [b"%d,%s%s%s,1\n" % (number, quoted, cell, quoted) for number, cell in enumerate(cells)]
    path = tmp_path / "data.csv"
    path.write_bytes(b"v,n,a\n" + b"".join([*lines[3:], *lines[:3]]))
    result = read(path, **declared)
    assert result.table["n"].tolist() == ["阎店楼镇", "普连集镇", *TOWNS[:3]]
    assert "n: half a character dropped at the end of 1 cell: row 3" in reasons(result)


def test_an_accented_letter_is_no_half_of_a_character(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = "".join(f"{number},{town}\n" for number, town in enumerate(TOWNS)).encode()
    path.write_bytes(b"v,n\n" + rows + b"9,Caf\xe9\n")
    assert "is UTF-8 but for byte" in complaint(path)


HANZI = "曹县单县郓城成武大集安蔡楼孙老家镇乡村普连青岗东西南北王李张庄"
CHINESE = st.text(
    st.sampled_from("曹县单县郓城成武大集安蔡楼孙老家镇乡村普连青岗东西南北王李张庄"), min_size=1, max_size=9
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHINESE, min_size=4, max_size=20), st.integers(3, 20), st.sampled_from(["gbk", "gb18030"]))
def test_text_survives_a_field_of_any_width(tmp_path: Path, names: list[str], width: int, encoding: str) -> None:
    names = [*names, "曹县", "单县"]
    path = old_stata(tmp_path / "old.dta", [name.encode(encoding)[:width] for name in names])
    read_back = read(path, columns={"v": None, "n": {"type": "text"}}).table["n"].tolist()
    assert read_back == [name[: width // 2] for name in names]
