"""`./run verify --twice`, around runs that are played here."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ruralpanel.commands import verify
from ruralpanel.verification.twice import files_of
from tests.conftest import ROOT


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository to copy, and have copies made beside it."""
    top = tmp_path / "top"
    for file in (
        "src/ruralpanel/a.py",
        "src/__pycache__/a.pyc",
        ".venv/python",
        "results/study/verdict.csv",
        "results/published/study.csv",
        "data/raw/.retrieved/a.csv",
    ):
        (top / file).parent.mkdir(parents=True, exist_ok=True)
        (top / file).touch()
    monkeypatch.chdir(top)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return top


def play(monkeypatch: pytest.MonkeyPatch, written: str, status: int = 0) -> list[dict[str, Any]]:
    """Have every run write a file whose contents may name its environment."""
    runs: list[dict[str, Any]] = []

    def run(command: list[str], cwd: Path, env: dict[str, str], **_: object) -> SimpleNamespace:
        runs.append({"command": command, "env": env, "copied": files_of(cwd)})
        (cwd / "results/study").mkdir(parents=True)
        (cwd / "results/study/estimates.csv").write_text(written.format(**env), encoding="utf-8")
        return SimpleNamespace(returncode=status)

    monkeypatch.setattr(subprocess, "run", run)
    return runs


def test_two_runs_that_are_the_same(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    runs = play(monkeypatch, "0.08")
    assert verify.main(["--twice", "--config", "study=small"]) == 0
    assert "The two runs are the same: 3 files, byte by byte" in capsys.readouterr().out
    assert runs[0]["copied"] == [
        *("data/raw/.retrieved/a.csv", "results/published/study.csv"),
        *("src/__pycache__/a.pyc", "src/ruralpanel/a.py"),
    ]
    assert runs[0]["command"][-4:] == ["--cores", "1", "--config", "study=small"]
    assert len({run["env"]["PYTHONHASHSEED"] for run in runs}) == 2
    assert len({run["env"]["TZ"] for run in runs}) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["top"]  # the copies are gone
    assert (repository / "results/study/verdict.csv").is_file()


@pytest.mark.usefixtures("repository")
def test_a_run_that_depends_on_what_must_not_matter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, "seed {PYTHONHASHSEED}")
    assert verify.main(["--twice"]) == 1
    said = capsys.readouterr().out
    assert "results/study/estimates.csv: line 1: 'seed 1' and 'seed 2'" in said
    assert "1 of 3 files differ. Both runs are kept in" in said


@pytest.mark.usefixtures("repository")
def test_runs_that_do_not_end_well_are_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, "0.08", status=1)
    assert verify.main(["--twice"]) == 1
    assert "At least one of the runs did not end well." in capsys.readouterr().out


def test_verify_alone_is_a_rule_of_the_workflow() -> None:
    from importlib.machinery import SourceFileLoader

    loader = SourceFileLoader("door", str(ROOT / "run"))
    specification = importlib.util.spec_from_loader("door", loader)
    assert specification is not None
    door = importlib.util.module_from_spec(specification)
    loader.exec_module(door)
    assert not door.is_command(["verify"])
    assert not door.is_command(["verify", "--config", "study=small"])
    assert door.is_command(["verify", "--twice"])
    assert door.is_command(["verify", "--config", "study=small", "--twice"])
    assert door.is_command(["compare", "a", "b"])


def test_a_copy_reads_what_the_original_reads_and_writes_nowhere_else(tmp_path: Path) -> None:
    top, away = tmp_path / "a/top", tmp_path / "away"
    for file in (top / "data/raw/own.csv", top / "results/old.csv", away / "survey.csv", away / "kept/x.csv"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(file.name)
    (top / "data/raw/link.csv").symlink_to(away / "survey.csv")
    (top / "data/raw/folder").symlink_to("../../../../away")
    (top / "data/raw/.retrieved").symlink_to(away / "kept")
    (top / "results").rename(away / "results")
    (top / "results").symlink_to(away / "results")
    copy = tmp_path / "copies/first" / top.relative_to(top.anchor)
    verify.copy_repository(top, copy)
    verify.add_links_upwards(top, copy, ["../../away/survey.csv", "data/raw/own.csv"])
    for path in ("../../away/survey.csv", "data/raw/folder/survey.csv", "data/raw/link.csv"):
        assert (copy / path).read_text() == "survey.csv"
    assert (copy / "data/raw/.retrieved/x.csv").read_text() == "x.csv"
    for folder in ("results", "data/raw/.retrieved"):
        (copy / folder / "new.csv").touch()
    assert not list(away.rglob("new.csv"))
    assert not (copy / "results/old.csv").exists()


def test_another_engine_is_asked_for_by_a_name_that_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        verify.main(["--engine", "stata"])
    assert "'ruralpanel', 'linearmodels'" in capsys.readouterr().err


def test_estimates_are_made_anew_before_they_are_compared_and_a_run_that_fails_ends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def fail(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 3, "", "Failed: sources read castle")

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(verify.subprocess, "run", fail)
    assert verify.main(["--engine", "linearmodels", "--config", "study=replications/castle"]) == 3
    ((*_, study),) = asked
    assert study == "study=replications/castle"
    assert "results/replications/castle/estimates/baseline.csv" in asked[0]
    assert "Failed: sources read castle" in capsys.readouterr().err
