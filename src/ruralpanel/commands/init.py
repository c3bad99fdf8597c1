"""``ruralpanel init my-paper``: a folder for a paper, run by the installed program, with a study that works.

``--from FILE`` begins with raw files of one's own: they are copied into the folder, and a study is drafted from them.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ruralpanel.commands.new_study import unreadable, write_draft
from ruralpanel.drafting.draft import draft_study
from ruralpanel.errors import Problem, ProblemsFound
from ruralpanel.placement import add_files
from ruralpanel.starting.folder import (
    RUN,
    FolderError,
    problems_of_names,
    study_named_after,
    take_in,
    write_example,
    write_frame,
)
from ruralpanel.study.load import STUDIES


def main(arguments: Sequence[str]) -> int:
    """Make the folder; the status is 0 when its study can be run."""
    parser = ArgumentParser(prog="ruralpanel init", description=__doc__)
    parser.add_argument("folder", help="a folder that is not there yet, or is empty")
    parser.add_argument("--study", metavar="NAME", help="what the study is called; left out, as the folder")
    parser.add_argument(
        "--from", dest="files", nargs="+", default=[], metavar="FILE", help="raw files to draft the study from"
    )
    chosen = parser.parse_args(list(arguments))
    folder = Path(chosen.folder)
    name = folder.resolve().name
    study = study_named_after(name) if chosen.study is None else chosen.study
    raw = list({Path(each).resolve(): None for each in chosen.files})
    if problems := [*problems_of_names(folder, study), *_problems_of_files(chosen.files)]:
        raise FolderError(problems)
    said: list[str] = []
    wrong: ProblemsFound | None = None
    with TemporaryDirectory() as made:
        root = Path(made)
        write_frame(root, name, study, simulated=not raw)
        if raw:
            draft = draft_study(take_in(root, study, raw), root)
            try:
                said = write_draft(study, draft, root / STUDIES / f"{study}.yaml", root)
            except ProblemsFound as error:  # the draft is kept, and so is all else
                wrong = error
        else:
            write_example(root, study)
        written = add_files(root, folder)
    (folder / RUN).chmod(0o755)
    print("\n".join([f"{folder}: {', '.join(written)}", *said]))
    if wrong is not None:
        raise wrong
    here = "" if folder.resolve() == Path.cwd() else f"cd {os.path.relpath(folder)} && "
    print(f"Next: {here}ruralpanel run")
    return 0


def _problems_of_files(names: Sequence[str]) -> list[Problem]:
    """Find what speaks against drafting a study from files, one of another's name among it."""
    problems = [problem for name in names for problem in unreadable(name)]
    paths = {Path(name).resolve(): name for name in names}
    first: dict[str, str] = {}
    for path, name in paths.items():
        if (other := first.setdefault(path.name.casefold(), name)) != name:
            problems.append(Problem(name, f"has the name of {other}, and both go to one folder", hint="rename one"))
    return problems
