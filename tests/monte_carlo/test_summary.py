from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.monte_carlo import expectations
from ruralpanel.monte_carlo.draws import draw
from ruralpanel.monte_carlo.expectations import expectation
from ruralpanel.monte_carlo.page import monte_carlo_page, sentences
from ruralpanel.monte_carlo.plan import Design
from ruralpanel.monte_carlo.summary import (
    BIAS,
    COVERS,
    MORE_OFTEN,
    NOT_OFF,
    NOTHING,
    OFF,
    TOO_OFTEN,
    TOO_RARELY,
    summarise,
)
from ruralpanel.study.blocks import Inference
from ruralpanel.study.estimators import ESTIMATORS
from tests.conftest import equation
from tests.monte_carlo.conftest import small_plan

COUNTY = Inference(cluster=["county"])


def design(effects: str = "homogeneous", selection: str = "unselected", clusters: int = 100) -> Design:
    return Design(small_plan(clusters=[30, 100]), effects, selection, clusters)


@pytest.mark.parametrize(
    ("estimator", "changes", "inference", "why"),
    [
        ("imputation", {}, COUNTY, ""),
        ("two_way_fixed_effects", {}, COUNTY, ""),
        ("two_way_fixed_effects", {}, Inference(variance="spatial", cutoff=50.0), ""),
        (
            "two_way_fixed_effects",
            {"effects": "heterogeneous"},
            COUNTY,
            ESTIMATORS["two_way_fixed_effects"].intervals.heterogeneous,
        ),
        ("event_study", {"effects": "heterogeneous"}, COUNTY, ESTIMATORS["event_study"].intervals.heterogeneous),
        ("imputation", {"selection": "selected"}, COUNTY, expectations.SELECTION),
        ("imputation", {"clusters": 30}, COUNTY, expectations.CLUSTERS),
        (
            "two_way_fixed_effects",
            {"clusters": 30},
            Inference.model_validate({"cluster": ["county"], "bootstrap": {}}),
            "",
        ),
        ("chaisemartin_dhaultfoeuille", {}, COUNTY, ""),
        ("chaisemartin_dhaultfoeuille", {"clusters": 30}, COUNTY, expectations.CLUSTERS),
        (
            "synthetic_difference_in_differences",
            {"clusters": 30},
            COUNTY,
            ESTIMATORS["synthetic_difference_in_differences"].intervals.few_clusters.format(few=50),
        ),
        ("synthetic_difference_in_differences", {"selection": "selected"}, COUNTY, expectations.SELECTION),
        ("synthetic_difference_in_differences", {}, Inference(cluster=["village"]), expectations.VILLAGES),
        ("two_way_fixed_effects", {}, Inference(cluster=["village"]), expectations.VILLAGES),
        ("two_way_fixed_effects", {}, Inference(), expectations.VILLAGES),
        ("two_way_fixed_effects", {}, Inference(cluster=["county", "year"]), expectations.YEARS),
        ("sun_abraham", {}, Inference(cluster=["county", "year"]), ESTIMATORS["sun_abraham"].intervals.periods),
        ("two_way_fixed_effects", {}, Inference(variance="heteroskedastic"), expectations.ROWS),
        ("two_way_fixed_effects", {"clusters": 30}, Inference(variance="spatial", cutoff=50.0), expectations.AREAS),
        (
            "two_way_fixed_effects",
            {},
            Inference(variance="spatial", cutoff=50.0, kernel="bartlett"),
            expectations.KERNEL,
        ),
    ],
)
def test_what_theory_says(estimator: str, changes: dict, inference: Inference, why: str) -> None:
    said = expectation(design(**changes), estimator, inference)
    assert (said.covers, said.why) == (not why, why)


@pytest.mark.slow
def test_years_add_nothing_to_clusters_where_every_cohort_and_event_time_has_a_coefficient() -> None:
    """The reason given for Sun–Abraham with clusters of counties and years, in numbers."""
    panel = draw(small_plan(clusters=[30]).designs()[0], 1).panel

    def variance(*clusters: str) -> float:
        inference = Inference(cluster=list(clusters), small_sample="none")
        stated = equation(estimator="sun_abraham", outcome_column="income", transformation="log", inference=inference)
        rows = estimate_block(panel, [stated])[0]
        overall = rows[rows["event_time"].isna() & (rows["cohort"] == "") & rows["estimate"].notna()]
        return float(overall["standard_error"].fillna(0.0).iloc[0] ** 2)

    assert variance("year") < 1e-12 * variance("county")
    assert variance("county", "year") < variance("county")


def test_where_effects_differ_intervals_may_cover_more_often_and_not_more_rarely() -> None:
    said = expectation(design("heterogeneous"), "imputation", COUNTY)
    assert (said.covers, said.exactly, said.why) == (True, False, expectations.DIFFERENCES)
    assert not expectation(design("heterogeneous", clusters=30), "imputation", COUNTY).covers


@pytest.mark.parametrize(
    ("effects", "why"),
    [
        ("homogeneous", ESTIMATORS["synthetic_difference_in_differences"].intervals.conservative),
        ("heterogeneous", expectations.DIFFERENCES),
    ],
    ids=["homogeneous", "heterogeneous"],
)
def test_a_jackknife_with_fixed_weights_may_cover_more_often_and_not_more_rarely(effects: str, why: str) -> None:
    said = expectation(design(effects), "synthetic_difference_in_differences", COUNTY)
    assert (said.covers, said.exactly, said.why) == (True, False, why)


def replications(name: str, estimator: str, errors: np.ndarray, error: float) -> pd.DataFrame:
    """Make replications with given errors of estimates around a truth of 0.2."""
    estimate = 0.2 + errors
    return pd.DataFrame(
        {
            "design": name,
            "replication": range(1, len(errors) + 1),
            "estimator": estimator,
            "variance": "county",
            "target": "overall",
            "truth": 0.2,
            "estimate": estimate,
            "standard_error": error,
            "interval_low": estimate - 1.96 * error,
            "interval_high": estimate + 1.96 * error,
            "reason": "",
        }
    )


ERRORS = np.random.default_rng(3).normal(0, 0.01, 500)


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize(
    ("name", "errors", "error", "verdict"),
    [
        ("homogeneous_unselected_100", ERRORS, 0.01, COVERS),
        ("homogeneous_unselected_100", ERRORS, 0.006, TOO_RARELY),
        ("homogeneous_unselected_100", ERRORS, 0.02, TOO_OFTEN),
        ("homogeneous_unselected_100", ERRORS + 0.003, 0.0108, BIAS),
        ("heterogeneous_unselected_100", ERRORS, 0.02, MORE_OFTEN),
        ("heterogeneous_unselected_100", ERRORS, 0.006, TOO_RARELY),
        ("homogeneous_unselected_100", np.array([0.0, 0.001, -0.001, 0.002, 0.05]), 0.006, COVERS),
        ("homogeneous_unselected_30", ERRORS, 0.006, OFF),
        ("homogeneous_selected_100", ERRORS, 0.01, NOT_OFF),
        ("homogeneous_unselected_100", ERRORS * np.nan, 0.01, NOTHING),
    ],
)
def test_verdicts(name: str, errors: np.ndarray, error: float, verdict: str) -> None:
    plan = small_plan(clusters=[30, 100])
    row = summarise(replications(name, "imputation", errors, error), plan).iloc[0]
    assert row["verdict"] == verdict


def test_the_summary_is_what_is_computed_by_hand() -> None:
    plan = small_plan(clusters=[30, 100])
    errors = np.array([0.01, -0.03, 0.02, 0.04, np.nan])
    row = summarise(replications("homogeneous_unselected_100", "imputation", errors, 0.0125), plan).iloc[0]
    assert (row["replications"], row["failures"]) == (5, 1)
    assert row["bias"] == pytest.approx(0.01)
    assert row["sd_of_errors"] == pytest.approx(np.sqrt((0 + 16 + 1 + 9) / 3) / 100)
    assert row["bias_error"] == pytest.approx(row["sd_of_errors"] / 2)
    assert row["coverage"] == 0.5  # 1.96 × 0.0125 is 0.0245: two errors are within
    assert row["rejects_zero"] == 1.0


def test_the_page_tells_surprises_and_reasons() -> None:
    plan = small_plan(clusters=[30, 100])
    summary = summarise(
        pd.concat(
            [
                replications("homogeneous_unselected_100", "imputation", ERRORS, 0.006),
                replications("homogeneous_unselected_100", "stacked", ERRORS, 0.01),
                replications("heterogeneous_unselected_100", "two_way_fixed_effects", ERRORS - 0.02, 0.01),
            ]
        ),
        plan,
    )
    said = sentences(summary, plan)
    assert (
        "2 kinds of interval should" in said["promised"]
        and "For 1 of all these the simulation agrees" in said["promised"]
    )
    assert len(said["surprises"]) == 1
    assert said["surprises"][0].startswith("Imputation, clustered by county; homogeneous effects, listed whatever")
    assert "covers too rarely" in said["surprises"][0]
    assert said["off"][0].startswith(ESTIMATORS["two_way_fixed_effects"].intervals.heterogeneous)
    assert "the largest bias −0.019 (truth 0.200)" in said["off"][0]
    html = monte_carlo_page(summary, plan, {"Coverage": b"png"}, ["monte_carlo.csv"])
    assert "SIMULATED DATA" in html and "verdict bad" in html and "data:image/png;base64,cG5n" in html


def test_a_page_without_surprises_says_so() -> None:
    plan = small_plan(clusters=[30, 100])
    summary = summarise(replications("homogeneous_unselected_100", "imputation", ERRORS, 0.01), plan)
    html = monte_carlo_page(summary, plan, {}, [])
    assert "There is no surprise." in html and "verdict bad" not in html
