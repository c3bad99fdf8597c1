"""What the doctor advises, done: it does not say it again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ruralpanel.__main__ import main
from tests.doctor.test_doctor import commit, repository

__all__ = ["repository"]

SURVEY, FILE = "data/raw/small/survey.csv", "config/studies/small.yaml"
ROWS = "village,year,income,listed\na,2010,2,0\n"


class Finding(NamedTuple):
    """Something that is wrong with a repository, and how it is mended."""

    hint: str
    wrong: Callable[[Path], object]
    mend: Callable[[Path], object]


def edited(old: str, new: str) -> Callable[[Path], object]:
    """Change the study file."""

    def call(top: Path) -> object:
        text = (top / FILE).read_text()
        assert old in text
        return (top / FILE).write_text(text.replace(old, new))

    return call


def git(*arguments: str) -> Callable[[Path], object]:
    """Give git a command."""
    return lambda top: subprocess.run(["git", *arguments], cwd=top, check=True, capture_output=True)


def after(*steps: Callable[[Path], object]) -> Callable[[Path], object]:
    """Do one thing after the other."""
    return lambda top: [step(top) for step in steps]


def mirror(contents: bytes | None) -> Callable[[Path], object]:
    """Put a file into the mirror, or take it out."""

    def call(top: Path) -> object:
        path = top / "mirror/prices.csv"
        return path.unlink() if contents is None else path.write_bytes(contents)

    return call


def set_to(*folders: str) -> Callable[[Path], object]:
    """Set the variable with the mirrors."""

    def call(top: Path) -> object:
        os.environ["RURALPANEL_MIRROR"] = os.pathsep.join(str(top / each) for each in folders)
        return None

    return call


RIGHT = mirror(b"year,price\n2010,1\n")
PUBLIC = edited("key: [village, year]", "redistributable: true\n    key: [village, year]")

ADDRESS = "retrieve: { address: https://example.org/prices.csv, file: prices.csv, sha256"
SCRIPT = "scripts/clean.R"


def script(line: str) -> Callable[[Path], object]:
    """Keep a script under version control."""

    def call(top: Path) -> object:
        (top / SCRIPT).parent.mkdir(exist_ok=True)
        (top / SCRIPT).write_text(line)
        return commit(top)

    return call


HOME = "/".join(("", "home", "me"))
"""A folder of one machine, put together so that no path of one machine is written here."""

FINDINGS = [
    Finding(
        "without a network, put it into a folder and set RURALPANEL_MIRROR to that folder",
        after(mirror(None), edited("retrieve: { file: prices.csv, sha256", ADDRESS)),
        RIGHT,
    ),
    Finding(
        "write it from the top of the repository, or as an option",
        script(f'read.csv("{HOME}/village/data/raw/small/survey.csv")\n'),
        script('read.csv("data/raw/small/survey.csv")\n'),
    ),
    Finding(
        "read each, mend it where it is wrong, and take the mark away",
        edited("title: Small", "title: Smll # guessed: the name"),
        edited("title: Smll # guessed: the name", "title: Small"),
    ),
    Finding(
        "page, paper and archive print who answers for them",
        edited("[Nobody]", "[Unknown]"),
        edited("[Unknown]", "[A. Scholar]"),
    ),
    Finding("put the right file there", mirror(b"other"), RIGHT),
    Finding(
        "put it into a folder and set RURALPANEL_MIRROR to that folder; Copy it from the yearbook.",
        mirror(None),
        RIGHT,
    ),
    Finding("set it to the folder that has the files, or to several", set_to("nowhere"), set_to("mirror")),
    Finding("set it to the folder that has the files, or to several", set_to("nowhere"), set_to("data", "mirror")),
    Finding(
        f"git rm --cached {SURVEY}, and keep it under data/raw/…/restricted, which git ignores; or say ",
        commit,
        after(
            git("rm", "-q", "--cached", SURVEY),
            edited(SURVEY, "data/raw/small/restricted/survey.csv"),
            lambda top: (top / "data/raw/small/restricted").mkdir(),
            lambda top: (top / SURVEY).rename(top / "data/raw/small/restricted/survey.csv"),
        ),
    ),
    Finding("or say `redistributable: true` where its licence allows that", commit, PUBLIC),
    Finding(
        f"git add {SURVEY}, for others to have it",
        after(PUBLIC, commit, git("rm", "-q", "--cached", SURVEY)),
        git("add", SURVEY),
    ),
    Finding(
        f"git diff --stat {SURVEY}; raw files are corrected by `corrections`",
        after(PUBLIC, commit, lambda top: (top / SURVEY).write_text(ROWS)),
        git("checkout", "-q", "--", SURVEY),
    ),
]


@pytest.mark.slow(but_each=10)
@pytest.mark.parametrize("finding", FINDINGS, ids=lambda each: each.hint[:50])
def test_the_doctor_does_not_say_it_again(
    finding: Finding, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RURALPANEL_MIRROR", str(repository / "mirror"))
    finding.wrong(repository)
    main(["doctor"])
    assert finding.hint in capsys.readouterr().out
    finding.mend(repository)
    main(["doctor"])
    assert finding.hint not in capsys.readouterr().out
