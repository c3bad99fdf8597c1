"""A study file from a notebook: read it, run it, and look at what the run made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruralpanel.errors import Problem, StudyError, nearest
from ruralpanel.face.errors import RunError
from ruralpanel.installation import CONFIGURED, snakemake_command
from ruralpanel.study.load import find_study
from ruralpanel.study.load import load_study as load_checked
from ruralpanel.study.model import Study

if TYPE_CHECKING:
    import pandas as pd

LAST_LINES = 15
"""How much of what a run said is told where it ended too early."""


def top(start: Path | None = None) -> Path:
    """Find the folder to work in: a checkout or a paper's own, above here, or else the one that this program is in.

    Raises
    ------
    StudyError
        If there is none.
    """
    here = (start or Path()).resolve()
    own = Path(__file__).resolve()
    for folder in (here, *here.parents, *own.parents):
        if (folder / CONFIGURED).is_file():
            return folder
    what = "no folder above this one has a study to run"
    raise StudyError([Problem(str(here), what, hint="change into the folder that `run` is in, or give root=…")])


@dataclass(frozen=True, repr=False, eq=False)
class LoadedStudy:
    """A study that has been read and checked.

    Parameters
    ----------
    name
        Under which its results are kept.
    study
        All that it declares.
    root
        The top of the repository.
    """

    name: str
    study: Study
    root: Path

    @property
    def results(self) -> Path:
        """The folder of its results."""
        return self.root / "results" / self.name

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        return getattr(self.study, key)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *Study.model_fields})

    def _said(self) -> list[str]:
        study = self.study
        panel = f"{study.panel.unit} by {study.panel.period}"
        treated = ", ".join(each.label or name for name, each in study.designation.items()) or "none"
        return [
            f"{self.name}: {study.title}",
            f"sources: {', '.join(study.sources)}",
            f"panel: {panel}; treatments: {treated}",
            f"outcomes: {', '.join(study.outcomes)}",
            f"blocks: {', '.join(study.blocks)}",
            f"exhibits: {', '.join(study.exhibits)}",
        ]

    def __repr__(self) -> str:
        return "\n".join(self._said())

    def _repr_html_(self) -> str:
        return f"<p>{'<br>'.join(map(escape, self._said()))}</p>"


def load_study(name: str | Path, root: str | Path | None = None) -> LoadedStudy:
    """Read and check a study.

    Parameters
    ----------
    name : str or pathlib.Path
        Its name under ``config/studies`` (``"replications/castle"``), or the path of its file.
    root : str or pathlib.Path, optional
        The top of the repository; left out, the nearest above this folder.

    Returns
    -------
    LoadedStudy
        With the sections of the study as attributes: ``.sources``, ``.panel``, ``.blocks``.

    Raises
    ------
    StudyError
        With all that is wrong with the file, each with line, key and the nearest valid word.

    Examples
    --------
    >>> import ruralpanel as rp
    >>> rp.load_study("replications/castle").panel.unit
    'state'
    """
    folder = Path(root).resolve() if root is not None else top()
    written = str(name)
    if written.endswith((".yaml", ".yml")) and not (folder / written).is_file() and Path(written).is_file():
        written = str(Path(written).resolve())
    kept_as, _ = find_study(written, folder)
    return LoadedStudy(kept_as, load_checked(written, folder), folder)


def run(study: str | Path | LoadedStudy, *, cores: int | None = None, quiet: bool = False) -> StudyRun:
    """Run a study from raw files to verdict, as ``./run`` does: what is done already and has not changed is kept.

    Parameters
    ----------
    study : str, pathlib.Path or LoadedStudy
        Its name, the path of its file, or what :func:`load_study` gave.
    cores : int, optional
        How many jobs at once; left out, as many as the machine has cores.
    quiet : bool, optional
        Whether to keep to oneself what the run says of its progress.

    Returns
    -------
    StudyRun
        ``.estimates``, ``.panel``, ``.verdict``, ``.exhibit(name)``. A verdict that is no match is a result
        like another.

    Raises
    ------
    StudyError
        If the study file is wrong.
    RunError
        If the run ended before it had a verdict; with the last that it said.
    """
    loaded = study if isinstance(study, LoadedStudy) else load_study(study)
    judged = loaded.results / "logs/accept.log"  # of the last job, which fails where the verdict is no match
    before = _written_at(judged)
    of = _as_given(study, loaded)
    command = snakemake_command(loaded.root, "--cores", str(cores or "all"), "--config", f"study={of}")
    programs = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")])}
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=loaded.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            if not quiet:
                print(line, end="", flush=True)
    if process.returncode != 0 and _written_at(judged) == before:
        what = "\n".join(said[-LAST_LINES:]) or f"ended with status {process.returncode}"
        raise RunError([Problem(loaded.name, what, hint=f"all logs are in {loaded.results / 'logs'}")])
    return StudyRun(loaded)


def _as_given(study: str | Path | LoadedStudy, loaded: LoadedStudy) -> str:
    """Give the study as the workflow is to be told: its name, or the path of a file that is elsewhere."""
    named = loaded.root / "config/studies" / f"{loaded.name}.yaml"
    return loaded.name if isinstance(study, LoadedStudy) or named.is_file() else str(Path(study).resolve())


def _written_at(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.is_file() else None


@dataclass(frozen=True, repr=False, eq=False)
class StudyRun:
    """What a run of a study made.

    Parameters
    ----------
    loaded
        The study.
    """

    loaded: LoadedStudy

    @property
    def folder(self) -> Path:
        """Where everything is: ``report/index.html`` is the page, ``paper.pdf`` the paper."""
        return self.loaded.results

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """All estimates, one row a coefficient, in the order of the study's blocks, as the files have them: what is
        told is a code and its arguments, which :attr:`told` has in sentences."""
        from ruralpanel.estimation.estimates import load_estimates

        return load_estimates([self.folder / "estimates" / f"{block}.csv" for block in self.loaded.study.blocks])

    @cached_property
    def told(self) -> pd.DataFrame:
        """The estimates with sentences in place of codes, and with names as the study has them."""
        from ruralpanel.words.frames import as_text

        return as_text(self.estimates)

    @cached_property
    def panel(self) -> pd.DataFrame:
        """The panel that everything was estimated on."""
        from ruralpanel.frames.storage import load_table

        return load_table(self.folder / "panel/panel.parquet")

    @property
    def verdict(self) -> str:
        """The verdict in a sentence: ``Verdict: MATCH. …``."""
        from ruralpanel.verification.summary import verdict_line

        return verdict_line(self.folder)

    @property
    def verdict_cells(self) -> pd.DataFrame:
        """The verdict cell by cell."""
        from ruralpanel.verification.verdict import load_verdict

        return load_verdict(self.folder / "verdict.csv")

    def exhibit(self, name: str) -> ExhibitMade:
        """Give a table or figure.

        Parameters
        ----------
        name
            Its name in the study.

        Raises
        ------
        StudyError
            If the study has none of this name.
        """
        exhibits = self.loaded.study.exhibits
        if name not in exhibits:
            hint = nearest(name, exhibits)
            raise StudyError([Problem(self.loaded.name, f"has no exhibit `{name}`", hint=hint)])
        return ExhibitMade(name, self.folder / "exhibits", exhibits[name].is_table)

    def __repr__(self) -> str:
        return f"{self.loaded.name}\n{self.verdict}\nexhibits: {', '.join(self.loaded.study.exhibits)}\n{self.folder}"


@dataclass(frozen=True, repr=False, eq=False)
class ExhibitMade:
    """A table or a figure of a run, which a notebook shows.

    Parameters
    ----------
    name
        Its name in the study.
    folder
        Where its files are.
    is_table
        Whether it is a table.
    """

    name: str
    folder: Path
    is_table: bool

    @property
    def files(self) -> list[Path]:
        """Its files: HTML, LaTeX and Word of a table; PNG, PDF and SVG of a figure; its data as CSV."""
        return sorted(self.folder.glob(f"{self.name}.*"))

    @cached_property
    def data(self) -> pd.DataFrame:
        """What it shows, as numbers."""
        from ruralpanel.frames.storage import load_table

        return load_table(self.folder / f"{self.name}.csv")

    @property
    def caption(self) -> dict[str, Any]:
        """Its title and notes."""
        found: dict[str, Any] = json.loads((self.folder / f"{self.name}.caption.json").read_text(encoding="utf-8"))
        return found

    def __repr__(self) -> str:
        return f"{self.caption.get('title', self.name)}\n{', '.join(each.name for each in self.files)}"

    def _repr_html_(self) -> str | None:
        return (self.folder / f"{self.name}.html").read_text(encoding="utf-8") if self.is_table else None

    def _repr_png_(self) -> bytes | None:
        return None if self.is_table else (self.folder / f"{self.name}.png").read_bytes()
