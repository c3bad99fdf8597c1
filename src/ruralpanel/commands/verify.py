"""``./run verify --twice``: a study run twice in folders of their own, and every file of the two compared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

from ruralpanel.verification.twice import differences, files_of

COMPARED = ("results", "data")
"""Folders that a run may write to."""


def main(arguments: Sequence[str]) -> int:
    """Run twice and list what differs; the status is 0 only when both runs end well and nothing does."""
    parser = ArgumentParser(prog="./run verify", description=__doc__)
    parser.add_argument("--twice", action="store_true", required=True, help="without it: the verdict on one run")
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="as for ./run: study=NAME")
    chosen = parser.parse_args(list(arguments))
    folder = Path(tempfile.mkdtemp(prefix="ruralpanel-"))
    cores = os.cpu_count() or 1
    ways = {"first": unlike(cores=1, seed=1, zone="UTC"), "second": unlike(cores, seed=2, zone="Asia/Shanghai")}
    ended_well = True
    for name in ways:  # both before the first run, so that they have the same files, whatever is edited meanwhile
        copy_repository(Path(), folder / name)
    for name, (options, environment) in ways.items():
        said = " ".join(f"{key}={value}" for key, value in environment.items())
        print(f"The {name} run: {' '.join(options)}, {said}, in {folder / name}", flush=True)
        command = [sys.executable, "-m", "snakemake", *options]
        command += ["--config", *chosen.config] if chosen.config else []
        ours = {**os.environ, **environment, "PYTHONPATH": str(folder / name / "src")}
        ended_well &= subprocess.run(command, cwd=folder / name, env=ours, check=False).returncode == 0
    found = [
        f"{part}/{each}" for part in COMPARED for each in differences(folder / "first" / part, folder / "second" / part)
    ]
    for line in found:
        print(line)
    total = sum(len(files_of(folder / "first" / part)) for part in COMPARED)
    if ended_well and not found:
        shutil.rmtree(folder)
        print(f"The two runs are the same: {total:,} files, byte by byte (without logs, benchmarks and run times).")
        return 0
    ended = "" if ended_well else " At least one of the runs did not end well."
    print(f"{len(found):,} of {total:,} files differ.{ended} Both runs are kept in {folder}")
    return 1


def unlike(cores: int, seed: int, zone: str) -> tuple[list[str], Mapping[str, str]]:
    """Make the options and the environment of a run out of what must not matter to it.

    Parameters
    ----------
    cores
        How many jobs run at once, and how many threads linear algebra may use.
    seed
        What Python hashes texts with, and so the order of its sets.
    zone
        The time zone.
    """
    threads = {name: str(cores) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
    return ["--cores", str(cores)], {"PYTHONHASHSEED": str(seed), "TZ": zone, **threads}


def copy_repository(source: Path, target: Path) -> None:
    """Copy what a run starts from: all but results that can be built, caches and the environment.

    Parameters
    ----------
    source
        The top of the repository.
    target
        A folder that is not there yet.
    """

    def passed_over(folder: str, names: list[str]) -> set[str]:
        at = Path(folder).resolve().relative_to(source.resolve())
        if at == Path():
            return {name for name in names if name.startswith(".")}
        if at == Path("results"):
            return set(names) - {"published"}
        return {"__pycache__"} & set(names)

    shutil.copytree(source, target, ignore=passed_over, symlinks=True)
