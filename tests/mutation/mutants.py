"""Small wrong changes to a module: a comparison, an operation, a constant or a condition that is another one."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A module with one small change.

    Parameters
    ----------
    line
        Of the change, from 1.
    what
        What stands there, and in its place.
    tree
        The whole module, changed.
    """

    line: int
    what: str
    tree: ast.Module


def mutants_of(source: str) -> list[Mutant]:
    """List every mutant of a module; annotations, docstrings, defaults of names and texts stay as they are.

    Parameters
    ----------
    source
        The module's text.
    """
    tree = ast.parse(source)
    passed_over = {id(part) for kept in _without_effect(tree) for part in ast.walk(kept)}
    found = []
    for position, node in enumerate(ast.walk(tree)):
        if id(node) in passed_over:
            continue
        for changed in _changes(node):
            other = copy.deepcopy(tree)
            there = next(each for at, each in enumerate(ast.walk(other)) if at == position)
            if isinstance(there, ast.expr) and not isinstance(changed, type(there)):
                _put(other, there, changed)
            else:
                there.__dict__.update(changed.__dict__)
            line = getattr(node, "lineno", 0)
            found.append(
                Mutant(line, f"{ast.unparse(node)} → {ast.unparse(changed)}", ast.fix_missing_locations(other))
            )
    return found


def _without_effect(tree: ast.Module) -> Iterator[ast.AST]:
    """Give the parts of a module in which a change could be noticed by no test, or by a reader only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            yield node.annotation
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            yield node.returns
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield node
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield node.format_spec
        if isinstance(node, ast.Assert):
            yield node  # which tells a reader, and the checker of types, what is so


def _changes(node: ast.AST) -> Iterator[ast.expr]:
    """Give what could stand in the place of a node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        yield ast.Compare(node.left, [COMPARED[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATED and not _is_text(node):
        yield ast.BinOp(node.left, OPERATED[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1 if isinstance(node.value, int) else node.value * 1.5 + 0.25)


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr | ast.List) for side in (node.left, node.right)) or any(
        isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
    )


def _put(tree: ast.Module, there: ast.expr, changed: ast.expr) -> None:
    """Put an expression in the place of another."""

    class _Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return changed if node is there else self.generic_visit(node)

    _Put().visit(tree)
