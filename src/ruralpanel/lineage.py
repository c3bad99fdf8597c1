"""Which code a stage depends on, as a digest that the workflow can compare.

Snakemake reruns a job when its inputs, parameters or script change, but does not see the modules a script imports.
Each rule therefore has the digest of the modules behind it among its parameters.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parent


def file_digest(path: Path | str) -> str:
    """Compute the sha256 of a file, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def code_digest(*modules: str, files: Iterable[Path] = ()) -> str:
    """Compute a digest of modules and of every module of this package that they import, directly or not.

    A package that finds its modules with :mod:`pkgutil` imports all of them. Comments, docstrings and layout do not
    count: changing them changes no number.

    Parameters
    ----------
    *modules
        Dotted names, such as ``ruralpanel.panel.build``.
    files
        Python that is in no package, such as estimators of a study's own; what it imports of this package counts too.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a sha256.

    Raises
    ------
    ModuleNotFoundError
        If there is no such module in the package.
    """
    digest = hashlib.sha256()
    outside = sorted(files)
    imported = [module for path in outside for module in _parse(path).imports]
    for path in outside:
        digest.update(path.name.encode())
        digest.update(_parse(path).syntax.encode())
    for module in sorted(modules_behind(*modules, *imported)):
        digest.update(module.encode())
        digest.update(_parsed(file_of(module)).syntax.encode())
    return digest.hexdigest()[:16]


def modules_behind(*modules: str) -> set[str]:
    """List modules of this package that the given ones import, directly or not, and the given ones.

    Raises
    ------
    ModuleNotFoundError
        If there is no such module in the package.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _parsed(file_of(module)).imports
    return found


def file_of(module: str) -> Path:
    """Find the file of a module of this package.

    Raises
    ------
    ModuleNotFoundError
        If there is no such module in the package.
    """
    path = PACKAGE.parent.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    raise ModuleNotFoundError(f"{module} is not a module of {PACKAGE.name}")


class _Parsed(NamedTuple):
    """What a file says: its syntax tree as text, without docstrings, and what it imports from this package."""

    syntax: str
    imports: tuple[str, ...]


@cache
def _parsed(path: Path) -> _Parsed:
    """Parse a file of this package, which does not change while the program runs."""
    return _parse(path)


def _parse(path: Path) -> _Parsed:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    statements = (tree, *_statements(tree))
    if any(isinstance(node, ast.ImportFrom) and node.module == "pkgutil" for node in statements):
        names |= _modules_beside(path)
    for node in statements:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {
                f"{node.module}.{alias.name}" for alias in node.names if _is_module(f"{node.module}.{alias.name}")
            }
        elif isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return _Parsed(ast.dump(tree), tuple(sorted(name for name in names if name.split(".")[0] == PACKAGE.name)))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """List the statements within one, at its top or inside a function; expressions, of which most of a tree is, not."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for each in getattr(node, part, ()):
            yield each
            yield from _statements(each)


def _modules_beside(path: Path) -> set[str]:
    """Name the modules of a folder whose package finds them by themselves."""
    package = path.parent.relative_to(PACKAGE.parent)
    return {".".join((*package.parts, each.stem)) for each in path.parent.glob("[!_]*.py")}


def _is_module(name: str) -> bool:
    if not name.startswith(PACKAGE.name):
        return False
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
