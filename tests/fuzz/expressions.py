"""Expressions of a study file: conditions and derived columns that nobody would write.

What is asked for is one number or one answer a row, finite or missing, or an error of ours, in a time that a person
waits; and what the program finds has to be what Python finds, wherever Python finds a number.
"""

from __future__ import annotations

import random
import warnings

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError
from ruralpanel.frames.expression_syntax import FUNCTIONS, ExpressionError, columns_in, is_condition
from ruralpanel.frames.expressions import evaluate_answers, evaluate_condition, evaluate_number
from tests.fuzz.run import Finding, Hung, limited

SECONDS = 5

PIECES = (
    *("x", "y", "huge", "whole", "name", "flag", "empty", "when", "年", "x y", "__class__", "lambda: 1", "[x]", "x[0]"),
    *("1", "0", "-1", "1e308", "1e999", "10**10", "0x10", "1_000", "1j", "9" * 400, "True", "None", "nan", "inf"),
    *("'a'", "'年'", "''", "b'a'", "f'{x}'", "'\\x00'", "...", "[]", "['a', 1]", "[1, 2]", "(1, 2)", "{1}", "*x"),
)

SIGNS = (
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "==",
    "!=",
    "<",
    "<=",
    "in",
    "not in",
    "and",
    "or",
    "is",
    "&",
    "|",
    "@",
    "if",
)


def written(draws: random.Random, depth: int = 0) -> str:
    """Write an expression: mostly of the language, and sometimes of what looks like it."""
    kind = draws.random()
    if depth > 4 or kind < 0.25:
        return draws.choice(PIECES[:13] if draws.random() < 0.8 else PIECES)
    if kind < 0.55:
        return f"{written(draws, depth + 1)} {draws.choice(SIGNS)} {written(draws, depth + 1)}"
    if kind < 0.7:
        return f"({written(draws, depth + 1)})"
    if kind < 0.82:
        return f"{draws.choice([*FUNCTIONS, 'eval', 'max', 'x'])}({written(draws, depth + 1)})"
    if kind < 0.92:
        return f"{draws.choice(['not ', '-', '+', '~', '- -'])}{written(draws, depth + 1)}"
    if kind < 0.96:
        return f"{draws.choice(['x', 'whole', 'name'])} ** {draws.choice(['10', '-10', '0.5', '11', '-0.0'])}"
    return draws.choice(["(", "-", "not ", "x ** ", "x + "]) * draws.choice([30, 90, 400]) + written(draws, depth + 1)


def spoilt(draws: random.Random, expression: str) -> str:
    """Change a character or two."""
    for _ in range(draws.choice([0, 0, 0, 1, 2])):
        at = draws.randrange(len(expression) + 1)
        expression = (
            expression[:at] + draws.choice("()[]'=<>*.,\n\t\x00年\u202e#`:") + expression[at + draws.randrange(2) :]
        )
    return expression


def table() -> pd.DataFrame:
    """Make a table of all types that a panel has, with what is missing."""
    return pd.DataFrame(
        {
            "x": [1.5, 0.0, -2.0, np.nan, 1e300],
            "y": [2.0, -0.0, np.inf, 3.0, 5e-324],
            "huge": pd.array([2**53 + 1, 2**62, -(2**62), None, 0], dtype="Int64"),
            "whole": [2010, 2011, 0, -7, 3],
            "name": pd.array(["a", "b", None, "年", ""], dtype="str"),
            "flag": [True, False, True, False, True],
            "empty": [np.nan] * 5,
            "when": pd.to_datetime(["2010-01-01", None, "2011-01-01", "2012-01-01", "2012-02-01"]),
        }
    )


def case(seed: int, _: str = "") -> list[Finding]:
    """Evaluate an expression as a number, as a condition and as answers."""
    draws = random.Random(seed)
    expression, frame = spoilt(draws, written(draws)), table()
    before = frame.copy(deep=True)

    def found(what: str) -> list[Finding]:
        return [Finding(seed, "expression", expression[:200], what)]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with limited(SECONDS):
                unknown = columns_in(expression) - set(frame)
                is_condition(expression)
                if unknown:
                    return []  # which the check of a study says
                for evaluate in (evaluate_number, evaluate_condition, evaluate_answers):
                    answer = evaluate(frame, expression)
                    values = answer[0] if isinstance(answer, tuple) else answer
                    if len(values) != len(frame) or np.isinf(values.to_numpy(dtype="float64")).any():
                        return found(f"{evaluate.__name__} gives {list(values)}")
        except (ExpressionError, DataError) as error:
            return [] if str(error).strip() else found("an error without words")
        except Hung:
            return found(f"hangs for {SECONDS} s")
        except Exception as error:  # what is looked for
            return found(f"{type(error).__name__}: {str(error)[:200]}")
    return [] if before.equals(frame) else found("the table was changed")
