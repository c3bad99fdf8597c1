"""``./run verify --twice``: a study run twice in folders of their own, and every file of the two compared.

``--engine linearmodels``: every block of a run estimated again with linearmodels, and its estimates compared.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import get_args

from ruralpanel.errors import StudyError
from ruralpanel.installation import is_checkout, snakemake_command
from ruralpanel.placement import stays_inside
from ruralpanel.study.blocks import Engine
from ruralpanel.study.inputs import files_read
from ruralpanel.study.load import configured_study, find_study, load_study, load_unchecked
from ruralpanel.study.retrieval import RETRIEVED_FILES
from ruralpanel.verification.twice import differences, files_of

COMPARED = ("results", "data")
"""Folders that a run may write to."""

KEPT = PurePosixPath(RETRIEVED_FILES)


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for; the status is 0 only when all runs end well and nothing differs."""
    parser = ArgumentParser(prog="./run verify", description=__doc__)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--twice", action="store_true", help="without this or the next: the verdict on one run")
    way.add_argument(
        "--engine", choices=get_args(Engine), help="what does least squares, in the place of the study’s own"
    )
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="as for ./run: study=NAME")
    chosen = parser.parse_args(list(arguments))
    return _with_engine(chosen.engine, chosen.config) if chosen.engine else _twice(chosen)


def _with_engine(engine: Engine, settings: Sequence[str]) -> int:
    """Estimate all blocks of a study, as a run does and with another engine, and say how far the two are apart."""
    from ruralpanel.verification.engines import ERRORS, POINTS, difference

    asked = configured_study(settings, Path())
    name, file = find_study(asked, Path())
    study, results = load_study(asked), Path("results") / name
    estimates = [(results / "estimates" / f"{block}.csv").as_posix() for block in study.blocks]
    # What is compared is what the study says now: estimates from before a change would differ for the change.
    command = snakemake_command(Path(), "--cores", "all", *estimates)
    command += ["--config", *(settings or [f"study={name}"])]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(ended.stderr, file=sys.stderr)
        return ended.returncode
    far = 0
    for block in study.blocks:
        found = difference(study, block, engine, results, file.parent)
        far += not found.is_small
        other = f", {found.reasons:,} with another reason" if found.reasons else ""
        print(
            f"{block}: {found.rows:,} estimates, which differ by {found.points:.1e} standard errors at most, and "
            f"standard errors by {found.errors:.1e} of themselves{other}",
            flush=True,
        )
    bounds = f"{POINTS:g} standard errors, or standard errors by more than {ERRORS:g}"
    print(f"{far} of {len(study.blocks)} blocks differ from {engine} by more than {bounds}.")
    return int(far > 0)


def _twice(chosen: Namespace) -> int:
    """Run twice and list what differs."""
    folder = Path(tempfile.mkdtemp(prefix="ruralpanel-"))
    cores = os.cpu_count() or 1
    ways = {"first": unlike(cores=1, seed=1, zone="UTC"), "second": unlike(cores, seed=2, zone="Asia/Shanghai")}
    ended_well = True
    root, read = Path(), _read_by(chosen.config, Path())
    depth = root.resolve().relative_to(root.resolve().anchor) if not all(map(stays_inside, read)) else Path()
    copies = {name: folder / name / depth for name in ways}
    for copy in copies.values():  # both before the first run, whatever is edited meanwhile
        copy_repository(root, copy)
        add_links_upwards(root, copy, read)
    for name, (options, environment) in ways.items():
        said = " ".join(f"{key}={value}" for key, value in environment.items())
        print(f"The {name} run: {' '.join(options)}, {said}, in {copies[name]}", flush=True)
        command = snakemake_command(copies[name], *options)
        command += ["--config", *chosen.config] if chosen.config else []
        ours = {**os.environ, **environment}
        if is_checkout(copies[name]):
            ours["PYTHONPATH"] = str(copies[name] / "src")
        ended_well &= subprocess.run(command, cwd=copies[name], env=ours, check=False).returncode == 0
    found = [
        f"{part}/{each}" for part in COMPARED for each in differences(copies["first"] / part, copies["second"] / part)
    ]
    for line in found:
        print(line)
    total = sum(len(files_of(copies["first"] / part)) for part in COMPARED)
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
    """Copy what a run starts from: all but results that can be built and the environment.

    What is compiled goes along, with the times by which it is known to be of these modules: to compile the loops of
    least squares takes as long as many a study. Files that links point to are copied. A link to a folder stays one, to
    where it leads, and is a folder of its own where a run writes, so that no copy writes into the original.

    Parameters
    ----------
    source
        The top of the repository.
    target
        A folder that is not there yet.
    """
    _copy_folder(source, target, PurePosixPath())


def _copy_folder(source: Path, target: Path, at: PurePosixPath) -> None:
    target.mkdir(parents=True)
    for each in sorted(source.iterdir()):
        here = at / each.name
        if _is_passed_over(here):
            continue
        if each.is_dir() and (not each.is_symlink() or _is_written_to(here)):
            _copy_folder(each, target / each.name, here)
        elif each.is_dir():
            (target / each.name).symlink_to(each.resolve(), target_is_directory=True)
        elif each.is_file():
            shutil.copy2(each, target / each.name)


def _is_passed_over(path: PurePosixPath) -> bool:
    hidden = len(path.parts) == 1 and path.name.startswith(".")
    built = path.parts[0] == "results" and len(path.parts) == 2 and path.name != "published"
    return hidden or built


def _is_written_to(path: PurePosixPath) -> bool:
    """Tell whether a run may write to a folder, or to one in it: to results, and to where retrieved files are kept."""
    return path.parts[0] == "results" or path in KEPT.parents or path.is_relative_to(KEPT)


def add_links_upwards(source: Path, target: Path, paths: Sequence[str]) -> None:
    """Let paths that lead upwards out of a repository lead to the same files from its copy.

    Parameters
    ----------
    source
        The top of the repository.
    target
        That of the copy, as deep below a folder of its own as the source is below the top of the disk.
    paths
        The files that a study reads, as it names them.
    """
    for path in paths:
        there = Path(os.path.normpath(target / path))
        upwards = not Path(path).is_absolute() and not there.is_relative_to(target)
        if upwards and (source / path).is_file() and not os.path.lexists(there):
            there.parent.mkdir(parents=True, exist_ok=True)
            there.symlink_to((source / path).resolve())


def _read_by(settings: Sequence[str], root: Path) -> list[str]:
    """List the files that the study reads; where there is no telling, the run says why."""
    try:
        study = load_unchecked(configured_study(settings, root), root)
    except (StudyError, OSError):
        return []
    return files_read(study) if study is not None else []
