"""Other economies than the shipped one can be made, each with a study that reads it to the panel."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ruralpanel.commands.simulate import main, name_of, study_text
from ruralpanel.errors import StudyError
from ruralpanel.frames.feature_files import read_lines
from ruralpanel.panel.build import build_panel
from ruralpanel.simulation.parameters import load_parameters
from ruralpanel.sources.table import read_source
from ruralpanel.study.load import load_study
from ruralpanel.study.yaml_file import read_yaml
from ruralpanel.tables.prepare import prepare_table
from tests.conftest import ROOT

SHIPPED = "config/studies/taobao_villages.yaml"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with the shipped study file and its raw files, and work there."""
    (tmp_path / SHIPPED).parent.mkdir(parents=True)
    shutil.copy(ROOT / SHIPPED, tmp_path / SHIPPED)
    shutil.copytree(ROOT / "data/raw/taobao_villages", tmp_path / "data/raw/taobao_villages")
    shutil.copytree(ROOT / "data/raw/published_facts", tmp_path / "data/raw/published_facts")
    shutil.copytree(ROOT / "config/papers", tmp_path / "config/papers")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_economy_is_named_by_what_is_particular_to_it() -> None:
    parameters = load_parameters("null")
    assert name_of(parameters, 10) == "null_10"
    assert name_of(parameters.model_copy(update={"villages": 300}), 10) == "null_10_300_villages_100_counties"


def test_its_study_is_the_shipped_one_on_other_files_without_the_paper() -> None:
    text = study_text((ROOT / SHIPPED).read_text(encoding="utf-8"), "null_10", 10)
    assert "data/raw/taobao_villages" not in text
    assert "\nstudy: null_10\n" in text and "\nseed: 10\n" in text
    assert "\npaper:" not in text and "config/papers" not in text.split("paper:")[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--preset", "nul"], "did you mean “null”?"),
        (["--counties", "4"], "an economy has at least 10"),
        (["--counties", "20", "--villages", "99"], "at least 5 villages for each county"),
        (["--counties", "10", "--villages", "5001"], "at most 500 villages for each county"),
        (["--seed", "-1"], "a whole number from 0"),
    ],
)
def test_what_is_no_economy_is_refused(top: Path, given: list[str], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        main(given)
    assert not (top / "data/raw/simulated").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "seed", "villages", "counties"),
    [
        ("null", 10, 2000, 100),
        ("mixed", 10, 2000, 100),
        ("mixed", 39, 2000, 100),  # 52 sources of income in a village
        ("negative", 7, 50, 10),
        ("strong_moderation", 3, 400, 25),
        ("mixed", 4, 5000, 10),
        ("null", 5, 900, 180),
    ],
)
def test_the_study_of_an_economy_reads_it_to_the_panel(
    top: Path, preset: str, seed: int, villages: int, counties: int
) -> None:
    before = {path: path.read_bytes() for path in (top / "data/raw/taobao_villages").iterdir()}
    given = ["--preset", preset, "--seed", str(seed), "--villages", str(villages), "--counties", str(counties)]
    assert main(given) == 0
    (made,) = (top / "config/studies/simulated").iterdir()
    study = load_study(f"simulated/{made.stem}")
    frames = {
        name: read_source(name, each, Path(str(each.path)), Path(each.corrections) if each.corrections else None).table
        for name, each in study.sources.items()
    }
    for name, declared in study.tables.items():
        frames[name] = prepare_table(name, declared, frames, study.shapes[name].key).table
    read = {name: frames[name] for name in study.read_by_panel}
    lines = {path: read_lines(Path(path)) for path in study.lines}
    built = build_panel(read, study.panel, study.base, study.designation, lines, study.legacies)
    assert built.panel["village"].nunique() == villages
    assert before == {path: path.read_bytes() for path in (top / "data/raw/taobao_villages").iterdir()}
    assert read_yaml(made).data["seed"] == seed
