from __future__ import annotations

import ast
import math
from random import Random

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.expression_syntax import LONGEST
from ruralpanel.frames.expressions import evaluate_answers, evaluate_condition, evaluate_number

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


def test_a_power_of_whole_numbers_does_not_overflow() -> None:
    yuan = pd.DataFrame({"gdp": np.array([4_000_000_000, 30_000_000_000], dtype="int64")})
    assert evaluate_number(yuan, "gdp ** 2")[0].tolist() == [1.6e19, 9e20]
    assert evaluate_number(yuan, "gdp * gdp * gdp")[0].tolist() == [6.4e28, 2.7e31]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(a > 1) + (b > 2)", [0, 2, 1]),
        ("-(a > 1)", [0, -1, -1]),
        ("(a > 1) * (b > 2) - (b > 2)", [0, 0, 0]),
        ("exp(a > 1)", [1, math.e, math.e]),
        ("2 - -(a > 1) ** 2", [2, 3, 3]),
        ("-a ** 2", [-1, -4, -9]),
        ("1 + (not a > 1)", [2, 1, 1]),
        ("a > 1 and b > 2 or a == 1", [1, 1, 0]),
        ("a > 1 > b", [0, 0, 0]),
        ("7 // -a % 4", [1, 0, 1]),
    ],
)
@pytest.mark.parametrize("kind", ["int64", "int8", "float64", "Int64", "float32", "object"])
def test_a_condition_counts_one_or_zero_in_64_bits(kind: str, expression: str, expected: list[float]) -> None:
    table = pd.DataFrame({"a": [1, 2, 3], "b": [0, 4, 2]}).astype(kind)
    values, told = evaluate_number(table, expression)
    assert values.dtype == "float64"
    assert told == ""
    np.testing.assert_allclose(values, expected, rtol=1e-15)


@pytest.mark.parametrize("kind", ["bool", "boolean", "object", "int8"])
def test_a_column_of_truth_values_counts_one_or_zero(kind: str) -> None:
    table = pd.DataFrame({"a": [True, False], "b": [True, True]}).astype(kind)
    assert evaluate_number(table, "a + b")[0].tolist() == [2, 1]
    assert evaluate_number(table, "-a")[0].tolist() == [-1, 0]
    assert evaluate_condition(table, "a == 1 and b == 1")[0].tolist() == [True, False]


def test_truth_values_and_whole_numbers_may_be_missing() -> None:
    flags = pd.Series([True, None, False], dtype=object)
    for column in (flags, flags.astype("boolean"), pd.Series([1, None, 0], dtype="Int64")):
        values, told = evaluate_number(pd.DataFrame({"a": column}), "1 - a")
        np.testing.assert_array_equal(values, [0, np.nan, 1])
        assert told == "an input is missing in 1 row"
        assert evaluate_condition(pd.DataFrame({"a": column}), "not a == 1")[0].tolist() == [False, False, True]


@pytest.mark.parametrize("kind", ["object", "str", "category", "string"])
def test_texts_are_compared_as_they_are(kind: str) -> None:
    table = pd.DataFrame({"province": ["山东", "河南", None]}).astype(kind)
    assert evaluate_condition(table, "province == '山东'")[0].tolist() == [True, False, False]
    assert evaluate_condition(table, "province not in ['山东', '江苏']")[0].tolist() == [False, True, False]
    np.testing.assert_array_equal(evaluate_number(table, "2 * (province == '山东')")[0], [2, 0, np.nan])
    with pytest.raises(DataError, match="province holds text"):
        evaluate_number(table, "province + 1")
    with pytest.raises(DataError, match="does not give numbers"):
        evaluate_number(table, "province")
    with pytest.raises(DataError, match="compares `year`, which holds numbers, with text: province"):
        evaluate_condition(table.assign(year=1), "year == province")


@pytest.mark.parametrize("kind", ["int64", "Int64", "object"])
def test_long_codes_are_compared_to_the_last_digit(kind: str) -> None:
    code = 2**53 + 1
    table = pd.DataFrame({"code": pd.Series([code - 1, code, code + 1], dtype=kind)})
    assert evaluate_condition(table, f"code == {code}")[0].tolist() == [False, True, False]
    assert evaluate_condition(table, f"code in [{code}, {code + 1}]")[0].tolist() == [False, True, True]
    assert evaluate_condition(table, f"{code - 1} < code <= {code}")[0].tolist() == [False, True, False]
    assert evaluate_condition(table, f"-code < -{code}")[0].tolist() == [False, False, True]


def test_what_stands_behind_a_guard_is_not_looked_at() -> None:
    table = pd.DataFrame({"a": [1.0, 1.0], "b": [0.0, 2.0]})
    assert evaluate_number(table, "b == 0 or a / b > 1")[0].tolist() == [1, 0]
    assert evaluate_number(table, "not (b != 0 and a / b > 1)")[0].tolist() == [1, 1]
    holds, told = evaluate_condition(table, "a / b > -1")
    assert holds.tolist() == [False, True]
    assert told == "1 row because the condition has no value there"
    np.testing.assert_array_equal(evaluate_answers(table, "a / b > -1"), [np.nan, 1])


def test_a_column_of_which_nothing_is_known_is_of_any_kind() -> None:
    table = pd.DataFrame({"a": pd.Series([None, None], dtype=object)})
    assert evaluate_condition(table, "a == 'x'")[0].tolist() == [False, False]
    assert evaluate_number(table, "a + 1")[0].isna().all()


def test_dates_are_neither_numbers_nor_text() -> None:
    table = pd.DataFrame({"day": pd.to_datetime(["2020-01-01"])})
    with pytest.raises(DataError, match="`day`, which holds neither numbers nor text"):
        evaluate_condition(table, "day > 2019")


FUNCTIONS = {
    "abs": abs,
    "arcsinh": math.asinh,
    **{name: getattr(math, name) for name in ("exp", "expm1", "log", "log10", "log1p", "sqrt")},
}
VALUES = [0, 1, -1, 2, 3, 0.5, -2.5, 7, 100, 12_345, 4e9, -3e10, 1e12]
LEAVES = ["a", "b", "c", "flag", "0", "1", "2", "3.5", "1000", "0.1"]


def _number(random: Random, depth: int) -> str:
    """Make up an expression that is a number, or a condition where numbers may stand."""
    if depth == 0 or random.random() < 0.15:
        return random.choice(LEAVES)
    one, other = _number(random, depth - 1), _number(random, depth - 1)
    sign = random.choice(["+", "-", "*", "/", "//", "%"])
    return random.choice(
        [
            f"({one} {sign} {other})",
            f"{one} {sign} {other}",
            f"{random.choice('+-')}{one}",
            f"({one}) ** {random.choice(['2', '3', '-1', '0.5', '10'])}",
            f"-({one}) ** 2",
            f"{random.choice(sorted(FUNCTIONS))}({one})",
            f"({_condition(random, depth - 1)})",
            f"{sign[0].replace('/', '-').replace('*', '-').replace('%', '+')}({_condition(random, depth - 1)})",
        ]
    )


def _condition(random: Random, depth: int) -> str:
    signs = ["==", "!=", "<", "<=", ">", ">="]
    one, other, third = (_number(random, depth) for _ in range(3))
    if depth == 0 or random.random() < 0.4:
        return random.choice(
            [
                f"{one} {random.choice(signs)} {other}",
                f"{one} {random.choice(signs)} {other} {random.choice(signs)} {third}",
                f"{one} {random.choice(['in', 'not in'])} [{other}, {third}]",
            ]
        )
    left, right = _condition(random, depth - 1), _condition(random, depth - 1)
    joined = f"{left} {random.choice(['and', 'or'])} {right}"
    return random.choice([joined, f"not {left}", f"not ({joined})", f"({joined}) and not {right} or {left}"])


def _in_python(node: ast.expr, row: dict[str, object]) -> float | None:
    """Evaluate in plain Python; None where that ends with an error or not with a finite number."""
    if any(row[each.id] is None for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in row):
        return None
    try:
        found = eval(compile(ast.Expression(node), "", "eval"), {"__builtins__": {}, **FUNCTIONS}, row)
    except (ArithmeticError, ValueError):
        return None
    return float(found) if isinstance(found, (bool, int, float)) and math.isfinite(found) else None


@given(st.integers(0, 2**32))
def test_every_row_is_what_plain_python_computes(seed: int) -> None:
    random = Random(seed)
    expression = next(
        each for each in iter(lambda: _number(random, random.choice([1, 2, 3])), None) if len(each) <= LONGEST
    )
    rows = [
        {name: random.choice([None, *VALUES, *VALUES]) for name in ("a", "b")}
        | {"c": random.choice([1, 5, -4, 40_000]), "flag": random.choice([True, False])}
        for _ in range(20)
    ]
    table = pd.DataFrame(rows)
    table["a"] = table["a"].astype("float64")
    table["b"] = pd.array([None if each is None else each for each in table["b"].astype("float64")], dtype="Float64")
    values, _ = evaluate_number(table, expression)
    body = ast.parse(expression, mode="eval").body
    for drawn, value in zip(rows, values, strict=True):
        row = {name: each if each is None or isinstance(each, bool) else float(each) for name, each in drawn.items()}
        parts = [each for each in ast.walk(body) if isinstance(each, (ast.BinOp, ast.UnaryOp, ast.Call))]
        if any(_is_no_number(each, row) for each in parts):
            continue  # infinity less infinity, or a root of -1: to Python neither a number nor an error
        wanted = _in_python(body, row)
        if wanted is None:
            assert math.isnan(value), (expression, row)
        else:
            assert value == pytest.approx(wanted, rel=1e-12, abs=1e-300), (expression, row)


def _is_no_number(node: ast.expr, row: dict[str, object]) -> bool:
    try:
        found = eval(compile(ast.Expression(node), "", "eval"), {"__builtins__": {}, **FUNCTIONS}, row)
    except (ArithmeticError, ValueError, TypeError):
        return False
    return isinstance(found, complex) or math.isnan(found)


@pytest.mark.parametrize(
    ("mistaken", "hint", "rows"),
    [
        ("province != 83", "write province != '83'", 2),
        ("83 != province", "write \"'83' != province\"", 2),
        ("province in [33, 37]", "write \"province in ['33', '37']\"", 2),
        ("province != 1", "write province != '01'; province holds 33, 37, 83", 3),
        ("year > '2010'", "write year > 2010", 2),
        ("province == 33 and year > 2000", "write province == '33' and year > 2000", 1),
    ],
)
def test_the_hint_of_a_comparison_of_unlike_things_holds_when_it_is_followed(
    mistaken: str, hint: str, rows: int
) -> None:
    table = pd.DataFrame({"province": ["33", "37", "83"], "year": [2010, 2011, 2012]})
    with pytest.raises(DataError) as error:
        evaluate_condition(table, mistaken, "a block")
    assert error.value.problems[0].hint == hint
    # What the hint says is put into a study file as it stands there.
    written = yaml.safe_load(f"sample: {hint.removeprefix('write ').partition(';')[0]}")["sample"]
    kept, _ = evaluate_condition(table, written, "a block")
    assert kept.sum() == rows


def test_text_that_is_no_number_has_no_other_spelling() -> None:
    table = pd.DataFrame({"year": [2010, 2011]})
    with pytest.raises(DataError) as error:
        evaluate_condition(table, "year == 'early'", "a block")
    assert error.value.problems[0].hint == "year holds numbers, and 'early' is none"


def test_codes_are_compared_with_codes_or_with_nothing() -> None:
    codes = pd.DataFrame({"county": ["110101", "110102", None]})
    assert evaluate_condition(codes, "county != ''")[0].tolist()[:2] == [True, True]
    with pytest.raises(DataError, match="county holds 110101, 110102: write one of these in quotes"):
        evaluate_condition(codes, "county != 'Dongcheng'")
