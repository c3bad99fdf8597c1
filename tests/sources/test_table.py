from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.sources.table import read_source
from ruralpanel.study.sources import Source


def read(tmp_path: Path, text: str, columns: dict[str, object], **changes: object) -> tuple[pd.DataFrame, Ledger]:
    """Read a CSV file with the key `v`; give the table and the ledger."""
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    declared = {"path": str(path), "key": ["v"], "columns": {"v": None, **columns}, **changes}
    return read_source("survey", Source.model_validate(declared), path)[:2]


def complaint(tmp_path: Path, text: str, columns: dict[str, object], **changes: object) -> str:
    with pytest.raises(DataError) as raised:
        read(tmp_path, text, columns, **changes)
    return str(raised.value)


def test_codes_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "v,code\n1,010101\n2,110101\n", {"code": None})
    assert table["code"].tolist() == ["010101", "110101"]


def test_whole_numbers_are_integers_unless_some_are_missing(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "v,a,b\n1,3,3\n2,4,\n", {"a": None, "b": None})
    assert table["a"].dtype == "int64"
    assert table["b"].dtype == "float64"


def test_conventional_markers_among_numbers_are_missing_and_in_the_ledger(tmp_path: Path) -> None:
    table, ledger = read(tmp_path, "v,a\n1,3.5\n2,NA\n3,.\n", {"a": None})
    assert table["a"].isna().tolist() == [False, True, True]
    assert any("a marker of a missing value in 2 rows" in line.reason for line in ledger.lines)


def test_missing_codes_are_set_to_missing_and_counted(tmp_path: Path) -> None:
    columns = {"a": {"missing_codes": [-9, "refused"]}, "b": None}
    table, ledger = read(tmp_path, "v,a,b\n1,-9,-9\n2,refused,5\n3,4,-8\n", columns, missing_codes=[-8])
    assert table["a"].isna().tolist() == [True, True, False]
    assert table["b"].tolist()[:2] == [-9.0, 5.0]
    assert table["b"].isna().tolist() == [False, False, True]
    assert [line.reason for line in ledger.lines if line.step == "values"] == [
        "a: 2 values with a missing code set to missing",
        "b: 1 value with a missing code set to missing",
    ]


def test_a_file_wide_missing_code_does_not_touch_the_key(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "v,a\n-9,1\n2,-9\n", {"a": None}, missing_codes=[-9])
    assert table["v"].tolist() == [-9, 2]


def test_scale_is_applied_and_in_the_ledger(tmp_path: Path) -> None:
    table, ledger = read(tmp_path, "v,a\n1,1.5\n", {"a": {"scale": 10000, "unit": "yuan"}})
    assert table["a"].tolist() == [15000.0]
    assert ledger.lines[-1].reason == "a: multiplied by 10000, now in yuan"


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("v,a\n1,x\n", {"a": {"type": "number"}}, "must hold numbers; found 'x' in row 2"),
        ("v,a\n1,1.5\n", {"a": {"type": "integer"}}, "must hold whole numbers; found '1.5' in row 2"),
        ("v,a\n1,5\n1,6\n", {"a": None}, "column `v` is the key and must not repeat; found '1' in rows 2, 3"),
        ("v,a\n,5\n2,6\n", {"a": None}, "is the key and must not be missing"),
        ("v,a\n1,5\n2,-6\n", {"a": {"minimum": 0}}, "must be at least 0; found -6 in row 3"),
        ("v,a\n1,5\n2,6\n", {"a": {"maximum": 5}}, "must be at most 5; found 6 in row 3"),
        ("v,a\n1,5\n2,6\n", {"a": {"allowed": [5]}}, "must be one of 5; found 6 in row 3"),
        ("v,a\n1,x\n", {"a": {"type": "text", "scale": 2}}, "must be a number to be multiplied by 2"),
        ("v,a\n1,x\n", {"a": {"from": "aa"}}, "has no column `aa` (wanted for `a`)"),
        ("v,a\n", {"a": None}, "has a header but no rows"),
        ("v,a,a\n1,2,3\n", {"a": None}, "has several columns called `a`"),
        ("v,a\n1,x\n", {"a": {"minimum": 0}}, "holds text, which has no minimum"),
        ("x,y\n1,2\n", {"a": None}, "its header reads x, y"),
        ("v,a\n1,1,234\n2,2,345\n", {"a": None}, "rows 2, 3: not as many cells as the header"),
        ("v,a\n\n\n1,x\n", {"a": {"type": "number"}}, "in row 4"),
    ],
)
def test_violations_name_rows_and_values(tmp_path: Path, text: str, columns: dict[str, object], said: str) -> None:
    assert said in complaint(tmp_path, text, columns)


def test_all_violations_come_together(tmp_path: Path) -> None:
    message = complaint(tmp_path, "v,a,b\n1,-1,9\n1,2,3\n", {"a": {"minimum": 0}, "b": {"maximum": 5}})
    assert "(3 problems)" in message


def test_codes_longer_than_a_number_can_hold_stay_text(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "v,a\n1,310101199001011236\n2,310101199001011235\n", {"a": None})
    assert table["a"].tolist() == ["310101199001011236", "310101199001011235"]


def test_a_column_with_nothing_in_it_is_missing_numbers(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "v,a\n1,\n2,\n", {"a": None})
    assert table["a"].dtype == "float64"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9)), min_size=1, max_size=30))
def test_numbers_written_to_csv_are_read_back(tmp_path: Path, values: list[float | None]) -> None:
    lines = "".join(f"{row},{'' if value is None else repr(value)}\n" for row, value in enumerate(values))
    table, _ = read(tmp_path, "v,a\n" + lines, {"a": {"type": "number"}})
    assert [None if pd.isna(value) else value for value in table["a"]] == values


# A code in full-width characters is made plain, so none are drawn here.
FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F)))
CHARACTERS = st.characters(exclude_categories=["C", "Z"], exclude_characters=FULL_WIDTH)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(CHARACTERS, min_size=1, max_size=8), min_size=1, max_size=15))
def test_text_survives_being_read(tmp_path: Path, values: list[str]) -> None:
    frame = pd.DataFrame({"v": range(len(values)), "a": values})
    table, _ = read(tmp_path, frame.to_csv(index=False), {"a": {"type": "text"}})
    assert table["a"].tolist() == values


def test_missing_codes_that_are_never_met_are_in_the_ledger(tmp_path: Path) -> None:
    columns = {"a": {"missing_codes": ["unknown"]}, "b": {"missing_codes": [-8, -9]}, "c": None}
    table, ledger = read(tmp_path, "v,a,b,c\n1,-8,3,1\n2,4,-9,2\n", columns, missing_codes=[-99])
    assert table["a"].tolist() == [-8, 4]
    reasons = [line.reason for line in ledger.lines]
    assert "a: no value with a missing code (unknown)" in reasons
    assert "b: 1 value with a missing code set to missing" in reasons
    assert not any(reason.startswith("c:") for reason in reasons)


def test_text_fits_its_pattern_as_a_whole_or_is_told(tmp_path: Path) -> None:
    month = {"type": "text", "matches": "20[0-9]{2}-(0[1-9]|1[0-2])"}
    table, _ = read(tmp_path, "v,a\n1,2016-03\n2,\n3,2019-12\n", {"a": month})
    assert table["a"].tolist()[::2] == ["2016-03", "2019-12"]
    with pytest.raises(DataError) as raised:
        read(tmp_path, "v,a\n1,2016-03\n2,Mar-16\n3,215-03\n4,2016-13\n5,20155-03\n", {"a": month})
    assert "column `a` must fit 20[0-9]{2}-(0[1-9]|1[0-2]); found 'Mar-16', '215-03', '2016-13'" in str(raised.value)
    assert "in rows 3, 4, 5, 6" in str(raised.value)


def test_a_column_that_is_text_for_the_sake_of_one_cell_says_so(tmp_path: Path) -> None:
    cells = ["1", "2", "3", "many", "5", "6"]
    table, ledger = read(
        tmp_path, "v,a\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells)), {"a": None}
    )
    assert table["a"].tolist() == cells
    notes = " ".join(line.reason for line in ledger.lines)
    assert "a: text, though 5 of 6 cells are numbers, for the sake of 'many'" in notes


@pytest.mark.parametrize(
    ("above", "numbers", "below", "is_text"),
    [
        (2, 6, 0, False),  # two rows of units may stand above numbers, and no third
        (3, 6, 0, True),
        (0, 12, 10, False),  # ten rows of notes may stand below, and no eleventh
        (0, 12, 11, True),
        (1, 2, 1, False),  # as many numbers as notes are enough, and two of them
        (1, 2, 2, True),
        (0, 1, 1, True),
        (0, 2, 1, False),
    ],
)
def test_words_around_numbers_are_told_and_words_among_them_make_text(
    tmp_path: Path, above: int, numbers: int, below: int, is_text: bool
) -> None:
    words = [f"note {at}" for at in range(above + below)]
    cells = [*words[:above], *(str(3 * at + 1) for at in range(numbers)), *words[above:]]
    text = "v,a\n" + "".join(f"{at},{cell}\n" for at, cell in enumerate(cells))
    if is_text:
        assert read(tmp_path, text, {"a": None})[0]["a"].tolist() == cells
    else:
        assert f"found {words[0]!r}" in complaint(tmp_path, text, {"a": None})


def test_an_error_of_a_spreadsheet_in_declared_numbers_is_no_number(tmp_path: Path) -> None:
    said = complaint(tmp_path, "v,a\n1,2\n2,#REF!\n3,4\n", {"a": {"type": "number"}})
    assert "column `a` must hold numbers" in said and "'#REF!' in row 3" in said


def test_cells_whose_marks_are_taken_out_are_counted_and_no_others(tmp_path: Path) -> None:
    table, ledger = read(tmp_path, "v,a\n1,north\u200b\n2,south\n3,\n4,east\n", {"a": None})
    assert table["a"].tolist()[:2] == ["north", "south"]
    assert "taken out of 1 cell" in " ".join(line.reason for line in ledger.lines)
