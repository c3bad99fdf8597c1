"""The small language of conditions and derived columns in a study file.

Arithmetic, comparisons, ``and``/``or``/``not``, ``in`` with a list, and a few functions of one column: a safe part
of Python, with its precedence, and no more. This module checks an expression and lists the columns it uses;
:mod:`ruralpanel.frames.expressions` evaluates it.
"""

from __future__ import annotations

import ast
import re

FUNCTIONS = ("abs", "arcsinh", "exp", "expm1", "log", "log10", "log1p", "sqrt")


class ExpressionError(ValueError):
    """An expression that is not in the language."""


LONGEST = 1000
"""Characters an expression may have."""

LARGEST_POWER = 10


def as_text(expression: str, name: str) -> str:
    """Write an expression with a name as the text that it is compared as; empty where it is compared with nothing.

    Parameters
    ----------
    expression
        One that can be read.
    name
        A name in it that is no column.
    """
    tree = ast.parse(expression.strip(), mode="eval")
    found = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            meant = [_text_for(name, each) for each in sides]
            changed = any(new is not old for new, old in zip(meant, sides, strict=True))
            found = found or (changed and any(isinstance(each, ast.Name) for each in meant))
            node.left, *node.comparators = meant
    return ast.unparse(tree) if found else ""


def _text_for(name: str, side: ast.expr) -> ast.expr:
    """Put the text of a name in its place, on one side of a comparison or in the list that stands there."""
    if isinstance(side, ast.Name) and side.id == name:
        return ast.Constant(name)
    if isinstance(side, ast.List) and any(_text_for(name, each) is not each for each in side.elts):
        return ast.List([_text_for(name, each) for each in side.elts], ast.Load())
    return side


def compared_with(expression: str, name: str) -> set[str]:
    """List the other names that a name is compared with, in an expression that can be read."""
    found = set()
    for node in ast.walk(ast.parse(expression.strip(), mode="eval")):
        if isinstance(node, ast.Compare):
            within = [each for side in (node.left, *node.comparators) for each in ast.walk(side)]
            names = {each.id for each in within if isinstance(each, ast.Name)}
            found |= names if name in names else set()
    return found - {name}


def columns_in(expression: str) -> set[str]:
    """List the columns an expression uses.

    Parameters
    ----------
    expression
        A condition or an arithmetic expression on columns.

    Returns
    -------
    set of str
        The names in it that are not functions.

    Raises
    ------
    ExpressionError
        If it cannot be read, or uses something outside the language.
    """
    tree = parsed(expression)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions}


def parts_of_ratio(expression: str) -> tuple[list[str], list[str]]:
    """List the columns that are above a line of an expression, and those that something is divided by.

    Parameters
    ----------
    expression
        An arithmetic expression on columns.

    Returns
    -------
    tuple of (list of str, list of str)
        ``income / (residents - away)`` has one above and two below; each in its order.
    """
    tree = parsed(expression)
    divisors = [node.right for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    below = {node.id for divisor in divisors for node in ast.walk(divisor) if isinstance(node, ast.Name)}
    functions = set(FUNCTIONS)
    return sorted(columns_in(expression) - below), sorted(below - functions)


def is_condition(expression: str) -> bool:
    """Tell whether an expression is true or false of a row, rather than a number.

    Raises
    ------
    ExpressionError
        If it cannot be read.
    """
    return _is_condition(parsed(expression).body)


def parsed(expression: str) -> ast.Expression:
    """Read an expression and check that it is in the language.

    Raises
    ------
    ExpressionError
        If it is not, with what is wrong.
    """
    if len(expression) > LONGEST:
        raise ExpressionError(f"is {len(expression):,} characters long; an expression may have {LONGEST:,}")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        _check(tree.body, expression)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, ExpressionError):
            raise
        single = "=" in expression and not re.search(r"[=<>!]=", expression)
        hint = "; compare with a double sign: `year == 2010`" if single else ""
        hint = f"; unequal is `!=`: `{expression.strip().replace('<>', '!=')}`" if "<>" in expression else hint
        raise ExpressionError(f"`{expression}` is not an expression that can be read{hint}") from None
    return tree


def _check(node: ast.expr, expression: str) -> None:
    """Check one part of an expression, and the parts in it."""
    match node:
        case ast.BoolOp(values=operands):
            _require_conditions(operands, expression)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _require_conditions([operand], expression)
        case ast.UnaryOp(op=ast.Invert()):
            raise ExpressionError("write `not` for `~`")
        case ast.UnaryOp(operand=operand):
            _check(operand, expression)
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
            raise ExpressionError("write `and` for `&`, and `or` for `|`")
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            _check_power(right)
            _check(left, expression)
        case ast.BinOp(
            left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Mod(), right=right
        ):
            _check(left, expression)
            _check(right, expression)
        case ast.Compare(left=left, ops=operators, comparators=operands):
            _check_operand(left, expression)
            if any(isinstance(each, (ast.In, ast.NotIn)) for each in operators[:-1]):
                raise ExpressionError("nothing is compared with a list; join two comparisons with `and`")
            for operator, operand in zip(operators, operands, strict=True):
                _check_comparison(operator, operand, expression)
        case ast.Call():
            _check_call(node, expression)
        case ast.Name():
            pass
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            pass
        case ast.Constant():
            raise ExpressionError(f"`{node.value!r}` is not a number; text can be compared and nothing else")
        case _:
            raise ExpressionError(f"`{expression}` uses something outside the language ({type(node).__name__.lower()})")


def _require_conditions(operands: list[ast.expr], expression: str) -> None:
    for operand in operands:
        _check(operand, expression)
        if not _is_condition(operand):
            shown = ast.unparse(operand)
            raise ExpressionError(f"`{shown}` is a number; `and`, `or` and `not` take conditions: `{shown} == 1`")


def _is_condition(node: ast.expr) -> bool:
    return isinstance(node, (ast.Compare, ast.BoolOp)) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def _check_power(exponent: ast.expr) -> None:
    number = exponent.operand if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub) else exponent
    known = isinstance(number, ast.Constant) and isinstance(number.value, (int, float))
    if not (known and number.value <= LARGEST_POWER):  # type: ignore[attr-defined]
        raise ExpressionError(f"`{ast.unparse(exponent)}` is not an exponent; write a number up to {LARGEST_POWER}")


def _check_comparison(operator: ast.cmpop, operand: ast.expr, expression: str) -> None:
    if isinstance(operator, (ast.In, ast.NotIn)):
        if not isinstance(operand, ast.List) or not operand.elts:
            raise ExpressionError("`in` takes a list: `province in ['Shandong', 'Henan']`")
        for element in operand.elts:
            _check_operand(element, expression)
    elif isinstance(operator, (ast.Is, ast.IsNot)):
        raise ExpressionError("write `==` for `is`, and `!=` for `is not`")
    else:
        _check_operand(operand, expression)


def _check_operand(operand: ast.expr, expression: str) -> None:
    """Check one side of a comparison, where text may stand."""
    if not (isinstance(operand, ast.Constant) and isinstance(operand.value, str)):
        _check(operand, expression)


def _check_call(node: ast.Call, expression: str) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else "…"
    if name not in FUNCTIONS:
        raise ExpressionError(f"`{name}` is not a function of the language; there are {', '.join(FUNCTIONS)}")
    if len(node.args) != 1 or node.keywords:
        raise ExpressionError(f"`{name}` takes one column or expression")
    _check(node.args[0], expression)
