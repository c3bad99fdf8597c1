"""What an expression that compares text with numbers was meant to be."""

from __future__ import annotations

import ast
from typing import Any

import pandas as pd

SHOWN = 8
"""Values of a column that a hint lists."""


def with_values_of(expression: str, name: str, column: pd.Series, *, holds_text: bool) -> str:
    """Write an expression with constants as a column has them, for a hint that holds when it is followed.

    Parameters
    ----------
    expression
        Which compares the column with constants of the other kind.
    name, column
        The column.
    holds_text
        Whether it holds text, and not numbers.

    Returns
    -------
    str
        The expression as it stands in a study file, in quotation marks where that needs them; what the column holds
        where it has none of the values; and where a text is no number, that it is none.
    """
    rewriting = _Rewriting(name, sorted(map(str, column.dropna().unique())) if holds_text else None)
    meant = ast.unparse(rewriting.visit(ast.parse(expression.strip(), mode="eval")))
    if rewriting.no_number is not None:
        return f"{name} holds numbers, and {rewriting.no_number!r} is none"
    written = f'"{meant}"' if "[" in meant or meant[0] in "'\"" else meant
    if not rewriting.absent:
        return f"write {written}"
    texts = rewriting.texts or []
    return f"write {written}; {name} holds {', '.join(texts[:SHOWN])}{', …' if len(texts) > SHOWN else ''}"


def no_code(name: str, column: pd.Series, text: str) -> str:
    """Say which codes a column holds, where a text that it is compared with is none; empty where it may be one.

    Parameters
    ----------
    name, column
        The column, which holds text.
    text
        What it is compared with.
    """
    held = column.dropna()
    # An empty text is what a cell without a code may hold, in this year's file or in the next.
    if not text or text.isdigit() or held.empty or not str(held.iloc[0]).isdigit():
        return ""
    codes = sorted(map(str, held.unique()))
    if not all(code.isdigit() for code in codes):
        return ""
    return f"{name} holds {', '.join(codes[:SHOWN])}{', …' if len(codes) > SHOWN else ''}: write one of these in quotes"


class _Rewriting(ast.NodeTransformer):
    """Writes constants that a column is compared with as text, or without texts of the column as numbers."""

    def __init__(self, name: str, texts: list[str] | None) -> None:
        self.name, self.texts = name, texts
        self.no_number: object = None
        self.absent = False

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Name) and side.id == self.name for side in sides):
            node.left, *node.comparators = [self._side(side) for side in sides]
        return node

    def _side(self, side: ast.expr) -> ast.expr:
        if isinstance(side, ast.List):
            return ast.List([self._side(each) for each in side.elts], ast.Load())
        if not isinstance(side, ast.Constant):
            return side
        return ast.Constant(self._text(str(side.value)) if self.texts is not None else self._number(side.value))

    def _text(self, written: str) -> str:
        assert self.texts is not None
        lengths = {len(text) for text in self.texts}
        text = written.zfill(lengths.pop()) if len(lengths) == 1 and written.isdigit() else written
        self.absent = self.absent or text not in self.texts
        return text

    def _number(self, value: Any) -> Any:
        try:
            number = float(str(value))
        except ValueError:
            self.no_number = value
            return value
        return int(number) if number.is_integer() else number
