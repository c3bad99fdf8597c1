"""Scripts for HonestDiD: what reaches it is the event study, and what it prints is held to the intervals."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from ruralpanel.crosscheck.bounds import FORM, PACKAGES, compared_bounds, write_bounds
from ruralpanel.crosscheck.run import run_scripts
from ruralpanel.crosscheck.scripts import PROGRAMS
from ruralpanel.estimation.block import block_results
from ruralpanel.estimation.covariance import COVARIANCE_KEY
from ruralpanel.frames.storage import save_table
from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.study.model import Study
from ruralpanel.study.sensitivity import HonestDid
from tests.conftest import equation
from tests.crosscheck.r import needs_rscript, said_by_r

WIDER = 0.25
"""How much wider the stand-in's intervals are for a bound of one."""

STAND_IN = """
constructOriginalCS <- function(betahat, sigma, numPrePeriods, numPostPeriods, l_vec, alpha) {
  l <- c(rep(0, numPrePeriods), l_vec)
  stopifnot(length(l) == length(betahat), nrow(l_vec) == numPostPeriods, all.equal(sigma, t(sigma)))
  half <- qnorm(1 - alpha / 2) * sqrt(drop(t(l) %*% sigma %*% l))
  data.frame(lb = sum(l * betahat) - half, ub = sum(l * betahat) + half)
}
wider <- function(bounds, method, ...) {
  one <- constructOriginalCS(...)
  data.frame(lb = one$lb - WIDER * bounds, ub = one$ub + WIDER * bounds, method = method)
}
createSensitivityResults_relativeMagnitudes <- function(Mbarvec, method, ...) {
  stopifnot(method == "C-LF")
  wider(Mbarvec, method, ...)
}
createSensitivityResults <- function(Mvec, method, ...) {
  stopifnot(method == "FLCI")
  wider(Mvec, method, ...)
}
""".replace("WIDER", str(WIDER))


@pytest.fixture
def asked(panel: pd.DataFrame, tmp_path: Path) -> pd.DataFrame:
    """Write the scripts of an analysis of two event studies, each of two averages."""
    events = [equation(estimator=each, window=[-4, 3]) for each in ("event_study", "sun_abraham")]
    found = block_results(panel, events)
    declared = HonestDid.model_validate(
        {"kind": "honest_did", "block": "block", "effects": "each", "event_times": [0, 1], "smoothness": [0.0, 0.1]}
    )
    for name in ("estimates", "sensitivity", "crosscheck/r", "crosscheck/data"):
        (tmp_path / name).mkdir(parents=True)
    save_table(found.estimates, tmp_path / "estimates/block.csv", key=["row"])
    save_table(found.covariance, tmp_path / "estimates/block.covariance.csv", key=COVARIANCE_KEY)
    table = analyse("mine", declared, events, found.estimates, found.covariance)
    save_table(table, tmp_path / "sensitivity/mine.csv", key=["row"])
    study = SimpleNamespace(sensitivity={"mine": declared}, equations_analysed=lambda _: events)
    for program in PROGRAMS:
        (tmp_path / "crosscheck/r" / program.name).write_text(program.read_text(encoding="utf-8"))
    return write_bounds(cast(Study, study), tmp_path, tmp_path / "crosscheck", ["block"])


def stand_in(library: Path, source: Path) -> None:
    """Install a package of the name that computes intervals without any bound, and widens them."""
    (source / "R").mkdir(parents=True)
    (source / "R/all.R").write_text(STAND_IN)
    (source / "NAMESPACE").write_text("importFrom(stats, qnorm)\nexportPattern('^[a-z]')\n")
    (source / "DESCRIPTION").write_text(
        f"Package: {PACKAGES[0]}\nVersion: 0.2.6\nTitle: T\nDescription: D.\nLicense: X\n"
    )
    library.mkdir()
    subprocess.run(["R", "CMD", "INSTALL", f"--library={library}", source], check=True, capture_output=True)


@needs_rscript
@pytest.mark.slow
def test_what_reaches_the_package_is_the_event_study(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "library", tmp_path / "source")
    monkeypatch.setenv("R_LIBS", str(tmp_path / "library"))
    assert run_scripts(tmp_path / "crosscheck/r", [FORM], 1) == {}
    rows = compared_bounds(asked, tmp_path / "crosscheck/r")
    assert rows[["sensitivity", "row"]].equals(asked[["sensitivity", "row"]])
    table = pd.read_csv(tmp_path / "sensitivity/mine.csv").set_index("row").loc[rows["row"]].reset_index()
    parallel = table["bound"].isna()
    assert parallel.sum() == 4 and rows.loc[parallel, "agrees"].all()
    of = table.groupby(["estimator", "event_times"], sort=False)
    for end, sign in (("interval_low", -1), ("interval_high", 1)):
        wanted = of[end].transform("first") + sign * WIDER * table["bound"].fillna(0)
        np.testing.assert_allclose(rows[f"{end}_there"], wanted, rtol=1e-12)
    assert set(rows["program"]) == {"HonestDiD 0.2.6"}


@needs_rscript
@pytest.mark.slow
def test_scripts_are_read_by_r(asked: pd.DataFrame, tmp_path: Path) -> None:
    assert len(asked) == 4 * (1 + 4 + 2)
    for path in (tmp_path / "crosscheck/r").glob("*bounds*R"):
        said_by_r(f"invisible(parse({str(path)!r}))")


def test_an_end_may_be_a_hundredth_of_the_length_away(tmp_path: Path) -> None:
    here: dict[str, Any] = {
        "sensitivity": "mine",
        "row": [1, 2],
        "interval_low": [0.0, 0.0],
        "interval_high": [1.0, 1.0],
    }
    there = pd.DataFrame({"row": [1, 2], "interval_low": [0.009, 0], "interval_high": [1, 1.011], "program": "p"})
    assert compared_bounds(pd.DataFrame(here), tmp_path).empty
    there.to_csv(tmp_path / f"mine.{FORM}.csv", index=False)
    assert compared_bounds(pd.DataFrame(here), tmp_path)["agrees"].tolist() == [True, False]
