"""Periods in conditions and expressions: ``quarter >= "2014Q3"`` is a comparison of ordinals."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ruralpanel.frames.expression_syntax import parsed
from ruralpanel.frames.periods.frequency import FIRST_YEAR, LAST_YEAR, Frequency
from ruralpanel.frames.periods.spelling import read_period

_AS_LARGE_AS_A_YEAR = 1000


def with_ordinals(expression: str, periods: Mapping[str, Frequency]) -> str:
    """Put the ordinals of periods in place of what a study file writes for them.

    Parameters
    ----------
    expression
        In the language of :mod:`ruralpanel.frames.expression_syntax`.
    periods
        The columns with periods and their frequencies; years, which are their own ordinals, may be left out.

    Returns
    -------
    str
        The expression as it is written where there is nothing to replace.
    """
    if not periods:
        return expression
    tree = parsed(expression)
    replaced = False
    for comparison, of in _comparisons(tree, periods):
        for text in _texts(comparison):
            spelt = read_period(text.value)
            if spelt is not None and spelt.of == of.name:
                text.value = spelt.ordinal
                replaced = True
    return ast.unparse(tree) if replaced else expression


def problems_with_periods(expression: str, periods: Mapping[str, Frequency]) -> Iterator[tuple[str, str]]:
    """Find periods that are compared with what is no such period: all rows, or none, would fulfil that.

    Parameters
    ----------
    expression
        An expression that can be read.
    periods
        The columns with periods that are more than whole numbers, and their frequencies.

    Yields
    ------
    tuple of (str, str)
        What is wrong, and what to write.
    """
    if not periods:
        return
    tree = parsed(expression)
    for comparison, of in _comparisons(tree, periods):
        column = next(name for name in _names(comparison) if name in periods)
        hint = f"write a {of.noun} between quotation marks: `{_with_a_period(comparison, column, of)}`"
        for text in _texts(comparison):
            spelt = read_period(text.value)
            if spelt is None or spelt.of != of.name:
                yield f"`{expression}` compares `{column}`, which holds {of.noun}s, with {text.value!r}", hint
        for other in _operands(comparison):
            frequency = _frequency(other, periods)
            if frequency is not None and frequency.name != of.name:
                what = f"`{expression}` compares {of.noun}s with {frequency.noun}s"
                yield (
                    what,
                    "a column of the base read with another `frequency` from the same header is of the same kind",
                )
            if not _names(other) and not isinstance(other, ast.List) and not _texts(other):
                shown = ast.unparse(other)
                yield f"`{expression}` compares `{column}`, which holds {of.noun}s, with the number {shown}", hint
            for element in other.elts if isinstance(other, ast.List) else []:
                if not _texts(element):
                    shown = ast.unparse(element)
                    yield f"`{expression}` compares `{column}`, which holds {of.noun}s, with the number {shown}", hint
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                of_one, number = _frequency(one, periods), _number(other)
                if of_one is not None and number is not None and abs(number) >= _AS_LARGE_AS_A_YEAR:
                    what = f"`{expression}` takes `{ast.unparse(one)}`, which holds {of_one.noun}s, with {number:g}"
                    yield what, "a year is no such period; subtract a column of periods, or compare with one"


def _with_a_period(comparison: ast.Compare, column: str, of: Frequency) -> str:
    """Write a comparison with a year as one with a period of it; where there is no year in it, an example."""
    year = _number(comparison.comparators[-1])
    if len(comparison.ops) > 1 or year is None or not FIRST_YEAR < year <= LAST_YEAR:
        return f'{column} >= "{of.label(of.bounds()[1] - of.a_year)}"'
    # After 2010, or up to it, means its last period; from 2010 on, or before it, its first.
    is_last = isinstance(comparison.ops[0], ast.Gt | ast.LtE)
    meant = of.end_of_year(int(year)) if is_last else of.end_of_year(int(year) - 1) + 1
    written = ast.Compare(comparison.left, comparison.ops, [ast.Constant(of.label(meant))])
    return ast.unparse(written).replace("'", '"')


def _comparisons(tree: ast.Expression, periods: Mapping[str, Frequency]) -> Iterator[tuple[ast.Compare, Frequency]]:
    """Give the comparisons that have a period on one side, with its frequency."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found = [each for operand in _operands(node) if (each := _frequency(operand, periods)) is not None]
            if found:
                yield node, found[0]


def _operands(comparison: ast.Compare) -> list[ast.expr]:
    return [comparison.left, *comparison.comparators]


def _frequency(node: ast.expr, periods: Mapping[str, Frequency]) -> Frequency | None:
    """Tell the frequency of what is a period: a column of periods, or one with a number of periods added to it."""
    if isinstance(node, ast.Name):
        return periods.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        left, right = _frequency(node.left, periods), _frequency(node.right, periods)
        if left is not None and right is None:
            return left
        if right is not None and left is None and isinstance(node.op, ast.Add):
            return right
    return None


def _texts(node: ast.AST) -> list[ast.Constant]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _names(node: ast.AST) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def _number(node: ast.expr) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return float(node.value)
    return None
