"""Cells are compared with stated tolerances, and what is not printed, or printed otherwise, is counted as that."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.commands.crosscheck import main
from ruralpanel.crosscheck.comparison import CELL, NoResults, cells_of, compared, facts_of, results_in
from ruralpanel.crosscheck.facts import FACTS, checks_in, checks_of, facts_of_bounds
from ruralpanel.errors import StudyError
from ruralpanel.frames.storage import save_json
from ruralpanel.words.crosscheck import crosscheck_words
from tests.conftest import ROOT

EQUATION = {"block": "b", "specification": "main", "outcome": "y", "estimator": "e"}
ESTIMATES = pd.DataFrame(
    [
        {"term": "d", "event_time": 0, "estimate": 1.0, "standard_error": 0.5, "observations": 10},
        {"term": "d", "event_time": 1, "estimate": 1e-9, "standard_error": 0.5, "observations": 10},
        {"term": "d", "event_time": -1, "estimate": 0.0, "standard_error": np.nan, "observations": 10},
        {"term": "mean", "cohort": "2005", "estimate": 3.0, "standard_error": np.nan, "observations": 10},
        {"term": "x", "estimate": np.nan, "standard_error": np.nan, "observations": 10},
    ]
).assign(period=pd.NA, **EQUATION)
COVERAGE = pd.DataFrame([{**EQUATION, "form": "debian", "reason": "", "reason_arguments": ""}])


def printed(**changes: object) -> pd.DataFrame:
    """Give what a script would print for the three cells, and some of the first cell's numbers changed."""
    rows = cells_of(ESTIMATES).assign(program="p 1.0", form="debian")
    for name, value in changes.items():
        rows.loc[0, name] = value
    return rows


def statuses(results: pd.DataFrame) -> list[str]:
    return compared(cells_of(ESTIMATES), results, COVERAGE)["status"].tolist()


def test_cells_are_estimates_that_are_not_zero_by_construction() -> None:
    cells = cells_of(ESTIMATES)
    assert cells[["term", "event_time", "cohort"]].to_numpy().tolist() == [
        ["d", "0", ""],
        ["d", "1", ""],
        ["mean", "", "2005"],
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "agrees"),
        ({"estimate": 1 + 9e-7}, "agrees"),
        ({"estimate": 1 + 2e-6}, "differs"),
        ({"standard_error": 0.5 * (1 + 9e-7)}, "agrees"),
        ({"standard_error": 0.5 * (1 - 2e-6)}, "differs"),
        ({"standard_error": np.nan}, "differs"),
        ({"observations": 11}, "differs"),
        ({"estimate": np.nan}, "not printed"),
    ],
)
def test_a_cell_agrees_within_the_tolerance_in_all_three_numbers(changes: dict[str, float], status: str) -> None:
    assert statuses(printed(**changes)) == [status, "agrees", "agrees"]


def test_an_estimate_near_zero_is_held_to_its_standard_error() -> None:
    results = printed()
    results.loc[1, "estimate"] = -1e-9
    assert statuses(results) == ["agrees"] * 3
    results.loc[1, "estimate"] = 1e-6
    assert statuses(results) == ["agrees", "differs", "agrees"]


def test_a_cell_that_no_script_printed_is_no_agreement(tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("estimates", encoding="utf-8")
    cells = cells_of(ESTIMATES)
    rows = compared(cells, printed().drop(index=0), COVERAGE)
    facts = facts_of(cells, rows, COVERAGE, [file], "R")
    assert (facts["cells"], facts["agree"], facts["without"]) == (3, 2, 0)
    assert crosscheck_words([facts]) == ["Also by R (p 1.0): 2 of 3 estimates agree."]


def test_a_cell_has_to_agree_in_every_form_that_printed_it(tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("estimates", encoding="utf-8")
    cells = cells_of(ESTIMATES)
    coverage = pd.concat([COVERAGE, COVERAGE.assign(form="fixest")])
    results = pd.concat([printed(), printed(estimate=2.0).assign(form="fixest")])
    assert facts_of(cells, compared(cells, results, coverage), coverage, [file], "R")["agree"] == 2


def test_equations_without_a_script_are_counted_apart(tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("estimates", encoding="utf-8")
    cells = cells_of(pd.concat([ESTIMATES, ESTIMATES.assign(estimator="other")]))
    facts = facts_of(cells, compared(cells, printed(), COVERAGE), COVERAGE, [file], "R")
    assert (facts["estimates"], facts["cells"], facts["without_by_estimator"]) == (6, 3, {"other": 3})
    assert crosscheck_words([facts]) == ["Also by R (p 1.0): 3 of 3 estimates agree; 3 more have no script there."]


def test_estimates_without_a_script_are_counted_by_reason(tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("estimates", encoding="utf-8")
    cells = cells_of(pd.concat([ESTIMATES, ESTIMATES.assign(estimator="stacked")]))
    refused = COVERAGE.assign(estimator="stacked", reason="no_reference_in_script")
    coverage = pd.concat([COVERAGE, refused])
    (said,) = crosscheck_words([facts_of(cells, compared(cells, printed(), coverage), coverage, [file], "R")])
    assert "3 more have no script there (3, as some cohorts are not measured from the reference period" in said


def test_what_was_found_of_other_estimates_is_not_said(tmp_path: Path) -> None:
    file, facts = tmp_path / "b.csv", tmp_path / FACTS
    assert checks_of(facts, [file]) == checks_in(facts) == []
    file.write_text("estimates", encoding="utf-8")
    cells = cells_of(ESTIMATES)
    save_json({"checks": [facts_of(cells, compared(cells, printed(), COVERAGE), COVERAGE, [file], "R")]}, facts)
    assert len(checks_of(facts, [file])) == 1
    file.write_text("estimates, and one more", encoding="utf-8")
    assert checks_of(facts, [file]) == []


def test_intervals_of_an_analysis_that_is_another_now_are_not_counted(tmp_path: Path) -> None:
    file, facts, analysis, other = (tmp_path / name for name in ("b.csv", FACTS, "honest.csv", "other.csv"))
    for path in (file, analysis, other):
        path.write_text(path.name, encoding="utf-8")
    cells = cells_of(ESTIMATES)
    check = facts_of(cells, compared(cells, printed(), COVERAGE), COVERAGE, [file], "R")
    save_json({"checks": [check | facts_of_bounds([True, False, True], [analysis])]}, facts)
    (said,) = crosscheck_words(checks_of(facts, [file], [analysis, other]))
    assert said == "Also by R (p 1.0): 3 of 3 estimates agree; 2 of 3 intervals under bounds agree."
    analysis.write_text("other bounds", encoding="utf-8")
    (left,) = checks_of(facts, [file], [analysis, other])
    assert left == check and "bounds" not in crosscheck_words([left])[0]
    assert checks_of(facts, [file]) == [check]  # the analysis is gone


def test_results_are_read_whatever_their_numbers_are_written_like(tmp_path: Path) -> None:
    path = tmp_path / "b.debian.csv"
    columns = [*CELL, "estimate", "standard_error", "observations", "program"]
    row = ["b", "main", "y", "e", "d", "-3.0", "NA", "2005", "1.5", "NA", "10", "p 1.0"]
    path.write_text(",".join(columns) + "\n" + ",".join(row) + "\n", encoding="utf-8")
    (found,) = results_in([path]).to_dict("records")
    assert (found["event_time"], found["cohort"], found["period"], found["form"]) == ("-3", "", "2005", "debian")
    assert found["estimate"] == 1.5 and np.isnan(found["standard_error"])


def test_a_file_that_no_script_wrote_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.debian.csv"
    path.write_text("block,estimate\nb,1\n", encoding="utf-8")
    with pytest.raises(NoResults, match="has no column `specification`"):
        results_in([path])


def test_a_study_that_has_not_been_run_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("config/studies/replications/wage_panel.yaml", "config/config.yaml"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match="the study has not been run"):
        main(["--config", "study=replications/wage_panel"])
    with pytest.raises(StudyError, match="the study has no block `bsaeline`"):
        main(["--block", "bsaeline", "--config", "study=replications/wage_panel"])
