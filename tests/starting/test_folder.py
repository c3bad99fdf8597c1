"""The folder that a paper begins with: names, the example, and a lock of what the program needs."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from packaging.requirements import Requirement

from ruralpanel.commands.init import main
from ruralpanel.starting.example import EFFECTS, NOT_TOLD, VILLAGES, example_panel, true_effects
from ruralpanel.starting.folder import FolderError, study_named_after
from ruralpanel.starting.lock import BUILDING, lock_of_program
from ruralpanel.study.load import load_study
from tests.conftest import ROOT


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return example_panel()


def refused(*arguments: str) -> str:
    with pytest.raises(FolderError) as raised:
        main(list(arguments))
    return str(raised.value)


def test_a_folder_has_a_study_that_loads_and_all_around_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers/my-paper"]) == 0
    folder = here / "papers/my-paper"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        ".github/workflows/paper.yml",
        ".gitignore",
        "README.md",
        "config/README.md",
        "config/config.yaml",
        "config/schema.json",
        "config/studies/my_paper.yaml",
        "data/raw/my_paper/README.md",
        "data/raw/my_paper/truth.json",
        "data/raw/my_paper/villages.csv",
        "requirements.lock",
        "run",
    }
    assert (folder / "run").stat().st_mode & 0o111
    assert load_study("my_paper", folder).study == "my_paper"
    assert yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))["study"] == "my_paper"
    assert (folder / "config/schema.json").read_bytes() == (ROOT / "config/schema.json").read_bytes()
    workflow = yaml.safe_load((folder / ".github/workflows/paper.yml").read_text(encoding="utf-8"))
    assert "python run" in [step.get("run") for step in workflow["jobs"]["paper"]["steps"]]
    assert "{{" not in "".join((folder / name).read_text(encoding="utf-8") for name in ("run", "README.md"))
    assert "Next: cd papers/my-paper && ruralpanel run" in capsys.readouterr().out


def test_an_empty_folder_and_one_with_a_repository_alone_can_be_filled(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / ".git").mkdir()
    assert main([".", "--study", "roads"]) == 0
    assert load_study("roads", here).study == "roads"
    assert "Next: ruralpanel run" in capsys.readouterr().out


def test_what_is_there_is_not_written_over_and_the_next_free_name_is_offered(here: Path) -> None:
    (here / "mine").mkdir()
    (here / "mine/notes.txt").write_text("mine", encoding="utf-8")
    (here / "mine-2").mkdir()
    assert "mine: is there and is not empty: notes.txt\n    → did you mean “mine-3”?" in refused("mine")
    (here / "file").touch()
    assert "file: is a file\n    → did you mean “file-2”?" in refused("file")
    assert sorted(path.name for path in here.rglob("*")) == ["file", "mine", "mine-2", "notes.txt"]


def test_bad_names_are_told_together_each_with_the_nearest(here: Path) -> None:
    said = refused("My Paper!", "--study", "Bad Name", "--from", "nothing.csv")
    assert "→ did you mean “My-Paper”?" in said
    assert "→ did you mean “--study bad_name”?" in said
    assert "nothing.csv: there is no such file" in said
    assert "→ did you mean “--study published_study”?" in refused("paper", "--study", "published")
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("folder", "study"),
    [("my-paper", "my_paper"), ("My-Paper 2", "my_paper_2"), ("2024 é", "e"), ("论文", "study"), ("x" * 80, "x" * 60)],
)
def test_a_study_is_named_after_its_folder(folder: str, study: str) -> None:
    assert study_named_after(folder) == study


@pytest.mark.slow
def test_a_study_is_drafted_from_files_of_ones_own(here: Path, panel: pd.DataFrame) -> None:
    panel.to_csv(here / "form.csv", index=False)
    assert main(["mine", "--from", "form.csv"]) == 0
    study = load_study("mine", here / "mine")
    assert [source.path for source in study.sources.values()] == ["data/raw/mine/form.csv"]
    assert (here / "mine/data/raw/mine/form.csv").read_bytes() == (here / "form.csv").read_bytes()
    assert not (here / "mine/data/raw/mine/truth.json").exists()
    assert [each.cohort for each in study.designation.values()] == ["first_year"]


def test_two_files_of_one_name_cannot_lie_in_one_folder(here: Path, panel: pd.DataFrame) -> None:
    for folder in ("a", "b"):
        (here / folder).mkdir()
        panel.head(20).to_csv(here / folder / "form.csv", index=False)
    assert "b/form.csv: has the name of a/form.csv" in refused("mine", "--from", "a/form.csv", "b/form.csv")


def test_the_example_has_the_effects_it_says(panel: pd.DataFrame) -> None:
    """By hand: differences of logs between a cohort and the never treated of its county, after less before."""
    told = panel[panel["income"] != NOT_TOLD].assign(log=lambda rows: np.log(rows["income"]))
    shares = panel.drop_duplicates("village").groupby("county")["first_year"].value_counts()
    assert set(shares) == {2}  # of eight villages, two of each cohort and two without a road
    assert panel["village"].nunique() == VILLAGES
    for text in ("docs/pages/how-to/own-paper.md", "src/ruralpanel/starting/templates/study.yaml.j2"):
        assert f"{VILLAGES} simulated villages" in (ROOT / text).read_text(encoding="utf-8")
    means = told.pivot_table("log", ["county", "year"], "first_year")
    effects = []
    for first in (2012, 2014, 2016):
        gap = (means[first] - means[0]).reset_index(name="gap").pivot_table("gap", "county", "year")
        before = gap.loc[:, : first - 1].mean(axis=1)
        effects.append([(gap[first + time] - before).mean() for time in range(4)])
    found = pd.DataFrame(effects).mean()
    assert (found - list(EFFECTS)).abs().max() < 0.03  # twice the standard error of such a difference
    truth = true_effects()["log_income"]
    weights = [3 * 40] * 4  # every cohort is seen for its first four years
    assert isinstance(truth, dict)
    assert truth["by_event_time"]["0"] == EFFECTS[0]
    later = 40 * (8 + 6 + 4) - sum(weights)
    expected = (sum(w * e for w, e in zip(weights, EFFECTS, strict=True)) + later * EFFECTS[-1]) / (40 * (8 + 6 + 4))
    assert truth["average"] == pytest.approx(expected, abs=1e-6)


def test_the_example_is_the_same_each_time(panel: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(panel, example_panel())


def _closure(names: list[str]) -> set[str]:
    """List what packages require, as they say themselves where they are installed."""
    found: set[str] = set()
    waiting = [re.sub(r"[-_.]+", "-", name).lower() for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            wanted = map(Requirement, requires(name) or [])
        except PackageNotFoundError:
            continue
        found.add(name)
        waiting += [
            re.sub(r"[-_.]+", "-", each.name).lower()
            for each in wanted
            if each.marker is None or each.marker.evaluate({"extra": ""})
        ]
    return found


def test_the_lock_of_a_paper_is_whole_and_without_the_tools_of_developers() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "pyproject.toml")]
    locked = lock_of_program(*texts)
    names = set(re.findall(r"^([a-z0-9.-]+)==", locked, re.MULTILINE))
    program = [Requirement(each).name for each in tomllib.loads(texts[1])["project"]["dependencies"]]
    assert _closure([*program, *BUILDING]) - {"setuptools"} <= names
    assert not names & {"pytest", "mypy", "ruff", "mkdocs", "playwright"}
    blocks = re.split(r"\n(?=[a-z0-9])", locked)[1:]
    assert all(block.rstrip() in texts[0] for block in blocks)  # with the same hashes
