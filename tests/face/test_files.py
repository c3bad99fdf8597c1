"""Raw files from a notebook, as a study reads them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import ruralpanel as rp


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "收入.csv"
    rows = ["Village,Year,Income (yuan),Remark", "01,2010,1200,a", "01,2011,-9,b", "02,2010,900,c", "02,2011,950,d"]
    path.write_bytes("\n".join(rows).encode("gb18030"))
    return path


def test_what_is_not_said_is_guessed_and_told(file: Path) -> None:
    found = rp.read(file)
    assert found.table["year"].tolist() == [2010, 2011, 2010, 2011]
    assert "village and year tell rows apart" in " ".join(found.findings)
    assert len(found.ledger) >= 1
    assert "4 rows" in repr(found)
    assert "<table" in found._repr_html_()


@pytest.mark.slow
def test_what_is_said_counts(file: Path) -> None:
    found = rp.read(
        file, key=["village", "year"], columns={"village": "Village", "year": "Year", "income": "Income (yuan)"},
        missing_codes=[-9],
    )  # fmt: skip
    assert found.table["income"].tolist()[:1] == [1200]
    assert found.table["income"].isna().sum() == 1
    again = rp.read(file, **{key: value for key, value in found.declaration.items() if key != "path"})
    pd.testing.assert_frame_equal(again.table, found.table)
    assert list(rp.read(file, columns=["year"]).table) == ["village", "year"]


def test_rows_that_break_the_declaration_are_errors_or_set_aside(file: Path) -> None:
    columns = {"village": "Village", "year": "Year", "income": {"from": "Income (yuan)", "minimum": 0}}
    with pytest.raises(rp.FileError, match=r"(?s)income.*-9"):
        rp.read(file, key=["village", "year"], columns=columns)
    kept = rp.read(file, key=["village", "year"], columns=columns, on_violation="quarantine")
    assert len(kept.table) == 3
    assert kept.quarantine["reasons"].str.contains("income").all()


def test_mistakes_are_told_in_words(file: Path, tmp_path: Path) -> None:
    with pytest.raises(rp.FileError, match=r"there is no file .*\n.*did you mean “收入.csv”"):
        rp.read(tmp_path / "收人.csv")
    with pytest.raises(rp.FileError, match=r"encodng: is no key of a source\n.*“encoding”"):
        rp.read(file, encodng="utf-8")
    with pytest.raises(rp.FileError, match="columns: the file has no column `incme`"):
        rp.read(file, columns=["incme"])
    with pytest.raises(rp.FileError, match=r"header_row: .*expected a whole number"):
        rp.read(file, key="village", header_row="first")
    (tmp_path / "twice.csv").write_text("a,b\n1,2\n1,2\n1,2\n", encoding="utf-8")
    with pytest.raises(rp.FileError, match=r"key: no columns of .* tell all rows apart"):
        rp.read(tmp_path / "twice.csv")


def test_a_wide_file_becomes_long(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text("village,pay2010,pay2011,pay2012\nA,1,2,3\nB,4,5,6\n", encoding="utf-8")
    found = rp.read(tmp_path / "wide.csv")
    assert found.table.sort_values(["village", "year"])["pay"].tolist() == [1, 2, 3, 4, 5, 6]
