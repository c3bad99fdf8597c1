"""What is said of a file that a study names and that is not there."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from ruralpanel.errors import closest
from ruralpanel.study.yaml_file import is_directory, is_file

TOP = "the top of the repository"
LIKELY = ("data/raw", "data", "results/published", "config", "config/studies", "config/papers")
"""Folders that somebody may have counted from, from the top."""

MOST_LOOKED_AT = 5000
"""In folders with more files than this, no file of the same name is searched for."""


def what_is_missing(path: str, root: Path, kind: str = "file") -> str:
    """Say that a file or folder is not there, from where its path counts, and where it was looked for.

    Parameters
    ----------
    path
        As it stands in the study file.
    root
        The top of the repository.
    kind
        ``file`` or ``folder``.
    """
    if Path(path).is_absolute():
        return f"there is no {kind} {path}"
    return f"there is no {kind} {path} (paths count from {TOP}; it was looked for at {root.resolve() / path})"


def where_it_may_be(path: str, root: Path) -> str:
    """Name the file that was probably meant.

    Parameters
    ----------
    path, root
        As in :func:`what_is_missing`.

    Returns
    -------
    str
        Empty where no file is near.
    """
    for folder in LIKELY:
        found = _from_top(root / folder / path, root)
        if found is not None and (is_file(root / found) or is_directory(root / found)):
            return f"write `{found}`, which is there"
    beside, name = (root / path).parent, Path(path).name
    names = [each.name for each in beside.iterdir()] if is_directory(beside) else []
    near = closest(name, names)
    if near is not None:
        return f"did you mean “{(Path(path).parent / near).as_posix()}”?"
    for top in ("data", "config"):
        for each in islice((root / top).rglob("*"), MOST_LOOKED_AT):
            if each.name == name and is_file(each):
                return f"a file of this name is at {_from_top(each, root)}"
    return ""


def _from_top(path: Path, root: Path) -> str | None:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except (OSError, ValueError):
        return None
