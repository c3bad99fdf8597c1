"""How treatments enter equations: intensities, interactions, anticipation, donuts and uneven waves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.designation import Designation
from tests.conftest import equation
from tests.estimation.test_estimators import estimates_of
from tests.worded import estimate_block


def with_station(panel: pd.DataFrame) -> pd.DataFrame:
    """Add a second treatment, with a dose, and an effect of both together of 1.5."""
    opened = np.where(panel["village"] % 3 == 0, 2004, 0)
    dose = np.where((opened > 0) & (panel["year"] >= opened), 1.0 + panel["village"] % 2, 0.0)
    frame = panel.assign(dose=dose)
    station = Designation(intensity="dose")
    frame = date_designation(frame, "station", station, "village", "year", Ledger("panel", "panel", "village", "year"))
    return frame.assign(y=frame["y"] - frame["station"] + 1.5 * frame["listed"] * frame["station"])


def test_an_intensity_enters_in_place_of_the_indicator(panel: pd.DataFrame) -> None:
    frame = with_station(panel)
    rows = estimates_of(frame, treatments=["listed", "station"], intensities={"station": "station_intensity"})
    assert rows["term"].tolist() == ["listed", "station_intensity"]
    by_hand = smf.ols("y ~ listed + dose + C(village) + C(year)", frame).fit()
    assert rows["estimate"].tolist() == pytest.approx([by_hand.params["listed"], by_hand.params["dose"]], abs=1e-9)


@pytest.mark.parametrize(("intensities", "second"), [({}, "station"), ({"station": "station_intensity"}, "dose")])
def test_an_interaction_is_the_product_of_what_enters(panel: pd.DataFrame, intensities, second: str) -> None:
    frame = with_station(panel)
    rows = estimates_of(
        frame, treatments=["listed", "station"], intensities=intensities, interactions=["listed*station"]
    )
    assert rows["term"].iloc[2] == "listed*station"
    assert rows["regressors"].iloc[0] == "listed*station"
    by_hand = smf.ols(f"y ~ listed * {second} + C(village) + C(year)", frame).fit()
    assert rows["estimate"].iloc[2] == pytest.approx(by_hand.params[f"listed:{second}"], abs=1e-9)


def test_an_interaction_nobody_has_is_a_row_with_a_reason(panel: pd.DataFrame) -> None:
    frame = with_station(panel)
    apart = frame[(frame["listed"] == 0) | (frame["station"] == 0)]
    rows = estimates_of(apart, treatments=["listed", "station"], interactions=["listed*station"]).set_index("term")
    assert pd.isna(rows.loc["listed*station", "estimate"])
    assert "collinear" in rows.loc["listed*station", "reason"]
    assert rows.loc[["listed", "station"], "estimate"].notna().all()


def test_a_missing_intensity_leaves_with_a_reason(panel: pd.DataFrame) -> None:
    frame = with_station(panel)
    frame.loc[[0, 1], "station_intensity"] = np.nan
    changed = equation(treatments=["station"], intensities={"station": "station_intensity"})
    estimates, ledger = estimate_block(frame, [changed])
    assert estimates["observations"].iloc[0] == len(frame) - 2
    assert ledger["reason"].str.contains("missing in station_intensity").any()


@pytest.mark.parametrize("estimator", ["two_way_fixed_effects", "event_study", "cohort_means"])
def test_a_donut_leaves_its_event_times_out_of_every_estimator(panel: pd.DataFrame, estimator: str) -> None:
    estimates, ledger = estimate_block(panel, [equation(estimator=estimator, donut={"listed": [0]})])
    line = ledger[ledger["step"] == "event times of listed"].iloc[0]
    gone = int((panel["listed_event_time"] == 0).sum())
    assert line["rows_in"] - line["rows_out"] == gone == 30
    assert "event time 0 of listed left out" in line["reason"]
    assert estimates["sample"].str.contains("without event time 0 of listed").all()
    by_hand = panel[panel["listed_event_time"] != 0]
    plain = estimates_of(by_hand, estimator=estimator)
    np.testing.assert_allclose(estimates["estimate"].dropna(), plain["estimate"].dropna())


def test_an_event_study_tells_its_donut_from_event_times_nobody_has(panel: pd.DataFrame) -> None:
    apart = panel[panel["listed_event_time"] != 2]
    rows = estimates_of(apart, estimator="event_study", donut={"listed": [0]}).set_index("event_time")
    assert rows.loc[0, "reason"] == "event time 0 left out, as the donut of listed says"
    assert rows.loc[2, "reason"] == "no treated unit has a row at event time 2"
    assert rows.loc[[0, 2], "estimate"].isna().all()
    assert set(estimates_of(apart, estimator="event_study")["sample"]) == {"all rows"}


def test_anticipation_leaves_two_way_fixed_effects_and_stays_in_an_event_study(panel: pd.DataFrame) -> None:
    early = panel.assign(y=panel["y"] + 1.0 * (panel["listed_event_time"] == -1))
    blind = estimates_of(early, regressors=["x"]).iloc[0]
    row = estimates_of(early, regressors=["x"], anticipation={"listed": 1}).iloc[0]
    assert blind["estimate"] < 1.9
    assert row["estimate"] == pytest.approx(2.0, abs=4 * row["standard_error"])
    assert row["observations"] == len(panel) - 30
    declared = {"estimator": "event_study", "anticipation": {"listed": 1}, "reference_period": -2, "regressors": ["x"]}
    rows = estimates_of(early, **declared)
    by_time = rows.set_index("event_time")
    assert by_time.loc[-1, "estimate"] == pytest.approx(1.0, abs=0.15)
    assert by_time.loc[0, "estimate"] == pytest.approx(2.0, abs=0.15)
    test = rows[rows["term"] == "joint test of leads"].iloc[0]
    assert "event time -1 is left to anticipation" in test["reason"]
    assert test["p_value"] > 0.01


def waves(reference: int, **changes: object) -> pd.DataFrame:
    """Estimate an event study of waves in 2011, 2013, 2015 and 2018, with an effect of 3."""
    random = np.random.default_rng(3)
    cohorts = [0, 2013, 2015, 2018]
    frame = pd.DataFrame(
        [(village, year, cohorts[village % 4]) for village in range(60) for year in (2011, 2013, 2015, 2018)],
        columns=["village", "year", "cohort"],
    )
    treated = (frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])
    frame["y"] = 3.0 * treated + 0.1 * frame["village"] + random.normal(0, 0.05, len(frame))
    ledger = Ledger("panel", "panel", "village", "year")
    frame = date_designation(frame, "listed", Designation(cohort="cohort", never=[0]), "village", "year", ledger)
    return estimates_of(frame, estimator="event_study", reference_period=reference, **changes)


def test_event_times_of_uneven_waves_are_years_and_those_nobody_has_are_named() -> None:
    rows = waves(-2)
    seen = rows[rows["event_time"].notna()].set_index("event_time")
    assert seen.index.tolist() == list(range(-7, 6))
    assert seen.index[seen["estimate"].notna()].tolist() == [-7, -5, -4, -3, -2, 0, 2, 3, 5]
    assert set(seen.loc[seen["estimate"].isna(), "reason"]) == {"no treated unit has a row at event times -6, -1, 1, 4"}
    assert seen.loc[[0, 2, 3, 5], "estimate"].to_numpy(dtype=float) == pytest.approx([3.0] * 4, abs=0.1)


def test_a_reference_that_no_wave_has_is_a_reason_with_those_there_are() -> None:
    said = waves(-1, missing_reference="reason")["reason"].iloc[0]
    seen = "no row is observed at the reference period -1; event times seen: -7, -5, -4, -3, -2, 0, 2, 3, 5"
    assert said.startswith(seen)
    assert said.endswith("`missing_reference: earlier` measures them from -2, the last wave before treatment")
    binned = waves(-1, missing_reference="reason", window=[-3, 2])["reason"].iloc[0]
    assert "event times seen: -3 and earlier (a bin of the window), -2, 0, 2 and later (a bin of the window)" in binned


def test_uneven_waves_are_measured_from_the_last_one_before_treatment() -> None:
    rows, from_two = (found.set_index("event_time") for found in (waves(-1), waves(-2)))
    assert rows.loc[-2, "reason"] == (
        "reference, zero by construction: last wave before treatment of cohorts 2013 and 2015"
    )
    pd.testing.assert_series_equal(rows["estimate"], from_two["estimate"])


def test_a_window_says_which_of_its_event_times_nobody_has() -> None:
    rows = waves(-2, window=[-3, 2])
    seen = rows[rows["event_time"].notna()].set_index("event_time")
    assert seen.index.tolist() == [-3, -2, -1, 0, 1, 2]
    assert seen["reason"].tolist()[2] == seen["reason"].tolist()[4] == "no treated unit has a row at event times -1, 1"


def test_a_unit_of_which_nothing_is_known_does_not_count_as_never_treated(panel: pd.DataFrame) -> None:
    unknown = panel["village"].isin([0, 4]) & (panel["year"] < 2003)
    hidden = panel.assign(listed=panel["listed"].astype("float64").mask(unknown))
    estimates, ledger = estimate_block(hidden, [equation(estimator="event_study")])
    line = ledger[ledger["step"] == "treatment known"].iloc[0]
    assert line["rows_in"] - line["rows_out"] == 6
    assert estimates["observations"].iloc[0] == len(panel) - 6
