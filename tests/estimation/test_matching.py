"""Matching as a study has it: who is compared, with which weights, and what is said where nobody is comparable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.estimation.block import BlockResults
from ruralpanel.estimation.matching.propensity import nearest_neighbours
from ruralpanel.estimation.matching_balance import BALANCE_COLUMNS
from ruralpanel.study.blocks import Equation
from ruralpanel.study.matching import Matching
from tests.conftest import dated, equation
from tests.worded import block_results

METHODS: list[dict[str, object]] = [
    {},
    {"moments": 2},
    {"method": "inverse_odds"},
    {"method": "nearest_neighbours", "neighbours": 2},
    {"method": "nearest_neighbours", "replacement": False, "caliper": 0.2, "common_support": True},
]


def asked(options: dict[str, object], base: str | None = None, **changes: object) -> Equation:
    matching = Matching.model_validate(options)
    return equation(matching=matching, base_weights=base, weights=matching.weights_name(base), **changes)


def matched(panel: pd.DataFrame, options: dict[str, object], **changes: object) -> BlockResults:
    return block_results(panel, [asked(options, **changes)])


@pytest.fixture
def villages() -> pd.DataFrame:
    """Trends differ by `near`, which makes adoption likelier: without matching, the effect of 2 is not found."""
    random = np.random.default_rng(3)
    count, years = 240, range(2000, 2008)
    near, size = random.normal(size=count), random.normal(size=count)
    treated = near + 0.5 * size + random.logistic(size=count) > 0.5
    cohort = np.where(treated, random.choice([2003, 2005], count), 0)
    frame = pd.DataFrame([(unit, year) for unit in range(count) for year in years], columns=["village", "year"])
    frame = frame.assign(cohort=cohort[frame["village"]], near=near[frame["village"]], size=size[frame["village"]])
    frame["own"] = random.uniform(0.5, 2, count)[frame["village"]]
    after = (frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])
    noise = random.normal(0, 0.3, len(frame))
    frame["y"] = frame["size"] + 0.4 * frame["near"] * (frame["year"] - 2000) + 2.0 * after + noise
    return dated(frame)


def effect(found: BlockResults) -> pd.Series:
    whole = found.estimates["event_time"].isna() & (found.estimates["term"] == "listed")
    return found.estimates[whole].iloc[0]


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize(
    "estimator",
    ["two_way_fixed_effects", "sun_abraham", "callaway_santanna", "imputation", "two_stage", "extended_two_way"],
)
def test_unlike_trends_are_gone_once_units_are_alike(villages: pd.DataFrame, estimator: str) -> None:
    plain = block_results(villages, [equation(estimator=estimator)])
    assert effect(plain)["estimate"] > 2.4
    balanced = matched(villages, {"covariates": ["near", "size"]}, estimator=estimator)
    assert effect(balanced)["estimate"] == pytest.approx(2, abs=0.2)
    assert effect(balanced)["weights"] == "entropy balancing"


@pytest.mark.parametrize("options", METHODS)
def test_every_method_makes_units_more_alike_and_keeps_the_books(
    villages: pd.DataFrame, options: dict[str, object]
) -> None:
    found = matched(villages, {"covariates": ["near"], "outcome_path": [2000, 2002], **options})
    balance = found.matching
    assert list(balance.columns) == BALANCE_COLUMNS
    assert list(zip(balance["variable"], balance["period"], strict=True)) == [("near", 2002), ("y", 2000), ("y", 2002)]
    before, after = (balance[f"standardised_difference_{when}"].abs() for when in ("before", "after"))
    assert after.max() < 0.25 < before.max()
    units = balance["units_treated_after"] + balance["units_never_after"]
    assert (units == effect(found)["units"]).all()
    ledger = found.ledger
    assert (ledger["rows_out"].iloc[:-1].to_numpy() == ledger["rows_in"].iloc[1:].to_numpy()).all()
    assert (ledger["step"] == "matching").any() == (units.iloc[0] < 240)
    if options.get("method") is None:
        assert after.max() < 1e-7
        assert balance["mean_never_after"].to_numpy() == pytest.approx(balance["mean_treated_after"].to_numpy())


@pytest.mark.slow
@given(seed=st.integers(0, 500), options=st.sampled_from(METHODS), weighted=st.booleans())
@example(seed=42, options={}, weighted=True)  # with a term that is collinear, and rows without weight
def test_any_panel_gives_numbers_or_reasons_in_any_order(seed: int, options: dict[str, object], weighted: bool) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 30))
    frame = pd.DataFrame([(unit, year) for unit in range(count) for year in range(2000, 2005)])
    frame.columns = pd.Index(["village", "year"])
    frame["cohort"] = random.choice([0, 0, 2000, 2002, 2003, 2009], count)[frame["village"]]
    frame["own"] = random.choice([0.0, 1.0, 2.0, 3.0], count, p=[0.1, 0.3, 0.3, 0.3])[frame["village"]]
    frame["x"], frame["y"] = random.normal(size=(2, len(frame)))
    frame.loc[random.uniform(size=len(frame)) < 0.05, "x"] = np.nan
    panel = dated(frame[random.uniform(size=len(frame)) > random.choice([0.0, 0.1])])
    options = {"covariates": ["x"], "outcome_path": [2000], **options}
    base = "own" if weighted else None
    found = matched(panel, options, base=base)
    estimates, ledger = found.estimates, found.ledger
    assert (estimates["estimate"].notna() | (estimates["reason"] != "")).all()
    assert (ledger["rows_out"].iloc[:-1].to_numpy() == ledger["rows_in"].iloc[1:].to_numpy()).all()
    again = matched(panel.sample(frac=1, random_state=seed), options, base=base)
    pd.testing.assert_frame_equal(estimates, again.estimates)
    pd.testing.assert_frame_equal(found.matching, again.matching)


def test_weights_of_the_survey_are_where_balancing_starts(villages: pd.DataFrame) -> None:
    found = matched(villages, {"covariates": ["near"]}, base="own")
    row = found.matching.iloc[0]
    first = villages[villages["year"] == 2002]
    treated = first["cohort"] > 0
    mean = np.average(first.loc[treated, "near"], weights=first.loc[treated, "own"])
    assert row["mean_treated_before"] == row["mean_treated_after"] == pytest.approx(mean)
    assert row["mean_never_after"] == pytest.approx(mean)
    assert effect(found)["weights"] == "entropy balancing × own"


def test_who_cannot_be_matched_leaves_with_a_reason(villages: pd.DataFrame) -> None:
    first = villages["village"].drop_duplicates()
    never = first[villages.groupby("village")["cohort"].first().to_numpy() == 0]
    gone = villages.assign(near=villages["near"].mask(villages["village"].isin(never.iloc[:3])))
    always = gone.drop(columns=["listed", "listed_cohort", "listed_event_time"])
    always["cohort"] = always["cohort"].mask(always["village"] == never.iloc[5], 2000)
    options = {"covariates": ["near"], "method": "nearest_neighbours", "replacement": False, "caliper": 0.05}
    found = matched(dated(always), options)
    lines = found.ledger[found.ledger["step"] == "matching"]["reason"].tolist()
    assert lines[0] == "1 unit treated in every row, with nothing before it"
    assert lines[1] == "3 units without near in 2002, to match on"
    assert lines[2].endswith("treated units without a neighbour that is near and not taken")
    assert lines[3].endswith("units never treated and not matched to anybody")
    outside = matched(villages, {"covariates": ["near"], "method": "inverse_odds", "common_support": True})
    assert "with a score beyond those of the never treated (common support)" in outside.ledger["reason"].str.cat()


def test_nothing_after_treatment_or_its_anticipation_is_matched_on(villages: pd.DataFrame) -> None:
    late = matched(villages, {"outcome_path": [2000, 2003]})
    assert effect(late)["reason"] == (
        "2003 is not a period before treatment, as matching needs: listed begins in 2003; earlier are 2000, 2001, 2002"
    )
    assert late.ledger["step"].tolist() == ["panel"]
    early = matched(villages, {"covariates": ["near"]}, anticipation={"listed": 1}, reference_period=-2)
    assert early.matching["period"].tolist() == [2001]
    before = matched(villages, {"covariates": ["near"]}, sample="year >= 2002 and (cohort == 0 or cohort == 2005)")
    assert before.matching["period"].tolist() == [2004]
    options = {"estimator": "event_study", "anticipation": {"listed": 1}, "reference_period": -2}
    none = matched(villages[villages["year"] >= 2002], {"covariates": ["near"]}, **options)
    assert effect(none)["reason"].startswith("there is no period before treatment to match on: listed begins in 2003")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "the never treated cannot be balanced: the mean of far in 2002 is beyond all of them"),
        ({"method": "inverse_odds"}, "tells the treated from the never treated perfectly"),
        ({"method": "nearest_neighbours"}, "tells the treated from the never treated perfectly"),
    ],
)
def test_nobody_comparable_is_a_reason(villages: pd.DataFrame, options: dict[str, object], said: str) -> None:
    apart = villages.assign(far=villages["near"] + 50 * (villages["cohort"] > 0))
    found = matched(apart, {"covariates": ["far", "size"], **options})
    assert said in effect(found)["reason"]
    assert found.matching.empty


@pytest.mark.slow
def test_moments_that_cannot_be_had_together_are_a_reason() -> None:
    """The treated are at (1, 1); the never treated at the corners of a triangle beside it."""
    corners = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [0.1, 0.1]])
    points = np.vstack([np.full((4, 2), 1.2), np.repeat(corners, 3, axis=0)])
    frame = pd.DataFrame([(unit, year) for unit in range(16) for year in range(4)], columns=["village", "year"])
    frame["cohort"] = np.where(frame["village"] < 4, 2, 0)
    frame[["a", "b"]] = points[frame["village"]]
    frame["y"] = np.random.default_rng(1).normal(size=len(frame))
    found = matched(dated(frame), {"covariates": ["a", "b"]})
    assert "no weights of these 12 units have all moments of the treated at once" in effect(found)["reason"]


def test_text_is_an_error_and_a_path_is_transformed_as_the_outcome_is(villages: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="`name` holds text and cannot be matched on"):
        matched(villages.assign(name="a"), {"covariates": ["name"]})
    positive = villages.assign(y=np.exp(villages["y"] / 5))
    found = matched(positive, {"outcome_path": [2001], "paths": {"y": [2001]}}, transformation="log")
    assert found.matching["variable"].tolist() == ["y (log)", "y"]
    logs = np.log(positive.loc[(positive["year"] == 2001) & (positive["cohort"] > 0), "y"])
    assert found.matching["mean_treated_before"].iloc[0] == pytest.approx(logs.mean())


def test_neighbours_are_shared_out_by_hand() -> None:
    logit = np.array([1.0, 2.0, 0.9, 1.1, 1.6, 5.0])
    treated = np.array([True, True, False, False, False, False])
    own = np.array([1.0, 3.0, 1.0, 1.0, 1.0, 1.0])

    def shares(neighbours: int, replacement: bool, caliper: float = np.inf) -> list[float]:
        return nearest_neighbours(logit, treated, own, neighbours, replacement, caliper).tolist()

    assert shares(1, True) == [1, 3, 1, 0, 3, 0]  # 0.9 and 1.1 are equally far from 1: the first is taken
    assert shares(2, True) == [1, 3, 0.5, 0.5 + 1.5, 1.5, 0]
    assert shares(2, False) == [1, 3, 0.5, 1.5, 1.5, 0.5]  # 2 takes 1.6, 1 takes 0.9, 2 takes 1.1, and 1 has only 5
    assert shares(1, True, 0.3) == [1, 0, 1, 0, 0, 0]
