"""Try whether tests notice small wrong changes: ``python -m tests.mutation inference/clustered.py --cases 30``.

Each mutant is imported in a process of its own in the place of the module, and the daily tests are run until one fails.
Those that no test notices are printed, to be read: some change nothing that could be seen.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.util
import io
import os
import random
import secrets
import signal
import sys
import types
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import ModuleSpec
from pathlib import Path

import hypothesis  # noqa: F401
import numpy as np  # noqa: F401
import pandas as pd  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

from tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
SECONDS = 240
"""After which a mutant that makes the tests hang is ended, and counts as noticed."""


class InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a mutant in the place of its module."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self.name, self.mutant = name, mutant

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: types.ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module: types.ModuleType) -> None:
        path = ROOT / "src" / f"{self.name.replace('.', '/')}.py"
        module.__file__ = str(path)
        exec(compile(self.mutant.tree, str(path), "exec"), module.__dict__)


def is_noticed(name: str, mutant: Mutant | None, tests: list[str]) -> bool:
    """Tell whether a test fails where a module is replaced; without a mutant, whether one fails anyhow.

    Parameters
    ----------
    name
        The module, dotted.
    mutant
        What is put in its place.
    tests
        Files and folders of tests.
    """
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        if mutant is not None:
            sys.meta_path.insert(0, InPlaceOf(name, mutant))
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-o", "addopts=", "--strict-markers"]
            status = pytest.main([*options, *tests])
        os._exit(0 if status == pytest.ExitCode.OK else 1)
    return os.waitpid(child, 0)[1] != 0


def main(arguments: list[str]) -> int:
    """Draw mutants of a module, and print those that its tests do not notice."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("module", help="below src/ruralpanel, such as inference/clustered.py")
    parser.add_argument("tests", nargs="*", help="files or folders; left out, those of the module's room")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the draw; else drawn")
    parser.add_argument("--cases", type=int, default=30)
    given = parser.parse_args(arguments)
    path = ROOT / "src/ruralpanel" / given.module
    name = f"ruralpanel.{given.module.removesuffix('.py').replace('/', '.')}"
    tests = given.tests or [str(ROOT / "tests" / Path(given.module).parent)]
    every = mutants_of(path.read_text(encoding="utf-8"))
    drawn = random.Random(given.seed).sample(every, min(given.cases, len(every)))
    print(f"{given.module}: {len(drawn)} of {len(every)} mutants, seed {given.seed}", flush=True)
    if is_noticed(name, None, tests):
        print("the tests fail without a mutant")
        return 2
    survived = [mutant for mutant in drawn if not _tried(name, mutant, tests)]
    print(f"{len(drawn) - len(survived)} of {len(drawn)} noticed")
    return 0


def _tried(name: str, mutant: Mutant, tests: list[str]) -> bool:
    noticed = is_noticed(name, mutant, tests)
    if not noticed:
        print(f"  line {mutant.line}: {mutant.what}", flush=True)
    return noticed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
