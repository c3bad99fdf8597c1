"""``./run new-study NAME FILE …``: the draft of a study file from raw files, ready to be read and mended."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, count
from pathlib import Path

from ruralpanel.drafting.draft import Draft, draft_study
from ruralpanel.drafting.reading import readable_members
from ruralpanel.drafting.text import GUESSED, study_text
from ruralpanel.errors import DataError, Problem, StudyError, counted, nearest
from ruralpanel.placement import place, replacing
from ruralpanel.study.load import STUDIES, available_studies, load_study
from ruralpanel.study.source_formats import SUFFIXES, ZIP, format_of_file, is_packed


def main(arguments: Sequence[str]) -> int:
    """Write the draft; the status is 0 when it is a study that can be run."""
    parser = ArgumentParser(prog="./run new-study", description=__doc__)
    parser.add_argument("name", help="the study's name: lower-case letters, digits and underscores")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a raw file below the top of the repository")
    parser.add_argument("--ask", action="store_true", help="on a terminal, ask where there is a choice")
    parser.add_argument("--overwrite", action="store_true", help="write over a study file of this name")
    chosen = parser.parse_args(list(arguments))
    root = Path()
    paths = _paths(chosen.files, root)
    target = _free_to_write(chosen.name, root, chosen.overwrite)
    draft = draft_study(paths, root)
    if chosen.ask and sys.stdin.isatty():
        draft = asked(draft, input)
    print("\n".join(write_draft(chosen.name, draft, target, root)))
    return 0


def write_draft(name: str, draft: Draft, target: Path, root: Path) -> list[str]:
    """Write a draft as a study file, and load the study.

    Parameters
    ----------
    name
        The study's name.
    draft
        What was guessed.
    target
        The study file.
    root
        The top of the repository.

    Returns
    -------
    list of str
        What is to be told of it.

    Raises
    ------
    ProblemsFound
        If the study does not load as it stands. The draft is then kept beside its place, where all is as it was before.
    """
    text = study_text(name, draft)
    before = target.read_bytes() if target.is_file() else None
    _write(target, text.encode())
    try:
        load_study(name, root)
    except BaseException:
        kept = _unused(target.with_name(f"{target.name}.draft"))
        _write(kept, text.encode())
        if before is None:
            target.unlink()
        else:
            _write(target, before)
        print(f"The draft does not load as it stands; it is kept as {kept.relative_to(root)}", file=sys.stderr)
        raise
    counts = f"{counted(len(draft.sources), 'source')}; marked `{GUESSED}`: {text.count(GUESSED) - 1}"
    return [
        *(f"not guessed: {question}" for question in draft.open_questions),
        f"{target.relative_to(root)}: {counts}",
        f"Read it, mend what is marked `{GUESSED}`, then: ./run --config study={name}",
    ]


def asked(draft: Draft, ask: Callable[[str], str]) -> Draft:
    """Let the user choose the treatment and the outcomes where there is more than one.

    Parameters
    ----------
    draft
        The draft; its first treatment and outcomes are taken when the answer is empty.
    ask
        What puts a question and gives the answer.

    Returns
    -------
    Draft
        The draft with what was chosen in front.
    """
    treatments = {each.name: each for each in draft.treatments}
    if len(treatments) > 1:
        first = _choice("treatment", {name: each.evidence for name, each in treatments.items()}, ask)
        draft.treatments.sort(key=lambda each: each.name != first)
    if len(draft.outcomes) > 1:
        first = _choice("first outcome", draft.evidence_of_outcomes, ask)
        draft.outcomes = {name: draft.outcomes[name] for name in sorted(draft.outcomes, key=lambda each: each != first)}
    return draft


def _choice(what: str, choices: Mapping[str, str], ask: Callable[[str], str]) -> str:
    """Put a choice until the answer is one of its words; nothing means the first."""
    names = list(choices)
    shown = "\n".join(f"  {name}: {evidence}" for name, evidence in choices.items())
    question = f"Which is the {what}?\n{shown}\n[{names[0]}] "
    while True:
        answer = ask(question).strip() or names[0]
        if answer in choices:
            return answer
        question = f"`{answer}` is none of them; {nearest(answer, names)} [{names[0]}] "


def _paths(files: Sequence[str], root: Path) -> list[str]:
    """Give the files from the top of the repository, or say all that is wrong with them."""
    problems, paths = [], []
    for name in files:
        path = Path(name).resolve()
        if path.is_file() and not path.is_relative_to(root.resolve()):
            problems.append(Problem(name, "is not in the repository", hint="put it below data/raw/ first"))
        elif of_file := unreadable(name):
            problems += of_file
        else:
            paths.append(path.relative_to(root.resolve()).as_posix())
    if problems:
        raise StudyError(problems)
    return list(dict.fromkeys(paths))


def unreadable(name: str) -> list[Problem]:
    """Find out why no study can be drafted from a file; nothing where one can.

    Parameters
    ----------
    name
        The file, as the user has named it.
    """
    path = Path(name).resolve()
    if not path.is_file():
        beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        return [Problem(name, "there is no such file", hint=nearest(path.name, beside))]
    if is_packed(path):
        return _nothing_inside(name, path)
    if format_of_file(path) is None:
        known = ", ".join(sorted([*SUFFIXES, *ZIP.suffixes]))
        return [Problem(name, "its ending tells no format that can be read", hint=f"one of {known}")]
    return []


def _nothing_inside(name: str, path: Path) -> list[Problem]:
    """Find out that no file in a zip file can be read."""
    try:
        members = readable_members(path)
    except DataError as error:
        return error.problems
    if any(members.values()):
        return []
    listed = ", ".join(list(members)[:10]) or "nothing"
    return [Problem(name, f"holds {listed}, and no file of a format that can be read", hint="unpack it, and look")]


def _write(target: Path, contents: bytes) -> None:
    with replacing(target) as beside:
        beside.write_bytes(contents)


def _unused(path: Path) -> Path:
    """Give a path that nothing is at: an earlier draft may have been mended by hand."""
    names = (path.with_name(f"{path.name}.{number}") for number in count(2))
    return next(each for each in chain([path], names) if not os.path.lexists(each))


def _free_to_write(name: str, root: Path, overwrite: bool) -> Path:
    """Give the place of the study file, where there is none yet or it may be written over."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        hint = "lower-case letters, digits and underscores, a letter first"
        raise StudyError([Problem("new-study", f"{name!r} cannot be a study's name", hint=hint)])
    if name in available_studies(root) and not overwrite:
        what = f"there is a study `{name}` already"
        raise StudyError([Problem("new-study", what, hint="choose another name, or give --overwrite")])
    return place(root / STUDIES, f"{name}.yaml")
