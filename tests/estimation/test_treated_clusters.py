from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.blocks import Inference
from ruralpanel.study.designation import Designation
from tests.conftest import dated, equation
from tests.worded import block_results, estimate_block

COUNTY = Inference(cluster=["county"])

ESTIMATORS: dict[str, dict[str, object]] = {
    "two_way_fixed_effects": {},
    "poisson_fixed_effects": {},
    "event_study": {"window": [-3, 2]},
    "sun_abraham": {},
    "callaway_santanna": {},
    "imputation": {},
    "two_stage": {},
    "stacked": {"window": [-2, 1]},
    "local_projections": {"window": [-2, 1]},
    "extended_two_way": {},
    "chaisemartin_dhaultfoeuille": {"window": [-2, 1]},
    "synthetic_difference_in_differences": {},
}


def economy(treated: int, counties: int = 12, villages: int = 3) -> pd.DataFrame:
    """Make counties of which some are treated from 2004 on, all their villages together, with shocks they share."""
    random = np.random.default_rng(1)
    years = range(2000, 2008)
    keys = [
        (county * villages + each, county, year)
        for county in range(counties)
        for each in range(villages)
        for year in years
    ]
    frame = pd.DataFrame(keys, columns=["village", "county", "year"])
    frame["cohort"] = np.where(frame["county"] < treated, 2004, 0)
    shocks = random.normal(size=(counties, 8))
    frame["y"] = np.exp((shocks[frame["county"], frame["year"] - 2000] + 0.3 * random.normal(size=len(frame))) / 4)
    return dated(frame)


def effects(panel: pd.DataFrame, estimator: str, **changes: object) -> pd.DataFrame:
    """Estimate, and give the rows of effects that are numbers."""
    rows = estimate_block(panel, [equation(estimator=estimator, **{"inference": COUNTY, **changes})])[0]
    rows = rows[(rows["kind"] != "lead_test") & rows["estimate"].notna() & (rows["estimate"] != 0)]
    assert len(rows)
    return rows


FROM_ERRORS = ["statistic", "p_value", "interval_low", "interval_high", "minimum_detectable_effect"]


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize(("estimator", "changes"), ESTIMATORS.items())
def test_one_treated_cluster_has_neither_standard_error_nor_p_value(estimator: str, changes: dict) -> None:
    rows = effects(economy(1), estimator, **changes)
    assert (rows["treated_clusters"] == 1).all()
    assert rows[["standard_error", *FROM_ERRORS]].isna().all(axis=None)
    of_few = rows["reason"].str.contains("with 1 treated cluster of 12")
    assert (of_few | rows["reason"].str.contains("no standard error by jackknife")).all()


@pytest.mark.parametrize(
    ("treated", "words"), [(2, "2 treated clusters"), (4, "4 treated"), (9, "3 clusters of 12 to")]
)
@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize(("estimator", "changes"), ESTIMATORS.items())
def test_few_on_a_side_keep_the_standard_error_alone(estimator: str, changes: dict, treated: int, words: str) -> None:
    rows = effects(economy(treated), estimator, **changes)
    assert rows["standard_error"].notna().all()
    assert rows[FROM_ERRORS].isna().all(axis=None)
    assert rows["reason"].str.contains(words).all()


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize(("estimator", "changes"), ESTIMATORS.items())
def test_five_are_enough(estimator: str, changes: dict) -> None:
    rows = effects(economy(5), estimator, **changes)
    assert (rows["treated_clusters"] == 5).all()
    assert rows[["standard_error", *FROM_ERRORS]].notna().all(axis=None)


def test_a_placebo_needs_no_treated_clusters() -> None:
    changes = {"synthetic": {"standard_errors": "placebo"}, "inference": Inference(cluster=["village"]), "seed": 1}
    rows = effects(economy(1, villages=1), "synthetic_difference_in_differences", **changes)
    assert rows[["standard_error", "p_value"]].notna().all(axis=None)


def test_two_way_effects_of_few_clusters_are_permuted_and_event_times_bootstrapped() -> None:
    row = effects(economy(1), "two_way_fixed_effects").iloc[0]
    assert row["permutation"] == "999 permutations of cohorts among county"
    assert row["p_value_permutation"] >= 1 / 12 - 0.03
    assert f"p = {row['p_value_permutation']:.3f} from permutations" in row["reason"]
    rows = effects(economy(3), "event_study", window=[-3, 2])
    assert rows["p_value_bootstrap"].notna().all() and rows["p_value_permutation"].isna().all()


def test_what_the_study_asks_for_stays() -> None:
    asked = Inference.model_validate({"cluster": ["county"], "bootstrap": {"draws": 199}})
    row = effects(economy(3), "two_way_fixed_effects", inference=asked, seed=1).iloc[0]
    assert np.isfinite(row["p_value_bootstrap"]) and np.isnan(row["p_value_permutation"])


def test_two_clusters_of_which_both_are_treated_have_no_standard_error() -> None:
    panel = economy(2, counties=2).drop(columns=["listed", "listed_cohort", "listed_event_time"])
    panel["cohort"] = np.where(panel["county"] == 0, 2003, 2005)
    row = effects(dated(panel), "two_way_fixed_effects").iloc[0]
    assert np.isnan(row["standard_error"]) and np.isnan(row["p_value"])
    everybody = estimate_block(economy(12), [equation(inference=COUNTY)])[0].iloc[0]
    assert np.isnan(everybody["estimate"]) and everybody["reason"]


def test_event_times_and_cohorts_count_their_own_clusters() -> None:
    panel = economy(7).drop(columns=["listed", "listed_cohort", "listed_event_time"])
    panel["cohort"] = panel["cohort"].where(panel["county"] >= 2, 2006)
    rows = estimate_block(dated(panel), [equation(estimator="sun_abraham", inference=COUNTY)])[0]
    by_time = rows[rows["event_time"].notna()].set_index("event_time")["treated_clusters"]
    assert (by_time[-6], by_time[0], by_time[3]) == (2, 7, 5)
    by_cohort = rows[rows["cohort"] != ""].set_index("cohort")
    assert list(by_cohort["treated_clusters"]) == [5, 2]
    assert by_cohort["p_value"].isna().tolist() == [False, True]
    assert by_cohort["standard_error"].notna().all()


def test_clusters_that_hold_treated_and_untreated_units_are_enough() -> None:
    panel = economy(12).drop(columns=["listed", "listed_cohort", "listed_event_time"])
    panel["cohort"] = panel["cohort"].where(panel["village"] % 3 == 0, 0)
    row = effects(dated(panel), "two_way_fixed_effects").iloc[0]
    assert row["treated_clusters"] == 12 and np.isfinite(row["p_value"])


def test_regressors_are_no_treatments() -> None:
    panel = economy(2).assign(x=np.random.default_rng(4).normal(size=288))
    rows = estimate_block(panel, [equation(inference=COUNTY, regressors=["x"])])[0].set_index("term")
    assert pd.isna(rows.loc["x", "treated_clusters"]) and np.isfinite(rows.loc["x", "p_value"])


def test_analyses_of_sensitivity_have_no_covariance_of_few() -> None:
    few, enough = (
        block_results(economy(number), [equation(estimator="event_study", window=[-3, 2], inference=COUNTY)])
        for number in (3, 6)
    )
    assert len(few.covariance) == 0 < len(enough.covariance)


@pytest.mark.parametrize("starts_treated", [False, True])
def test_where_a_treatment_ends_those_whose_treatment_changes_are_counted(starts_treated: bool) -> None:
    """All may be treated at first, as in an analysis of leaving: those that stay are what is compared with."""
    rows = [
        (unit, year, int(starts_treated) ^ int(unit < 14 and year >= 2003 + unit % 2))
        for unit in range(30)
        for year in range(2000, 2008)
    ]
    panel = pd.DataFrame(rows, columns=["village", "year", "treated"])
    panel["y"] = np.random.default_rng(3).normal(size=len(panel)) + panel["treated"]
    ledger = Ledger("panel", "panel", "village", "year")
    designation = Designation(indicator="treated", absorbing=False)
    panel = date_designation(panel, "listed", designation, "village", "year", ledger)
    for estimator in ("two_way_fixed_effects", "chaisemartin_dhaultfoeuille"):
        asked = equation(estimator=estimator, absorbing=False, window=[-1, 1])
        found = estimate_block(panel, [asked])[0]
        found = found[found["standard_error"].notna()]
        assert len(found) and found["p_value"].notna().all(), estimator
        assert set(found["treated_clusters"]) == {14}


def test_event_times_since_a_change_count_the_clusters_that_changed() -> None:
    """In waves every two years event times count from the wave, and not from the cohort's own year."""
    random = np.random.default_rng(2)
    keys = [(village, village // 3, year) for village in range(36) for year in range(2000, 2016, 2)]
    panel = pd.DataFrame(keys, columns=["village", "county", "year"])
    panel["cohort"] = np.array([0, 2005, 2008])[panel["county"] % 3]
    panel["y"] = random.normal(size=len(panel))
    estimates = estimate_block(
        dated(panel), [equation(estimator="chaisemartin_dhaultfoeuille", inference=COUNTY, seed=1)]
    )[0]
    rows = estimates[estimates["event_time"].notna()].set_index("event_time")
    assert rows.loc[[0, 6, 8], "treated_clusters"].tolist() == [8, 8, 4]  # seen at 8: those of 2005, first in 2006
    assert pd.notna(rows.loc[0, "p_value"]) and pd.isna(rows.loc[8, "p_value"])
    assert "with 4 clusters of 12 to compare with" in rows.loc[6, "reason"]


def test_an_anderson_rubin_interval_needs_as_many_treated_clusters() -> None:
    panel = economy(2)
    panel["eligible"] = ((panel["county"] < 4) & (panel["year"] >= 2004)).astype(float)
    asked = {"estimator": "instrumental_variables", "endogenous": ["listed"], "instruments": ["eligible"]}
    row = estimate_block(panel, [equation(**asked, inference=COUNTY)])[0].iloc[0]
    assert row["treated_clusters"] == 2 and "with 2 treated clusters of 12" in row["reason"]
    numbers = ["p_value", "p_value_anderson_rubin", "interval_low_anderson_rubin", "interval_high_anderson_rubin"]
    assert row[numbers].isna().all() and row["anderson_rubin"] == ""


def test_one_of_two_treatments_with_few_clusters_has_a_p_value_that_is_drawn() -> None:
    panel = economy(8)
    rare = (panel["county"] >= 9) & (panel["year"] >= 2006)
    panel["rare"], panel["rare_cohort"] = rare.astype(float), np.where(panel["county"] >= 9, 2006.0, np.nan)
    both = equation(treatments=["listed", "rare"], inference=COUNTY, seed=1)
    rows = estimate_block(panel, [both])[0].set_index("term")
    assert rows["treated_clusters"].to_dict() == {"listed": 8, "rare": 3}
    assert pd.isna(rows.loc["rare", "p_value"]) and pd.notna(rows.loc["rare", "p_value_bootstrap"])
