"""Evaluate the conditions and derived columns of a study on a table."""

from __future__ import annotations

import ast
import itertools
import warnings

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.study.expressions import columns_in, parsed


def evaluate_number(table: pd.DataFrame, expression: str, where: str = "panel") -> tuple[pd.Series, str]:
    """Evaluate an arithmetic expression row by row.

    Parameters
    ----------
    table
        Holds the columns the expression uses.
    expression
        In the language of :mod:`ruralpanel.study.expressions`.
    where
        The table, for messages.

    Returns
    -------
    tuple of (pandas.Series, str)
        The values, missing where the result is not a finite number; and, for the ledger, how many are missing
        because an input is, and how many although none is (the logarithm of zero, a division by zero).

    Raises
    ------
    DataError
        If a column is text where a number is needed.
    """
    values = _evaluate(table, expression, where)
    if isinstance(values.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(values):
        raise DataError(
            [Problem(where, f"`{expression}` does not give numbers", hint=_text_columns(table, expression))]
        )
    used = sorted(columns_in(expression))
    complete = table[used].notna().all(axis=1)
    # A comparison with a missing value is false to pandas; here it is unknown.
    numbers = values.astype("float64").replace([np.inf, -np.inf], np.nan).where(complete)
    unknown = int((~complete).sum())
    undefined = int((numbers.isna() & complete).sum())
    words = [f"an input is missing in {counted(unknown, 'row')}"] if unknown else []
    words += [f"not a finite number in {counted(undefined, 'row')}, now missing"] if undefined else []
    return numbers, "; ".join(words)


def evaluate_condition(table: pd.DataFrame, condition: str, where: str = "panel") -> tuple[pd.Series, str]:
    """Evaluate a condition row by row; a row in which a column it uses is missing does not fulfil it.

    Parameters
    ----------
    table
        Holds the columns the condition uses.
    condition
        In the language of :mod:`ruralpanel.study.expressions`.
    where
        The table, for messages.

    Returns
    -------
    tuple of (pandas.Series, str)
        True or false for each row; and, for the ledger, how many rows do not fulfil it only because something is
        missing.

    Raises
    ------
    DataError
        If text is compared with a number.
    """
    holds = _evaluate(table, condition, where)
    used = sorted(columns_in(condition))
    known = table[used].notna().all(axis=1)
    unknown = int((~known).sum())
    missing = ", ".join(name for name in used if table[name].isna().any())
    words = f"{counted(unknown, 'row')} of these left because of a missing value in {missing}" if unknown else ""
    return holds.fillna(False).astype(bool) & known, words


def _evaluate(table: pd.DataFrame, expression: str, where: str) -> pd.Series:
    _require_like_with_like(table, expression, where)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)
            result = table.eval(expression.strip(), engine="python")
    except (TypeError, ValueError, AttributeError, KeyError, ArithmeticError, NotImplementedError) as error:
        hint = _text_columns(table, expression) or str(error)
        raise DataError([Problem(where, f"`{expression}` cannot be computed", hint=hint)]) from None
    return result if isinstance(result, pd.Series) else pd.Series(result, index=table.index)


def _require_like_with_like(table: pd.DataFrame, expression: str, where: str) -> None:
    """Refuse to compare a text column with a number or a number with text: it would be false everywhere."""
    for node in ast.walk(parsed(expression)):
        if not isinstance(node, ast.Compare):
            continue
        operands = [node.left, *node.comparators]
        operands += [element for operand in operands if isinstance(operand, ast.List) for element in operand.elts]
        columns = [operand.id for operand in operands if isinstance(operand, ast.Name)]
        constants = [operand.value for operand in operands if isinstance(operand, ast.Constant)]
        for column, constant in itertools.product(columns, constants):
            is_number = pd.api.types.is_numeric_dtype(table[column])
            if is_number == isinstance(constant, str):
                kind, other = ("numbers", "text") if is_number else ("text", "a number")
                what = f"`{expression}` compares `{column}`, which holds {kind}, with {other}: {constant!r}"
                raise DataError([Problem(where, what, hint="give the column the `type` that is meant")])


def _text_columns(table: pd.DataFrame, expression: str) -> str:
    text = [name for name in sorted(columns_in(expression)) if not pd.api.types.is_numeric_dtype(table[name])]
    return f"{', '.join(text)} holds text" if text else ""
