"""Personal data by their form, and how seldom other numbers are taken for them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.doctor.personal_data import in_column, in_text, is_identity_number

# The example in the annex of the national standard GB 11643-1999.
OF_THE_STANDARD = "11010519491231" + "002X"


def kinds(*lines: str) -> list[str]:
    return [seen.kind for seen in in_text(list(enumerate(lines, start=1)))]


def column(header: str, *values: object) -> list[str]:
    return [seen.kind for seen in in_column(header, [(row, str(value)) for row, value in enumerate(values, start=2)])]


def test_the_example_of_the_standard_is_an_identity_number() -> None:
    assert is_identity_number(OF_THE_STANDARD)
    assert is_identity_number(OF_THE_STANDARD.lower())


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(position: int, more: int) -> None:
    digits = list(OF_THE_STANDARD)
    digits[position] = str((int(digits[position]) + more) % 10)
    assert not is_identity_number("".join(digits))


@pytest.mark.parametrize("number", ["110105194913310020", "990105194912310029", "11010519491231002", "a" * 18])
def test_what_is_no_date_no_province_or_too_short_is_none(number: str) -> None:
    assert not is_identity_number(number)


def test_random_numbers_of_18_digits_are_hardly_ever_taken_for_persons() -> None:
    drawn = np.random.default_rng(18).integers(10**17, 10**18, size=100_000)
    assert sum(is_identity_number(str(number)) for number in drawn) <= 10  # with another seed 34 of 2,000,000 passed


def test_no_village_code_is_a_person() -> None:
    drawn = np.random.default_rng(12).integers(110101000000, 660000000000, size=20_000)
    lines = [(row, f"{code},{code % 7}") for row, code in enumerate(drawn.tolist())]
    candidates: Counter[str] = Counter()
    assert list(in_text(lines, candidates)) == []
    assert candidates["12 digits"] == 20_000


def test_mobile_numbers_are_found_as_people_write_them() -> None:
    number = "138" + "00138000"
    for written in (number, f"+86 {number}", f"电话：{number}。", "138-" + "0013-8000", "１３８" + "００１３８０００"):
        assert kinds(written) == ["a mobile number"], written


@pytest.mark.parametrize("other", ["0.13800138000", "13800138000.5", "138001380001", "x13800138000", "12800138000"])
def test_digits_within_other_things_are_no_mobile_number(other: str) -> None:
    assert kinds(other) == []


def test_outputs_of_eleven_digits_are_no_mobile_numbers_but_a_column_of_them_is() -> None:
    outputs = [2_400_000_000, 13_800_138_000, 900_000_000, 41_000_000_000]
    assert column("gdp", *outputs) == []
    mobile = [13_800_138_000, 15_912_345_678, 18_612_345_678]
    assert column("contact", *mobile) == ["a mobile number"] * 3


def test_addresses_of_nobody_are_passed_over() -> None:
    assert kinds("write to wang.min@" + "village.cn") == ["an e-mail address"]
    assert kinds("me@example.org", "git@github.com:a/b", "image@2x.png", "a @property", "x@test.cn.invalid") == []


def test_what_is_found_is_not_spread() -> None:
    [seen] = in_text([(7, f"id {OF_THE_STANDARD}")])
    assert (seen.row, seen.shown) == (7, "110…02X")


@pytest.mark.parametrize("header", ["姓名", "户主姓名", "respondent_name", "Name of respondent", "受访者", "head name"])
def test_headers_of_columns_of_persons(header: str) -> None:
    assert column(header, "a", "b") == ["by its header, a column of personal data"]


@pytest.mark.parametrize("header", ["village_name", "村名", "name", "headcount", "county_name", "top_surname_1990"])
def test_headers_of_places_and_numbers(header: str) -> None:
    assert column(header, "a", "b") == []
    assert column(header, 12.5, 30) == []


def test_names_of_persons_are_told_from_names_of_places_by_their_values() -> None:
    persons = [surname + "建国" for surname in "王李张刘陈杨赵黄周吴徐"]
    places = [surname + ending for surname in "王李张刘陈杨赵黄周吴徐" for ending in ("庄", "家村")]
    assert column("q1", *persons) == ["by its values, a column of personal names"]
    assert column("q1", *places) == []
    assert column("村", *persons) == []
