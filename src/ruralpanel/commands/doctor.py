"""``./run doctor``: what would go wrong, or should not be passed on, before anything runs."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Container, Sequence
from pathlib import Path

from ruralpanel.doctor.findings import Finding, as_text, error
from ruralpanel.doctor.machine import disk_space, installed_packages, memory, python_version
from ruralpanel.doctor.raw_files import absent_or_other, other_than_declared, size_of_raw_files
from ruralpanel.doctor.repository import state_of_raw_files, tracked_files
from ruralpanel.doctor.study_file import left_of_a_draft
from ruralpanel.doctor.tracked_files import absolute_paths, personal_data
from ruralpanel.installation import LOCK, is_checkout, own_or_shipped, program_top
from ruralpanel.sources.retrieval import MIRROR, mirror_folders
from ruralpanel.study.load import configured_study, find_study, load_unchecked, problems_with


def main(arguments: Sequence[str]) -> int:
    """Print what was found; the status is 0 unless there is an error."""
    parser = ArgumentParser(prog="./run doctor", description=__doc__)
    parser.add_argument(
        "--config", nargs="+", default=[], metavar="study=NAME", help="the study; left out: the default"
    )
    parser.add_argument(
        "--candidates", action="store_true", help="also count what each pattern of personal data passed"
    )
    chosen = parser.parse_args(list(arguments))
    root = Path()
    name = configured_study(chosen.config, root)
    shown, path = find_study(name, root)
    results = root / "results" / shown
    study = load_unchecked(name, root)
    tracked = tracked_files(root)
    candidates: Counter[str] = Counter()
    found: dict[str, list[Finding]] = {}
    raw_bytes = 0
    absent: list[Finding] = []
    if study is not None:
        mirrors = mirror_folders(os.environ.get(MIRROR))
        absent = list(absent_or_other(study, root, mirrors))
        found["Raw files"] = [*absent, *other_than_declared(study, root, mirrors)]
        found["State in git"] = list(state_of_raw_files(study, root, tracked))
        raw_bytes = size_of_raw_files(study, root)
    in_study = [
        *_in_study(name, root, {each.problem.what for each in absent}),
        *left_of_a_draft(study, path.as_posix(), path.read_text(encoding="utf-8")),
    ]
    found = {f"Study {name}": in_study, **found}
    packages = installed_packages(own_or_shipped(root, LOCK), built_from_it=is_checkout(root))
    found["Python and packages"] = [*python_version(program_top(root)), *packages]
    found["Memory and disk"] = [*memory(results, raw_bytes), *disk_space(root, results, raw_bytes)]
    found["Paths of one machine"] = list(absolute_paths(root, tracked or []))
    sources = study.sources if study is not None else {}
    found["Personal data"] = list(personal_data(root, tracked or [], sources, candidates))
    print(as_text(found))
    if chosen.candidates:
        print("Looked for personal data: " + ", ".join(f"{number:,} {kind}" for kind, number in candidates.items()))
    return 1 if any(finding.level == "error" for each in found.values() for finding in each) else 0


def _in_study(name: str, root: Path, told: Container[str]) -> list[Finding]:
    """List what is wrong with a study, but for missing files that are told among the raw files, and how to get them."""
    problems = [each for each in problems_with(name, root) if each.what not in told]
    return [error(f"{each.where}: {each.key}" if each.key else each.where, each.what, each.hint) for each in problems]
