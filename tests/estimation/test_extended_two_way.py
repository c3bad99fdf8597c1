from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.study.blocks import Inference
from tests.conftest import equation
from tests.estimation.conftest import found, irregular
from tests.worded import estimate_block


def test_on_a_balanced_panel_it_averages_what_imputation_imputes(panel: pd.DataFrame) -> None:
    extended = found(panel, estimator="extended_two_way", window=[-2, 2])
    imputed = found(panel, estimator="imputation", window=[-2, 2])
    same = ["0", "1", "2", "listed"]
    np.testing.assert_allclose(extended.loc[same, "estimate"], imputed.loc[same, "estimate"], atol=1e-9)
    assert extended.loc["2", "event_time_bin"] == "and later"


@pytest.mark.slow
def test_estimates_and_errors_are_those_of_the_regression_with_all_terms() -> None:
    panel = irregular(4)
    treated = panel["listed"] == 1
    cell = (panel["cohort"].astype("str") + "_" + panel["year"].astype("str")).where(treated, "none")
    names = []
    for each in sorted(set(cell) - {"none"}):
        here = (cell == each).astype(float)
        mean = np.average(panel.loc[cell == each, "x"], weights=panel.loc[cell == each, "weight"])
        panel = panel.assign(**{f"d{each}": here, f"x{each}": here * (panel["x"] - mean)})
        names.append(each)
    terms = " + ".join(f"d{name} + x{name}" for name in names)
    formula = f"y ~ {terms} + x:C(year) + x:C(cohort) + C(village) + C(year)"
    fit = smf.wls(formula, panel, weights=panel["weight"]).fit()
    clustered = fit.get_robustcov_results("cluster", groups=panel["village"], use_correction=False)
    sizes = panel.loc[treated].groupby(cell[treated])["weight"].sum()
    shares = np.array([sizes.get(name[1:], 0.0) if name[0] == "d" else 0.0 for name in fit.params.index]) / sizes.sum()
    plain = Inference(cluster=["village"], small_sample="none")
    row = found(panel, estimator="extended_two_way", regressors=["x"], weights="weight", inference=plain).loc["listed"]
    assert row["estimate"] == pytest.approx(float(shares @ fit.params), abs=1e-8)
    assert row["standard_error"] == pytest.approx(float(np.sqrt(shares @ clustered.cov_params() @ shares)), rel=1e-6)


def test_periods_in_which_all_are_treated_leave(panel: pd.DataFrame) -> None:
    ever = panel[panel["cohort"] > 0]
    estimates, ledger = estimate_block(ever, [equation(estimator="extended_two_way")])
    line = ledger[ledger["step"] == "not imputable"].iloc[0]
    assert (line["rows_in"], line["rows_out"]) == (240, 180)  # 2006 and 2007 of thirty villages
    assert estimates["sample"].iloc[0] == "all rows, without 60 treated rows that cannot be imputed"
    assert estimates["estimate"].iloc[-2] == pytest.approx(2, abs=0.8)
    assert estimates["reason"].iloc[-1] == "all untreated rows are compared with, so that none is a lead"
