"""Estimators of staggered adoption against a second library, on a published panel and two irregular ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from tests.conftest import dated, equation

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
}
ESTIMATES_ONLY = ("stacked -1 to 1", "stacked -3 to 1")
"""The second library has no effects of units and periods in a stack, which changes errors but no estimate here."""


@pytest.fixture(scope="module")
def panels() -> dict[str, pd.DataFrame]:
    shared = FOLDER.parent / "fixest"
    irregular = {name: pd.read_csv(shared / f"{name}.csv") for name in ("shared_1", "shared_3")}
    every = {"mpdta": pd.read_csv(FOLDER / "mpdta.csv"), **irregular}
    return {name: dated(panel.drop(columns="designated", errors="ignore")) for name, panel in every.items()}


def by_term(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    """Estimate, and index the rows of the treatment by event time or `overall`."""
    rows = estimate_block(panel, [equation(**changes)])[0]
    rows = rows[rows["term"] == "listed"]
    return rows.assign(at=rows["event_time"].astype("str").where(rows["event_time"].notna(), "overall")).set_index("at")


@pytest.mark.parametrize(
    ("dataset", "call"), list(dict.fromkeys(zip(REFERENCE["dataset"], REFERENCE["call"], strict=True)))
)
def test_estimates_and_errors_are_those_of_the_second_library(
    panels: dict[str, pd.DataFrame], dataset: str, call: str
) -> None:
    printed = REFERENCE[(REFERENCE["dataset"] == dataset) & (REFERENCE["call"] == call)].set_index("term")
    rows = by_term(panels[dataset], **CALLS[call]).loc[printed.index]
    np.testing.assert_allclose(rows["estimate"], printed["estimate"], rtol=0, atol=1e-8)
    if call not in ESTIMATES_ONLY:
        np.testing.assert_allclose(rows["standard_error"], printed["standard_error"], rtol=1e-6)
