"""Runs that are killed, stopped or asked to end at any moment, after which the plain command has to end right."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from tests.conftest import ROOT
from tests.fuzz.run import Finding
from tests.studies.small_study import FEW_DIAGNOSES, SMALL_STUDY

STUDY = (
    SMALL_STUDY
    + FEW_DIAGNOSES
    + """\
blocks:
  effects:
    outcomes: [income]
    estimators: [two_way_fixed_effects]
exhibits:
  table_1: {kind: regression_table, title: Effects, blocks: [effects]}
"""
)

COPIED, LINKED = ("config", "requirements.lock", "pyproject.toml", "run"), ("src", "workflow", "README.md")

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

BY_DESIGN = ("report/", "logs/", "benchmarks/", "run_times", ".log", ".kept/")
"""What differs from one run to the next: how long it took, and what is kept of jobs that a kill may have cut short."""


def checkout(folder: Path) -> Path:
    """Make a checkout with a small study, which shares the program with this one."""
    for part in (*COPIED, *LINKED):
        source, target = ROOT / part, folder / part
        if part in LINKED:
            target.symlink_to(source)
        else:
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)
    (folder / "config/studies/small.yaml").write_text(STUDY, encoding="utf-8")
    raw = folder / "data/raw/small"
    raw.mkdir(parents=True)
    draws = np.random.default_rng(1)
    rows = [(v, y, int(v % 2 and y >= 2004)) for v in range(40) for y in range(2000, 2008)]
    survey = pd.DataFrame(rows, columns=["village", "year", "listed_now"])
    survey["income"] = (100 + 5 * survey["listed_now"] + draws.normal(0, 2, len(survey))).round(2)
    survey.to_csv(raw / "survey.csv", index=False)
    return folder


def begun(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the run of a checkout, as `./run` does, in a group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(
        [sys.executable, "-m", "ruralpanel.runs", "--cores", "2", *arguments, "--config", "study=small"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ended(run: subprocess.Popen[str], seconds: float = 300) -> tuple[int, str]:
    """Wait for a run, and give its status and what it said; one that does not end is killed, and has no status."""
    try:
        said, _ = run.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        run.kill()
        return -999, run.communicate()[0]
    return run.returncode, said


def results(folder: Path) -> dict[str, str]:
    """Give the hashes of what a run made, without what tells how long it took."""
    top = folder / "results/small"
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(top.rglob("*"))
        if path.is_file() and not any(part in (name := path.relative_to(top).as_posix()) for part in BY_DESIGN)
    }


@cache
def whole() -> tuple[dict[str, str], float]:
    """Run the study once without harm: what it makes, and how long it takes in seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder, began = checkout(Path(name)), time.monotonic()
        status, said = ended(begun(folder))
        assert status == 0, said
        return results(folder), time.monotonic() - began


def case(seed: int, only: str = "") -> list[Finding]:
    """Kill a run at a random moment, some twice, and hold what the plain command makes then to an unharmed run's."""
    draws = random.Random(seed)
    expected, seconds = whole()
    found, odd = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = checkout(Path(name))
        for _ in range(draws.choice([1, 1, 2])):
            number = signal.Signals[only] if only else draws.choice(SIGNALS)
            # Half of them while Python and Snakemake still load, and the first jobs begin.
            after, group = draws.uniform(0.0, seconds * draws.choice([0.2, 1.0])), draws.random() < 0.3
            odd.append(f"{number.name} after {after:.2f} s" + (" to the group" if group else ""))
            run = begun(folder)
            time.sleep(after)
            if run.poll() is None:
                (os.killpg if group else os.kill)(run.pid, number)
            status, said = ended(run, 20 if number != signal.SIGKILL else 300)
            if status == -999:
                found.append(f"goes on after {number.name}")
            if "Traceback" in said or "KeyboardInterrupt" in said:
                found.append(f"a traceback after {number.name}: {said[-300:]!r}")
        status, said = ended(begun(folder))
        if status != 0 or "Traceback" in said:
            found.append(f"the plain command ends with {status}: {said[-500:]!r}")
        elif (made := results(folder)) != expected:
            names = sorted(name for name in {*made, *expected} if made.get(name) != expected.get(name))
            found.append(f"other results: {names}")
    return [Finding(seed, "run", ", then ".join(odd), each) for each in found]
