from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.sources.numbers import MISSING_MARKERS, Marks, marks_of, read_numbers, unclear_numbers
from ruralpanel.sources.rules import NOT_ONE_NUMBER
from ruralpanel.sources.table import read_source
from ruralpanel.sources.values import type_column
from ruralpanel.study.source_columns import Column
from ruralpanel.study.sources import Source


def numbers(*texts: str | None) -> tuple[list[float | None], list[bool], str]:
    values, bad, note = read_numbers(pd.Series(texts, dtype="str"))
    return [None if pd.isna(value) else value for value in values], bad.tolist(), note


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234,567.5", 1234567.5),
        ("１２３．５", 123.5),
        ("12.5%", 12.5),
        ("12.5％", 12.5),
        ("−3", -3),
        ("－3", -3),
        ("–0.5", -0.5),
        ("+7", 7),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("1 234", 1234),
        ("1，234", 1234),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert numbers(text)[0] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "5²",
        "246①",
        "10⁵",
        "0,125",
        "012,345",
        "1 234,567",
        "1,5",
        "12,34",
        "1.234.567",
        "abc",
        "12元",
        "1_000",
        "0x10",
        "1,,234",
        "nan",
        "inf",
    ],
)
def test_what_could_mean_two_things_is_not_guessed_at(text: str) -> None:
    found, bad, _ = numbers(text)
    assert found == [None]
    assert bad == [text not in MISSING_MARKERS]


def test_markers_are_missing_and_everything_is_reported() -> None:
    found, bad, note = numbers("1,000", "…", "-", None, "５", "3")
    assert found == [1000, None, None, None, 5, 3]
    assert not any(bad)
    assert note == (
        "thousands separators taken out in 1 row; full-width characters read in 1 row; "
        "a marker of a missing value in 2 rows"
    )


def test_percentage_signs_on_some_cells_only_are_not_guessed_at() -> None:
    found, bad, _ = numbers("12.5%", "0.13", "7%")
    assert bad == [True, False, True]
    assert found == [None, 0.13, None]
    assert numbers("12.5%", "7%", "-")[0] == [12.5, 7, None]


def test_where_semicolons_separate_columns_a_comma_is_read_only_when_it_can_mean_one_thing() -> None:
    values, bad, _ = read_numbers(pd.Series(["1,250", "1,250,000", "7"], dtype="str"), Marks(commas_unclear=True))
    assert bad.tolist() == [True, False, False]
    assert values.tolist()[1:] == [1250000, 7]


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_what_is_printed_with_separators_is_read_back(value: float, decimals: int) -> None:
    printed = f"{value:,.{decimals}f}"
    assert numbers(printed)[0] == [float(printed.replace(",", ""))]
    full_width = printed.translate(str.maketrans("0123456789.,-", "０１２３４５６７８９．，－"))
    assert numbers(full_width)[0] == [float(printed.replace(",", ""))]


@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=8))
def test_no_text_breaks_the_reader(texts: list[str | None]) -> None:
    values, bad, _ = read_numbers(pd.Series(texts, dtype="str").str.strip())
    assert not (values.notna() & bad).any()


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.199", 1199), ("95,7", 95.7), ("1.199,5", 1199.5), ("1'199", 1199), ("1\u202f199,25", 1199.25), (",5", 0.5)],
)
def test_a_declared_decimal_comma(text: str, value: float) -> None:
    values, bad, _ = read_numbers(pd.Series([text, "7"], dtype="str"), Marks(","))
    assert (values.tolist(), bad.any()) == ([value, 7], False)


@pytest.mark.parametrize("text", ["1.5", "1,199.5", "0.125", "1.19.000", "1,2,3"])
def test_what_cannot_be_with_a_decimal_comma_is_refused(text: str) -> None:
    series = pd.Series([text, "7"], dtype="str")
    _, bad, _ = read_numbers(series, Marks(","))
    assert bad.tolist() == [True, False]
    assert unclear_numbers(series, bad, Marks(",")).tolist() == [True, False]


@pytest.mark.parametrize(("text", "value"), [("1'199", 1199), ("1’199.5", 1199.5), ("12,34,567", 1234567)])
def test_thousands_of_switzerland_and_india(text: str, value: float) -> None:
    assert numbers(text)[0] == [value]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_other_numbers_of_a_file_make_a_point_unclear(tmp_path: Path, delimiter: str) -> None:
    quoted = '"95,7"' if delimiter == "," else "95,7"
    lines = [["v", "rate", "cases"], ["1", quoted, "1.199"], ["2", quoted, "704"]]
    path = tmp_path / "data.csv"
    path.write_text("".join(delimiter.join(line) + "\n" for line in lines))
    columns = dict.fromkeys(["v", "rate", "cases"])

    def read(**changes: object) -> list[float]:
        declared = {"path": str(path), "key": ["v"], "columns": columns, "delimiter": delimiter, **changes}
        found: list[float] = read_source("areas", Source.model_validate(declared), path).table["cases"].tolist()
        return found

    with pytest.raises(DataError) as raised:
        read()
    assert "column `cases` must hold numbers that can be read in one way" in str(raised.value)
    assert "'1.199' in row 2" in str(raised.value)
    assert "give the source `decimal`" in str(raised.value)
    assert read(decimal=",") == [1199, 704]


def test_a_column_of_numbers_none_of_which_can_be_read_in_one_way_is_no_text() -> None:
    typed = type_column(pd.Series(["1,25", "3,50"], dtype="str"), Column(), [])
    assert typed.values.isna().all()
    assert [rule for bad, rule in typed.more if bad.all()] == [NOT_ONE_NUMBER]


def test_semicolons_alone_make_a_point_before_three_digits_unclear() -> None:
    cases = pd.Series(["1.199", "704", "1.250"], dtype=object)
    assert marks_of([cases], None, semicolons=True) == Marks(None, True, True)
    assert marks_of([cases, pd.Series(["12.5"], dtype=object)], None, semicolons=True) == Marks(None, True, False)
    assert marks_of([cases], None, semicolons=False) == Marks()
    assert marks_of([cases, pd.Series(["a, 5,1", "b"], dtype=object)], None, semicolons=False) == Marks()


LOCALES = {".": [",", " ", "'"], ",": [".", " ", "'", "\u00a0", "\u2009"]}


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=9), st.integers(0, 4), st.data())
def test_numbers_of_a_locale_are_read_back_where_it_is_declared(
    values: list[float], decimals: int, data: st.DataObject
) -> None:
    decimal = data.draw(st.sampled_from(sorted(LOCALES)))
    group = data.draw(st.sampled_from(LOCALES[decimal]))
    exact = [f"{value:,.{decimals}f}" for value in values]
    printed = [each.translate(str.maketrans({",": group, ".": decimal})) for each in exact]
    found, bad, _ = read_numbers(pd.Series(printed, dtype="str"), Marks(decimal))
    assert not bad.any()
    assert found.tolist() == [float(each.replace(",", "")) for each in exact]
