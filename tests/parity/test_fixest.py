"""Every coefficient that fixest prints for the four irregular panels, for every call the product can make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation

FOLDER = Path(__file__).parent / "fixest"
REFERENCE = pd.read_csv(FOLDER / "reference.csv")
COUNTY = Inference(cluster=["county"])
BOTH = ["listed", "x"]

CALLS: dict[str, dict[str, object]] = {
    "feols(y ~ designated | village + year, cluster=~county)": {"inference": COUNTY},
    "feols(y ~ designated | village + year, cluster=~village)": {"inference": Inference(cluster=["village"])},
    "feols(y ~ designated + x | village + year, cluster=~county)": {"regressors": ["x"], "inference": COUNTY},
    "feols(y ~ designated + x | village + year, weights=~weight, cluster=~county)": {
        "regressors": ["x"],
        "weights": "weight",
        "inference": COUNTY,
    },
    "feols(y ~ designated + x | village + province^year, cluster=~county)": {
        "regressors": ["x"],
        "fixed_effects": ["village", "province*year"],
        "inference": COUNTY,
    },
    "feols(y ~ designated + x | village + county^year, cluster=~county)": {
        "regressors": ["x"],
        "fixed_effects": ["village", "county*year"],
        "inference": COUNTY,
    },
    "feols(y ~ designated + x | village + year, cluster=~county+year)": {
        "regressors": ["x"],
        "inference": Inference(cluster=["county", "year"]),
    },
    "feols(y ~ designated + x | village + year, vcov='iid')": {
        "regressors": ["x"],
        "inference": Inference(variance="homoskedastic"),
    },
    "feols(y ~ designated + x | village + year, vcov='hetero')": {
        "regressors": ["x"],
        "inference": Inference(variance="heteroskedastic"),
    },
    "feols(y ~ designated + x | village + year, cluster=~county, ssc=ssc(adj=FALSE,cluster.adj=FALSE))": {
        "regressors": ["x"],
        "inference": Inference(cluster=["county"], small_sample="none"),
    },
    "feols(y ~ i(e, ref=c(-1,-1000)) | village + year, cluster=~county)": {
        "estimator": "event_study",
        "always_treated": "keep",
        "inference": COUNTY,
    },
}

NOT_YET = {
    "feols(y ~ designated + x | village + year, cluster=~county, ssc=ssc(fixef.K='full'))": "counting nested effects",
    "feols(y ~ designated + x | village[year] + year, cluster=~county)": "unit-specific trends",
    "feols(y ~ designated + x | village + year, vcov=conley(50, distance='spherical'))": "spatial standard errors",
    "feols(y ~ designated + x | village + year, vcov=conley(200, distance='spherical'))": "spatial standard errors",
    "feols(y ~ designated + designated:legacy + i(year,legacy,ref=2008) | village + province^year, cluster=~county)": (
        "moderation"
    ),
    "feols(y ~ sunab(cohort_sa, year) | village + year, cluster=~county) [event time]": "Sun and Abraham",
    "summary(sunab, agg='att')": "Sun and Abraham",
    "summary(sunab, agg='cohort')": "Sun and Abraham",
    "fepois(enterprises ~ designated + x | village + year, cluster=~county)": "Poisson",
}
"""Calls that wait for their part of the product, with the part."""


@pytest.fixture(scope="module", params=["shared_1", "shared_2", "shared_3", "shared_4"])
def dataset(request: pytest.FixtureRequest) -> tuple[str, pd.DataFrame]:
    return request.param, dated(pd.read_csv(FOLDER / f"{request.param}.csv").drop(columns="designated"))


@pytest.mark.parametrize("call", CALLS)
def test_every_coefficient_is_the_one_fixest_prints(dataset: tuple[str, pd.DataFrame], call: str) -> None:
    name, panel = dataset
    estimates, _ = estimate_block(panel, [equation(**CALLS[call])])
    event_time = estimates["event_time"].astype("str")
    estimates["fixest_term"] = np.where(
        estimates["event_time"].notna(), "e::" + event_time, estimates["term"].replace("listed", "designated")
    )
    printed = REFERENCE[(REFERENCE["dataset"] == name) & (REFERENCE["spec"] == call)]
    assert len(printed) > 0
    both = printed.merge(estimates, left_on="term", right_on="fixest_term", how="left", suffixes=("_printed", ""))
    np.testing.assert_allclose(both["estimate"], both["estimate_printed"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(both["standard_error"], both["se"], rtol=1e-4)
    assert (both["observations"] == both["nobs"]).all()


def test_every_call_of_the_reference_is_made_or_named_as_not_yet() -> None:
    assert set(REFERENCE["spec"]) == set(CALLS) | set(NOT_YET)
