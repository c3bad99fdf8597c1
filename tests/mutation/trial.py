"""Tries mutants: in one session of tests, whose functions are changed in a copy of the process, or in a fresh one."""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.util
import io
import os
import signal
import sys
import time
import types
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).parents[2]
SECONDS = 30
"""After which a mutant that makes the tests hang is ended, and counts as noticed; and ten times what they take."""

OPTIONS = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-o", "addopts=", "--strict-markers"]

Reached = tuple[bool | None, list[str]]
"""Whether a test noticed a mutant in the session, None where only a fresh process can tell: a constant of the module, a
function that is wrapped or compiled; and the tests that reach it."""

NOT_CHANGED = 3
"""What a copy of the session ends with where it has no such function."""


def dotted(module: str) -> str:
    """Name a module below `src/ruralpanel` as an import does."""
    return f"ruralpanel.{module.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"


class InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a mutant in the place of its module."""

    def __init__(self, name: str, mutant: Mutant, path: Path) -> None:
        self.name, self.mutant, self.path = name, mutant, path

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: types.ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=self.path.name == "__init__.py")

    def exec_module(self, module: types.ModuleType) -> None:
        module.__file__ = str(self.path)
        if self.path.name == "__init__.py":
            module.__path__ = [str(self.path.parent)]
        exec(compile(self.mutant.tree, str(self.path), "exec"), module.__dict__)


def is_noticed_afresh(name: str, mutant: Mutant | None, tests: list[str]) -> bool:
    """Tell whether a test fails where a module is replaced before anything of the program is imported.

    Parameters
    ----------
    name
        The module, dotted.
    mutant
        What is put in its place; without one, whether a test fails anyhow.
    tests
        Files, folders and names of tests.
    """
    child = os.fork()
    if child == 0:
        signal.alarm(10 * SECONDS)
        if mutant is not None:
            parts = ROOT / "src" / name.replace(".", "/")
            path = parts / "__init__.py" if parts.is_dir() else parts.with_suffix(".py")
            sys.meta_path.insert(0, InPlaceOf(name, mutant, path))
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            status = pytest.main([*OPTIONS, *tests])
        os._exit(0 if status == pytest.ExitCode.OK else 1)
    return os.waitpid(child, 0)[1] != 0


def tried_in_one_session(drawn: list[tuple[str, Mutant]], tests: list[str], workers: int) -> list[Reached] | None:
    """Collect tests once, run them once, and then those that reach each mutant with the function changed.

    Parameters
    ----------
    drawn
        Modules below `src/ruralpanel`, and mutants of them.
    tests
        Files and folders of tests.
    workers
        How many mutants are tried at once.

    Returns
    -------
    list of Reached or None
        Of each mutant; None where a test fails without one.
    """
    loop = Loop(drawn, workers)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        pytest.main([*OPTIONS, *tests], plugins=[loop])
    return None if loop.failed else loop.answers


class Loop:
    """In the place of pytest's loop over tests."""

    def __init__(self, drawn: list[tuple[str, Mutant]], workers: int) -> None:
        self.drawn, self.workers = drawn, workers
        self.files = {str(ROOT / "src/ruralpanel" / module): module for module, _ in drawn}
        self.lines: dict[str, dict[int, set[str]]] = {module: {} for module, _ in drawn}
        self.seconds: dict[str, float] = {}
        self.failed = False
        self.answers: list[Reached] | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for item in items.values():
            began = time.perf_counter()
            with self.traced(item.nodeid):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            self.seconds[item.nodeid] = time.perf_counter() - began
            if self.failed:
                print(f"{item.nodeid} fails without a mutant", file=sys.__stderr__, flush=True)
                return True
        self.answers = self.all_tried(items)
        return True

    @contextlib.contextmanager
    def traced(self, test: str) -> Iterator[None]:
        """Keep the lines of the modules that are reached."""

        def called(frame: types.FrameType, event: str, argument: Any) -> Any:
            module = self.files.get(frame.f_code.co_filename)
            if module is None:
                return None
            lines = self.lines[module]

            def stepped(frame: types.FrameType, event: str, argument: Any) -> Any:  # noqa: ARG001
                lines.setdefault(frame.f_lineno, set()).add(test)
                return stepped

            return stepped(frame, event, argument)

        sys.settrace(called)
        try:
            yield
        finally:
            sys.settrace(None)

    def tests_of(self, module: str, mutant: Mutant) -> list[str]:
        """Name the tests that reach a mutant, the quickest first; all of its module where it is outside functions."""
        lines = self.lines[module]
        within = range(*_statement(mutant)) if _function(mutant) else lines
        reaching = {test for line in within for test in lines.get(line, ())}
        return sorted(reaching, key=lambda test: self.seconds[test])

    def all_tried(self, items: dict[str, pytest.Item]) -> list[Reached]:
        """Try every mutant in a copy of this process, some at once."""
        answers: list[Reached] = []
        running: dict[int, int] = {}
        for number, (module, mutant) in enumerate(self.drawn):
            names = self.tests_of(module, mutant)
            answers.append((None if names else False, names))
            if not names or _function(mutant) is None:
                continue
            if len(running) >= self.workers:
                self._ended(running, answers)
            running[self._begun(module, mutant, [items[name] for name in names])] = number
        while running:
            self._ended(running, answers)
        return answers

    def _begun(self, module: str, mutant: Mutant, items: list[pytest.Item]) -> int:
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS + int(10 * sum(self.seconds[item.nodeid] for item in items)))
            if not _changed(sys.modules[dotted(module)], mutant):
                os._exit(NOT_CHANGED)
            for item in items:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                if self.failed:
                    os._exit(1)
            os._exit(0)
        return child

    def _ended(self, running: dict[int, int], answers: list[Reached]) -> None:
        child, status = os.wait()
        number = running.pop(child)
        ended = os.waitstatus_to_exitcode(status)
        answers[number] = (None if ended == NOT_CHANGED else ended != 0, answers[number][1])


def _function(mutant: Mutant) -> ast.FunctionDef | None:
    """Find the function, or the method of a class, in whose body a mutant is."""
    for node in ast.walk(mutant.tree):
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno <= mutant.line <= (node.end_lineno or 0):
            return node
    return None


def _statement(mutant: Mutant) -> tuple[int, int]:
    """Give the first line of the statement that a mutant is in, and the first line behind it or its head."""
    found = (mutant.line, mutant.line + 1)
    for node in ast.walk(mutant.tree):
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= (node.end_lineno or node.lineno):
            body = getattr(node, "body", None)
            end = max(body[0].lineno, node.lineno + 1) if body else (node.end_lineno or node.lineno) + 1
            found = (node.lineno, end) if mutant.line < end else found
    return found


def _changed(module: types.ModuleType, mutant: Mutant) -> bool:
    """Give functions of a module that is loaded the code that they have in a mutant; tell whether they are found."""
    path = str(module.__file__)
    codes = {code.co_qualname: code for code in _codes(compile(mutant.tree, path, "exec"))}
    changed = False
    for function in _functions(module):
        code = codes.get(function.__code__.co_qualname)
        if code is None or function.__code__.co_filename != path:
            continue
        within = function.__code__.co_firstlineno <= mutant.line
        if within and code.co_firstlineno == function.__code__.co_firstlineno and code != function.__code__:
            function.__code__ = code
            changed = True
    _forget_what_is_kept()
    return changed


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield each
            yield from _codes(each)


def _functions(module: types.ModuleType) -> Iterator[types.FunctionType]:
    """Give the functions of a module and the methods of its classes, under what wraps them."""
    classes = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    for value in [*vars(module).values(), *(each for one in classes for each in vars(one).values())]:
        bare = value
        for _ in range(5):
            for name in ("__wrapped__", "fget", "func", "__func__"):
                bare = getattr(bare, name, bare)
        if isinstance(bare, types.FunctionType):
            yield bare


def _forget_what_is_kept() -> None:
    """Empty what functions keep of their answers, in the program and in its tests."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("ruralpanel", "tests"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear") and not isinstance(value, type):
                    value.cache_clear()
