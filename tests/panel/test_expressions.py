from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.panel.expressions import evaluate_condition, evaluate_number

TABLE = pd.DataFrame({"a": [1.0, 2.0, np.nan], "b": [0.0, 4.0, 5.0], "kind": ["x", "y", None]})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + 2 * b", [1, 10, np.nan]),
        ("b / a - 1", [-1, 1, np.nan]),
        ("sqrt(b) ** 2", [0, 4, 5]),
        ("arcsinh(b)", np.arcsinh([0, 4, 5])),
        ("-abs(-b)", [0, -4, -5]),
        ("b // 2 % 2", [0, 0, 0]),
        ("a > 1", [0, 1, np.nan]),
    ],
)
def test_numbers(expression: str, expected: list[float]) -> None:
    values, _ = evaluate_number(TABLE, expression)
    np.testing.assert_allclose(values, expected)


def test_a_division_by_zero_is_missing_and_counted() -> None:
    values, lost = evaluate_number(TABLE, "1 / b")
    assert values.isna().tolist() == [True, False, False]
    assert lost == "not a finite number in 1 row, now missing"


def test_rows_that_leave_because_something_is_missing_are_counted() -> None:
    _, words = evaluate_condition(TABLE, "a > 1 and b > 1")
    assert words == "1 row of these left because of a missing value in a"


@pytest.mark.parametrize("condition", ["kind == 3", "kind != 3", "kind in [1, 2]", "a == '1'", "a not in ['1', 'x']"])
def test_like_is_compared_with_like(condition: str) -> None:
    with pytest.raises(DataError, match="compares"):
        evaluate_condition(TABLE, condition)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a >= 1 and b < 5", [True, True, False]),
        ("not a == 1", [False, True, False]),
        ("kind in ['x', 'z']", [True, False, False]),
        ("kind != 'x'", [False, True, False]),
        ("0 <= b < 5", [True, True, False]),
        ("a > 100 or b == 5", [False, False, False]),
    ],
)
def test_a_missing_value_does_not_fulfil_a_condition(condition: str, expected: list[bool]) -> None:
    assert evaluate_condition(TABLE, condition)[0].tolist() == expected


def test_comparing_text_with_a_number_is_an_error_in_words() -> None:
    with pytest.raises(DataError, match="compares `kind`, which holds text, with a number"):
        evaluate_condition(TABLE, "kind > 2")
