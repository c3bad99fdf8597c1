"""The small language of conditions and derived columns in a study file.

Arithmetic, comparisons, ``and``/``or``/``not``, ``in`` with a list, and a few functions of one column: a safe part
of Python that pandas can evaluate, and no more. This module checks an expression and lists the columns it uses;
:mod:`ruralpanel.panel.expressions` evaluates it.
"""

from __future__ import annotations

import ast

FUNCTIONS = ("abs", "arcsinh", "exp", "expm1", "log", "log10", "log1p", "sqrt")

_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.List,
    ast.Call,
)


class ExpressionError(ValueError):
    """An expression that is not in the language."""


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
    tree = _parsed(expression)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions}


def is_condition(expression: str) -> bool:
    """Tell whether an expression is true or false of a row, rather than a number.

    Raises
    ------
    ExpressionError
        If it cannot be read.
    """
    body = _parsed(expression).body
    return isinstance(body, (ast.Compare, ast.BoolOp)) or (
        isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.Not)
    )


def _parsed(expression: str) -> ast.Expression:
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = "; compare with a double sign: `year == 2010`" if "=" in expression and "==" not in expression else ""
        raise ExpressionError(f"`{expression}` is not an expression that can be read{hint}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else "…"
            if name not in FUNCTIONS:
                raise ExpressionError(f"`{name}` is not a function of the language; there are {', '.join(FUNCTIONS)}")
            if len(node.args) != 1 or node.keywords:
                raise ExpressionError(f"`{name}` takes one column or expression")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            raise ExpressionError("write `and` for `&`, and `or` for `|`")
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            raise ExpressionError("write `not` for `~`")
        elif isinstance(node, ast.Constant) and (
            isinstance(node.value, (bool, bytes, complex)) or node.value is None or node.value is Ellipsis
        ):
            raise ExpressionError(f"`{node.value!r}` is not a number or a text")
        elif not isinstance(node, _ALLOWED):
            raise ExpressionError(f"`{expression}` uses something outside the language ({type(node).__name__.lower()})")
    return tree
