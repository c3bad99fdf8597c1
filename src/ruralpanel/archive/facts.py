"""What the README of an archive says of the run and the program: measured, or read from the code itself."""

from __future__ import annotations

import ast
import csv
import os
import platform
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ruralpanel.lineage import PACKAGE
from ruralpanel.study.model import Study


@dataclass(frozen=True)
class RuleCost:
    """What the jobs of a rule took in the run.

    Parameters
    ----------
    rule
        The rule's name.
    jobs
        How many there were.
    seconds
        Wall-clock time, all jobs together, s.
    memory
        The largest resident memory of one job, MB; None where it was not measured.
    """

    rule: str
    jobs: int
    seconds: float
    memory: float | None


@dataclass(frozen=True)
class Draw:
    """A place in the code where random numbers begin.

    Parameters
    ----------
    file
        The module, from the top of the repository.
    line
        Its line.
    code
        What stands there.
    """

    file: str
    line: int
    code: str


@dataclass(frozen=True)
class Program:
    """What makes an exhibit.

    Parameters
    ----------
    number, title
        The exhibit's.
    name
        Its name in the study file.
    rule
        The rule that makes it.
    module
        The module that makes it, from the top of the repository.
    line
        The line in it.
    declared_at
        The line of the study file in which the exhibit is declared.
    blocks
        The blocks whose estimates it shows.
    output
        Its files, from the archive's top.
    """

    number: str
    title: str
    name: str
    rule: str
    module: str
    line: int
    declared_at: int
    blocks: list[str]
    output: list[str]


def rule_costs(benchmarks: Path, parts: Collection[str]) -> list[RuleCost]:
    """Add up what the jobs of each rule took.

    Parameters
    ----------
    benchmarks
        The folder of benchmarks of a study's results: a file a job, in a folder a rule where it has several.
    parts
        The study's sources, tables, blocks and exhibits; a file of one that the study had before does not count.
    """
    jobs: dict[str, list[dict[str, str]]] = {}
    for path in sorted(benchmarks.rglob("*.tsv")):
        inside = path.relative_to(benchmarks)
        if len(inside.parts) == 2 and inside.stem not in parts:
            continue
        rule = inside.parts[0] if len(inside.parts) > 1 else inside.stem
        with path.open(encoding="utf-8", newline="") as stream:
            jobs.setdefault(rule, []).extend(csv.DictReader(stream, delimiter="\t"))
    costs = []
    for rule, rows in jobs.items():
        memory = [float(row["max_rss"]) for row in rows if re.fullmatch(r"[0-9.]+", row["max_rss"])]
        seconds = sum(float(row["s"]) for row in rows)
        costs.append(RuleCost(rule, len(rows), seconds, max(memory, default=None)))
    return sorted(costs, key=lambda cost: (-cost.seconds, cost.rule))


def versions_in_use(lock: str) -> dict[str, str]:
    """Tell in which versions the packages of a lock file are installed here.

    A lock for several versions of Python has several versions of some packages, and packages for other systems.

    Parameters
    ----------
    lock
        The contents of ``requirements.lock``.

    Returns
    -------
    dict of str to str
        By name; those of other systems are left out.
    """
    found = {}
    for package in sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)), key=str.lower):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def this_machine() -> dict[str, str]:
    """Describe the machine the archive is made on: operating system, processor, cores, memory and Python."""
    try:
        memory = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1024**3:.0f} GB"
    except (AttributeError, ValueError, OSError):
        memory = "not known"
    return {
        "Operating system": f"{platform.system()} {platform.release()}",
        "Processor": platform.machine(),
        "Cores": str(os.cpu_count() or "not known"),
        "Memory": memory,
        "Python": platform.python_version(),
    }


def random_draws(modules: Iterable[str]) -> list[Draw]:
    """Find every place in some modules where a stream of random numbers is begun.

    Parameters
    ----------
    modules
        Dotted names of modules of this package.
    """
    found = []
    for module in sorted(modules):
        path = _file_of(module)
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "default_rng":
                code = lines[node.lineno - 1].strip()
                found.append(Draw(_from_the_top(path), node.lineno, code))
    return sorted(found, key=lambda draw: (draw.file, draw.line))


def programs_of(study: Study, numbers: Mapping[str, str], lines: Mapping[str, int]) -> list[Program]:
    """Say of every exhibit where it is declared, and which rule, module and line make it.

    Parameters
    ----------
    study
        The study.
    numbers
        The number of each exhibit, from :func:`ruralpanel.exhibits.caption.exhibit_numbers`.
    lines
        The line of the study file in which each is declared.
    """
    programs = []
    for name, exhibit in study.exhibits.items():
        path = _file_of(f"ruralpanel.exhibits.{exhibit.kind}")
        function = "print_table" if exhibit.is_table else "draw"
        endings = ("html", "tex") if exhibit.is_table else ("png", "pdf")
        programs.append(
            Program(
                number=numbers[name],
                title=exhibit.title,
                name=name,
                rule="print_table" if exhibit.is_table else "draw_figure",
                module=_from_the_top(path),
                line=_line_of(path, function),
                declared_at=lines[name],
                blocks=list(exhibit.estimated_in),
                output=[f"output/exhibits/{name}.{ending}" for ending in endings],
            )
        )
    return programs


def _file_of(module: str) -> Path:
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _from_the_top(path: Path) -> str:
    return f"src/{path.relative_to(PACKAGE.parent).as_posix()}"


def _line_of(path: Path, function: str) -> int:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return node.lineno
    return 1
