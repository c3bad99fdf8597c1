"""The lock of a paper: what the program needs of its own lock, and not what those need who work on the program."""

from __future__ import annotations

import re
import tomllib

BUILDING = ("editables", "hatchling")
"""What an archive of the paper needs beside, which carries the program as it stands in a checkout."""

HEADING = "# What ruralpanel needs, from its lock. An archive that is made of this folder is built from it too."

_BEGINNING = re.compile(r"^(?=[A-Za-z0-9])", re.MULTILINE)
_REQUIRED_BY = re.compile(r"^ +#(?: via)? +([A-Za-z0-9._-]+)", re.MULTILINE)


def lock_of_program(lock: str, project: str) -> str:
    """Take the packages out of a lock that only the developers of the program need.

    Parameters
    ----------
    lock
        As ``uv pip compile`` writes it: each package with its hashes, and with comments that say what requires it.
    project
        The contents of ``pyproject.toml``.

    Returns
    -------
    str
        The lock of the program's dependencies, of what these require, and of :data:`BUILDING`.
    """
    blocks = _BEGINNING.split(lock)[1:]
    required_by = {_name(block): set(map(_plain, _REQUIRED_BY.findall(block))) for block in blocks}
    declared = tomllib.loads(project)["project"]["dependencies"]
    kept = {_plain(name) for name in BUILDING} | {_name(requirement) for requirement in declared}
    while new := {name for name, by in required_by.items() if name not in kept and by & kept}:
        kept |= new
    return "\n".join([HEADING, *(block.rstrip("\n") for block in blocks if _name(block) in kept)]) + "\n"


def _name(requirement: str) -> str:
    return _plain(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0])


def _plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()
