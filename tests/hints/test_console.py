"""What is said where there is no paper, done: there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel.__main__ import main
from ruralpanel.console import _not_in_a_folder

SAID = ["make one: ruralpanel init my-paper", "change into it: cd .."]
"""What is advised."""


def test_a_paper_is_made_and_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, change = SAID
    monkeypatch.chdir(tmp_path)
    assert make in _not_in_a_folder(Path())
    assert main(["init", "my-paper"]) == 0
    monkeypatch.chdir(tmp_path / "my-paper/data")
    assert change in _not_in_a_folder(Path())
    monkeypatch.chdir("..")
    assert _not_in_a_folder(Path()) == ""
