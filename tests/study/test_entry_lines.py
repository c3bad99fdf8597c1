"""The lines of entries are those that reading the whole file gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel.study.entry_lines import entry_lines
from ruralpanel.study.yaml_file import parse_yaml, read_yaml
from tests.conftest import ROOT

STUDIES = sorted((ROOT / "config/studies").rglob("*.yaml"))


@pytest.mark.slow(but_each=8)
@pytest.mark.parametrize("path", STUDIES)
def test_of_shipped_studies(path: Path) -> None:
    file = read_yaml(path)
    for section in ("exhibits", "blocks", "claims", "facts"):
        entries = file.data.get(section, {})
        found = entry_lines(path.read_text(encoding="utf-8"), section, entries)
        assert found == {name: file.line_of((section, name)) for name in entries}


@pytest.mark.parametrize(
    "text",
    [
        "exhibits: { one: { kind: a }, two: { kind: b } }\n",
        "exhibits:\n  one: { kind: a }\n  'two':\n    kind: b\n",
        "exhibits: # two\n\n  # one\n  one:\n    notes: |\n      two: not here\n  two: {}\nblocks:\n  one: {}\n",
        "other:\n  one: 1\nexhibits:\n    one:\n        two: 3\n    two: 4\n",
    ],
)
def test_of_other_ways_to_write_them(text: str) -> None:
    file = parse_yaml(text, Path("study.yaml"))
    assert entry_lines(text, "exhibits", ["one", "two"]) == {
        name: file.line_of(("exhibits", name)) for name in ("one", "two")
    }
