"""Which code a stage depends on, as a digest that the workflow can compare.

Snakemake reruns a job when its inputs, parameters or script change, but does not see the modules a script imports.
Each rule therefore has the digest of the modules behind it among its parameters.
"""

from __future__ import annotations

import ast
import atexit
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

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
    outside = {path: _read(path) for path in sorted(files)}
    imported = [module for each in outside.values() for module in each.imports]
    for path, each in outside.items():
        digest.update(path.name.encode())
        digest.update(each.syntax.encode())
    for module in sorted(modules_behind(*modules, *imported)):
        digest.update(module.encode())
        digest.update(_parsed(file_of(module)).syntax.encode())
    return digest.hexdigest()[:16]


def file_digests(*modules: str, files: Iterable[Path] = ()) -> dict[str, str]:
    """Give a digest of the code of each file behind modules, comments, docstrings and layout aside.

    Parameters
    ----------
    *modules
        Dotted names; what they import of this package is among the files.
    files
        Python that is in no package, by name alone.

    Returns
    -------
    dict of str to str
        By the path below the package, such as ``inference/covariance.py``, 16 hexadecimal digits of a sha256.
    """
    outside = {path.name: _read(path) for path in sorted(files)}
    imported = [module for each in outside.values() for module in each.imports]
    inside = {
        file_of(module).relative_to(PACKAGE).as_posix(): _parsed(file_of(module))
        for module in modules_behind(*modules, *imported)
    }
    return {name: each.syntax[:16] for name, each in sorted((inside | outside).items())}


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
    if (found := _file_in(PACKAGE, module)) is None:
        raise ModuleNotFoundError(f"{module} is not a module of {PACKAGE.name}")
    return found


@cache
def _file_in(package: Path, module: str) -> Path | None:
    path = package.parent.joinpath(*module.split("."))
    return next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None)


class _Parsed(NamedTuple):
    """A digest of the syntax tree of a file, without docstrings, what it imports, and what else may be modules."""

    syntax: str
    imports: tuple[str, ...]
    named: tuple[str, ...]


@cache
def _parsed(path: Path) -> _Parsed:
    """Parse a file of this package, which does not change while the program runs."""
    return _read(path)


def _read(path: Path) -> _Parsed:
    """Parse a file, or take what an earlier run found in one of the same contents."""
    text = path.read_bytes()
    key = hashlib.sha256(text).hexdigest()
    kept = _kept(PACKAGE / "__pycache__" / f"syntax.{sys.implementation.cache_tag}.json")
    if key not in kept:
        kept[key] = _parse(text.decode("utf-8"))
    found = _Parsed(*kept[key])
    names = {*found.imports, *filter(_is_module, found.named)}
    if "pkgutil" in names:
        names |= _modules_beside(path)
    return found._replace(imports=tuple(sorted(names - {"pkgutil"})))


@cache
def _kept(file: Path) -> dict[str, Sequence[Any]]:
    """Read what earlier runs found in files by the hash of their contents, and keep what this one adds when it ends.

    Parsing all modules takes a second, which a run with nothing to do would be for the most part.
    """
    reader = file_digest(__file__)
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        found = read["found"] if read["by"] == reader else {}
    except (OSError, ValueError, TypeError, KeyError):
        found = {}
    there = len(found)

    def keep() -> None:
        if len(found) == there or sys.dont_write_bytecode:
            return
        with suppress(OSError):  # a folder that may not be written to, as for compiled modules
            file.parent.mkdir(exist_ok=True)
            beside = file.with_name(f"{file.name}.{os.getpid()}")
            beside.write_text(json.dumps({"by": reader, "found": found}), encoding="utf-8")
            beside.replace(file)

    atexit.register(keep)
    return found


def _parse(text: str) -> _Parsed:
    tree = ast.parse(text)
    imports: set[str] = set()
    named: set[str] = set()
    for node in (tree, *_statements(tree)):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            imports.add(node.module)
            named |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    ours = (
        tuple(sorted(each for each in names if each.split(".")[0] in (PACKAGE.name, "pkgutil")))
        for names in (imports, named)
    )
    return _Parsed(hashlib.sha256(ast.dump(tree).encode()).hexdigest(), *ours)


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
    return name.startswith(PACKAGE.name) and _file_in(PACKAGE, name) is not None
