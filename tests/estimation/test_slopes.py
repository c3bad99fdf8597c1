from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.errors import DataError
from ruralpanel.study.blocks import Inference
from tests.conftest import equation
from tests.worded import estimate_block

PLAIN = Inference(cluster=["county"], small_sample="none")


def one(panel: pd.DataFrame, **changes: object) -> pd.Series:
    return estimate_block(panel, [equation(**changes)])[0].iloc[0]


@pytest.fixture
def sloping(panel: pd.DataFrame) -> pd.DataFrame:
    """Give every village a trend and a baseline, and lose rows so that nothing is balanced."""
    random = np.random.default_rng(3)
    trend = pd.Series(random.normal(0, 1, 40))
    baseline = pd.Series(random.normal(5, 2, 40))
    frame = panel.assign(baseline=panel["village"].map(baseline))
    frame["y"] += panel["village"].map(trend) * (panel["year"] - 2000)
    return frame[random.uniform(size=len(frame)) > 0.1].reset_index(drop=True)


@pytest.mark.slow(but_each=2)
@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize(
    ("effects", "dummies"),
    [
        (["village[year]", "year"], "C(village) + C(village):time + C(year)"),
        (["village", "year[baseline]"], "C(village) + C(year) + C(year):baseline"),
        (["village[year]", "year[baseline]"], "C(village) + C(village):time + C(year) + C(year):baseline"),
    ],
)
def test_slopes_are_dummies_times_the_column(
    sloping: pd.DataFrame, effects: list[str], dummies: str, weights: str | None
) -> None:
    few = sloping[sloping["village"] < 16].reset_index(drop=True)
    row = one(few, fixed_effects=effects, regressors=["x"], inference=PLAIN, weights=weights)
    centred = few.assign(time=few["year"] - 2003)
    by_hand = smf.wls(
        f"y ~ listed + x + {dummies}", centred, weights=centred[weights] if weights else np.ones(len(centred))
    ).fit(cov_type="cluster", cov_kwds={"groups": centred["county"], "use_correction": False})
    assert row["estimate"] == pytest.approx(by_hand.params["listed"], abs=1e-7)
    assert row["standard_error"] == pytest.approx(by_hand.bse["listed"], rel=1e-5)


def test_trends_of_villages_take_out_what_biases_the_estimate(sloping: pd.DataFrame) -> None:
    with_trends = one(sloping, fixed_effects=["village[year]", "year"], regressors=["x"], inference=PLAIN)
    without = one(sloping, regressors=["x"], inference=PLAIN)
    assert with_trends["estimate"] == pytest.approx(2.0, abs=4 * with_trends["standard_error"])
    assert with_trends["standard_error"] < without["standard_error"] / 3


def test_an_intercept_named_beside_its_slope_counts_once(sloping: pd.DataFrame) -> None:
    short, long = (
        one(sloping, fixed_effects=effects, inference=Inference(cluster=["county"]))
        for effects in (["village[year]", "year"], ["village", "year", "village[year]"])
    )
    assert short["standard_error"] == long["standard_error"]
    assert long["fixed_effects"] == "village + year + village[year]"


def test_slopes_count_one_coefficient_a_level_although_they_are_nested(sloping: pd.DataFrame) -> None:
    effects = ["village[year]", "year"]
    plain, counted = (
        one(sloping, fixed_effects=effects, inference=Inference(cluster=["county"], small_sample=preset))
        for preset in ("none", "fixest")
    )
    rows, clusters, coefficients = len(sloping), 10, 1 + 40 + 8
    factor = clusters / (clusters - 1) * (rows - 1) / (rows - coefficients)
    assert (counted["standard_error"] / plain["standard_error"]) ** 2 == pytest.approx(factor, rel=1e-9)


def test_a_unit_with_one_row_has_no_slope_and_does_no_harm(sloping: pd.DataFrame) -> None:
    alone = pd.concat([sloping, sloping.tail(1).assign(village=99, county=0, y=1e3)], ignore_index=True)
    effects = ["village[year]", "year"]
    before, after = (one(frame, fixed_effects=effects, inference=PLAIN) for frame in (sloping, alone))
    assert after["estimate"] == pytest.approx(before["estimate"], abs=1e-7)
    assert after["observations"] == before["observations"] + 1


def test_a_slope_missing_in_a_row_takes_the_row_out_with_a_reason(sloping: pd.DataFrame) -> None:
    holes = sloping.assign(baseline=sloping["baseline"].where(sloping.index > 4))
    _, ledger = estimate_block(holes, [equation(fixed_effects=["village", "year[baseline]"])])
    assert "missing in baseline" in ledger["reason"].tolist()
    with pytest.raises(DataError, match="`baseline` holds text"):
        one(sloping.assign(baseline="high"), fixed_effects=["village", "year[baseline]"])
