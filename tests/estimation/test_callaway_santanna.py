"""The estimator as a study has it: what it reports, leaves out and refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.study.blocks import GroupTime, Inference
from tests.conftest import dated, equation
from tests.worded import estimate_block


def estimated(panel: pd.DataFrame, **changes: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    return estimate_block(panel, [equation(estimator="callaway_santanna", **changes)])


def overall(estimates: pd.DataFrame) -> pd.Series:
    whole = estimates["period"].isna() & estimates["event_time"].isna() & (estimates["cohort"] == "")
    return estimates[whole & (estimates["term"] == "listed")].iloc[0]


def test_a_constant_effect_is_found(panel: pd.DataFrame) -> None:
    estimates, _ = estimated(panel)
    found = overall(estimates)
    assert abs(found["estimate"] - 2.0) < 3 * found["standard_error"]
    by_cohort = estimates[(estimates["cohort"] != "") & estimates["period"].isna()]
    assert by_cohort["cohort"].tolist() == ["2003", "2005", "2006"]
    cells = estimates[(estimates["cohort"] != "") & estimates["period"].notna()]
    assert len(cells) == 3 * 7
    assert (cells["event_time"] == cells["period"] - cells["cohort"].astype(int)).all()


def test_without_covariates_a_cell_is_a_difference_of_mean_changes(panel: pd.DataFrame) -> None:
    estimates, _ = estimated(panel)
    cell = estimates[(estimates["cohort"] == "2005") & (estimates["period"] == 2006)].iloc[0]
    y = panel.pivot_table(index="village", columns="year", values="y")
    cohort = panel.groupby("village")["cohort"].first()
    change = y[2006] - y[2004]
    assert cell["estimate"] == pytest.approx(change[cohort == 2005].mean() - change[cohort == 0].mean())


@pytest.mark.slow
def test_rows_in_another_order_give_the_same(panel: pd.DataFrame) -> None:
    choice = GroupTime(covariates=["x"], rows="all")
    some = panel.sample(frac=0.9, random_state=1)
    pd.testing.assert_frame_equal(
        estimated(some, group_time=choice)[0], estimated(some.iloc[::-1], group_time=choice)[0]
    )


def test_units_with_gaps_leave_with_a_line_in_the_ledger(panel: pd.DataFrame) -> None:
    gap = panel[~((panel["village"] == 3) & (panel["year"] == 2002))]
    estimates, ledger = estimated(gap)
    assert ledger["step"].tolist() == ["panel", "balanced", "clusters"]
    assert ledger["reason"].iloc[1] == "1 unit not observed in all periods"
    assert overall(estimates)["units"] == 39
    assert "without 1 unit not observed in all periods" in overall(estimates)["sample"]
    everything, _ = estimated(gap, group_time=GroupTime(rows="all"))
    assert overall(everything)["units"] == 40


def test_units_treated_from_the_first_period_on_are_left_out() -> None:
    frame = pd.DataFrame([(v, t) for v in range(12) for t in range(2000, 2004)], columns=["village", "year"])
    frame["cohort"] = frame["village"].map(lambda v: [0, 2000, 2002][v % 3])
    frame["y"] = np.random.default_rng(1).normal(size=len(frame))
    estimates, ledger = estimated(dated(frame))
    assert "always treated dropped" in set(ledger["step"])
    assert set(estimates["cohort"]) == {"", "2002"}


def test_clusters_hold_whole_units_and_are_many(panel: pd.DataFrame) -> None:
    by_county, _ = estimated(panel, inference=Inference(cluster=["county"]))
    assert overall(by_county)["clusters"] == 10
    for cluster, reason in (
        (["year"], "`year` changes within units, and clusters hold whole units here"),
        (["county", "village"], "standard errors of this estimator are clustered in one dimension"),
    ):
        estimates, _ = estimated(panel, inference=Inference(cluster=cluster))
        assert estimates["reason"].tolist() == [reason]


def test_weights_change_the_estimate_and_are_the_units(panel: pd.DataFrame) -> None:
    constant = panel.assign(weight=panel["village"] % 5 + 1)
    weighted, _ = estimated(constant, weights="weight")
    plain, _ = estimated(constant)
    assert overall(weighted)["estimate"] != overall(plain)["estimate"]
    refused, _ = estimated(panel, weights="weight")
    assert refused["reason"].tolist() == ["the weight `weight` changes within units"]


def test_a_frequency_weight_is_as_many_units(panel: pd.DataFrame) -> None:
    twice = panel.assign(weight=np.where(panel["village"] % 2 == 0, 2, 1))
    copies = twice[twice["weight"] == 2].assign(village=lambda rows: rows["village"] + 1000)
    repeated = pd.concat([twice, copies], ignore_index=True)
    weighted, _ = estimated(twice, weights="weight", group_time=GroupTime(covariates=["x"]))
    plain, _ = estimated(repeated, group_time=GroupTime(covariates=["x"]))
    numbers = ["term", "event_time", "cohort", "period", "estimate"]
    estimates = [each[each["estimate"].notna()][numbers].reset_index(drop=True) for each in (weighted, plain)]
    pd.testing.assert_frame_equal(*estimates, rtol=1e-8)


def test_nobody_treated_is_a_reason(panel: pd.DataFrame) -> None:
    estimates, _ = estimated(panel[panel["cohort"] == 0])
    assert estimates["reason"].tolist() == ["no unit of this sample is treated while it is observed"]


def test_nobody_to_compare_with_is_a_reason(panel: pd.DataFrame) -> None:
    estimates, _ = estimated(panel[panel["cohort"] > 0])
    assert estimates["reason"].tolist() == ["no cohort can be compared: there is nobody to compare the cohort with"]
    later, _ = estimated(panel[panel["cohort"] > 0], group_time=GroupTime(comparison="not_yet_treated"))
    assert later["estimate"].notna().any()


def test_a_window_limits_event_times(panel: pd.DataFrame) -> None:
    estimates, _ = estimated(panel, window=[-2, 1])
    by_event_time = estimates[(estimates["cohort"] == "") & estimates["event_time"].notna()]
    assert by_event_time["event_time"].tolist() == [-2, -1, 0, 1]


def test_leads_are_tested_before_anticipation(panel: pd.DataFrame) -> None:
    early = panel.assign(y=panel["y"] + 5.0 * (panel["listed_event_time"] == -1))
    tests = [
        estimated(early, anticipation={"listed": length}, window=[-2, 2])[0]
        .set_index("term")
        .loc["joint test of leads"]
        for length in (0, 1)
    ]
    assert [test["reason"] for test in tests] == [
        "a joint test of 2 effects has no single estimate; p-value from 1,999 changes of clusters’ signs",
        "a joint test of 1 effect has no single estimate; p-value from 1,999 changes of clusters’ signs",
    ]
    assert tests[0]["statistic"] > 20 > tests[1]["statistic"]


@pytest.mark.parametrize("comparison", ["never_treated", "not_yet_treated"])
def test_a_universal_base_adds_up_steps_before_treatment(panel: pd.DataFrame, comparison: str) -> None:
    def cells(base_period: str) -> pd.DataFrame:
        choice = {"comparison": comparison, "base_period": base_period}
        rows, _ = estimate_block(panel, [equation(estimator="callaway_santanna", group_time=choice)])
        return rows[rows["cohort"].ne("") & rows["event_time"].notna() & rows["period"].notna()].set_index(
            ["cohort", "event_time"]
        )["estimate"]

    steps, levels = cells("varying"), cells("universal")
    for cohort in ("2003", "2005", "2006"):
        assert levels[cohort][-1] == 0
        after = steps[cohort].index >= 0
        np.testing.assert_allclose(levels[cohort][steps[cohort].index[after]], steps[cohort][after])
        if comparison == "never_treated":  # others are compared with fewer units in later steps
            before = steps[cohort][steps[cohort].index < 0].sort_index(ascending=False)
            np.testing.assert_allclose(levels[cohort][[time - 1 for time in before.index]], -before.cumsum())


def test_the_universal_base_is_zero_and_not_tested(panel: pd.DataFrame) -> None:
    rows, _ = estimate_block(panel, [equation(estimator="callaway_santanna", group_time={"base_period": "universal"})])
    base = rows[(rows["event_time"] == -1) & (rows["cohort"] == "")].iloc[0]
    assert (base["estimate"], base["reason"]) == (0, "reference period, zero by construction")
    assert np.isnan(base["standard_error"])
    test = rows[rows["kind"] == "lead_test"].iloc[0]
    assert test["reason"].startswith("a joint test of 5 effects has no single estimate")
    assert 0 < test["p_value"] < 1


def test_event_times_are_over_the_same_cohorts(panel: pd.DataFrame) -> None:
    estimates, _ = estimated(panel, group_time=GroupTime(observed_through=2))
    assert "event times of cohorts observed through 2" in overall(estimates)["sample"]
    by_event_time = estimates[(estimates["cohort"] == "") & estimates["event_time"].notna()].set_index("event_time")
    assert list(by_event_time.index) == [-4, -3, -2, -1, 0, 1, 2]  # 2007 sees 2005 at 2, and 2006 at 1 only
    cells = estimates[estimates["cohort"].isin(["2003", "2005"]) & estimates["period"].notna()]
    means = cells.groupby("event_time")["estimate"].mean()  # cohorts are of one size
    assert by_event_time["estimate"].to_numpy() == pytest.approx(means.loc[-4:2].to_numpy())
    mean = estimates[estimates["term"] == "listed, mean of event times"].iloc[0]
    assert mean["estimate"] == pytest.approx(means.loc[0:2].mean())
    plain, _ = estimated(panel)
    assert overall(estimates)["estimate"] == overall(plain)["estimate"]
    late, _ = estimated(panel, group_time=GroupTime(observed_through=9))
    assert late[(late["cohort"] == "") & late["event_time"].notna()].empty
    assert not late["term"].eq("listed, mean of event times").any()


@pytest.mark.slow
def test_bands_cover_each_kind_of_average(panel: pd.DataFrame) -> None:
    asked = Inference(cluster=["county"], simultaneous=True)
    estimates, _ = estimated(panel, inference=asked, seed=5)
    width = (estimates["interval_high_simultaneous"] - estimates["estimate"]) / estimates["standard_error"]
    average = (estimates["cohort"] == "") | estimates["period"].isna()
    places = {name: average & estimates[name].notna() for name in ("event_time", "period")}
    places["cohort"] = average & (estimates["cohort"] != "")
    critical = {}
    for name, rows in places.items():
        critical[name] = width[rows].iloc[0]
        assert width[rows].to_numpy() == pytest.approx(critical[name])
        assert critical[name] > 1.96
    assert critical["event_time"] > critical["cohort"]  # nine averages need more than three
    covered = places["event_time"] | places["period"] | places["cohort"]
    assert width[~covered].isna().all()
    shuffled, _ = estimated(panel.sample(frac=1, random_state=2), inference=asked, seed=5)
    pd.testing.assert_frame_equal(estimates, shuffled)
