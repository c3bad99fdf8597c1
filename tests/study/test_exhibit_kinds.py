"""Kinds of exhibits: what each needs is there, and nothing else asks which kind an exhibit is."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from ruralpanel.study.exhibit import OfEstimates
from ruralpanel.study.exhibits import KINDS
from tests.conftest import syntax_of


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_module_of_its_name(kind: str) -> None:
    module = import_module(f"ruralpanel.exhibits.{kind}")
    functions = ("print_table",) if KINDS[kind].is_table else ("plotted_data", "draw")
    assert all(callable(getattr(module, name)) for name in functions)
    assert not KINDS[kind].prints_estimates or issubclass(KINDS[kind], OfEstimates)


@pytest.mark.slow
def test_nothing_asks_which_kind_an_exhibit_is_but_the_module_of_the_kind(root: Path) -> None:
    package = root / "src/ruralpanel"
    classes = {each.__name__: kind for kind, each in KINDS.items()}
    found = []
    for path in sorted([*package.rglob("*.py"), *(root / "workflow").rglob("*.py")]):
        for node in ast.walk(syntax_of(path)):
            kinds = _kinds_asked_for(node, classes)
            found += [f"{path.relative_to(root)}: {kind}" for kind in kinds if path.stem != kind]
    assert found == []


def _kinds_asked_for(node: ast.AST, classes: dict[str, str]) -> list[str]:
    """List the kinds in a question: `isinstance`, a pattern of `match`, or a comparison with the kind's name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
        return [classes[each.id] for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in classes]
    if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name):
        return [classes[node.cls.id]] if node.cls.id in classes else []
    compared = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
    return [each.value for each in compared if isinstance(each, ast.Constant) and each.value in classes.values()]
