from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.worded import estimate_block

DRISCOLL_KRAAY = {"variance": "driscoll_kraay"}


def one(panel: pd.DataFrame, **changes: object) -> pd.Series:
    estimates, _ = estimate_block(panel, [equation(**changes)])
    return estimates.iloc[0]


def test_clustered_errors_are_those_of_dummies_in_statsmodels(panel: pd.DataFrame) -> None:
    row = one(panel, regressors=["x"], inference=Inference(cluster=["county"], small_sample="none"))
    dummies = smf.ols("y ~ listed + x + C(village) + C(year)", panel).fit(
        cov_type="cluster", cov_kwds={"groups": panel["county"], "use_correction": False}
    )
    assert row["estimate"] == pytest.approx(dummies.params["listed"], abs=1e-9)
    assert row["standard_error"] == pytest.approx(dummies.bse["listed"], rel=1e-7)


def test_weighted_errors_are_those_of_dummies_in_statsmodels(panel: pd.DataFrame) -> None:
    row = one(panel, weights="weight", inference=Inference(cluster=["county"], small_sample="none"))
    dummies = smf.wls("y ~ listed + C(village) + C(year)", panel, weights=panel["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": panel["county"], "use_correction": False}
    )
    assert row["estimate"] == pytest.approx(dummies.params["listed"], abs=1e-9)
    assert row["standard_error"] == pytest.approx(dummies.bse["listed"], rel=1e-6)


def test_without_a_correction_robust_errors_are_those_of_white(panel: pd.DataFrame) -> None:
    row = one(panel, inference={"variance": "heteroskedastic", "small_sample": "none"})
    dummies = smf.ols("y ~ listed + C(village) + C(year)", panel).fit(cov_type="HC0")
    assert row["standard_error"] == pytest.approx(dummies.bse["listed"], rel=1e-7)


def test_coefficients_that_effects_share_are_no_coefficients_for_reghdfe(panel: pd.DataFrame) -> None:
    """statsmodels counts the rank, which villages and halves by years have two less than levels; fixest one less."""
    panel = panel.assign(half=panel["village"] % 2)
    asked = {"fixed_effects": ["village", "half*year"]}
    shared, plain = (
        one(panel, **asked, inference={"variance": "heteroskedastic", "small_sample": name})
        for name in ("reghdfe", "fixest")
    )
    dummies = smf.ols("y ~ listed + C(village) + C(half):C(year)", panel).fit(cov_type="HC1")
    assert shared["standard_error"] == pytest.approx(dummies.bse["listed"], rel=1e-7)
    freedom = dummies.df_resid
    assert plain["standard_error"] == pytest.approx(dummies.bse["listed"] * np.sqrt(freedom / (freedom - 1)), rel=1e-7)


@pytest.mark.parametrize("inference", [{"variance": "heteroskedastic"}, {"cluster": ["county"]}, DRISCOLL_KRAAY])
def test_a_slope_for_each_village_counts_a_coefficient_each(panel: pd.DataFrame, inference: dict[str, Any]) -> None:
    asked = {"fixed_effects": ["village[x]", "year"]}
    none, corrected = (
        one(panel, **asked, inference={**inference, "small_sample": name})["standard_error"]
        for name in ("none", "fixest")
    )
    rows, years, villages = len(panel), panel["year"].nunique(), panel["village"].nunique()
    if "variance" not in inference:
        groups = panel["county"].nunique()
        factor = groups / (groups - 1) * (rows - 1) / (rows - (1 + 1 + years - 1 + villages))
    elif inference["variance"] == "driscoll_kraay":
        factor = years / (years - 1) * (rows - 1) / (rows - (1 + villages + years - 1 + villages))
    else:
        factor = rows / (rows - (1 + villages + years - 1 + villages))
    assert corrected / none == pytest.approx(np.sqrt(factor), rel=1e-9)


@pytest.mark.parametrize(("variance", "cov_type"), [("homoskedastic", "nonrobust"), ("heteroskedastic", "HC1")])
def test_errors_without_clusters_are_those_of_dummies(panel: pd.DataFrame, variance: str, cov_type: str) -> None:
    row = one(panel, inference={"variance": variance})
    dummies = smf.ols("y ~ listed + C(village) + C(year)", panel).fit(cov_type=cov_type)
    assert row["standard_error"] == pytest.approx(dummies.bse["listed"], rel=1e-7)


def test_a_pooled_regression_is_that_of_statsmodels(panel: pd.DataFrame) -> None:
    row = one(panel, fixed_effects=[], regressors=["x"], inference={"variance": "heteroskedastic"})
    pooled = smf.ols("y ~ listed + x", panel).fit(cov_type="HC1")
    assert row["estimate"] == pytest.approx(pooled.params["listed"], abs=1e-9)
    assert row["standard_error"] == pytest.approx(pooled.bse["listed"], rel=1e-7)


def test_reghdfe_drops_singletons_and_fixest_counts_them(panel: pd.DataFrame) -> None:
    alone = panel[~((panel["village"] == 3) & (panel["year"] > 2000))]
    kept = one(alone)
    dropped = one(alone, inference=Inference(cluster=["village"], small_sample="reghdfe"))
    assert dropped["observations"] == kept["observations"] - 1
    assert dropped["estimate"] == pytest.approx(kept["estimate"], abs=1e-10)


def test_row_order_does_not_matter(panel: pd.DataFrame) -> None:
    shuffled = panel.sample(frac=1, random_state=np.random.RandomState(3)).reset_index(drop=True)
    pd.testing.assert_frame_equal(estimate_block(panel, [equation()])[0], estimate_block(shuffled, [equation()])[0])


def test_one_cluster_is_a_reason_and_not_a_crash(panel: pd.DataFrame) -> None:
    row = one(panel.assign(county=1), inference=Inference(cluster=["county"]))
    assert pd.isna(row["estimate"])
    assert "one cluster only" in row["reason"]


def test_a_variance_of_two_dimensions_that_is_negative_is_left_out_and_told() -> None:
    rows = [(village, year, 2003 if village % 2 else 0) for village in range(12) for year in range(2000, 2006)]
    panel = pd.DataFrame(rows, columns=["village", "year", "cohort"])
    panel["y"] = np.random.default_rng(13).normal(size=len(panel))
    both, ledger = estimate_block(dated(panel), [equation(inference=Inference(cluster=["village", "year"]))])
    assert both["standard_error"].isna().all()
    negative = "a variance of two dimensions of clusters was negative"
    assert ledger["reason"].str.contains(negative).any()
    one, ledger = estimate_block(dated(panel), [equation(inference=Inference(cluster=["village"]))])
    assert one["standard_error"].notna().all()
    assert not ledger["reason"].str.contains(negative).any()
