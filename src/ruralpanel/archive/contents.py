"""Which files belong in the replication archive of a study, and which must never be in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from ruralpanel.archive.marker import twins_among
from ruralpanel.archive.raw_sheets import can_be_written
from ruralpanel.errors import Problem, ProblemsFound
from ruralpanel.git import git
from ruralpanel.installation import (
    LOCK,
    PACKAGE,
    PACKAGES,
    PROGRAM,
    PROGRAM_FOLDERS,
    PROGRAM_IN_CONFIG,
    SHIPPED,
    is_checkout,
    own_or_shipped,
    program_top,
    shipped_files,
)
from ruralpanel.placement import is_same, stays_inside
from ruralpanel.simulation.marker import MARKER
from ruralpanel.study.model import Study
from ruralpanel.study.source_formats import FORMATS

NEVER = "restricted"
"""A folder of this name holds nothing that is passed on."""

NOT_FOR_INPUTS = frozenset(
    [each.casefold() for each in PROGRAM]
    + ["src", "workflow", "output", "readme.md", "readme.pdf", "manifest.sha256", "ro-crate-metadata.json"]
    + [MARKER.casefold()]
)
"""What stands at the top of an archive, in small letters, and no file of a study may take the place of."""


class ArchiveError(ProblemsFound):
    """The replication archive cannot be made as things stand."""

    heading = "The replication archive cannot be made"


@dataclass(frozen=True)
class RawFiles:
    """The raw files of a study by what becomes of them; paths are from the top of the repository.

    Parameters
    ----------
    provided
        Files that go into the archive.
    twinned
        For a restricted source, its raw file, in whose place a synthetic twin goes.
    emptied
        Files with values of restricted sources, such as corrections, of which only the header goes in.
    retrieved
        For a source that every user retrieves, its raw file, which stays out.
    restricted
        Every file that must not be passed on.
    """

    provided: list[str] = field(default_factory=list)
    twinned: dict[str, str] = field(default_factory=dict)
    emptied: list[str] = field(default_factory=list)
    retrieved: dict[str, str] = field(default_factory=dict)
    restricted: list[str] = field(default_factory=list)


def is_restricted(study: Study, name: str) -> bool:
    """Tell whether a source's file may not be passed on: it is not declared as redistributable, or lies in a folder
    called ``restricted``.

    A data set of a package is in no archive and restricted nowhere: it comes with the package.
    """
    source = study.sources[name]
    if source.raw_file is None:
        return False
    return not source.redistributable or lies_in_restricted(source.raw_file)


def lies_in_restricted(path: str) -> bool:
    """Tell whether a folder on the way to a file is called ``restricted``, whatever stands between folders."""
    return NEVER in PureWindowsPath(path).parts  # which knows `/` and `\\`


def raw_files(study: Study) -> RawFiles:
    """Sort the raw files of a study by what may become of them.

    Parameters
    ----------
    study
        The study.
    """
    files = RawFiles()
    for name, source in study.sources.items():
        if source.raw_file is None:
            continue
        restricted = is_restricted(study, name)
        if restricted:
            files.restricted.append(source.raw_file)
        if restricted and source.retrieve is None:
            files.twinned[name] = source.raw_file
        elif restricted:
            files.retrieved[name] = source.raw_file
        else:
            files.provided.append(source.raw_file)
        if source.catalogue is not None:
            (files.restricted if restricted else files.provided).append(source.catalogue)
        if source.corrections is not None:
            (files.emptied if restricted else files.provided).append(source.corrections)
            files.restricted.extend([source.corrections] if restricted else [])
    for table in study.tables.values():
        decisions = table.match_names.decisions if table.match_names is not None else None
        if decisions is None:
            continue
        reads = [name for name in table.reads if name in study.sources]
        restricted = any(is_restricted(study, name) and study.sources[name].retrieve is None for name in reads)
        (files.emptied if restricted else files.provided).append(decisions)
        files.restricted.extend([decisions] if restricted else [])
    for path in dict.fromkeys([*study.lines, *study.drawn_files, *study.facts.values(), *study.fonts]):
        (files.restricted if lies_in_restricted(path) else files.provided).append(path)
    return files


def _with_twins() -> str:
    """List an ending of each format that twins are written in."""
    endings = [(each.twin_suffixes or each.suffixes)[0] for each in FORMATS.values() if each.twin]
    return f"{', '.join(endings[:-1])} or {endings[-1]}"


def refuse_restricted(study: Study, root: Path, tracked: Iterable[str] | None = None) -> None:
    """Do nothing where no restricted file is under version control and no raw file is a synthetic twin already.

    Parameters
    ----------
    study
        The study.
    root
        The top of the repository.
    tracked
        The files under version control; left out: what Git says.

    Raises
    ------
    ArchiveError
        With every such file, and every restricted file of which no twin can be made.
    """
    files = raw_files(study)
    known = set(tracked_files(root) if tracked is None else tracked)
    problems = [
        Problem(
            path,
            "may not be passed on, and is under version control, so that whoever has the repository has the file",
            hint=f"take it out with `git rm --cached {name}`, and out of the history, and keep it in a folder called "
            f"`{NEVER}`; or declare the source as `redistributable: true`, if it is",
        )
        for path in sorted(set(files.restricted))
        for name in sorted(names_in_repository(path, root) & known)
        if not (root / name).is_symlink()  # of a link git has where it points to, and not the file
    ]
    problems += _passed_on_under_another_name(files, root)
    problems += [
        Problem(
            path,
            f"is a synthetic twin, as the file {MARKER} says",
            hint="an archive is made from the real files; put them in place first",
        )
        for path in twins_among([*files.provided, *files.twinned.values()], root)
    ]
    problems += [
        Problem(
            path,
            f"no synthetic twin of a file like this can be written, and the source `{name}` may not be passed on",
            hint=f"save it as {_with_twins()} (lines and areas have none), or declare it with `retrieve`",
        )
        for name, path in files.twinned.items()
        if not can_be_written(study.sources[name])
    ]
    problems += [
        Problem(path, "is in a folder of restricted files, and lines have no synthetic twin")
        for path in dict.fromkeys([*study.lines, *study.drawn_files])
        if lies_in_restricted(path)
    ]
    problems += [
        Problem(path, "is in a folder of restricted files, and facts have no synthetic twin", f"facts.{name}")
        for name, path in study.facts.items()
        if lies_in_restricted(path)
    ]
    if problems:
        raise ArchiveError(problems)


def names_in_repository(path: str, root: Path) -> set[str]:
    """Give the names that a file of a study has from the top of the repository: the declared one, the same without
    links on the way, and that of the file a link points to; of a file that lies elsewhere the declared one alone."""
    file, top = root / path, Path(os.path.realpath(root))
    forms = [Path(os.path.normpath(file.absolute())), file.parent.resolve() / file.name, file.resolve()]
    tops = {root.absolute(), top}
    return {path} | {each.relative_to(one).as_posix() for each in forms for one in tops if each.is_relative_to(one)}


def _passed_on_under_another_name(files: RawFiles, root: Path) -> Iterator[Problem]:
    """Find files that go into the archive as they are, and are restricted under another name or where they lie."""
    held_back = [root / path for path in dict.fromkeys(files.restricted)]
    for path in dict.fromkeys(files.provided):
        same = [each for each in held_back if is_same(root / path, each)]
        if same:
            what = "is the file that may not be passed on as another source declares it"
            yield Problem(path, what, hint="say `redistributable` alike of all sources that read it")
        elif lies_in_restricted(os.path.relpath(os.path.realpath(root / path), os.path.realpath(root))):
            what = f"is a link to a file in a folder called `{NEVER}`, of which nothing is passed on"
            yield Problem(path, what, hint="take `redistributable` away, or put the file elsewhere")


def tracked_files(root: Path) -> list[str]:
    """List the files under version control; none where there is no Git, or no repository."""
    return _listed_by_git(root, "ls-files", "-z")


def program_files(root: Path, without: Iterable[Path] = ()) -> dict[str, Path]:
    """List the files of the program, whether under version control yet or not, and none that is left to itself there.

    Parameters
    ----------
    root
        The top of the repository, or of an archive; or the folder of a paper, whose program is the installed one, and
        which may have a lock and plans of its own.
    without
        Files that are no part of it, wherever they lie.

    Returns
    -------
    dict of str to pathlib.Path
        By the place in an archive, each file where it is.
    """
    aside = {os.path.realpath(each) for each in without}
    found = _program_of_checkout(root) if is_checkout(root) else _installed_program(root)
    return {place: path for place, path in sorted(found.items()) if os.path.realpath(path) not in aside}


def _program_of_checkout(root: Path) -> dict[str, Path]:
    folders = ("src", *PROGRAM_FOLDERS)
    listed: Sequence[str] = _listed_by_git(
        root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders
    )
    if not listed:
        walked = (path for folder in folders for path in (root / folder).rglob("*"))
        listed = [path.relative_to(root).as_posix() for path in walked if "__pycache__" not in path.parts]
    found = {*PROGRAM, *PROGRAM_IN_CONFIG, *listed}
    return {name: root / name for name in found if (root / name).is_file()}


def _installed_program(root: Path) -> dict[str, Path]:
    top = program_top(root)
    found = {name: top / name for name in shipped_files(top)}
    found |= {name: root / name for name in shipped_files(root) if name not in PROGRAM}  # plans of the paper's own
    found[LOCK] = own_or_shipped(root, LOCK)
    for package in (PACKAGE.parent / name for name in PACKAGES):
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and not path.is_relative_to(SHIPPED):
                found[f"src/{path.relative_to(PACKAGE.parent).as_posix()}"] = path
    return found


def notes_beside(paths: Iterable[str], root: Path) -> list[str]:
    """List the README files in the folders of raw files of the repository, which say where these come from."""
    folders = {PurePosixPath(path).parent.as_posix() for path in paths if stays_inside(path)} - {"."}
    return sorted(f"{folder}/README.md" for folder in folders if (root / folder / "README.md").is_file())


def _listed_by_git(root: Path, *arguments: str) -> list[str]:
    top = git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top.strip()) != root.resolve():
        return []  # an archive unpacked within somebody's repository is not that repository
    return sorted(name for name in (git(root, *arguments) or "").split("\0") if name)
