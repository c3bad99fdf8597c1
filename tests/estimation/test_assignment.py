from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.assignment import Levels
from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.estimation.test_treated_clusters import economy
from tests.worded import estimate_block

VILLAGE = Inference(cluster=["village"])
OPEN = {"inference": VILLAGE, "default_cluster": True}


def one(panel: pd.DataFrame, **changes: object) -> pd.Series:
    return estimate_block(panel, [equation(**changes)])[0].iloc[0]


def without_dates(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.drop(columns=["listed", "listed_cohort", "listed_event_time"])


def test_counties_that_are_treated_together_are_the_clusters() -> None:
    estimates, ledger = estimate_block(economy(6), [equation(**OPEN)])
    assert (estimates["clustered_by"] == "county").all() and (estimates["assigned_by"] == "county").all()
    assert estimates["clusters"].iloc[0] == 12
    line = ledger[ledger["step"] == "treatment assigned"].iloc[0]
    assert line["reason"].startswith("listed is the same for all of a county: standard errors are clustered by county")


def test_clusters_that_the_study_states_stay_and_are_told() -> None:
    estimates, ledger = estimate_block(economy(6), [equation(inference=VILLAGE)])
    row = estimates.iloc[0]
    assert (row["clustered_by"], row["assigned_by"]) == ("village", "county")
    assert "as the study says" in ledger.loc[ledger["step"] == "treatment assigned", "reason"].item()


def test_cohorts_are_permuted_among_counties() -> None:
    asked = Inference.model_validate({"cluster": ["village"], "permutation": {"draws": 199}})
    row = one(economy(6), inference=asked, seed=1)
    assert row["permutation"] == "199 permutations of cohorts among county"
    among = Inference.model_validate({"cluster": ["village"], "permutation": {"draws": 199, "among": "village"}})
    refused = one(economy(6), inference=among, seed=1)
    assert pd.isna(refused["p_value_permutation"])
    assert refused["permutation"].startswith("no permutations: all of a county are treated alike")
    assert refused["permutation"].endswith("permute among county")


@pytest.mark.parametrize("name", ["group", "county_code"])
def test_a_column_that_nobody_calls_a_level_is_one_by_its_numbers(name: str) -> None:
    panel = economy(6).rename(columns={"county": name})
    panel = panel.assign(wave=panel["cohort"].map({0: "none", 2004: "first"}), plain=panel["village"] % 2)
    assert one(panel, **OPEN)["clustered_by"] == name


def test_the_coarsest_level_is_taken() -> None:
    panel = economy(6).assign(province=lambda frame: frame["county"] // 2)
    assert one(panel, **OPEN)["clustered_by"] == "province"
    panel = economy(5).assign(province=lambda frame: frame["county"] // 2)
    assert one(panel, **OPEN)["clustered_by"] == "county"


def test_treatment_that_differs_within_counties_is_of_units() -> None:
    panel = without_dates(economy(12))
    panel["cohort"] = panel["cohort"].where(panel["village"] % 3 == 0, 0)
    row = one(dated(panel), **OPEN)
    assert (row["clustered_by"], row["assigned_by"]) == ("village", "")


def test_intensities_that_differ_within_counties_are_of_units() -> None:
    panel = economy(6)
    panel["listed_intensity"] = panel["listed"] * (1.0 + panel["village"] % 3)
    row = one(panel, **OPEN, intensities={"listed": "listed_intensity"})
    assert row["clustered_by"] == "village"


def test_columns_of_the_equation_and_of_dates_are_no_levels() -> None:
    panel = economy(6).drop(columns="county").assign(x=lambda frame: frame["village"] // 3)
    assert one(panel, **OPEN, moderators=["x"])["clustered_by"] == "village"
    assert one(panel.rename(columns={"x": "began"}), **OPEN, dating=["began"])["clustered_by"] == "village"


def test_a_unit_without_a_level_is_a_group_of_its_own() -> None:
    panel = economy(2).assign(county=lambda frame: frame["county"].where(frame["village"] != 35, np.nan))
    estimates, ledger = estimate_block(panel, [equation(**OPEN, seed=1)])
    row = estimates.iloc[0]
    assert (row["clustered_by"], row["clusters"], row["treated_clusters"]) == ("county_or_village", 13, 2)
    assert row["observations"] == len(panel) and pd.isna(row["p_value"])
    assert "missing for 1 of village" in ledger.loc[ledger["step"] == "treatment assigned", "reason"].item()


def test_a_level_that_is_missing_for_many_is_none() -> None:
    panel = economy(6).assign(county=lambda frame: frame["county"].where(frame["village"] > 10, np.nan))
    assert one(panel, **OPEN)["clustered_by"] == "village"


@pytest.mark.parametrize("name", ["pilot_zone", "minority_area", "school_type", "zone"])
def test_a_column_that_says_who_is_treated_is_no_level(name: str) -> None:
    panel = economy(6).drop(columns="county")
    assert one(panel.assign(**{name: (panel["cohort"] > 0).astype(int)}), **OPEN)["clustered_by"] == "village"


def test_a_column_in_which_the_one_treated_unit_is_alone_is_no_level() -> None:
    panel = without_dates(economy(6)).drop(columns="county")
    panel["cohort"] = np.where(panel["village"] == 7, 2004, 0)
    panel["altitude"] = 10 * (panel["village"] % 18).where(panel["village"] != 7, 99)
    assert one(dated(panel), **OPEN, seed=1)["clustered_by"] == "village"


def test_a_panel_without_rows_has_no_levels() -> None:
    empty = pd.DataFrame({"village": [], "year": [], "county": []}, dtype="int64")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Levels(empty, "village", "year").above == {}
