"""Study files from a notebook: read, run, and what the run made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import ruralpanel as rp
from ruralpanel.face.studies import LoadedStudy, StudyRun, top


def test_a_study_is_found_from_any_folder(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert top() == root
    study = rp.load_study("replications/castle")
    assert study.name == "replications/castle"
    assert study.panel.unit == "state"
    assert "designation" in dir(study)
    for said in ("Do castle-doctrine laws", "panel: state by year", "outcomes: homicide"):
        assert said in repr(study)
        assert said in study._repr_html_()
    shutil.copy(root / "config/studies/replications/castle.yaml", tmp_path / "mine.yaml")
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8").replace("study: castle", "study: mine")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert rp.load_study("mine.yaml").name == "mine"


def test_what_is_wrong_with_a_study_is_told() -> None:
    with pytest.raises(rp.StudyError, match="did you mean “replications/castle”"):
        rp.load_study("castle")
    with pytest.raises(AttributeError):
        _ = rp.load_study("replications/castle").nothing


@pytest.mark.slow
def test_a_run_gives_estimates_panel_verdict_and_exhibits(root: Path, tmp_path: Path) -> None:
    for part in ("workflow", "config", "src", "data", "results/published", "requirements.lock", "pyproject.toml"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / part).symlink_to(root / part)
    study = rp.load_study("replications/two_stage", tmp_path)
    run = rp.run(study, cores=1, quiet=True)
    assert isinstance(run, StudyRun)
    assert run.verdict.startswith("Verdict: MATCH.")
    assert run.verdict_cells["status"].isin(["match", "rounding"]).all()
    assert set(run.estimates["block"]) == set(study.blocks)
    assert study.panel.unit in run.panel
    for name, declared in study.exhibits.items():
        made = run.exhibit(name)
        assert isinstance(made.data, pd.DataFrame)
        assert made.caption
        assert bool(made._repr_html_()) == declared.is_table
        assert (made._repr_png_() or b"").startswith(b"\x89PNG") != declared.is_table
    with pytest.raises(rp.StudyError, match="has no exhibit `nothing`"):
        run.exhibit("nothing")


@pytest.mark.slow
def test_a_run_that_ends_early_says_why(tmp_path: Path) -> None:
    """The workflow is told of a folder that has no study."""
    study = rp.load_study("replications/two_stage")
    gone = LoadedStudy("replications/gone", study.study, tmp_path)
    with pytest.raises(rp.RunError, match=r"(?s)replications/gone: .*config/config.yaml.*all logs are in"):
        rp.run(gone, cores=1, quiet=True)
