"""Twins of restricted surveys: every study of one is valid on its files, which say what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from ruralpanel.__main__ import main
from ruralpanel.archive.marker import synthetic_sources
from ruralpanel.simulation.survey_twins import EFFECT, SURVEYS, write_twin
from ruralpanel.study.load import RAW_FOLDER, load_study
from tests.conftest import ROOT


def files_of(survey: str) -> list[str]:
    declared = yaml.safe_load((ROOT / f"config/studies/restricted/{survey}.yaml").read_text(encoding="utf-8"))
    return sorted({source["path"] for source in declared["sources"].values()})


@pytest.mark.parametrize("survey", SURVEYS)
def test_the_study_of_a_survey_is_valid(survey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in files_of(survey):  # what is in them is not looked at before a run
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setenv(RAW_FOLDER, str(tmp_path))
    study = load_study(f"restricted/{survey}", ROOT)
    assert study.data_standing == "restricted"
    assert all(source.access and not source.redistributable for source in study.sources.values())


def test_every_restricted_study_has_a_twin() -> None:
    studies = {path.stem for path in (ROOT / "config/studies/restricted").glob("*.yaml")}
    assert studies == set(SURVEYS)


@pytest.mark.parametrize("survey", ["crrs", "countryside_trial"])
def test_a_twin_has_the_files_of_its_study_and_says_so(
    survey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = write_twin(survey, 1, tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in written) == files_of(survey)
    monkeypatch.setenv(RAW_FOLDER, str(tmp_path))
    study = load_study(f"restricted/{survey}", ROOT)
    assert synthetic_sources(study, ROOT) == list(study.sources)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    both = [write_twin("countryside_trial", 5, tmp_path / name) for name in ("a", "b")]
    assert [path.read_bytes() for path in both[0]] == [path.read_bytes() for path in both[1]]


def test_households_of_cfps_split_and_come_later() -> None:
    files = SURVEYS["cfps"](np.random.default_rng(3))
    wave = files["cfps2014famecon_201906.dta"].rows
    assert wave["fid14"].is_unique
    assert wave.loc[wave["fid10"] > 0, "fid10"].duplicated().any()
    assert (wave["fid10"] == -8).any()
    assert {-1, -2, -8, -9, -10} >= set(wave.loc[wave["fincome2"] < 0, "fincome2"]) != set()
    whole = wave[wave["fincome2"] >= 0].groupby("fid10")["familysize"].sum()
    assert whole.drop(-8).le(7).all()  # what left a household is not counted in it any more


def test_the_planted_effect_is_in_the_twin() -> None:
    files = SURVEYS["crrs"](np.random.default_rng(3))
    waves = [files[f"crrs{year}_household.dta"].rows.set_index("hhid") for year in (2020, 2022)]
    known = [wave[wave["income_total"] > 0] for wave in waves]
    change = np.log(known[1]["income_total"]).sub(np.log(known[0]["income_total"])).dropna()
    listed = files["taobao_villages.csv"].rows.set_index("villageid")["first_listed"]
    cohort = known[0]["villageid"].loc[change.index].map(listed)
    apart = change[cohort > 2020].groupby(known[0]["villageid"]).mean()
    others = change[cohort.isna()].groupby(known[0]["villageid"]).mean()
    error = np.sqrt(apart.var() / len(apart) + others.var() / len(others))
    assert abs(apart.mean() - others.mean() - EFFECT) < 3 * error
    assert pd.notna(error)


@pytest.mark.slow
def test_the_command_writes_a_twin_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config").symlink_to(ROOT / "config")
    monkeypatch.chdir(tmp_path)
    assert main(["simulate", "--survey", "countryside_trial"]) == 0
    said = capsys.readouterr().out
    assert "RURALPANEL_RAW=data/raw/simulated/countryside_trial ./run --config study=restricted" in said
    assert main(["simulate", "--survey", "countryside_trial"]) == 0
    assert "all files are there already" in capsys.readouterr().out
