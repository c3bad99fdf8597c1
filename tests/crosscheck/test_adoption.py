"""Estimators of staggered adoption in R find what a second library printed, and the forms call what others wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.crosscheck import debian, fixest, stata
from ruralpanel.crosscheck.comparison import results_in
from ruralpanel.crosscheck.scripts import FORMS, PROGRAMS, script_of
from ruralpanel.crosscheck.written import save_data, written_block
from tests.conftest import dated, equation
from tests.crosscheck.r import require_r, said_by_r
from tests.parity.conftest import irregular
from tests.parity.test_staggered import CALLS, ESTIMATES_ONLY, FOLDER, REFERENCE

IN_SCRIPTS = {call: changes for call, changes in CALLS.items() if not call.startswith("extended")}
"""Extended two-way fixed effects have no form with regressors; those without are regressions of cells."""


def panel_of(name: str) -> pd.DataFrame:
    return dated(pd.read_csv(FOLDER / "mpdta.csv")) if name == "mpdta" else irregular(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mpdta", "shared_1", "shared_3"])
def test_what_debian_has_finds_the_numbers_of_a_second_library(name: str, tmp_path: Path) -> None:
    require_r()
    printed = REFERENCE[(REFERENCE["dataset"] == name) & REFERENCE["call"].isin(IN_SCRIPTS)]
    calls = {f"s{number}": call for number, call in enumerate(printed["call"].unique())}
    equations = [equation(specification=each, **IN_SCRIPTS[call]) for each, call in calls.items()]
    block = written_block(panel_of(name), "block", equations)
    (form,) = [form for form in FORMS if form.module is debian]
    text, covered = script_of("Panel", block, form)
    assert not [row for row in covered if row["reason"]]
    folder = tmp_path / "r"
    folder.mkdir()
    (tmp_path / "data").mkdir()
    save_data(block, tmp_path / "data/block.csv")
    for program in PROGRAMS:
        (folder / program.name).write_text(program.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "block.debian.R").write_text(text, encoding="utf-8")
    said_by_r(folder / "block.debian.R")
    found = results_in([folder / "block.debian.csv"])
    found = found.assign(call=found["specification"].map(calls), at=found["event_time"].replace("", "overall"))
    both = printed.merge(found, left_on=["call", "term"], right_on=["call", "at"], suffixes=("_printed", ""))
    assert len(both) == len(printed) > 10
    np.testing.assert_allclose(both["estimate"], both["estimate_printed"], rtol=0, atol=1e-8)
    held = both[~both["call"].isin(ESTIMATES_ONLY)]
    np.testing.assert_allclose(held["standard_error"], held["standard_error_printed"], rtol=1e-6)


def test_packages_are_called_by_the_name_of_the_estimator() -> None:
    block = written_block(irregular("shared_4"), "block", [equation(estimator="two_stage", window=[-2, 3])])
    _, call, window, rest = fixest.lines(block.designs[0], block)[1:]
    assert call.startswith('two_stage(s, "listed", ') and "c(-2, 3)" in window
    assert '"village", "year"' in rest and "cluster = ~" in rest


def test_commands_of_stata_are_of_the_authors() -> None:
    asked = {
        "imputation": "did_imputation made_y ",
        "two_stage": "did2s made_y, ",
        "local_projections": "reghdfe made_d ",
    }
    for name, command in asked.items():
        block = written_block(irregular("shared_4"), "block", [equation(estimator=name, window=[-2, 2])])
        assert any(line.startswith(command) for line in stata.lines(block.designs[0], block)), name
