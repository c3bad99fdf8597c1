"""What household surveys need: missing codes by range, and identifiers that one wave writes otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ruralpanel.errors import DataError
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source


def read(path: Path, text: str, columns: dict[str, Any], **keys: Any) -> SourceTable:
    path.write_text(text)
    source = Source.model_validate({"path": path.name, "key": ["id"], "columns": columns, **keys})
    return read_source("survey", source, path)


SURVEY = "id,income,debt\n-1,100,-8\n2,-10,-9.5\n3,0,7\n"


def test_numbers_below_a_bound_are_missing_but_in_the_key(tmp_path: Path) -> None:
    columns = {"id": None, "income": {"minimum": 0}, "debt": {"missing_below": -9}}
    found = read(tmp_path / "s.csv", SURVEY, columns, missing_below=0)
    assert found.table["id"].tolist() == [-1, 2, 3]
    assert found.table["income"].isna().tolist() == [False, True, False]
    assert found.table["debt"].isna().tolist() == [False, True, False]  # a column's own bound goes first
    notes = " ".join(found.ledger.frame()["reason"])
    assert "income: 1 value below 0 set to missing" in notes


def test_the_bound_is_of_what_the_file_says_before_scaling(tmp_path: Path) -> None:
    columns = {"id": None, "income": {"scale": 10000.0}, "debt": None}
    found = read(tmp_path / "s.csv", SURVEY, columns, missing_below=-5)
    assert found.table["income"].tolist()[::2] == [1_000_000, 0]


PERSONS = "id,household\n01010110101,010101101\n010101102002,0101011020\n"
REWRITE = {"id": {"type": "text", "rewrite": {"([0-9]{9})([0-9]{2})": r"\g<1>0\2"}}, "household": {"type": "text"}}


def test_persons_of_one_wave_get_the_numbers_of_the_next(tmp_path: Path) -> None:
    found = read(tmp_path / "s.csv", PERSONS, REWRITE)
    assert found.table["id"].tolist() == ["010101101001", "010101102002"]
    assert "id: 1 value rewritten" in " ".join(found.ledger.frame()["reason"])


def test_two_persons_that_become_one_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="010101101001"):
        read(tmp_path / "s.csv", PERSONS.replace("010101102002", "010101101001"), REWRITE)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"rewrite": {"a": "b"}}, "`rewrite` is for text"),
        ({"type": "text", "rewrite": {"(a)": r"\2"}}, "cannot stand in the place of"),
        ({"type": "text", "rewrite": {"(": "b"}}, "is not a regular expression"),
        ({"type": "code", "level": "county", "missing_below": 0.0}, "`missing_below` is a key of numbers"),
    ],
)
def test_what_cannot_be_meant_is_refused(column: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Source.model_validate({"path": "s.csv", "key": ["id"], "columns": {"id": column}})
