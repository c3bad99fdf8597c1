"""A file of designs becomes a table and a figure, and a mistake in it a sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.commands.power import main
from ruralpanel.errors import StudyError
from ruralpanel.power.assumptions import load_assumptions
from ruralpanel.power.table import along_and_apart, design_table
from tests.conftest import ROOT


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with the shipped designs, and work there."""
    shutil.copytree(ROOT / "config/power", tmp_path / "config/power")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_shipped_designs_become_a_table_and_a_figure(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    written = pd.read_csv(top / "results/power/villages.csv")
    _, assumptions = load_assumptions("villages")
    assert len(written) == 2 * 3 * 2 * 2 * 2
    # More of anything finds less, drawn by village less than by county.
    of = written.set_index(["villages", "counties", "waves", "adoption", "assigned"])["detectable"]
    assert of[2000, 50, 6, "at_once", "county"] < of[500, 50, 6, "at_once", "county"]
    assert of[500, 100, 6, "at_once", "county"] < of[500, 30, 6, "at_once", "county"]
    assert of[500, 100, 6, "at_once", "village"] < of[500, 100, 6, "at_once", "county"]
    assert f"{of[500, 30, 6, 'at_once', 'county']:.4g}" in said
    assert {path.suffix for path in (top / "results/power").iterdir()} == {".csv", ".png", ".pdf", ".svg"}
    assert assumptions.power == 0.8


def test_a_figure_goes_along_the_number_with_most_levels() -> None:
    _, assumptions = load_assumptions("villages", ROOT)
    table = design_table(assumptions, assumptions.errors)  # type: ignore[arg-type]
    assert along_and_apart(table) == ("counties", "adoption", ["villages", "waves", "assigned"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("villages: [500, 2000]", "villages: [20]", "20 villages cannot be in 100 counties"),
        ("treated: [0.25]", "treated: [1.5]", "treated"),
        ("waves:", "wave:", "waves"),
    ],
)
def test_a_mistake_is_told_with_its_line(top: Path, old: str, new: str, said: str) -> None:
    file = top / "config/power/villages.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        main([])
    with pytest.raises(StudyError, match="no file of designs 'vilages'"):
        main(["vilages"])
