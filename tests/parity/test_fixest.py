"""Every coefficient that fixest prints for the four irregular panels, for every call the product can make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.frames.sphere import EARTH_RADIUS
from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.worded import estimate_block

FOLDER = Path(__file__).parent / "fixest"
REFERENCE = pd.read_csv(FOLDER / "reference.csv")
COUNTY = Inference(cluster=["county"])
BOTH = ["listed", "x"]

RADII = EARTH_RADIUS / 6376
"""fixest's earth has a radius of 6376 km (vcov_related.cpp), so its 50 km are a little less on ours."""

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
    "feols(y ~ designated + x | village + year, cluster=~county, ssc=ssc(fixef.K='full'))": {
        "regressors": ["x"],
        "inference": Inference(cluster=["county"], small_sample="fixest_full"),
    },
    "feols(y ~ designated + x | village[year] + year, cluster=~county)": {
        "regressors": ["x"],
        "fixed_effects": ["village[year]", "year"],
        "inference": COUNTY,
    },
    "feols(y ~ designated + designated:legacy + i(year,legacy,ref=2008) | village + province^year, cluster=~county)": {
        "moderators": ["legacy"],
        "fixed_effects": ["village", "province*year"],
        "inference": COUNTY,
    },
    "feols(y ~ designated + x | village + year, vcov=conley(50, distance='spherical'))": {
        "regressors": ["x"],
        "inference": Inference(variance="spatial", cutoff=50 * RADII),
    },
    "feols(y ~ designated + x | village + year, vcov=conley(200, distance='spherical'))": {
        "regressors": ["x"],
        "inference": Inference(variance="spatial", cutoff=200 * RADII),
    },
}

SUN_ABRAHAM: dict[str, object] = {
    "estimator": "sun_abraham",
    "always_treated": "keep",
    "missing_reference": "fixest",
    "inference": COUNTY,
}
CALLS |= {
    "feols(y ~ sunab(cohort_sa, year) | village + year, cluster=~county) [event time]": SUN_ABRAHAM,
    "summary(sunab, agg='att')": SUN_ABRAHAM,
    "summary(sunab, agg='cohort')": SUN_ABRAHAM,
    "fepois(enterprises ~ designated + x | village + year, cluster=~county)": {
        "estimator": "poisson_fixed_effects",
        "outcome": "enterprises",
        "outcome_column": "enterprises",
        "regressors": ["x"],
        "inference": COUNTY,
    },
}

ROW_LOST_BY_SUNAB = {"shared_1": 5, "shared_2": 7, "shared_3": 7, "shared_4": 7}
"""The row of each file, counted from one, that fixest 0.12.2 leaves out by mistake where units are always treated.

Its documentation says that `sunab` leaves out the always treated; R/did.R takes the number that stands for their cohort
for the number of a row, leaves out that row, and compares with the always treated as if they were never treated.
"""


IRREGULAR = "shared_3"
"""The panel with everything at once: a year absent, rows missing, units seen once. The daily run has it alone."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[] if name == IRREGULAR else [pytest.mark.slow]) for name in sorted(ROW_LOST_BY_SUNAB)
    ],
)
def dataset(request: pytest.FixtureRequest) -> tuple[str, pd.DataFrame]:
    panel = pd.read_csv(FOLDER / f"{request.param}.csv").drop(columns="designated")
    panel["is_lost"] = panel.index == ROW_LOST_BY_SUNAB[request.param] - 1
    return request.param, dated(panel)


def fixest_term(row: dict[Any, Any]) -> str:
    """Name a coefficient as fixest does."""
    term = str(row["term"]).replace("listed", "designated").replace("*", ":")
    if pd.notna(row["period"]):
        return f"year::{row['period']}:{term}"
    if row["estimator"] == "sun_abraham" and term == "designated":
        if pd.notna(row["event_time"]):
            return f"year::{row['event_time']}"
        return f"cohort::{row['cohort']}" if row["cohort"] else "ATT"
    if pd.notna(row["event_time"]):
        return f"e::{row['event_time']}"
    return term


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize("call", CALLS)
def test_every_coefficient_is_the_one_fixest_prints(dataset: tuple[str, pd.DataFrame], call: str) -> None:
    name, panel = dataset
    if "sunab" in call:
        panel = panel[~panel["is_lost"]].reset_index(drop=True)
    estimates, _ = estimate_block(panel, [equation(**CALLS[call])])
    estimates["fixest_term"] = [fixest_term(row) for row in estimates.to_dict("records")]
    printed = REFERENCE[(REFERENCE["dataset"] == name) & (REFERENCE["spec"] == call)]
    assert len(printed) > 0
    both = printed.merge(estimates, left_on="term", right_on="fixest_term", how="left", suffixes=("_printed", ""))
    points = 1e-5 if "fepois" in call else 1e-6
    np.testing.assert_allclose(both["estimate"], both["estimate_printed"], rtol=0, atol=points)
    np.testing.assert_allclose(both["standard_error"], both["se"], rtol=1e-4)
    assert (both["observations"] == both["nobs"]).all()


def test_every_call_of_the_reference_is_made() -> None:
    assert set(REFERENCE["spec"]) == set(CALLS)
