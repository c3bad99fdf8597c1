"""Evaluate the conditions and derived columns of a study on a table.

Every row comes out as plain Python would have it with floating-point numbers: 64 bits, a condition counting 1 or 0,
Python's precedence, `and` and `or` that look at the right side only where the left one leaves it open. The rule for
what is missing: where a column that the expression uses is missing, so is the result; and where Python would stop with
an error (a division by zero, the logarithm of zero, a power too large for a number), so is everything computed from it.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.expression_hints import no_code, with_values_of
from ruralpanel.frames.expression_syntax import columns_in, parsed

LARGEST_EXACT = 2**53
"""Whole numbers up to this one are each a floating-point number of 64 bits."""

_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "arcsinh": math.asinh,
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log10": math.log10,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
}

_ARITHMETIC: dict[type[ast.operator], Callable[..., NDArray[np.float64]]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.remainder,
}

_COMPARISONS: dict[type[ast.cmpop], Callable[..., NDArray[np.bool_]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def evaluate_number(table: pd.DataFrame, expression: str, where: str = "panel") -> tuple[pd.Series, str]:
    """Evaluate an arithmetic expression row by row.

    Parameters
    ----------
    table
        Holds the columns the expression uses.
    expression
        In the language of :mod:`ruralpanel.frames.expression_syntax`.
    where
        The table, for messages.

    Returns
    -------
    tuple of (pandas.Series, str)
        The values, 64-bit numbers, missing where the result is not a finite number; and, for the ledger, how many are
        missing because an input is, and how many although none is (the logarithm of zero, a division by zero).

    Raises
    ------
    DataError
        If a column is text where a number is needed.
    """
    numbers, complete = _evaluated(table, expression, where)
    undefined = int((numbers.isna() & complete).sum())
    unknown = int((~complete).sum())
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
        In the language of :mod:`ruralpanel.frames.expression_syntax`.
    where
        The table, for messages.

    Returns
    -------
    tuple of (pandas.Series, str)
        True or false for each row; and, for the ledger, how many rows do not fulfil it only because something is
        missing, or because something in it is not a number, such as a division by zero.

    Raises
    ------
    DataError
        If text is compared with a number.
    """
    answers, complete = _evaluated(table, condition, where)
    unknown, undefined = int((~complete).sum()), int((answers.isna() & complete).sum())
    missing = ", ".join(name for name in sorted(columns_in(condition)) if table[name].isna().any())
    words = [f"{counted(unknown, 'row')} of these left because of a missing value in {missing}"] if unknown else []
    words += [f"{counted(undefined, 'row')} because the condition has no value there"] if undefined else []
    return answers == 1, "; ".join(words)


def evaluate_answers(table: pd.DataFrame, condition: str, where: str = "panel") -> pd.Series:
    """Evaluate a condition to 1 or 0, and to missing where it has no value.

    Parameters
    ----------
    table, condition, where
        As for :func:`evaluate_condition`.
    """
    return _evaluated(table, condition, where)[0]


@dataclass(frozen=True)
class _Numbers:
    """Numbers by row, or one for all rows; what is not known is arbitrary.

    Whole numbers that floating-point numbers cannot tell apart are there a second time as what they are, to be
    compared.
    """

    values: NDArray[np.float64]
    known: NDArray[np.bool_]
    whole: NDArray[np.object_] | None = None

    @property
    def compared(self) -> NDArray[np.float64] | NDArray[np.object_]:
        return self.values if self.whole is None else self.whole


@dataclass(frozen=True)
class _Texts:
    """Texts by row, or one for all rows."""

    values: NDArray[np.object_]
    known: NDArray[np.bool_]


def _evaluated(table: pd.DataFrame, expression: str, where: str) -> tuple[pd.Series, pd.Series]:
    """Evaluate an expression to numbers, finite or missing, and tell the rows in which no column of it is missing."""
    complete = table[sorted(columns_in(expression))].notna().all(axis=1)
    evaluator = _Evaluator(table, expression, where)
    try:
        with np.errstate(all="ignore"):
            result = evaluator.value(parsed(expression).body)
    except RecursionError:
        raise DataError([Problem(where, f"`{expression}` is nested too deeply to be computed")]) from None
    if isinstance(result, _Texts):
        if result.known.any():
            raise evaluator.problem("does not give numbers")
        result = _unknown(result)
    values = np.where(result.known & np.isfinite(result.values), result.values, np.nan)
    numbers = pd.Series(np.broadcast_to(values, len(table)).copy(), index=table.index)
    return numbers.where(complete), complete


class _Evaluator:
    """Walks over the syntax tree of one expression, all rows at a time."""

    def __init__(self, table: pd.DataFrame, expression: str, where: str) -> None:
        self.table, self.expression, self.where = table, expression, where

    def problem(self, what: str) -> DataError:
        """Say what is wrong with the expression, and which of its columns hold text."""
        texts = [name for name in sorted(columns_in(self.expression)) if isinstance(self._column(name), _Texts)]
        hint = f"{', '.join(texts)} holds text" if texts else ""
        return DataError([Problem(self.where, f"`{self.expression}` {what}", hint=hint)])

    def value(self, node: ast.expr) -> _Numbers | _Texts:
        """Evaluate one part of the expression."""
        match node:
            case ast.Name(id=name):
                return self._column(name)
            case ast.Constant(value=str() as text):
                return _Texts(np.array([text], dtype=object), np.array([True]))
            case ast.Constant(value=int() | float() as constant):
                return _constant(constant)
            case ast.BoolOp(op=ast.And(), values=parts):
                return self._all([self._number(part) for part in parts])
            case ast.BoolOp(values=parts):
                return _opposite(self._all([_opposite(self._number(part)) for part in parts]))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _opposite(self._number(operand))
            case ast.UnaryOp(op=sign, operand=operand):
                number = self._number(operand)
                return _negative(number) if isinstance(sign, ast.USub) else number
            case ast.BinOp(left=left, op=operation, right=right):
                return _computed(operation, self._number(left), self._number(right))
            case ast.Compare(left=left, ops=operations, comparators=operands):
                return self._comparison(left, operations, operands)
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                number = self._number(argument)
                return _row_by_row(_FUNCTIONS[name], number)
        raise AssertionError(f"{ast.dump(node)} is not in the language")  # `parsed` lets nothing else through

    def _number(self, node: ast.expr) -> _Numbers:
        found = self.value(node)
        if not isinstance(found, _Texts):
            return found
        if found.known.any():
            raise self.problem("cannot be computed")
        return _unknown(found)

    def _column(self, name: str) -> _Numbers | _Texts:
        column = self.table[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype if not column.hasnans else object)
        known = column.notna().to_numpy(dtype=bool)
        if not _holds_numbers(column):
            if not _holds_texts(column):
                what = f"`{self.expression}` uses `{name}`, which holds neither numbers nor text"
                raise DataError([Problem(self.where, what)])
            return _Texts(column.astype(object).where(known, "").to_numpy(dtype=object), known)
        values = column.astype(object).where(known, 0).to_numpy(dtype=object) if column.dtype == object else None
        numbers = column.to_numpy(dtype="float64", na_value=np.nan) if values is None else values.astype("float64")
        large = known & (np.abs(numbers) >= LARGEST_EXACT)
        whole = None
        if large.any() and (values is not None or pd.api.types.is_integer_dtype(column.dtype)):
            whole = column.astype(object).where(known, 0).to_numpy(dtype=object)
        return _Numbers(numbers, known, whole)

    def _all(self, parts: Sequence[_Numbers]) -> _Numbers:
        """Tell whether all parts hold; what stands behind one that does not is not looked at, as in Python."""
        holds, known = parts[0].values != 0, parts[0].known
        for part in parts[1:]:
            asked = holds & known
            known = np.where(asked, part.known, known)
            holds = np.where(asked, part.values != 0, holds)
        return _Numbers(holds.astype("float64"), known)

    def _comparison(self, left: ast.expr, operations: Sequence[ast.cmpop], operands: Sequence[ast.expr]) -> _Numbers:
        """Compare along a chain, such as ``0 <= share < 1``."""
        links = []
        for operation, operand in zip(operations, operands, strict=True):
            if isinstance(operand, ast.List):
                each = [self._compared(ast.Eq(), left, element) for element in operand.elts]
                found = np.any(np.broadcast_arrays(*(one.values != 0 for one in each)), axis=0)
                known = np.all(np.broadcast_arrays(*(one.known for one in each)), axis=0)
                among = _Numbers(found.astype("float64"), known)
                links.append(_opposite(among) if isinstance(operation, ast.NotIn) else among)
            else:
                links.append(self._compared(operation, left, operand))
            left = operand
        return self._all(links)

    def _compared(self, operation: ast.cmpop, left: ast.expr, right: ast.expr) -> _Numbers:
        """Compare two numbers, or two texts."""
        ours, theirs = self.value(left), self.value(right)
        compare = _COMPARISONS[type(operation)]
        if isinstance(ours, _Numbers) and isinstance(theirs, _Numbers):
            exact = ours.whole is not None or theirs.whole is not None
            sides = [each.compared.astype(object) if exact else each.values for each in (ours, theirs)]
        elif isinstance(ours, _Texts) and isinstance(theirs, _Texts):
            self._require_codes(left, right)
            sides = [ours.values, theirs.values]
        elif ours.known.any() and theirs.known.any():
            raise self._unlike(left, right, isinstance(ours, _Texts))
        else:  # a column of which nothing is known is of either kind
            return _Numbers(np.array([0.0]), ours.known & theirs.known)
        return _Numbers(compare(*sides).astype("float64"), ours.known & theirs.known)

    def _require_codes(self, left: ast.expr, right: ast.expr) -> None:
        """Refuse to compare a column of codes with a name, which no row would be equal to."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.Name) and isinstance(other, ast.Constant):
                hint = no_code(one.id, self.table[one.id], str(other.value))
                what = f"`{self.expression}` compares `{one.id}`, which holds codes, with {ast.unparse(other)}"
                if hint:
                    raise DataError([Problem(self.where, what, hint=hint)])

    def _unlike(self, left: ast.expr, right: ast.expr, left_is_text: bool) -> DataError:
        """Refuse to compare text with a number, which would be false everywhere."""
        if not isinstance(left, ast.Name) and isinstance(right, ast.Name):
            left, right, left_is_text = right, left, not left_is_text
        kinds = ("text", "a number") if left_is_text else ("numbers", "text")
        what = f"`{self.expression}` compares `{ast.unparse(left)}`, which holds {kinds[0]}, with {kinds[1]}"
        hint = "give the column the `type` that is meant"
        if isinstance(left, ast.Name) and isinstance(right, ast.Constant):
            hint = with_values_of(self.expression, left.id, self.table[left.id], holds_text=left_is_text)
        return DataError([Problem(self.where, f"{what}: {ast.unparse(right)}", hint=hint)])


def _holds_numbers(column: pd.Series) -> bool:
    """Tell whether a column holds numbers or truth values, whatever its type says of them."""
    if column.dtype == object:
        kinds = ("boolean", "integer", "floating", "mixed-integer-float", "empty")
        return pd.api.types.infer_dtype(column, skipna=True) in kinds
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def _holds_texts(column: pd.Series) -> bool:
    if column.dtype == object:
        return pd.api.types.infer_dtype(column, skipna=True) == "string"
    return pd.api.types.is_string_dtype(column)


def _unknown(nothing: _Texts) -> _Numbers:
    """Take a column of which nothing is known as one of numbers."""
    return _Numbers(np.zeros(nothing.known.shape), nothing.known)


def _constant(number: float) -> _Numbers:
    try:
        value = float(number)
    except OverflowError:  # a whole number beyond all floating-point numbers
        value = np.inf if number > 0 else -np.inf
    large = isinstance(number, int) and abs(number) >= LARGEST_EXACT
    whole = np.array([number], dtype=object) if large else None
    return _Numbers(np.array([value]), np.array([True]), whole)


def _opposite(condition: _Numbers) -> _Numbers:
    return _Numbers(1.0 - condition.values, condition.known)


def _negative(number: _Numbers) -> _Numbers:
    return _Numbers(-number.values, number.known, None if number.whole is None else -number.whole)


def _computed(operation: ast.operator, left: _Numbers, right: _Numbers) -> _Numbers:
    """Compute with two numbers; a division by zero has no result, and nor has a power that is too large."""
    if isinstance(operation, ast.Pow):
        exponent = float(right.values[0])  # which is written as a number
        return _row_by_row(lambda base: math.pow(base, exponent), left)
    result = _ARITHMETIC[type(operation)](left.values, right.values)
    if isinstance(operation, (ast.Add, ast.Sub, ast.Mult)):  # may become infinite, as Python lets them
        return _Numbers(result, left.known & right.known & ~np.isnan(result))
    return _Numbers(result, left.known & right.known & (right.values != 0) & ~np.isnan(result))


def _row_by_row(function: Callable[[float], float], number: _Numbers) -> _Numbers:
    """Apply a function of Python to every row; where it ends with an error, there is no result.

    The same function over whole columns is faster, and differs in the last digit from Python and between processors,
    which a comparison or a remainder can make a great difference of.
    """
    values = number.values.tolist()
    try:
        result = np.array(list(map(function, values)), dtype="float64")
    except (ArithmeticError, ValueError):
        result = np.array([_or_none(function, value) for value in values], dtype="float64")
    return _Numbers(result, number.known & ~np.isnan(result))


def _or_none(function: Callable[[float], float], value: float) -> float:
    try:
        return function(value)
    except (ArithmeticError, ValueError):
        return math.nan
