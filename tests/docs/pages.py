"""What the documentation tells a reader to type, and to change: its blocks of commands and of differences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PAGES = ROOT / "docs/pages"
TUTORIAL = PAGES / "tutorial.md"
FENCE = re.compile(r"^```(\w*)(?: title=\"(\S+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"ends with status (\d+)")


@dataclass(frozen=True)
class Command:
    """A line to be typed, and the status it ends with."""

    text: str
    status: int = 0


@dataclass(frozen=True)
class Change:
    """Lines of a file to be replaced: each of `old` by what comes after it in `new`."""

    file: str
    pairs: tuple[tuple[str, str], ...]

    def make(self, top: Path) -> None:
        path = top / self.file
        text = path.read_text(encoding="utf-8")
        for old, new in self.pairs:
            assert text.count(old) == 1, f"{self.file} has {text.count(old)} times what is to be changed: {old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def documents() -> list[Path]:
    """Name the pages with commands: the tutorial first, for others go on from what it makes, and README.md last."""
    others = sorted(path for path in PAGES.rglob("*.md") if path != TUTORIAL)
    return [TUTORIAL, *others, ROOT / "README.md"]


def blocks(path: Path, kind: str) -> list[tuple[str, str]]:
    """Give the fenced blocks of a kind: what is said behind it, and what is in it."""
    found = FENCE.findall(path.read_text(encoding="utf-8"))
    return [(said, text) for language, said, text in found if language == kind]


def steps(path: Path) -> Iterator[Command | Change]:
    """Give the commands and changes of a page in their order."""
    for language, said, text in FENCE.findall(path.read_text(encoding="utf-8")):
        if language == "sh":
            yield from commands_in(text)
        elif language == "diff":
            yield change_in(said, text)


def commands_in(text: str) -> Iterator[Command]:
    for line in text.replace("\\\n", " ").splitlines():
        command, _, remark = line.partition(" #")
        if command.strip() and not command.startswith("#"):
            status = STATUS.search(remark)
            yield Command(" ".join(command.split()), int(status[1]) if status else 0)


def change_in(file: str, text: str) -> Change:
    """Read a difference: runs of lines to take out, each with the lines to put in their place."""
    runs = re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", text, re.MULTILINE)
    return Change(file, tuple((_unmarked(old), _unmarked(new)) for old, new in runs))


def _unmarked(lines: str) -> str:
    return "".join(line[1:] + "\n" for line in lines.splitlines())


def all_commands() -> dict[str, list[str]]:
    """List every command on any page, each once, with the pages it is on."""
    found: dict[str, list[str]] = {}
    for path in documents():
        for step in steps(path):
            if isinstance(step, Command):
                found.setdefault(step.text, []).append(path.relative_to(ROOT).as_posix())
    return found
