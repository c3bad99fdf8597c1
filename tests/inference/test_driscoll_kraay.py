from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from linearmodels.panel import PanelOLS

from ruralpanel.inference.driscoll_kraay import bartlett_weights, default_bandwidth
from tests.conftest import equation
from tests.worded import estimate_block


@pytest.fixture
def shocked(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel with shocks that all villages share in part and that last, and rows that are missing."""
    random = np.random.default_rng(5)
    lasting = np.convolve(random.normal(size=12), np.ones(4) / 2, mode="valid")[:8]
    panel["y"] += lasting[panel["year"] - 2000] * (1 + panel["village"] % 3)
    return panel[random.uniform(size=len(panel)) > 0.1].reset_index(drop=True)


def rows_of(panel: pd.DataFrame, inference: dict[str, Any] | None = None, **changes: Any) -> pd.DataFrame:
    asked = {"variance": "driscoll_kraay", **(inference or {})}
    return estimate_block(panel, [equation(inference=asked, regressors=["x"], **changes)])[0].set_index("term")


def by_linearmodels(panel: pd.DataFrame, bandwidth: int | None, weights: str | None = None) -> pd.Series:
    """Fit with village and year effects; linearmodels corrects by the levels of effects, which is undone here."""
    indexed = panel.assign(listed=panel["listed"].astype(float)).set_index(["village", "year"])
    model = PanelOLS(
        indexed["y"],
        indexed[["listed", "x"]],
        entity_effects=True,
        time_effects=True,
        weights=indexed[weights] if weights else None,
    )
    result = model.fit(cov_type="kernel", kernel="bartlett", bandwidth=bandwidth, debiased=False)
    levels = panel["village"].nunique() + panel["year"].nunique() - 1
    return result.std_errors * np.sqrt(1 - levels / len(panel))


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize("bandwidth", [0, 1, 3])
def test_errors_are_those_of_linearmodels(shocked: pd.DataFrame, bandwidth: int, weights: str | None) -> None:
    found = rows_of(shocked, {"bandwidth": bandwidth, "small_sample": "none"}, weights=weights)
    expected = by_linearmodels(shocked, bandwidth, weights)
    np.testing.assert_allclose(found["standard_error"], expected[["listed", "x"]], rtol=1e-7)
    assert (found["degrees_of_freedom"] == 7).all()
    assert found["spatial"].iloc[0] == f"Bartlett kernel, bandwidth {bandwidth}"


def test_the_correction_is_that_of_fixest(panel: pd.DataFrame) -> None:
    """pyfixest 0.60, which follows R fixest: feols("y ~ listed + x | village + year", vcov="DK",
    vcov_kwargs={"time_id": "year", "panel_id": "village", "lag": 2}), again with weights="weight"; and without a lag.
    """
    plain, weighted = ([0.023548020716514535, 0.006917653641206875], [0.02002436902853795, 0.0079141717094183])
    np.testing.assert_allclose(rows_of(panel, {"bandwidth": 2})["standard_error"], plain, rtol=1e-8)
    found = rows_of(panel, {"bandwidth": 2}, weights="weight")
    np.testing.assert_allclose(found["standard_error"], weighted, rtol=1e-7)
    by_default = rows_of(panel)
    np.testing.assert_allclose(by_default["standard_error"], [0.025214540082361733, 0.00694585173229758], rtol=1e-8)
    assert (by_default["degrees_of_freedom"] == 7).all()


def test_two_periods_are_enough(shocked: pd.DataFrame) -> None:
    """Two sums of scores, weighed by one and by a half, are what is added up; years have no effects."""
    two = shocked[shocked["year"].isin([2003, 2004])]
    found = rows_of(two, {"small_sample": "none"}, fixed_effects=["county"])
    dummies = smf.ols("y ~ listed + x + C(county)", two).fit()
    scores = pd.DataFrame(dummies.model.exog * dummies.resid.to_numpy()[:, None]).groupby(two["year"].to_numpy()).sum()
    middle = scores.to_numpy().T @ np.array([[1.0, 0.5], [0.5, 1.0]]) @ scores.to_numpy()
    bread = np.asarray(dummies.normalized_cov_params)
    errors = np.sqrt(np.diag(bread @ middle @ bread))
    named = pd.Series(errors, index=dummies.model.exog_names)
    np.testing.assert_allclose(found["standard_error"], named[["listed", "x"]], rtol=1e-7)
    assert "one period" in rows_of(shocked[shocked["year"] == 2003], fixed_effects=["county"]).loc["listed", "reason"]


@pytest.mark.parametrize(("periods", "bandwidth"), [(2, 1), (15, 1), (16, 2), (80, 2), (81, 3), (256, 4)])
def test_the_default_is_the_fourth_root_rounded_down(periods: int, bandwidth: int) -> None:
    assert default_bandwidth(periods) == bandwidth


def test_without_a_bandwidth_periods_are_clusters(shocked: pd.DataFrame) -> None:
    clustered = equation(inference={"cluster": ["year"], "small_sample": "none"}, regressors=["x"])
    expected = estimate_block(shocked, [clustered])[0]["standard_error"]
    found = rows_of(shocked, {"bandwidth": 0, "small_sample": "none"})
    np.testing.assert_allclose(found["standard_error"], expected, rtol=1e-10)


def test_waves_are_a_period_apart_and_a_missing_year_keeps_its_place() -> None:
    np.testing.assert_allclose(bartlett_weights(np.array([2010, 2012, 2014]), 1)[0], [1, 0.5, 0])
    np.testing.assert_allclose(bartlett_weights(np.array([2010, 2011, 2013]), 2)[0], [1, 2 / 3, 0])
    assert (np.linalg.eigvalsh(bartlett_weights(np.array([1, 2, 4, 5, 9, 11]), 3)) > 0).all()


def test_a_missing_year_is_one_whose_scores_are_zero(shocked: pd.DataFrame) -> None:
    gap = shocked[shocked["year"] != 2004]
    found = rows_of(gap, {"bandwidth": 2, "small_sample": "none"}, fixed_effects=[])
    x = np.column_stack([gap[["listed", "x"]].astype(float), np.ones(len(gap))])
    coefficients = np.linalg.lstsq(x, gap["y"], rcond=None)[0]
    scores = x * (gap["y"].to_numpy() - x @ coefficients)[:, None]
    sums = [scores[gap["year"] == year].sum(axis=0) for year in range(2000, 2008)]
    meat = sum(np.outer(each, each) for each in sums)
    for lag in (1, 2):
        products = sum(np.outer(sums[late], sums[late - lag]) for late in range(lag, 8))
        meat = meat + (1 - lag / 3) * (products + products.T)
    bread = np.linalg.inv(x.T @ x)
    expected = np.sqrt(np.diag(bread @ meat @ bread))[:2]
    np.testing.assert_allclose(found["standard_error"], expected, rtol=1e-8)


def test_as_many_lags_as_periods_are_a_reason(shocked: pd.DataFrame) -> None:
    found = rows_of(shocked, {"bandwidth": 8})
    assert "a `bandwidth` of 8 is not below the number of periods, which is 8" in found["reason"].iloc[0]
    one = rows_of(shocked[shocked["year"] == 2006], fixed_effects=[])
    assert "one period only" in one["reason"].iloc[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"estimator": "event_study", "window": [-2, 2], "seed": 1},
        {"estimator": "sun_abraham", "window": [-2, 2], "seed": 1},
        {"estimator": "first_differences"},
        {"estimator": "instrumental_variables", "instruments": ["lottery"], "endogenous": ["listed"]},
        {"estimator": "poisson_fixed_effects"},
    ],
)
def test_every_regression_with_scores_has_them(shocked: pd.DataFrame, changes: dict[str, Any]) -> None:
    random = np.random.default_rng(8)
    shocked["lottery"] = shocked["listed"].astype(float) + random.normal(size=len(shocked))
    shocked["y"] -= shocked["y"].min() - 1
    found = rows_of(shocked, **changes)
    assert found["standard_error"].notna().any()
    assert (found["standard_error"].dropna() > 0).all()
    known = found.loc[found["standard_error"].notna(), "spatial"]
    assert known.str.fullmatch("Bartlett kernel, bandwidth 1").all()


def test_poisson_errors_are_the_sandwich_of_their_scores(shocked: pd.DataFrame) -> None:
    shocked["y"] = np.round(np.exp(shocked["x"] / 2 + shocked["listed"].astype(float) / 3 + shocked["village"] / 20))
    found = rows_of(shocked, {"bandwidth": 2, "small_sample": "none"}, estimator="poisson_fixed_effects")
    x = np.column_stack(
        [
            shocked[["listed", "x"]].astype(float),
            pd.get_dummies(shocked["village"], dtype=float),
            pd.get_dummies(shocked["year"], dtype=float).iloc[:, 1:],
        ]
    )
    mean = np.asarray(sm.GLM(shocked["y"].to_numpy(), x, family=sm.families.Poisson()).fit(tol=1e-13).fittedvalues)
    bread = np.linalg.inv((x * mean[:, None]).T @ x)
    sums = pd.DataFrame(x * (shocked["y"].to_numpy() - mean)[:, None]).groupby(shocked["year"].to_numpy()).sum()
    meat = sums.to_numpy().T @ np.maximum(1 - np.abs(np.subtract.outer(range(8), range(8))) / 3, 0) @ sums.to_numpy()
    expected = np.sqrt(np.diag(bread @ meat @ bread))[:2]
    np.testing.assert_allclose(found["standard_error"], expected, rtol=1e-5)
