"""What stands in the folder of a paper before its study is written, and what it may be called."""

from __future__ import annotations

import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from ruralpanel import __version__
from ruralpanel.errors import Problem, ProblemsFound
from ruralpanel.installation import CONFIGURED, LOCK, PROGRAM_IN_CONFIG, PROJECT, program_top
from ruralpanel.starting.lock import lock_of_program
from ruralpanel.study.load import NOT_OF_STUDIES, STUDIES


class FolderError(ProblemsFound):
    """The folder of a paper cannot be made as it is asked for."""

    heading = "The folder cannot be made"


RUN = "run"
"""The file that may be executed."""

STUDY_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_FOLDER_NAME = re.compile(r"\w[\w.-]{0,99}")


def study_named_after(folder: str) -> str:
    """Make a study's name of a folder's: ``My-Paper 2`` gives ``my_paper_2``, what has no such letters ``study``."""
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).lstrip("_0123456789").rstrip("_")[:60] or "study"


def problems_of_names(folder: Path, study: str) -> Iterator[Problem]:
    """Find what speaks against a folder and a study of these names, each with the nearest that can be had.

    Parameters
    ----------
    folder
        Where the paper is to be.
    study
        The name of its study.
    """
    name = folder.resolve().name
    if not _FOLDER_NAME.fullmatch(name):
        better = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "my-paper"
        what = f"{name!r} cannot be the name of a paper's folder: letters, digits, `-`, `_` and `.`, a letter first"
        yield Problem("init", what, hint=f"did you mean “{better}”?")
    if not STUDY_NAME.fullmatch(study) or study in NOT_OF_STUDIES:
        why = "results has a folder of that name" if study in NOT_OF_STUDIES else "lower-case letters, digits, `_`"
        better = study_named_after(study)
        better = f"{better}_study" if better in NOT_OF_STUDIES else better
        what = f"{study!r} cannot be a study's name ({why})"
        yield Problem("init", what, hint=f"did you mean “--study {better}”?")
    if folder.is_dir() and (there := sorted(each.name for each in folder.iterdir() if each.name != ".git")):
        shown = ", ".join(there[:5]) + (", …" if len(there) > 5 else "")
        what = f"is there and is not empty: {shown}"
        yield Problem(str(folder), what, hint=f"did you mean “{_free_name(folder)}”?")
    elif folder.exists() and not folder.is_dir():
        yield Problem(str(folder), "is a file", hint=f"did you mean “{_free_name(folder)}”?")


def _free_name(folder: Path) -> str:
    names = (folder.parent / f"{folder.resolve().name}-{number}" for number in range(2, 1000))
    return str(next(each for each in names if not each.exists()))


def write_frame(root: Path, folder: str, study: str, *, simulated: bool) -> None:
    """Write all of a paper's folder but its study and raw files.

    Parameters
    ----------
    root
        Where to; an empty folder.
    folder
        What the folder will be called.
    study
        The name of the study.
    simulated
        Whether its raw file is the example's.
    """
    told = {
        "folder": folder,
        "name": study,
        "version": __version__,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "simulated": "; those here are simulated" if simulated else "",
    }
    for name, template in (
        ("README.md", "README.md.j2"),
        (".gitignore", "gitignore"),
        (RUN, "run.j2"),
        (".github/workflows/paper.yml", "github.yml.j2"),
        (CONFIGURED, "config.yaml.j2"),
    ):
        _write(root / name, _templates().get_template(template).render(told))
    top = program_top(Path(__file__).parent)
    for name in PROGRAM_IN_CONFIG:
        _write(root / name, (top / name).read_text(encoding="utf-8"))
    lock, project = ((top / name).read_text(encoding="utf-8") for name in (LOCK, PROJECT))
    _write(root / LOCK, lock_of_program(lock, project))
    (root / STUDIES).mkdir(exist_ok=True)


def write_example(root: Path, study: str) -> None:
    """Write the example's study with its raw file and what is true of it.

    Parameters
    ----------
    root
        The folder of the paper.
    study
        The name of the study.
    """
    from ruralpanel.starting.example import example_panel, true_effects

    folder = root / "data/raw" / study
    folder.mkdir(parents=True)
    example_panel().to_csv(folder / "villages.csv", index=False, lineterminator="\n")
    _write(folder / "truth.json", json.dumps(true_effects(), indent=2) + "\n")
    _write(folder / "README.md", (files(__package__) / "templates/data.md").read_text(encoding="utf-8"))
    _write(root / STUDIES / f"{study}.yaml", _templates().get_template("study.yaml.j2").render(name=study))


def take_in(root: Path, study: str, raw: list[Path]) -> list[str]:
    """Copy raw files of the user's into the folder of a paper.

    Parameters
    ----------
    root
        The folder of the paper.
    study
        The name of the study.
    raw
        The files.

    Returns
    -------
    list of str
        Their paths from the folder.
    """
    folder = root / "data/raw" / study
    folder.mkdir(parents=True)
    for path in raw:
        shutil.copyfile(path, folder / path.name)
    return [f"data/raw/{study}/{path.name}" for path in raw]


def _templates() -> Environment:
    loader = PackageLoader("ruralpanel.starting")
    return Environment(loader=loader, keep_trailing_newline=True, undefined=StrictUndefined)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
