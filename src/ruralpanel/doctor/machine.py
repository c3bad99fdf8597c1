"""The machine: Python and packages as the lock wants them, memory and space on disk as the last run needed them."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from ruralpanel.doctor.findings import Finding, error, warning
from ruralpanel.early_cutoff import FOLDER as KEPT

MEBIBYTE = 2**20

# ASSUME: a study that has never run needs what the program itself takes, 500 MiB, and its raw files 20 times over: text
# becomes numbers of eight bytes, and a stage holds some copies of its table.
MEMORY_OF_THE_PROGRAM = 500 * MEBIBYTE
COPIES_IN_MEMORY = 20

# ASSUME: results take no more than 20 times the raw files (the default study: 8 times), and 100 MiB at least.
COPIES_ON_DISK = 20
LEAST_ON_DISK = 100 * MEBIBYTE


def python_version(root: Path, found: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Finding]:
    """Compare the Python that runs with those the program is declared for.

    Parameters
    ----------
    root
        The top of the repository.
    found
        The version in use.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    running = ".".join(map(str, found))
    if running not in SpecifierSet(project["requires-python"]):
        yield error(
            "Python", f"is {running}; wanted is {project['requires-python']}", "start ./run with another Python"
        )


def installed_packages(
    lock: Path, installed: Callable[[str], str] = version, *, built_from_it: bool = True
) -> Iterator[Finding]:
    """Compare installed packages with the lock.

    Parameters
    ----------
    lock
        The file `requirements.lock`.
    installed
        What gives the version of a package, or raises PackageNotFoundError.
    built_from_it
        Whether the environment is built from the lock, as that of a checkout is. One that the program was installed
        into has what the program needs, and may lack what else the lock has.
    """
    hint = "delete the folder .venv; the next ./run builds it from the lock"
    if not built_from_it:
        hint = f"python -m pip install --no-deps --require-hashes -r {lock.name}"
    for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), start=1):
        if not re.match(r"[A-Za-z0-9]", line):
            continue
        wanted = Requirement(line.rstrip(" \\"))
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        where = f"{lock.name}, line {number}"
        try:
            found = installed(wanted.name)
        except PackageNotFoundError:
            if built_from_it:
                yield error(where, f"{wanted.name} is not installed", hint)
            continue
        if found not in wanted.specifier:
            yield warning(where, f"{wanted.name} is {found}; the lock says {wanted.specifier}", hint)


def memory(results: Path, raw_bytes: int, cores: int | None = None, free: int | None = None) -> Iterator[Finding]:
    """Compare free memory with what the last run took, or with what raw files let expect.

    Parameters
    ----------
    results
        The folder of the study's results, where jobs leave what they took.
    raw_bytes
        The size of all raw files.
    cores
        How many jobs run at a time; left out: as many as there are cores.
    free
        Free memory in bytes; left out: as the system says, and where it does not, nothing is compared.
    """
    free = _free_memory() if free is None else free
    if free is None:
        return
    jobs = sorted(_peaks(results), reverse=True)
    if jobs:
        wanted = sum(jobs[: cores or os.cpu_count() or 1])
        known = "the largest jobs of the last run took together"
    else:
        wanted = MEMORY_OF_THE_PROGRAM + COPIES_IN_MEMORY * raw_bytes
        known = f"without a run to go by, raw files of {_size(raw_bytes)} let expect"
    if wanted > free:
        hint = "close other programs, or have fewer jobs at a time: ./run --cores 1"
        yield warning("memory", f"{_size(free)} are free; {known} {_size(wanted)}", hint)


def disk_space(root: Path, results: Path, raw_bytes: int, free: int | None = None) -> Iterator[Finding]:
    """Compare free space with what the results take.

    Parameters
    ----------
    root
        The top of the repository.
    results
        The folder of the study's results.
    raw_bytes
        The size of all raw files.
    free
        Free space in bytes; left out: that of the disk which holds the repository.
    """
    free = shutil.disk_usage(root).free if free is None else free
    there = sum(path.stat().st_size for path in results.rglob("*") if path.is_file() and KEPT not in path.parts)
    wanted = max(there, LEAST_ON_DISK if there else max(LEAST_ON_DISK, COPIES_ON_DISK * raw_bytes))
    if wanted > free:
        known = "as much as the last results" if there else f"what raw files of {_size(raw_bytes)} let expect"
        yield error("disk", f"{_size(free)} are free; a run may need {_size(wanted)}, {known}", "make room")


def _peaks(results: Path) -> Iterator[int]:
    """Give the peak memory of each job of the last run, in bytes; a job too short to be measured has none."""
    for path in sorted((results / "benchmarks").rglob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                if re.fullmatch(r"[0-9.]+", row.get("max_rss") or ""):
                    yield round(float(row["max_rss"]) * MEBIBYTE)


def _free_memory() -> int | None:
    """Read how much memory is free, as the system tells it; Windows and macOS do not in a file."""
    try:
        found = re.search(r"MemAvailable:\s+([0-9]+) kB", Path("/proc/meminfo").read_text(encoding="ascii"))
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def _size(number: int) -> str:
    return f"{number / MEBIBYTE / 1024:,.1f} GiB" if number >= 1024 * MEBIBYTE else f"{number / MEBIBYTE:,.0f} MiB"
