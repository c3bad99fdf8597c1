"""A study that is run again whenever what it is made of changes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ruralpanel.errors import StudyError
from ruralpanel.runs import WAITING
from ruralpanel.study.inputs import files_read
from ruralpanel.study.load import find_study, load_study, load_unchecked
from ruralpanel.study.own_estimators import own_files
from ruralpanel.trial.page_server import PAGE, State, stamps

PAUSE = 0.4
"""Seconds between two looks at the files."""

LAST_LINES = 25
"""What a run said that is shown on the page when it fails."""


def watched_files(name: str, root: Path) -> list[Path]:
    """List what a study is made of: its file, and all that it names.

    Parameters
    ----------
    name
        The study's name or path.
    root
        The top of the repository.
    """
    _, path = find_study(name, root)
    try:
        study = load_unchecked(name, root)
    except StudyError:
        study = None
    if study is None:
        return [path]
    own = own_files(sorted(study.estimators), path.parent)
    return [path, *(root / each for each in files_read(study)), *own]


@dataclass
class Watch:
    """A study that is watched.

    Parameters
    ----------
    name
        Its name or path.
    root
        The top of the repository.
    state
        What the page is told.
    run
        Runs the study, and gives the exit status with the last that it said.
    say
        Writes a line to the terminal.
    """

    name: str
    root: Path
    state: State
    run: Callable[[str, Path], tuple[int, str]]
    say: Callable[[str], None] = print
    files: list[Path] = field(default_factory=list)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def look(self) -> bool:
        """Tell whether anything has changed since the last look, once it is no longer being written."""
        now = stamps(self.files)
        if now == self.seen:
            return False
        while True:
            time.sleep(PAUSE / 2)
            later = stamps(self.files)
            if later == now:
                break
            now = later
        changed = sorted(key for key in {*now, *self.seen} if now.get(key) != self.seen.get(key))
        if self.seen:
            self.say(f"changed: {', '.join(os.path.relpath(each, self.root) for each in changed[:4])}")
        self.seen = now
        return True

    def update(self) -> None:
        """Check the study, run what the change touches, and tell the page."""
        self.files = watched_files(self.name, self.root)
        self.seen = stamps(self.files)
        try:
            load_study(self.name, self.root)
        except StudyError as error:
            self.say(str(error))
            self.state.tell(problems=str(error))
            return
        page = self.state.folder / PAGE
        before = stamps([page])
        self.state.tell(working="Running what the change touches …")
        status, said = self.run(self.name, self.root)
        made = stamps([page])
        is_new = bool(made) and made != before
        failed = status != 0 and not (is_new or (made and "Verdict:" in said))  # NO MATCH is a result like another
        self.state.tell(problems=said if failed else "", is_new=is_new)

    def begin(self) -> None:
        """Run once, then whenever something changes; ends when interrupted."""
        self.update()
        while True:
            time.sleep(PAUSE)
            if self.look():
                self.update()


def plain_run(name: str, root: Path) -> tuple[int, str]:
    """Run a study as ``./run`` does, with what it says on the terminal.

    Parameters
    ----------
    name
        Its name or path.
    root
        The top of the repository.
    """
    command = [sys.executable, "-P", "-m", "ruralpanel.runs", "--config", f"study={name}"]
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=root, env={**os.environ, WAITING: "yes"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                said = [*said[-LAST_LINES + 1 :], line.rstrip()]
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    return process.returncode, "\n".join(said)
