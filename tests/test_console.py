"""The command `ruralpanel`, which is for the folder of a paper what ./run is for a checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ruralpanel import __version__
from ruralpanel.commands import command_names
from ruralpanel.console import is_command, main
from ruralpanel.installation import CONFIGURED


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / CONFIGURED).parent.mkdir()
    (tmp_path / CONFIGURED).write_text("study: none\nmonte_carlo: full\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("PATH", "PYTHONDONTWRITEBYTECODE", "RURALPANEL_WAIT"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    return tmp_path


class Begun(Exception):
    """In the place of a program that takes the place of this one."""


@pytest.mark.skipif(os.name == "nt", reason="Windows starts a process beside this one")
@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("words", [["run", "-n"], ["-n"], ["publish"], ["verify"], ["run", "verify"], ["run"]])
def test_what_is_no_command_is_for_snakemake(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    def execv(_: str, command: list[str]) -> None:
        raise Begun(*command)

    monkeypatch.setattr(os, "execv", execv)
    with pytest.raises(Begun) as begun:
        main(words)
    words = [each for each in words if each != "run"]
    assert begun.value.args == (sys.executable, "-P", "-m", "ruralpanel.runs", *words)
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_commands_are_told_from_rules() -> None:
    assert is_command(["doctor"])
    assert is_command(["verify", "--twice"])
    assert not is_command(["verify"])
    assert not is_command(["-n"])
    assert not is_command([])


@pytest.mark.usefixtures("paper")
def test_a_command_is_run_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "a/b", "--config", "study=none"]) == 1
    assert "none: study: there is no such study" in capsys.readouterr().err


def test_where_no_paper_is_the_next_thing_to_do_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 1
    assert "→ make one: ruralpanel init my-paper" in capsys.readouterr().err


def test_below_a_paper_the_way_up_is_said(
    paper: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (paper / "data/raw").mkdir(parents=True)
    monkeypatch.chdir(paper / "data/raw")
    assert main(["doctor"]) == 1
    assert f"→ change into it: cd {os.path.join('..', '..')}" in capsys.readouterr().err


def test_help_names_all_commands_and_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in command_names())
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ruralpanel {__version__}\n"
