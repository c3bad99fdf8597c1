from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.frames.expression_syntax import ExpressionError, columns_in, is_condition, parts_of_ratio


@pytest.mark.parametrize(
    ("expression", "above", "below"),
    [
        ("income / residents", ["income"], ["residents"]),
        ("log(income / (residents - away)) + grants / 2", ["grants", "income"], ["away", "residents"]),
        ("a * log(b)", ["a", "b"], []),
        ("a / sqrt(b) / c", ["a"], ["b", "c"]),
    ],
)
def test_what_is_divided_by_is_told_from_what_is_divided(expression: str, above: list[str], below: list[str]) -> None:
    assert parts_of_ratio(expression) == (above, below)


def test_columns_are_listed_and_functions_are_not() -> None:
    assert columns_in("log(income / residents) + 2 * (year >= 2010)") == {"income", "residents", "year"}


@pytest.mark.parametrize("expression", ["a > 1", "a in ['x', 'y']", "not a == 1", "1 < a <= 2", "a > 1 and b != 'x'"])
def test_conditions_are_told_from_numbers(expression: str) -> None:
    assert is_condition(expression)
    assert not is_condition(f"log({'a'})")


@pytest.mark.parametrize(
    "expression",
    [
        *("", "a +", "a.b", "a[0]", "f(a)", "log(a, b)", "lambda: 1", "a if b else c", "[x for x in a]", "a & b", "~a"),
        *("None", "__import__('os')", "a := 1", "f'{a}'", "*a", "a; b", "@a", "True", "log(a=1)"),
        *("not a", "a and b", "a > 1 and b", "[1, 2]", "'a' * 9", "9 ** 9 ** 9", "a ** b", "a in b", "a is b"),
        "(" * 400 + "a" + ")" * 400,
        " + ".join(["a"] * 500),
    ],
)
def test_anything_else_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        columns_in(expression)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        columns_in(text)


def test_nothing_is_compared_with_a_list() -> None:
    with pytest.raises(ExpressionError, match="join two comparisons with `and`"):
        columns_in("x in [1, 2] < 3")
    assert columns_in("1 < x in [1, 2]") == {"x"}
