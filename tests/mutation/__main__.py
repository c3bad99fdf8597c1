"""Try whether tests notice small wrong changes: ``python -m tests.mutation inference/clustered.py --cases 30``.

The tests are run once, to see which of them reach which line. Each mutant then stands in the place of its module in a
process of its own, and the tests that reach its line are run, the quickest first, until one fails. Those that no test
notices are printed, to be read: some change nothing that could be seen. Lines of compiled loops are reached by no test,
unless loops are run as they are written (``--interpreted``).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis  # noqa: F401
import numpy as np  # noqa: F401
import pandas as pd  # noqa: F401
import scipy.stats  # noqa: F401

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trial import Reached, dotted, is_noticed_afresh, tried_in_one_session

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Drawn:
    """A mutant of a module, among those that are tried."""

    module: str
    mutant: Mutant


def modules_of(named: str) -> list[str]:
    """List the modules below `src/ruralpanel` that are meant by a file, or by a folder."""
    at = ROOT / "src/ruralpanel" / named
    found = [at] if at.is_file() else sorted(at.rglob("*.py"))
    return [path.relative_to(ROOT / "src/ruralpanel").as_posix() for path in found]


def main(arguments: list[str]) -> int:
    """Draw mutants of modules, print those that the tests do not notice, and the share of each module that they do."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", help="files or folders below src/ruralpanel, with commas: inference/clustered.py")
    parser.add_argument("tests", nargs="*", help="files or folders; left out, those of the modules' rooms")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the draw; else drawn")
    parser.add_argument("--cases", type=int, default=30, help="of each module")
    parser.add_argument("--workers", type=int, default=1, help="mutants that are tried at once")
    parser.add_argument(
        "--interpreted", action="store_true", help="run compiled loops as written, to reach their lines"
    )
    given = parser.parse_args(arguments)
    if given.interpreted:
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    modules = [each for named in given.modules.split(",") for each in modules_of(named)]
    tests = given.tests or sorted({str(ROOT / "tests" / Path(each).parts[0]) for each in modules})
    drawn, counts = [], {}
    for module in modules:
        every = mutants_of((ROOT / "src/ruralpanel" / module).read_text(encoding="utf-8"))
        counts[module] = len(every)
        sample = random.Random(f"{given.seed} {module}").sample(every, min(given.cases, len(every)))
        drawn += [Drawn(module, mutant) for mutant in sample]
    print(f"{len(drawn)} mutants of {len(modules)} modules, seed {given.seed}", flush=True)
    reached = _in_a_child([(each.module, each.mutant) for each in drawn], tests, given.workers)
    if reached is None:
        print("the tests fail without a mutant")
        return 2
    noticed = dict.fromkeys(modules, 0)
    for each, (seen, ids) in zip(drawn, reached, strict=True):
        if is_noticed_afresh(dotted(each.module), each.mutant, ids) if seen is None else seen:
            noticed[each.module] += 1
        else:
            untouched = "" if ids else " (no test reaches it)"
            print(f"  {each.module}:{each.mutant.line}: {each.mutant.what}{untouched}", flush=True)
    _print_shares([each.module for each in drawn], noticed, counts)
    return 0


def _print_shares(tried: list[str], noticed: dict[str, int], counts: dict[str, int]) -> None:
    for module, count in noticed.items():
        if of := tried.count(module):
            print(f"{module}: {count} of {of} noticed ({count / of:.0%}), of {counts[module]} there are")
    print(f"all: {sum(noticed.values())} of {len(tried)} noticed ({sum(noticed.values()) / max(len(tried), 1):.0%})")


def _in_a_child(drawn: list[tuple[str, Mutant]], tests: list[str], workers: int) -> list[Reached] | None:
    """Try mutants in a process that collects the tests once, so that this one has loaded nothing of the program."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        answer: Any = tried_in_one_session(drawn, tests, workers)
        with os.fdopen(write, "w") as file:
            json.dump(answer, file)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        text = file.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
