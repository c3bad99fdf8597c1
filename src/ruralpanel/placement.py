"""Where files are written: in the folder that is meant, never over an input, and whole or not at all.

Every command that writes beside the workflow's own outputs asks :func:`place` for the path, and writes through
:func:`replacing`, so that neither an absolute path, one that leads upwards nor a link can have it write elsewhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from tempfile import mkdtemp

from ruralpanel.errors import Problem, ProblemsFound


class PlacementError(ProblemsFound):
    """A file would be written where it must not be."""

    heading = "Nothing is written there"


def place(folder: Path, declared: str | PurePath, inputs: Iterable[Path] = ()) -> Path:
    """Say where in a folder a file goes that is declared by its path.

    Parameters
    ----------
    folder
        The folder that is written to. It may itself be reached through a link, and need not be there yet.
    declared
        The path from the folder, with `/` on every system.
    inputs
        Files that must stay as they are.

    Returns
    -------
    pathlib.Path
        A path in the folder. It is no input, nor a link to one, and no link on the way to it leads out of the folder.

    Raises
    ------
    PlacementError
        If the declared path is absolute or leads upwards, on this or on another system, or there is something in the
        folder that makes it lead elsewhere or to an input.
    """
    if not stays_inside(declared):
        what = f"{declared} is not a path within {shown(folder)}"
        hint = "write it from there, without `..`, a drive or a `/` in front"
        raise PlacementError([Problem(str(declared), what, hint=hint)])
    target = folder / PurePosixPath(declared)
    if not is_within(target, folder):
        what = f"a link on the way makes it {os.path.realpath(target)}, which is not in {shown(folder)}"
        raise PlacementError([Problem(shown(target), what, hint="take the link away")])
    refuse_inputs(target, inputs)
    return target


def stays_inside(declared: str | PurePath) -> bool:
    """Tell whether a path stays within the folder it is declared from, on every system, before links are followed."""
    text = declared.as_posix() if isinstance(declared, PurePath) else declared
    forms = (PurePosixPath(text), PureWindowsPath(text))
    upwards = any(".." in form.parts for form in forms)
    anchored = any(form.anchor for form in forms)
    return not upwards and not anchored and bool(forms[0].parts) and "\0" not in text


def is_within(path: Path, folder: Path) -> bool:
    """Tell whether a path leads into a folder, or is the folder, once all links are followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def is_same(path: Path, other: Path) -> bool:
    """Tell whether two paths lead to the same file: by name, by a link, or as two names of it on the disk."""
    if os.path.realpath(path) == os.path.realpath(other):
        return True
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):  # one of them is not there
        return False


def refuse_inputs(target: Path, inputs: Iterable[Path]) -> None:
    """Do nothing where a path is no input and holds none.

    Parameters
    ----------
    target
        A file that is about to be written, or a folder that is about to be removed.
    inputs
        Files that must stay as they are.

    Raises
    ------
    PlacementError
        With every input that is the target, a link to it, or in it.
    """
    problems = []
    for each in inputs:
        if is_same(target, each):
            problems.append(Problem(shown(target), f"is {shown(each)}, which is an input and stays as it is"))
        elif is_within(each, target) or each.absolute().is_relative_to(target.absolute()):
            problems.append(Problem(shown(each), f"is an input, and lies in {shown(target)}, which is written anew"))
    if problems:
        raise PlacementError(problems)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Write a file or a folder beside its place, and put it there once it is whole.

    Where the work fails, what was there before stays. A link in its place is replaced; what it points to stays as it
    is. A file never takes the place of a folder.

    Parameters
    ----------
    target
        The place, from :func:`place`; its folder is made where it is not there.

    Yields
    ------
    pathlib.Path
        Where to write, under the same name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(mkdtemp(prefix=".part-", dir=target.parent))
    new, before = beside / target.name, beside / f"{target.name}.before"
    try:
        yield new
        if new.is_dir():
            if target.is_symlink():
                target.unlink()  # the link; what it points to is nobody's to remove
            elif target.exists():
                os.replace(target, before)
        try:
            os.replace(new, target)
        except OSError:
            if before.exists():
                os.replace(before, target)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def add_files(made: Path, folder: Path) -> list[str]:
    """Put files into a folder where there are none of their names yet; what is there already is never replaced.

    Parameters
    ----------
    made
        A folder of files that were made for it.
    folder
        Where to; made when it is not there.

    Returns
    -------
    list of str
        The names of the files that were not there.

    Raises
    ------
    PlacementError
        Before anything is written, with every file that is there and is another.
    """
    names = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    places = {name: place(folder, name) for name in names}
    there = [name for name in names if os.path.lexists(places[name])]
    problems = [
        Problem(shown(places[name]), "is there already, and is not the file that would be written")
        for name in there
        if not places[name].is_file() or places[name].read_bytes() != (made / name).read_bytes()
    ]
    if problems:
        hint = "nothing was written; move such files away first, if you mean to have them made anew"
        raise PlacementError([*problems[:-1], Problem(problems[-1].where, problems[-1].what, hint=hint)])
    new = [name for name in names if name not in there]
    for name in new:
        with replacing(places[name]) as beside:
            shutil.copyfile(made / name, beside)
    return new


def shown(path: Path) -> str:
    """Write a path for a message."""
    return path.as_posix()
