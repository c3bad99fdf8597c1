"""All advice that errors print, as the source has it: the texts that become the hint of a problem.

A text becomes a hint where it is given as ``hint``, in the place of one, or under a name that is; and what a function
gives, whose answer is. A text in a table of the module (``HINTS``) counts as advice for whoever looks it up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from tests.conftest import ROOT, syntax_of

SOURCE = ROOT / "src/ruralpanel"

PLACES = {"Problem": 3, "problem": 2, "NoSuchNumber": 1}
"""What takes a hint without its name, and how many arguments stand before it."""

PLACES_IN = {"doctor": {"error": 2, "warning": 2, "find": 2}, "study/estimators": {"Finding": 1}}
"""The same in a room only."""

WORDS = ("Problem", "problem(", "hint", "Finding", "NoSuchNumber", "HINTS")
"""A module without any of these gives no hint."""

TABLES = {"sources/rules.py": "HINTS"}
"""Tables of hints, by module."""

SHORTEST = 9
"""A text without more letters than these is a value, such as a key, and not advice."""

GAP = "…"
"""Stands in a text for what is only known when it is printed."""


def texts(node: ast.AST, functions: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Give the texts that an expression can be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(part.value if isinstance(part, ast.Constant) else GAP for part in values)  # type: ignore[misc]
        case ast.IfExp(body=body, orelse=otherwise):
            yield from texts(body, functions, seen)
            yield from texts(otherwise, functions, seen)
        case ast.BoolOp(values=values):
            for each in values:
                yield from texts(each, functions, seen)
        case ast.BinOp(left=left, right=right):
            yield from texts(left, functions, seen)
            yield from texts(right, functions, seen)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for each in items:
                yield from texts(each, functions, seen)
        case ast.Call(func=ast.Attribute(attr="format", value=value)):
            yield from texts(value, functions, seen)
        case ast.Call(func=ast.Attribute(attr="join"), args=[joined]):
            yield from texts(joined, functions, seen)
        case ast.Call(func=ast.Name(id=name)) if name in functions and name not in seen:
            for each in ast.walk(functions[name]):
                if isinstance(each, ast.Return) and each.value is not None:
                    yield from texts(each.value, functions, seen | {name})


def hints_in(module: ast.Module, places: Mapping[str, int]) -> Iterator[str]:
    """Give the texts of a module that become hints."""
    functions = {each.name: each for each in ast.walk(module) if isinstance(each, ast.FunctionDef)}
    for node in ast.walk(module):
        given: list[ast.AST] = []
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = [each.value for each in node.keywords if each.arg == "hint"]
            given += node.args[places[called] : places[called] + 1] if called in places else []
        elif isinstance(node, ast.Assign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            given = [node.value] if any(isinstance(each, ast.Name) and each.id == "hint" for each in targets) else []
        for each in given:
            yield from texts(each, functions)


@cache
def inventory() -> dict[str, set[str]]:
    """Give for each module the texts that become hints, with a gap for what is known only when they are printed."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if not any(word in path.read_text(encoding="utf-8") for word in WORDS):
            continue  # parsing takes longer
        name, module = path.relative_to(SOURCE).as_posix(), syntax_of(path)
        places = dict(PLACES)
        for room, own_places in PLACES_IN.items():
            places |= own_places if name.startswith(f"{room}/") else {}
        own = {text for text in hints_in(module, places) if len(text.replace(GAP, "").strip(" ;,.:")) > SHORTEST}
        if name in TABLES:
            own |= set(_of_table(module, TABLES[name]))
        if own:
            found[name] = own
    return found


def _of_table(module: ast.Module, name: str) -> Iterator[str]:
    constants = {
        each.targets[0].id: each.value
        for each in module.body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
    }
    table = constants[name]
    assert isinstance(table, ast.Dict)
    for value in table.values:
        yield from texts(constants[value.id] if isinstance(value, ast.Name) else value, {})


def is_printed(template: str, printed: Sequence[str]) -> bool:
    """Tell whether something that was printed, or the part of it that a test looks for, comes of a text."""
    # A test may look for a part of what is printed.
    if any(len(each) > SHORTEST and each in template for each in printed):
        return True
    parts = [re.escape(part) for part in template.strip(" ;").split(GAP)]
    longest = max(template.strip(" ;").split(GAP), key=len)
    return any(longest in each and re.search(".*?".join(parts), each, re.DOTALL) for each in printed)
