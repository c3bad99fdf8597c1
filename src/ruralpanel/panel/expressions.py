"""Evaluate the conditions and derived columns of a study on a table."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.study.expressions import columns_in


def evaluate_number(table: pd.DataFrame, expression: str) -> tuple[pd.Series, int]:
    """Evaluate an arithmetic expression row by row.

    Parameters
    ----------
    table
        Holds the columns the expression uses.
    expression
        In the language of :mod:`ruralpanel.study.expressions`.

    Returns
    -------
    tuple of (pandas.Series, int)
        The values, missing where the result is not a finite number; and how many rows became missing although
        nothing they were computed from was (the logarithm of zero, a division by zero).

    Raises
    ------
    DataError
        If a column is text where a number is needed.
    """
    values = _evaluate(table, expression)
    if isinstance(values.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(values):
        raise DataError(
            [Problem("panel", f"`{expression}` does not give numbers", hint=_text_columns(table, expression))]
        )
    numbers = values.astype("float64").replace([np.inf, -np.inf], np.nan)
    used = sorted(columns_in(expression))
    complete = table[used].notna().all(axis=1)
    return numbers, int((numbers.isna() & complete).sum())


def evaluate_condition(table: pd.DataFrame, condition: str) -> pd.Series:
    """Evaluate a condition row by row; a row in which a column it uses is missing does not fulfil it.

    Parameters
    ----------
    table
        Holds the columns the condition uses.
    condition
        In the language of :mod:`ruralpanel.study.expressions`.

    Returns
    -------
    pandas.Series
        True or false for each row.

    Raises
    ------
    DataError
        If text is compared with a number.
    """
    holds = _evaluate(table, condition)
    known = table[sorted(columns_in(condition))].notna().all(axis=1)
    return holds.fillna(False).astype(bool) & known


def _evaluate(table: pd.DataFrame, expression: str) -> pd.Series:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)
            result = table.eval(expression.strip(), engine="python")
    except (TypeError, ValueError, AttributeError, KeyError, ArithmeticError, NotImplementedError) as error:
        hint = _text_columns(table, expression) or str(error)
        raise DataError([Problem("panel", f"`{expression}` cannot be computed", hint=hint)]) from None
    return result if isinstance(result, pd.Series) else pd.Series(result, index=table.index)


def _text_columns(table: pd.DataFrame, expression: str) -> str:
    text = [name for name in sorted(columns_in(expression)) if not pd.api.types.is_numeric_dtype(table[name])]
    return f"{', '.join(text)} holds text" if text else ""
