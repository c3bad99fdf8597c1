"""Raw files in a folder of somebody's own: one line of the study, or one variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel.study.checks.outside import OUTSIDE
from ruralpanel.study.load import RAW_FOLDER, load_unchecked
from tests.study.conftest import Repository, repository  # noqa: F401


@pytest.fixture
def elsewhere(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    folder = tmp_path_factory.mktemp("elsewhere")
    (repository.root / "survey.csv").rename(folder / "survey.csv")
    return folder


def test_the_folder_stands_before_every_path(
    repository: Repository,  # noqa: F811
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository.study["raw_folder"] = str(elsewhere)
    assert f"set RURALPANEL_OUTSIDE={elsewhere}" in repository.complaint()
    monkeypatch.setenv(OUTSIDE, str(elsewhere))
    assert repository.load().sources["survey"].path == f"{elsewhere}/survey.csv"


def test_the_variable_goes_before_it(
    repository: Repository,  # noqa: F811
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository.study["raw_folder"] = "data/raw/mine/restricted"
    assert "there is no file data/raw/mine/restricted/survey.csv" in repository.complaint()
    monkeypatch.setenv(RAW_FOLDER, str(elsewhere))
    assert repository.load().sources["survey"].path == f"{elsewhere}/survey.csv"
    unchecked = load_unchecked("mine", repository.root)
    assert unchecked is not None and unchecked.sources["survey"].path == f"{elsewhere}/survey.csv"
    monkeypatch.setenv(RAW_FOLDER, str(elsewhere / "nowhere"))
    assert "nowhere is no folder" in repository.complaint()


def test_studies_without_a_folder_do_not_mind_the_variable(
    repository: Repository,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(RAW_FOLDER, str(repository.root / "nowhere"))
    assert repository.load().sources["survey"].path == "survey.csv"
