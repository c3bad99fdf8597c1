from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from ruralpanel.estimation.block import block_results
from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.sensitivity.equivalence_of_leads import chance_of_smaller, smallest_equivalence
from ruralpanel.sensitivity.event_study import EventStudy, event_study_of, event_times
from ruralpanel.sensitivity.pretrend_power import power_of_leads, slope_found_with
from ruralpanel.sensitivity.results import COLUMNS, ROW
from ruralpanel.study.blocks import Equation
from ruralpanel.study.sensitivity import AnySensitivity
from ruralpanel.words.frames import in_words
from tests.conftest import equation


def analysed(panel: pd.DataFrame, equations: list[Equation], **declared: Any) -> pd.DataFrame:
    found = block_results(panel, equations)
    entry = TypeAdapter(AnySensitivity).validate_python({"block": "block", **declared})
    return in_words(analyse("mine", entry, equations, found.estimates, found.covariance, panel), None)


@pytest.mark.slow
def test_intervals_start_from_the_estimate_and_grow(panel: pd.DataFrame) -> None:
    events = [equation(estimator=each, window=[-4, 3]) for each in ("event_study", "sun_abraham")]
    found = analysed(panel, events, kind="honest_did", event_times=[0, 2], smoothness=[0.0, 0.1])
    assert list(found.columns) == [ROW, *COLUMNS, "quantity_code", "under_code", "event_times_fact", "reason_code"]
    for estimator, rows in found.groupby("estimator"):
        estimates = block_results(panel, events).estimates
        own = estimates[(estimates["estimator"] == estimator) & estimates["event_time"].isin([0, 1, 2])]
        intervals = rows[rows["quantity"] == "interval"].set_index(["under", "bound"])
        lengths = intervals["interval_high"] - intervals["interval_low"]
        assert intervals["value"].iloc[0] == pytest.approx(own["estimate"].mean())
        assert lengths["relative magnitudes"].is_monotonic_increasing
        assert rows["event_times"].unique().tolist() == ["0 to 2, average"]
        limit = rows[(rows["quantity"] == "breakdown") & (rows["under"] == "relative magnitudes")]["value"].iloc[0]
        shown = intervals.loc["relative magnitudes"]
        assert ((shown["interval_low"] > 0) == (shown.index < limit)).all()


@pytest.mark.slow
def test_each_effect_can_be_looked_at(panel: pd.DataFrame) -> None:
    events = [equation(estimator="event_study", window=[-4, 3])]
    found = analysed(panel, events, kind="honest_did", effects="each", relative_magnitudes=[1.0])
    assert found["event_times"].unique().tolist() == ["0", "1", "2"]  # 3 stands for all beyond it


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "declared", "said"),
    [
        ({"estimator": "imputation"}, {}, "not measured from one|two regressions"),
        ({"estimator": "callaway_santanna"}, {}, "no period is zero by construction"),
        ({"estimator": "event_study", "window": [-2, 2]}, {}, "one period only before treatment"),
        (
            {"estimator": "event_study"},
            {"event_times": [0, 9]},
            "event time 5, 6, 7, 8, 9 has no coefficient of its own",
        ),
        ({"estimator": "event_study", "sample": "cohort == 0"}, {}, "no unit of this sample is treated"),
    ],
)
def test_what_cannot_be_analysed_is_a_row_with_its_reason(
    panel: pd.DataFrame, changes: dict[str, Any], declared: dict[str, Any], said: str
) -> None:
    (row,) = analysed(panel, [equation(**changes)], kind="honest_did", **declared).to_dict("records")
    assert np.isnan(row["value"])
    assert row["term"] == "listed"
    assert pd.Series([row["reason"]]).str.contains(said).all(), row["reason"]


def test_another_reference_gives_the_same_study(panel: pd.DataFrame) -> None:
    usual = block_results(panel, [equation(estimator="event_study", window=[-5, 3])])
    other = block_results(panel, [equation(estimator="event_study", window=[-5, 3], reference_period=-3)])
    one, times = event_study_of(usual.estimates, usual.covariance, 0)
    two, same_times = event_study_of(other.estimates, other.covariance, 0)
    assert times == same_times
    np.testing.assert_allclose(one.coefficients, two.coefficients, atol=1e-9)
    np.testing.assert_allclose(one.covariance, two.covariance, atol=1e-9)


def test_leads_that_anticipate_are_effects(panel: pd.DataFrame) -> None:
    found = block_results(panel, [equation(estimator="event_study", window=[-5, 3], reference_period=-2)])
    study, times = event_study_of(found.estimates, found.covariance, 1)
    assert times == [-1, 0, 1, 2]
    assert study.lead_times(times) == event_times(-4, -3)


def test_power_is_that_of_draws(panel: pd.DataFrame) -> None:
    covariance = np.array([[0.04, 0.01, 0.0], [0.01, 0.03, 0.0], [0.0, 0.0, 0.02]])
    study = EventStudy(np.zeros(2), np.zeros(1), covariance)
    draws = np.random.default_rng(0).multivariate_normal([-0.2, -0.1], covariance[:2, :2], size=100_000)
    significant = (np.abs(draws) > 1.959964 * np.sqrt([0.04, 0.03])).any(axis=1)
    assert power_of_leads(study, 0.1, 0.95) == pytest.approx(significant.mean(), abs=0.005)
    rows = analysed(panel, [equation(estimator="event_study", window=[-4, 3])], kind="pretrend_power")
    slopes = rows[rows["quantity"] == "slope"]["value"].to_numpy()
    in_effect = rows[rows["quantity"] == "in the effect"]["value"].to_numpy()
    np.testing.assert_allclose(in_effect, slopes * 2)  # the mean of one, two and three periods after the reference
    assert np.isnan(slope_found_with(study, 0.05, 0.95))


def test_equivalence_is_the_other_side_of_the_folded_normal(panel: pd.DataFrame) -> None:
    from scipy.stats import foldnorm

    estimates, errors = np.array([0.1, -0.3]), np.array([0.1, 0.05])
    bound = smallest_equivalence(estimates, errors, 0.95)
    assert foldnorm.cdf(0.3 / 0.05, bound / 0.05) == pytest.approx(0.05)
    assert chance_of_smaller(np.abs(estimates), bound, errors).max() == pytest.approx(0.05)
    assert smallest_equivalence(np.array([0.0]), np.array([0.1]), 0.95) == 0
    events = [equation(estimator="event_study", window=[-4, 3])]
    rows = analysed(panel, events, kind="equivalence_of_leads", threshold=0.2).set_index("quantity")
    wider = rows.loc["bound on the largest lead", "value"] > 0.2
    assert wider == (rows.loc["largest lead", "p_value"] > 0.05)


def test_regressions_are_analysed_from_the_panel(panel: pd.DataFrame) -> None:
    plain = [equation(regressors=["x"]), equation(specification="alone")]
    oster = analysed(panel, plain, kind="oster").set_index(["specification", "quantity", "under"]).sort_index()
    estimates = block_results(panel, plain).estimates
    assert oster.loc[("main", "coefficient", "with regressors"), "value"] == pytest.approx(
        estimates["estimate"].iloc[0]
    )
    assert "no other regressors" in oster.loc["alone", "reason"].iloc[0]
    omitted = analysed(panel, plain[:1], kind="omitted_variable", benchmarks=["x"], times=[0.1])
    assert omitted["value"].notna().all()
    robustness = omitted[omitted["quantity"] == "robustness value"]["value"]
    assert robustness.iloc[1] < robustness.iloc[0] < 1
    assert omitted["value"].iloc[-1] < estimates["estimate"].iloc[0]
