"""The page with a picker of specifications."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from ruralpanel.__main__ import main
from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.estimates import ROW
from ruralpanel.frames.storage import load_table, save_table
from ruralpanel.report.explorer_line import explorer_line, is_current
from ruralpanel.study.load import load_study


@pytest.fixture
def page(top: Path) -> str:
    """Estimate the small study's block, and write the page."""
    study = load_study("small", top)
    panel = load_table(top / "results/small/panel/panel.parquet")
    estimates, _ = estimate_block(panel, study.equations("baseline"), ["listed"])
    save_table(estimates, top / "results/small/estimates/baseline.csv", [ROW])
    assert main(["explore"]) == 0
    return (top / "results/small/explore.html").read_text(encoding="utf-8")


def test_the_page_has_every_estimate_of_the_treatment_and_needs_nothing(top: Path, page: str) -> None:
    (effect,) = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    estimates = load_table(top / "results/small/estimates/baseline.csv")
    of_treatment = estimates.loc[estimates["term"] == "listed", "estimate"]
    assert [each["value"] for each in effect["estimates"]] == sorted(of_treatment)
    assert {each["choices"]["Regressors"] for each in effect["estimates"]} == {"none", "Rain"}
    chosen = effect["estimates"][effect["chosen"]]
    assert chosen["address"].startswith("baseline/plain/") and not effect["is_marked"]
    assert chosen["words"]["percent"].endswith("per cent") and "95% interval" in chosen["words"]["interval"]
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page) and "@@" not in page
    assert "SIMULATED DATA" in page


def test_choices_tell_all_estimates_apart(page: str) -> None:
    for effect in json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1]):  # type: ignore[index]
        choices = [json.dumps(each["choices"]) for each in effect["estimates"]]
        assert len(set(choices)) == len(choices)


@pytest.mark.usefixtures("top")
def test_a_study_that_was_not_run_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore"]) == 1
    assert "not estimated yet" in capsys.readouterr().err


def test_a_page_that_was_there_before_leads_to_it(top: Path, page: str) -> None:
    assert page
    of_study = top / "results/small/report/index.html"
    of_study.parent.mkdir()
    of_study.write_text(f"<p>Before</p>{explorer_line('small', is_there=False)}", encoding="utf-8")
    assert main(["explore"]) == 0
    assert of_study.read_text(encoding="utf-8") == f"<p>Before</p>{explorer_line('small', is_there=True)}"


def test_an_explorer_of_older_estimates_is_not_led_to(top: Path, page: str) -> None:
    assert page
    results = top / "results/small"
    estimates = results / "estimates/baseline.csv"
    assert is_current(results, [estimates])
    os.utime(estimates, (2e9, 2e9))
    assert not is_current(results, [estimates])
