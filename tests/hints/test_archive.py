"""What the archive advises before it is made, done: nothing speaks against it any more."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ruralpanel.archive.contents import ArchiveError, refuse_restricted
from ruralpanel.lineage import file_digest
from ruralpanel.simulation.marker import MARKER, marker_text
from ruralpanel.study.load import load_study
from tests.archive.small_study import STUDY, write_small_study

SURVEY, REGISTER = "data/raw/small/restricted/survey.csv", "data/raw/small/restricted/register.dta"
OPEN = "data/raw/small/survey.csv"


class Finding(NamedTuple):
    """Something that may not be passed on, and what is done about it."""

    hint: str
    wrong: Callable[[Path], object]
    mend: Callable[[Path], object]


def edited(*changes: tuple[str, str]) -> Callable[[Path], object]:
    """Write the study with changes."""

    def call(top: Path) -> object:
        text = STUDY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return (top / "config/studies/small.yaml").write_text(text, encoding="utf-8")

    return call


def git(*arguments: str) -> Callable[[Path], object]:
    """Give git a command."""
    return lambda top: subprocess.run(["git", *arguments], cwd=top, check=True, capture_output=True)


def tracked(top: Path) -> object:
    """Put everything under version control."""
    git("init", "-q")(top)
    return git("add", "data")(top)


def twins(top: Path) -> object:
    """Say that the survey is a synthetic twin."""
    return (top / MARKER).write_text(marker_text({SURVEY: file_digest(top / SURVEY)}), encoding="utf-8")


def real(top: Path) -> object:
    """Put the real file in place."""
    return (top / SURVEY).write_text((top / SURVEY).read_text().replace("\n", "\n", 1) + "\n")


def copied(to: str) -> Callable[[Path], object]:
    """Keep the survey elsewhere."""
    return lambda top: (top / to).write_bytes((top / SURVEY).read_bytes())


OPEN_PATH = "data/raw/small/gazetteer.csv"
PASSED_ON = "licence: CC0\n    redistributable: true"


def linked(top: Path) -> object:
    """Keep the gazetteer among restricted files, and link to it."""
    (top / OPEN_PATH).rename(top / "data/raw/small/restricted/gazetteer.csv")
    return (top / OPEN_PATH).symlink_to("restricted/gazetteer.csv")


def put_elsewhere(top: Path) -> object:
    """Take the link away, and put the file where it was."""
    (top / OPEN_PATH).unlink()
    return (top / "data/raw/small/restricted/gazetteer.csv").rename(top / OPEN_PATH)


FINDINGS = [
    Finding(
        "say `redistributable` alike of all sources that read it",
        lambda top: [(top / OPEN).hardlink_to(top / SURVEY), edited((OPEN_PATH, OPEN))(top)],
        edited((OPEN_PATH, OPEN), (PASSED_ON, "access: By agreement.")),
    ),
    Finding("take `redistributable` away, or put the file elsewhere", linked, put_elsewhere),
    Finding(
        "take `redistributable` away, or put the file elsewhere", linked, edited((PASSED_ON, "access: By agreement."))
    ),
    Finding(
        f"take it out with `git rm --cached {SURVEY}`, and out of the history",
        tracked,
        git("rm", "-q", "--cached", SURVEY, REGISTER),
    ),
    Finding("an archive is made from the real files; put them in place first", twins, real),
    Finding(
        "(lines and areas have none), or declare it with `retrieve`",
        lambda top: [
            copied("data/raw/small/restricted/survey.gpkg")(top),
            edited((SURVEY, "data/raw/small/restricted/survey.gpkg"))(top),
        ],
        edited(),
    ),
]


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda each: each.hint[:50])
def test_nothing_speaks_against_the_archive_any_more(finding: Finding, tmp_path: Path) -> None:
    write_small_study(tmp_path)
    finding.wrong(tmp_path)
    with pytest.raises(ArchiveError) as raised:
        refuse_restricted(load_study("small", tmp_path), tmp_path)
    assert finding.hint in "; ".join(each.hint for each in raised.value.problems)
    finding.mend(tmp_path)
    refuse_restricted(load_study("small", tmp_path), tmp_path)
