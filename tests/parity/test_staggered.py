"""Estimators of staggered adoption against a second library, on a published panel and two irregular ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import dated, equation
from tests.parity.conftest import irregular
from tests.worded import estimate_block

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "staggered"
REFERENCE = pd.read_csv(FOLDER / "reference.csv", dtype={"term": str})
CALLS: dict[str, dict[str, object]] = {
    "imputation": {"estimator": "imputation"},
    "imputation, x": {"estimator": "imputation", "regressors": ["x"]},
    "two_stage": {"estimator": "two_stage"},
    "two_stage, x": {"estimator": "two_stage", "regressors": ["x"]},
    "two_stage, county": {"estimator": "two_stage", "inference": {"cluster": ["county"]}},
    "stacked -1 to 1": {"estimator": "stacked", "window": [-1, 1]},
    "stacked -3 to 1": {"estimator": "stacked", "window": [-3, 1]},
    "local_projections -3 to 2": {"estimator": "local_projections", "window": [-3, 2]},
    "extended_two_way": {"estimator": "extended_two_way"},
    "extended_two_way, lpop": {"estimator": "extended_two_way", "regressors": ["lpop"]},
}
ESTIMATES_ONLY = ("stacked -1 to 1", "stacked -3 to 1")
"""The second library has no effects of units and periods in a stack, which changes errors but no estimate here."""


@pytest.fixture(scope="module")
def panels() -> dict[str, pd.DataFrame]:
    others = {name: irregular(name) for name in ("shared_1", "shared_3")}
    return {"mpdta": dated(pd.read_csv(FOLDER / "mpdta.csv")), **others}


def by_term(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    """Estimate, and index the rows of the treatment by event time or `overall`."""
    rows = estimate_block(panel, [equation(**changes)])[0]
    rows = rows[rows["term"] == "listed"]
    return rows.assign(at=rows["event_time"].astype("str").where(rows["event_time"].notna(), "overall")).set_index("at")


@pytest.mark.parametrize(
    ("dataset", "call"),
    list(dict.fromkeys(zip(REFERENCE["dataset"], REFERENCE["call"], strict=True))),
)
def test_estimates_and_errors_are_those_of_the_second_library(
    panels: dict[str, pd.DataFrame], dataset: str, call: str
) -> None:
    printed = REFERENCE[(REFERENCE["dataset"] == dataset) & (REFERENCE["call"] == call)].set_index("term")
    rows = by_term(panels[dataset], **CALLS[call]).loc[printed.index]
    np.testing.assert_allclose(rows["estimate"], printed["estimate"], rtol=0, atol=1e-8)
    if call not in ESTIMATES_ONLY:
        np.testing.assert_allclose(rows["standard_error"], printed["standard_error"], rtol=1e-6)


@pytest.mark.parametrize(
    ("regressors", "estimate", "error", "coefficients"),
    [([], -0.04770991, 0.01327296, 7 + 4 + 4), (["lpop"], -0.05062703, 0.01249726, 14 + 4 + 4 + 4 + 4)],
)
def test_extended_two_way_is_what_the_r_package_etwfe_prints(
    panels: dict[str, pd.DataFrame], regressors: list[str], estimate: float, error: float, coefficients: int
) -> None:
    plain = {"cluster": ["village"], "small_sample": "none"}
    row = by_term(panels["mpdta"], estimator="extended_two_way", regressors=regressors, inference=plain).loc["overall"]
    assert row["estimate"] == pytest.approx(estimate, abs=1e-8)
    # The R package takes effects, and slopes, of four cohorts in place of those of units, and counts them.
    corrected = row["standard_error"] * np.sqrt(500 / 499 * 2499 / (2500 - coefficients))
    assert corrected == pytest.approx(error, abs=1e-8)


def test_local_projections_are_the_published_regressions(panels: dict[str, pd.DataFrame]) -> None:
    rows = by_term(panels["mpdta"], estimator="local_projections", window=[0, 2])
    printed = [-0.01757013, -0.05426504, -0.13627435]
    np.testing.assert_allclose(rows.loc[["0", "1", "2"], "estimate"].astype(float), printed, atol=1e-8)
    assert rows.loc["0", "standard_error"] == pytest.approx(0.01139812, abs=1e-8)
