from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.errors import DataError
from ruralpanel.estimation import block
from ruralpanel.estimation.estimates import COLUMNS, load_estimates
from ruralpanel.frames.storage import save_table
from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.estimation.conftest import estimates_of
from tests.worded import estimate_block


def test_two_way_fixed_effects_find_a_constant_effect(panel: pd.DataFrame) -> None:
    row = estimates_of(panel, regressors=["x"]).iloc[0]
    assert row["estimate"] == pytest.approx(2.0, abs=4 * row["standard_error"])
    assert row["interval_low"] < row["estimate"] < row["interval_high"]
    assert (row["observations"], row["units"], row["clusters"]) == (320, 40, 40)


def test_an_event_study_finds_zero_before_and_the_effect_after(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel, estimator="event_study", regressors=["x"]).set_index("event_time")
    before = rows.loc[[-4, -3, -2], "estimate"].astype(float)
    after = rows.loc[[0, 1, 2], "estimate"].astype(float)
    assert before.abs().max() < 0.15
    assert after.min() > 1.85
    assert rows.loc[-1, "estimate"] == 0
    assert rows.loc[-1, "reason"] == "reference period, zero by construction"


def test_an_event_study_is_the_regression_on_hand_made_dummies(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel, estimator="event_study", window=[-3, 2]).set_index("event_time")
    binned = panel["listed_event_time"].clip(-3, 2)
    names = {value: f"e{'m' if value < 0 else ''}{abs(value)}" for value in (-3, -2, 0, 1, 2)}
    by_hand = panel.assign(**{name: (binned == value).astype(float) for value, name in names.items()})
    fit = smf.ols(f"y ~ {' + '.join(names.values())} + C(village) + C(year)", by_hand).fit()
    for value, name in names.items():
        assert rows.loc[value, "estimate"] == pytest.approx(fit.params[name], abs=1e-9)


def test_the_joint_test_of_leads_is_the_wald_test(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel, estimator="event_study", window=[-3, 2], inference=Inference(variance="homoskedastic"))
    test = rows[rows["term"] == "joint test of leads"].iloc[0]
    binned = panel["listed_event_time"].clip(-3, 2)
    names = {value: f"e{'m' if value < 0 else ''}{abs(value)}" for value in (-3, -2, 0, 1, 2)}
    by_hand = panel.assign(**{name: (binned == value).astype(float) for value, name in names.items()})
    fit = smf.ols(f"y ~ {' + '.join(names.values())} + C(village) + C(year)", by_hand).fit()
    wald = fit.f_test("em3 = 0, em2 = 0")
    assert test["statistic"] == pytest.approx(float(wald.fvalue), rel=1e-7)
    assert test["p_value"] == pytest.approx(float(wald.pvalue), rel=1e-6)


def test_always_treated_units_leave_an_event_study_with_a_line_in_the_ledger(panel: pd.DataFrame) -> None:
    early = dated(
        panel.drop(columns=["listed", "listed_cohort", "listed_event_time"]).replace({"cohort": {2003: 1999}})
    )
    estimates, ledger = estimate_block(early, [equation(estimator="event_study")])
    line = ledger[ledger["step"] == "always treated dropped"].iloc[0]
    assert line["rows_in"] - line["rows_out"] == 80
    assert estimates["observations"].iloc[0] == 240


def test_a_linear_trend_in_all_units_leaves_the_estimate_alone(panel: pd.DataFrame) -> None:
    shifted = panel.assign(y=panel["y"] + 1000 + 7 * panel["year"])
    before, after = (estimates_of(frame).iloc[0]["estimate"] for frame in (panel, shifted))
    assert before == pytest.approx(after, abs=1e-8)


def test_cohort_means_are_weighted_means(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel, estimator="cohort_means", weights="weight")
    assert len(rows) == 4 * 8 + 4
    cell = panel[(panel["listed_cohort"] == 2005) & (panel["year"] == 2004)]
    row = rows[(rows["cohort"] == "2005") & (rows["period"] == 2004)].iloc[0]
    assert row["estimate"] == pytest.approx(np.average(cell["y"], weights=cell["weight"]), abs=1e-12)
    assert row["units"] == 10


@pytest.mark.parametrize(
    ("change", "estimator", "said"),
    [
        (lambda panel: panel.assign(y=1.0), "two_way_fixed_effects", "the outcome does not vary"),
        (lambda panel: panel.assign(y=panel["village"] * 1.0), "two_way_fixed_effects", "the outcome does not vary"),
        (lambda panel: panel.assign(y=np.nan), "two_way_fixed_effects", "no rows are left"),
        (lambda panel: panel.assign(listed=0), "two_way_fixed_effects", "nothing is left"),
        (lambda panel: panel[panel["year"] == 2004], "two_way_fixed_effects", ""),
        (lambda panel: panel.assign(listed_event_time=np.nan), "event_study", "no unit of this sample is treated"),
        (lambda panel: panel[panel["year"] >= 2006], "event_study", ""),
        (lambda panel: panel.head(2), "two_way_fixed_effects", ""),
        (lambda panel: panel.assign(y=panel["y"] * 1e300), "two_way_fixed_effects", "cannot be squared"),
        (lambda panel: panel.assign(y=panel["y"] * 1e-300), "two_way_fixed_effects", "whose squares are lost"),
        (lambda panel: panel.assign(y=panel["y"] * 1e-300), "event_study", "y: numbers no larger than"),
        (lambda panel: panel[panel["cohort"] > 0], "event_study", "every unit is treated at some time"),
    ],
)
def test_what_cannot_be_estimated_is_a_row_with_a_reason(
    panel: pd.DataFrame, change, estimator: str, said: str
) -> None:
    rows = estimates_of(change(panel), estimator=estimator)
    assert rows["estimate"].isna().all()
    assert (rows["reason"] != "").all()
    assert said in rows["reason"].iloc[0]


def test_a_collinear_term_is_named_and_the_others_are_estimated(panel: pd.DataFrame) -> None:
    rows = estimates_of(
        panel.assign(twice=2 * panel["x"], fixed=panel["village"] ** 2), regressors=["x", "twice", "fixed"]
    )
    by_term = rows.set_index("term")
    assert by_term.loc[["listed", "x"], "estimate"].notna().all()
    assert by_term.loc[["twice", "fixed"], "estimate"].isna().all()
    assert "collinear" in by_term.loc["twice", "reason"]


def test_a_regressor_far_from_zero_is_not_taken_for_collinear(panel: pd.DataFrame) -> None:
    near, far = (estimates_of(panel.assign(z=panel["x"] + shift), regressors=["z"]).iloc[1] for shift in (0, 1e8))
    assert far["estimate"] == pytest.approx(near["estimate"], rel=1e-6)


def test_missing_values_and_zero_weights_leave_with_a_reason(panel: pd.DataFrame) -> None:
    holes = panel.copy()
    holes.loc[[0, 1], "y"] = np.nan
    holes.loc[[2], "x"] = np.nan
    holes.loc[[3, 4, 5], "weight"] = [0.0, -1.0, np.nan]
    estimates, ledger = estimate_block(holes, [equation(regressors=["x"], weights="weight")])
    assert estimates["observations"].iloc[0] == 314
    assert ledger["rows_out"].tolist() == [320, 318, 317, 314, 314]
    for before, after in zip(ledger["rows_out"], ledger["rows_in"].iloc[1:], strict=False):
        assert before == after


def test_a_log_of_zero_is_counted(panel: pd.DataFrame) -> None:
    zeros = panel.assign(y=panel["y"].abs().where(panel.index != 7, 0.0).where(panel.index != 9, -1.0))
    estimates, ledger = estimate_block(zeros, [equation(transformation="log")])
    assert estimates["observations"].iloc[0] == 318
    assert ledger["reason"].str.contains("; 1 of them zero and 1 negative, which have no logarithm").any()


def test_columns_of_the_users_are_not_overwritten(panel: pd.DataFrame) -> None:
    plain = estimates_of(panel, regressors=["x"])
    named = estimates_of(panel.rename(columns={"x": "outcome"}), regressors=["outcome"])
    assert named["estimate"].tolist() == plain["estimate"].tolist()
    pooled = estimates_of(panel.rename(columns={"x": "constant"}), regressors=["constant"], fixed_effects=[])
    assert pooled["estimate"].iloc[1] == pytest.approx(smf.ols("y ~ listed + x", panel).fit().params["x"], abs=1e-10)


@pytest.mark.slow
def test_r_squared_is_that_of_statsmodels(panel: pd.DataFrame) -> None:
    pooled = estimates_of(panel, fixed_effects=[], weights="weight").iloc[0]
    assert pooled["r_squared"] == pytest.approx(
        smf.wls("y ~ listed", panel, weights=panel["weight"]).fit().rsquared, abs=1e-10
    )
    within = estimates_of(panel).iloc[0]
    residual = {name: smf.ols(f"{name} ~ C(village) + C(year)", panel).fit().resid for name in ("y", "listed")}
    assert within["r_squared"] == pytest.approx(np.corrcoef(residual["y"], residual["listed"])[0, 1] ** 2, abs=1e-10)


def test_binned_event_times_say_so(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel, estimator="event_study", window=[-3, 2]).set_index("event_time")
    assert rows.loc[-3, "event_time_bin"] == "and earlier"
    assert rows.loc[2, "event_time_bin"] == "and later"
    assert rows.loc[0, "event_time_bin"] == ""


def test_means_of_one_cluster_have_no_standard_error(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel.assign(one=1), estimator="cohort_means", inference={"cluster": ["one"]})
    means = rows[rows["term"] == "mean"]
    assert means["estimate"].notna().all()
    assert means["standard_error"].isna().all()


def test_text_on_the_right_hand_side_is_an_error_in_words(panel: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="`name` holds text"):
        estimates_of(panel.assign(name="a"), regressors=["name"])


def test_estimates_have_the_common_shape_and_survive_being_saved(panel: pd.DataFrame, tmp_path) -> None:
    every = [equation(), equation(estimator="event_study"), equation(estimator="cohort_means")]
    estimates, _ = block.estimate_block(panel, every)
    assert list(estimates.columns) == ["row", *COLUMNS]
    save_table(estimates, tmp_path / "block.csv", key=["row"])
    pd.testing.assert_frame_equal(load_estimates([tmp_path / "block.csv"]), estimates.drop(columns="row"))


def test_cohorts_that_are_saved_without_the_never_treated_are_still_text(panel: pd.DataFrame, tmp_path) -> None:
    estimates, _ = block.estimate_block(panel, [equation(estimator="callaway_santanna")])
    save_table(estimates, tmp_path / "block.csv", key=["row"])
    pd.testing.assert_frame_equal(load_estimates([tmp_path / "block.csv"]), estimates.drop(columns="row"))
