"""Where the files of the program are that are no modules: the workflow, the lock, plans, what an archive takes along.

In a checkout they stand at its top. A wheel has them beside the modules, in :data:`SHIPPED`, so that a folder with
nothing but a paper's own files can be run by the installed program. Nobody else asks which of the two it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).parent

SHIPPED = PACKAGE / "_checkout"
"""What stands at the top of a checkout, in an installed program."""

PACKAGES = ("ruralpanel", "snakemake_logger_plugin_ruralpanel")
"""The packages of the program, which a checkout has in ``src``."""

PROGRAM = (
    *("run", "pyproject.toml", "hatch_build.py", "requirements.lock", "environment.yml", "LICENSE", "CITATION.cff"),
    *("Dockerfile", "apptainer.def", ".dockerignore", ".gitignore"),
)
"""Files of the program at the top of a checkout."""

PROGRAM_FOLDERS = ("workflow", "config/monte_carlo", "config/power")
PROGRAM_IN_CONFIG = ("config/README.md", "config/schema.json")

SNAKEFILE = "workflow/Snakefile"
PROFILE = "workflow/profiles/default"
LOCK = "requirements.lock"
PROJECT = "pyproject.toml"

CONFIGURED = "config/config.yaml"
"""What every folder that can be run has, whether it holds the program or not."""


def is_checkout(root: Path) -> bool:
    """Tell whether a folder holds the program, as a checkout and an unpacked archive do."""
    return (root / "src" / PACKAGE.name).is_dir()


def program_top(root: Path) -> Path:
    """Say where the files of the program are for work in a folder.

    Parameters
    ----------
    root
        A checkout, an archive, or the folder of a paper.

    Returns
    -------
    pathlib.Path
        The folder itself where it holds the program; else that of the installed program, which has all but ``src``.
    """
    if is_checkout(root):
        return root
    return SHIPPED if SHIPPED.is_dir() else PACKAGE.parents[1]


def own_or_shipped(root: Path, name: str) -> Path:
    """Give a file or a folder of a paper where it has one of this name, and else the program's.

    Parameters
    ----------
    root
        The folder of the paper, or a checkout.
    name
        The path from there.
    """
    own = root / name
    return own if own.exists() else program_top(root) / name


def shipped_files(top: Path) -> Iterator[str]:
    """List the files at the top of a checkout that a wheel takes along, by their paths from there."""
    for folder in PROGRAM_FOLDERS:
        files = (path for path in (top / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        yield from sorted(path.relative_to(top).as_posix() for path in files)
    yield from (name for name in (*PROGRAM, *PROGRAM_IN_CONFIG) if (top / name).is_file())


def beside_modules(name: str) -> str:
    """Give a file beside the modules as the workflow names its inputs: from here where it lies below."""
    path = PACKAGE / name
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def snakemake_command(root: Path, *arguments: str) -> list[str]:
    """Write the command that runs the workflow in a folder, which has to be the working directory.

    Parameters
    ----------
    root
        A checkout, an archive, or the folder of a paper.
    *arguments
        What is for Snakemake.
    """
    return [sys.executable, "-P", "-m", "snakemake", *workflow_arguments(root), *arguments]


def workflow_arguments(root: Path) -> list[str]:
    """Give what Snakemake has to be told of where the workflow is, and which flags it has.

    Left to itself it would take flags from a folder ``profiles`` of the paper's, which may be a stranger's and is no
    part of a study: they can allow code, or name another workflow.
    """
    top = program_top(root)
    flags = ["--workflow-profile", PROFILE if is_checkout(root) else (top / PROFILE).as_posix()]
    return flags if is_checkout(root) else [*flags, "--snakefile", str(top / SNAKEFILE)]


@cache
def environment_digest(root: Path) -> str:
    """Compute a digest of the packages that numbers are made with.

    Parameters
    ----------
    root
        A checkout, whose environment is built from its lock, of which this is the digest; or the folder of a paper,
        which runs with whatever is installed, of which this is the digest then.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a sha256.
    """
    lock = (program_top(root) / LOCK).read_bytes()
    return hashlib.sha256(lock if is_checkout(root) else _installed(lock.decode()).encode()).hexdigest()[:16]


def _installed(lock: str) -> str:
    """List the packages of a lock that are installed, each with its version."""
    found = []
    for name in sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE))):
        try:
            found.append(f"{name}=={version(name)}")
        except PackageNotFoundError:  # for another system, or for those who work on the program
            continue
    return "\n".join(found)
