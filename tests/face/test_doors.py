"""Every estimator's function against the estimation stage, for the same equation, and the treatment's ways."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ruralpanel as rp
from ruralpanel.estimation.block import estimate_block
from ruralpanel.study.blocks import GroupTime, Inference
from ruralpanel.study.dose_response import DoseResponse
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.factors import Factors
from ruralpanel.study.groups import Groups
from ruralpanel.study.mediation import Mediation
from ruralpanel.study.threshold import Threshold
from tests.conftest import equation

KEYS: dict[str, Any] = {"unit": "village", "period": "year"}

SPECIAL: dict[str, dict[str, Any]] = {
    "stacked": {"window": [-2, 1]},
    "local_projections": {"window": [-2, 1]},
    "complementary_log_log": {"fixed_effects": ["year"]},
    "instrumental_variables": {"instruments": ["z"]},
    "group_means": {"at": 2005},
    "triple_differences": {"eligible": "poor"},
    "threshold_regression_discontinuity": {"running": "sales", "at": 2.0, "design": "crossing"},
    "interactive_fixed_effects": {"number": 1, "draws": 99},
    "sequential_g": {"mediators": ["x"]},
    "continuous_dose": {"dose": "shops", "degree": 1},
}
"""What some estimators cannot do without."""


def called(name: str, frame: pd.DataFrame, **arguments: Any) -> rp.Result:
    return getattr(rp, name)(frame, **{"outcome": "y", "cohort": "first", **KEYS, **SPECIAL.get(name, {}), **arguments})


def given_to(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give an estimator an outcome that it can explain, and an instrument."""
    if name == "complementary_log_log":
        return frame.assign(y=(frame["x"] + 0.5 * frame["on"] > 0.5).astype(int))
    if name == "poisson_fixed_effects":
        return frame.assign(y=np.exp(frame["y"] / 4))
    poor, shops = frame["village"] // 4 % 2, 1 + frame["village"] % 7
    return frame.assign(
        z=frame["on"] * 0.8 + np.sin(np.arange(len(frame))), poor=poor, shops=shops, sales=frame["weight"] + frame["x"]
    )


def asked_of_the_stage(name: str) -> dict[str, Any]:
    changes = dict(SPECIAL.get(name, {}))
    if name == "group_means":
        changes = {"groups": Groups(at=changes["at"])}
    if name == "instrumental_variables":
        changes["endogenous"] = ["listed"]
    if name == "callaway_santanna":
        changes = {"group_time": GroupTime()}
    if name == "threshold_regression_discontinuity":
        changes = {"threshold": Threshold(**changes)}
    if name == "interactive_fixed_effects":
        changes = {"factors": Factors(**changes)}
    if name == "sequential_g":
        changes = {"mediation": Mediation(**changes)}
    if name == "continuous_dose":
        changes = {"dose_response": DoseResponse(**changes)}
    if "variance" not in ESTIMATORS[name].without:
        changes["inference"] = Inference(cluster=["village"])
    # Random draws derive from the name of the block.
    return {"block": "frame", "estimator": name, "default_cluster": True, "seed": 0, **changes}


@pytest.mark.slow(but_each=12)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_door_gives_what_the_estimation_stage_gives(name: str, frame: pd.DataFrame, panel: pd.DataFrame) -> None:
    used = given_to(name, frame)
    more = {each: used[each].to_numpy() if each in used else 0.0 for each in ("z", "poor", "shops", "sales", "x")}
    own = panel.assign(y=used["y"].to_numpy(), **more)
    columns = ["village", "year", "y", *more, "listed", "listed_cohort", "listed_event_time"]
    expected, _ = estimate_block(own[columns], [equation(**asked_of_the_stage(name))])
    found = called(name, used).estimates
    assert found["estimate"].notna().any()
    assert (
        found["term"].str.replace("treated", "listed").tolist()
        == expected["term"].str.replace("treated", "listed").tolist()
    )
    numbers = expected.select_dtypes("number").columns.drop("row")
    for column in numbers:
        np.testing.assert_allclose(
            found[column].astype("float64"), expected[column].astype("float64"), rtol=1e-12, atol=1e-12
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two_way", "event_study", "callaway_santanna", "imputation"])
def test_a_cohort_and_an_indicator_say_the_same(name: str, frame: pd.DataFrame) -> None:
    by_cohort = called(name, frame).tidy()
    by_indicator = called(name, frame, cohort=None, treated="on").tidy()
    assert set(by_indicator["term"].str.replace("on", "treated")) >= {"treated"}
    pd.testing.assert_frame_equal(by_cohort.drop(columns="term"), by_indicator.drop(columns="term"))


def test_controls_weights_and_clusters_reach_the_equation(frame: pd.DataFrame, panel: pd.DataFrame) -> None:
    found = called("two_way", frame, controls="x", weights="weight", cluster="county", small_sample="reghdfe")
    asked = equation(
        regressors=["x"], weights="weight", inference=Inference(cluster=["county"], small_sample="reghdfe")
    )
    expected, _ = estimate_block(panel, [asked])
    assert found.tidy()["term"].tolist() == ["treated", "x"]
    np.testing.assert_allclose(found.tidy()["estimate"], expected["estimate"], rtol=1e-12)
    np.testing.assert_allclose(found.tidy()["std.error"], expected["standard_error"], rtol=1e-12)
    assert found.glance().iloc[0][["weights", "clustered_by", "clusters"]].tolist() == ["weight", "county", 10]


def test_a_treatment_that_ends_is_for_estimators_that_allow_it(frame: pd.DataFrame) -> None:
    ends = frame.assign(on=frame["on"].where(frame["year"] < 2007, 0))
    switching = called("chaisemartin_dhaultfoeuille", ends, cohort=None, treated="on", window=[-2, 1])
    assert not switching.equation.absorbing
    assert called("two_way", ends, cohort=None, treated="on").overall["term"] == "on"
    with pytest.raises(rp.FrameError, match="needs a treatment that stays"):
        called("event_study", ends, cohort=None, treated="on")


@pytest.mark.slow
def test_keys_of_sections_are_given_as_mappings_or_as_true(frame: pd.DataFrame) -> None:
    usual = called("two_way", frame, bootstrap=True, seed=3).tidy()
    asked = called("two_way", frame, bootstrap={}, seed=3).tidy()
    pd.testing.assert_frame_equal(usual, asked)
    assert usual["p.value.bootstrap"].notna().all()
    drawn = called("two_way", frame, permutation={"draws": 99, "within": "county"}, fixed_effects=["village", "year"])
    assert drawn.tidy()["p.value.permutation"].iloc[0] <= 0.05
    matched = called("two_way", frame, matching={"covariates": ["x"]})
    assert matched.glance().iloc[0]["weights"] == "entropy balancing"


def test_a_treatment_that_is_not_known_everywhere(frame: pd.DataFrame) -> None:
    gaps = frame.assign(on=frame["on"].where(frame.index > 12))
    assert called("two_way", gaps, cohort=None, treated="on").glance().iloc[0]["nobs"] == 320 - 13


def test_an_intensity_enters_under_its_own_name(frame: pd.DataFrame, panel: pd.DataFrame) -> None:
    dose = frame["on"] * (1 + frame["village"] % 3)
    found = called("two_way", frame.assign(dose=dose), cohort=None, intensity="dose")
    expected, _ = estimate_block(panel.assign(dose=dose.to_numpy()), [equation(intensities={"listed": "dose"})])
    assert found.overall["term"] == "dose"
    assert found.overall["estimate"] == pytest.approx(expected["estimate"].iloc[0], rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("never", [np.nan, np.inf, 0, 9999, "never"])
def test_never_treated_in_any_spelling(frame: pd.DataFrame, never: object) -> None:
    spelt = frame.assign(first=frame["first"].astype(object).where(frame["first"].notna(), never))
    said = never if never in (0, 9999, "never") else None
    found = called("sun_abraham", spelt, never=said).overall
    assert found["estimate"] == called("sun_abraham", frame).overall["estimate"]


def test_quarters_are_read_as_people_write_them(frame: pd.DataFrame) -> None:
    names = {year: f"{2000 + (year - 2000) // 4}Q{(year - 2000) % 4 + 1}" for year in range(2000, 2008)}
    quarters = frame.assign(quarter=frame["year"].map(names), since=frame["first"].map(names))
    keys = {"period": "quarter", "cohort": "since", "frequency": "quarter"}
    written = called("event_study", quarters, **keys)
    as_periods = called("event_study", quarters.assign(quarter=pd.PeriodIndex(quarters["quarter"], freq="Q")), **keys)
    for each in (written, as_periods):
        assert (
            each.event_study()["estimate"].tolist() == called("event_study", frame).event_study()["estimate"].tolist()
        )


def test_any_type_of_column_is_read(frame: pd.DataFrame) -> None:
    plain = called("two_way", frame, controls="x", fixed_effects=["village", "year"]).tidy()
    odd = frame.astype({"year": "Int64", "first": "Int64", "x": "Float64", "village": "category", "y": "float64"})
    odd = odd.assign(on=odd["on"].astype("boolean"))
    pd.testing.assert_frame_equal(called("two_way", odd, controls="x").tidy(), plain)
    by_arrow = frame.convert_dtypes(dtype_backend="pyarrow")
    np.testing.assert_allclose(called("two_way", by_arrow, controls="x").tidy()["estimate"], plain["estimate"])


def test_names_that_no_study_could_have(frame: pd.DataFrame) -> None:
    awkward = {"village": "Village name", "year": "Year", "first": "第一年", "x": "X (log)", "y": "class", "county": 7}
    found = rp.two_way(
        frame.rename(columns=awkward), outcome="class", unit="Village name", period="Year", cohort="第一年",
        controls=["X (log)"], cluster=7, fixed_effects=["Village name", "Year", "7*Year"], sample="Year > 2000",
    )  # fmt: skip
    plain = called(
        "two_way", frame, controls="x", cluster="county", fixed_effects=["village", "year", "county*year"],
        sample="year > 2000",
    )  # fmt: skip
    np.testing.assert_allclose(found.tidy()["estimate"], plain.tidy()["estimate"], rtol=1e-12)
    assert found.tidy()["term"].tolist() == ["treated", "X (log)"]
    assert found.outcome == "class"
    assert found.glance().iloc[0]["fixed_effects"] == "Village name + Year + 7*Year"
    assert found.glance().iloc[0]["clustered_by"] == "7"


def test_a_column_called_treated_is_left_alone(frame: pd.DataFrame) -> None:
    found = called("two_way", frame.assign(treated=frame["x"]), controls="treated")
    assert found.overall["estimate"] == pytest.approx(called("two_way", frame, controls="x").overall["estimate"])


@pytest.mark.slow
@given(
    seed=st.integers(0, 2**32 - 1),
    more=st.lists(st.sampled_from(["a", "B", "listed", "county_code", "treated"])),
    name=st.sampled_from(["two_way", "event_study", "sun_abraham", "imputation", "callaway_santanna"]),
)
def test_order_index_and_other_columns_do_not_matter(
    seed: int, more: list[str], name: str, made_panel: pd.DataFrame
) -> None:
    random = np.random.default_rng(seed)
    frame = made_panel[["village", "year", "cohort", "x", "y"]]
    keys: dict[str, Any] = {"outcome": "y", "cohort": "cohort", "never": 0, **KEYS}
    keys["covariates" if name == "callaway_santanna" else "controls"] = "x"
    shuffled = frame.iloc[random.permutation(len(frame))].assign(
        **{name: random.normal(size=len(frame)) for name in more}
    )
    shuffled = shuffled[list(random.permutation(shuffled.columns))]
    shuffled.index = pd.Index(random.integers(0, 5, size=len(frame)), name="village_too")
    before = shuffled.copy(deep=True)
    door = getattr(rp, name)
    pd.testing.assert_frame_equal(door(shuffled, **keys).tidy(), door(frame, **keys).tidy(), rtol=1e-10)
    pd.testing.assert_frame_equal(shuffled, before)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_signatures_and_docstrings_are_of_the_registry(name: str) -> None:
    door = getattr(rp, name)
    signature = inspect.signature(door)
    assert list(signature.parameters)[:4] == ["panel", "outcome", "unit", "period"]
    assert door.__name__ == name
    for parameter in signature.parameters:
        assert f"\n{parameter} : " in door.__doc__
    for key in ESTIMATORS[name].without:
        assert {"regressors": "controls"}.get(key, key) not in signature.parameters
