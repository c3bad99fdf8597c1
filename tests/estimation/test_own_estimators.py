"""Estimators of a study's own: the one of the how-to page, what it may return, and what is said before it runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.estimation.block import block_results
from ruralpanel.estimation.modules import estimate_function, estimator_module
from ruralpanel.lineage import code_digest
from ruralpanel.study.estimators import ESTIMATORS, described
from ruralpanel.study.exhibits import KINDS
from ruralpanel.study.own_estimators import own_files
from tests.conftest import equation
from tests.docs.pages import PAGES, blocks
from tests.study.conftest import Repository

NAME = "median_change.py:estimate"
PROGRAM = blocks(PAGES / "how-to/own-estimator.md", "python")[0][1]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "median_change.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def test_the_function_of_the_how_to_page_estimates(panel: pd.DataFrame, folder: Path) -> None:
    found = block_results(panel, [equation(estimator=NAME), equation()], folder=folder)
    row, other = found.estimates.iloc[0], found.estimates.iloc[1]
    late, early = panel[panel["year"] >= 2003], panel[panel["year"] < 2003]
    change = late.groupby("village")["y"].mean() - early.groupby("village")["y"].mean()
    treated = panel.groupby("village")["listed"].max() == 1
    assert row["estimate"] == pytest.approx(change[treated].median() - change[~treated].median())
    left_out = [
        change.drop(each)[treated.drop(each)].median() - change.drop(each)[~treated.drop(each)].median()
        for each in change.index
    ]
    assert row["standard_error"] == pytest.approx(np.sqrt(39) * np.std(left_out))
    assert (row["estimator"], row["term"], row["units"], row["reason"]) == (NAME, "listed", 40, "")
    assert other["estimator"] == "two_way_fixed_effects"
    assert "medians compared" in set(found.ledger["step"])


def test_what_it_cannot_estimate_is_a_reason(panel: pd.DataFrame, folder: Path) -> None:
    few = panel[panel["village"].isin([0, 1])]
    row = block_results(few, [equation(estimator=NAME)], folder=folder).estimates.iloc[0]
    assert row["reason"] == "fewer than two units on a side"


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("[{'term': 'listed'}]", "returned list, and has to return an EquationResult"),
        ("EquationResult([{'term': 'x', 'estimat': 1.0}])", "`estimat` is no column of the estimates"),
        ("EquationResult([{'estimate': 1.0}])", "a row has no `term`"),
        ("EquationResult([{'term': 'x', 'kind': 'averages'}])", "`averages` is no kind of row"),
    ],
)
def test_what_is_no_table_of_estimates_is_refused(
    panel: pd.DataFrame, tmp_path: Path, returned: str, said: str
) -> None:
    program = "from ruralpanel.estimation.result import EquationResult\n\n\ndef estimate(panel, equation, ledger):\n"
    (tmp_path / "mine.py").write_text(f"{program}    return {returned}\n", encoding="utf-8")
    with pytest.raises(DataError, match=said):
        block_results(panel, [equation(estimator="mine.py:estimate")], folder=tmp_path)


def test_its_code_counts_and_so_does_what_it_imports(folder: Path) -> None:
    (file,) = own_files([NAME, "event_study", NAME], folder)
    before = code_digest("ruralpanel.frames.ledger", files=[file])
    assert before != code_digest("ruralpanel.frames.ledger")
    file.write_text(f"# a comment\n{PROGRAM}", encoding="utf-8")
    assert code_digest("ruralpanel.frames.ledger", files=[file]) == before
    file.write_text(PROGRAM.replace("median()", "mean()"), encoding="utf-8")
    assert code_digest("ruralpanel.frames.ledger", files=[file]) != before
    file.write_text(f"import ruralpanel.sources.csv\n{PROGRAM}", encoding="utf-8")
    with pytest.raises(ModuleNotFoundError):
        code_digest("ruralpanel.frames.ledger", files=[file])


def test_it_is_called_by_its_file_and_shown_with_others() -> None:
    each = ESTIMATORS[NAME]
    assert (each.short, each.words) == ("Median change", f"median change (the study’s own, {NAME})")
    assert NAME in KINDS["regression_table"].estimators([NAME])
    assert NAME not in KINDS["trends_figure"].estimators([NAME])
    assert described(NAME, {NAME: "median changes"}).words == f"median changes (the study’s own, {NAME})"
    with pytest.raises(KeyError):
        ESTIMATORS["median_change"]


def test_it_is_no_module_and_needs_a_folder() -> None:
    with pytest.raises(ValueError, match="is a file of the study"):
        estimator_module(NAME)
    with pytest.raises(ValueError, match="its folder is not given"):
        estimate_function(NAME)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (None, "there is no file median_change.py beside the study file"),
        ("def estimat(panel):\n    pass\n", "median_change.py has no function `estimate`"),
        ("def estimate(:\n", "median_change.py is no Python"),
    ],
)
def test_a_study_is_checked_without_running_it(repository: Repository, program: str | None, said: str) -> None:
    repository.study["blocks"]["main"]["estimators"] = [NAME]
    if program is not None:
        (repository.root / "config/studies/median_change.py").write_text(program, encoding="utf-8")
    assert said in repository.complaint_with_lines()


def test_a_study_with_it_is_loaded_and_nothing_of_it_runs(repository: Repository) -> None:
    repository.study["blocks"]["main"]["estimators"] = [NAME]
    program = f"raise RuntimeError('it was run')\n{PROGRAM}"
    (repository.root / "config/studies/median_change.py").write_text(program, encoding="utf-8")
    study = repository.load()
    assert study.estimators == {NAME}
    assert study.equations("main")[0].seed == 1
