"""The Monte Carlo on a reduced grid, by the command that a user gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.frames.storage import load_table, save_table
from ruralpanel.monte_carlo.claim_rates import FALSE
from ruralpanel.monte_carlo.plan import load_plan
from ruralpanel.monte_carlo.replicate import KEY, replicate
from ruralpanel.monte_carlo.summary import COVERS, MORE_OFTEN, OFF
from tests.conftest import ROOT
from tests.studies.conftest import Checkout

REDUCED = ("monte_carlo", "--config", "monte_carlo=reduced")
RESULTS = Path("results/monte_carlo/reduced")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    result = checkout.snakemake("--cores", "2", *REDUCED)
    assert result.returncode == 0, result.stderr
    again = checkout.snakemake("--dry-run", *REDUCED)
    assert "would run" not in again.stderr, again.stderr
    return checkout.folder / RESULTS


@pytest.fixture(scope="module")
def summary(results: Path) -> pd.DataFrame:
    return load_table(results / "monte_carlo.csv")


@pytest.mark.slow
def test_what_should_cover_does_and_is_not_biased(summary: pd.DataFrame) -> None:
    promised = summary[summary["expected_to_cover"]]
    assert set(promised["estimator"]) == set(load_plan("reduced", ROOT).estimators) - {
        "two_way_fixed_effects",
        "event_study",
    }
    assert promised["verdict"].isin([COVERS, MORE_OFTEN]).all()
    assert (promised["failures"] == 0).all()


@pytest.mark.slow
def test_two_way_effects_miss_differing_effects_and_selection_deceives(summary: pd.DataFrame) -> None:
    two_way = summary[(summary["estimator"] == "two_way_fixed_effects") & (summary["selection"] == "unselected")]
    assert len(two_way) == 2  # clustered, and by the wild bootstrap
    assert (two_way["verdict"] == OFF).all()
    assert (two_way["bias"] < -0.05).all()
    selected = summary[(summary["selection"] == "selected") & (summary["target"] == "overall")]
    # Those that compare with all periods before listing; where it is with the last one alone, that has half the shock.
    fitted = selected[selected["estimator"].isin(["imputation", "two_stage", "extended_two_way"])]
    assert len(fitted) == 3
    assert (fitted["bias"] > 4 * fitted["bias_error"]).all()


@pytest.mark.slow
def test_numbers_are_the_same_in_this_process_as_in_a_job_among_others(results: Path, tmp_path: Path) -> None:
    design = load_plan("reduced", ROOT).designs()[0]
    save_table(replicate(design, range(11, 14)), tmp_path / "here.csv", key=KEY, keep_order=True)
    there = load_table(results / "replications" / design.name / "11-20.csv")
    pd.testing.assert_frame_equal(
        load_table(tmp_path / "here.csv"), there[there["replication"] < 14], rtol=1e-9, check_dtype=False
    )


@pytest.mark.slow
def test_the_page_and_figures_are_there_and_say_simulated(results: Path) -> None:
    page = (results / "index.html").read_text(encoding="utf-8")
    assert "SIMULATED DATA" in page and "What need not cover, and why" in page
    for name in ("coverage_unselected", "coverage_selected", "bias"):
        for ending in ("png", "pdf", "svg"):
            assert (results / f"{name}.{ending}").stat().st_size > 10_000


@pytest.mark.slow
def test_false_claims_are_not_robust_where_villages_are_listed_in_good_years(results: Path) -> None:
    rates = load_table(results / "claims.csv").set_index(["effects", "flaw", "truth"])
    assert rates.loc[("zero", "selected", FALSE), "robust_economies"] == 0
    assert (rates["replications"] == 4).all()
    assert "SIMULATED DATA" in (results / "claims/index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_is_published_is_where_the_documentation_looks(results: Path) -> None:
    checkout = Checkout.at(results.parents[2])
    result = checkout.snakemake("publish_monte_carlo", "publish_lead_tests", "publish_claim_rates", *REDUCED[1:])
    assert result.returncode == 0, result.stderr
    for made, part in (("monte_carlo.csv", ""), ("leads.csv", ".leads"), ("claims.csv", ".claims")):
        published = checkout.folder / f"results/published/monte_carlo/reduced{part}.csv"
        assert published.read_bytes() == (results / made).read_bytes()
    assert not (checkout.folder / "results/results").exists()


@pytest.mark.slow
def test_a_plan_that_is_not_there_ends_the_run_with_the_nearest(tmp_path: Path) -> None:
    result = Checkout(tmp_path / "checkout").snakemake("--dry-run", "monte_carlo", "--config", "monte_carlo=reduce")
    assert result.returncode != 0
    assert "there is no plan 'reduce'" in result.stderr and "did you mean “reduced”?" in result.stderr
