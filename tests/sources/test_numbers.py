from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.sources.numbers import MISSING_MARKERS, Marks, read_numbers


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
