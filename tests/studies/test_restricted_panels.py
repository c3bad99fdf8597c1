"""Studies of restricted surveys, run whole on synthetic twins: from files of their names to estimates."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.simulation.survey_twins import EFFECT, write_twin
from tests.studies.conftest import Checkout

pytestmark = pytest.mark.slow

TRUTHS = {
    "cfps": ("baseline", "income", "taobao", EFFECT),
    "charls": ("baseline", "consumption", "taobao", EFFECT),
    "crrs": ("baseline", "income", "taobao", EFFECT),
    # 60 / 38 of the planted effect is that of a terminal; 5 of the 40 others have one too.
    "countryside_trial": ("opened", "spending", "opened", 12 * 60 / 38),
}
"""By survey a block, outcome and term whose estimate is of what is planted, and the truth."""


@pytest.mark.parametrize("survey", TRUTHS)
def test_a_study_runs_on_its_twin_and_finds_what_is_planted(survey: str, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    write_twin(survey, 7, tmp_path / "raw")
    checkout.environment = {"RURALPANEL_RAW": str(tmp_path / "raw")}
    ended = checkout.run(f"restricted/{survey}", "--cores", "1")
    results = checkout.folder / "results/restricted" / survey
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert ended.returncode != 0 and "SYNTHETIC TWIN" in ended.stderr
    assert "SIMULATED DATA" in page
    block, outcome, term, truth = TRUTHS[survey]
    rows = pd.read_csv(results / "estimates" / f"{block}.csv")
    row = rows[(rows["outcome"] == outcome) & (rows["term"] == term)].iloc[0]
    assert abs(row["estimate"] - truth) < 3 * row["standard_error"]
    every = [pd.read_csv(path) for path in (results / "estimates").glob("*.csv") if "." not in path.stem]
    assert all(frame["estimate"].notna().any() for frame in every)
