"""Files of R as tables. Those in `files/r` were written by R 4 itself, with `save` and `saveRDS`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ruralpanel.errors import DataError
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

FILES = Path(__file__).parent / "files" / "r"
COLUMNS = {
    "village": {"type": "text"},
    "year": None,
    "income": None,
    "kind": {"type": "text"},
    "listed": None,
    "name": {"type": "text"},
}


def read(path: Path, **changes: Any) -> SourceTable:
    declared = {"path": str(path), "key": ["village"], "columns": COLUMNS, **changes}
    return read_source("survey", Source.model_validate(declared), path)


def complaint(path: Path, **changes: Any) -> str:
    with pytest.raises(DataError) as raised:
        read(path, **changes)
    return str(raised.value)


@pytest.mark.parametrize(
    ("file", "declared"),
    [("survey.rda", {}), ("survey.rds", {}), ("workspace.RData", {"object": "survey"})],
)
def test_values_are_those_of_r_and_factors_are_their_labels(file: str, declared: dict[str, str]) -> None:
    table = read(FILES / file, **declared).table
    assert table["village"].tolist() == ["01", "02", "03"]
    assert table["income"].fillna(-1).tolist() == [1.5, -1, 2.5]
    assert table["year"].fillna(-1).tolist() == [2010, -1, 2012]
    assert table["listed"].fillna(-1).tolist() == [1, -1, 0]
    assert table["kind"].fillna("").tolist() == ["rural", "urban", ""]
    assert table["name"].fillna("").tolist() == ["李庄", "王村", ""]


def test_of_several_data_frames_one_is_named() -> None:
    path = FILES / "workspace.RData"
    assert "holds 2 data frames" in complaint(path)
    assert "give `object`: survey, other" in complaint(path)
    assert "did you mean “survey”" in complaint(path, object="surveys")
    assert "holds no data frame 'double'" in complaint(path, object="double")
    assert "holds no data frame" in complaint(FILES / "numbers.rds")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_a_file_that_is_cut_off_is_an_error_in_words(tmp_path: Path, kept: float) -> None:
    whole = (FILES / "workspace.RData").read_bytes()
    path = tmp_path / "cut.RData"
    path.write_bytes(whole[: int(kept * len(whole))])
    assert "cannot be read as an R file" in complaint(path, object="survey")


def test_a_file_of_another_format_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "text.rds"
    path.write_text("village,income\n1,2\n", encoding="utf-8")
    assert "cannot be read as an R file" in complaint(path)


def test_an_object_is_for_files_of_r() -> None:
    with pytest.raises(ValueError, match="`object` is for R files; the format of this one is csv"):
        Source.model_validate({"path": "a.csv", "key": ["v"], "columns": {"v": None}, "object": "survey"})
