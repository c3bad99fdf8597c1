"""Intervals under bounded differences in trends, beside what the papers and other software print."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.sensitivity.event_study import EventStudy, event_study_of
from ruralpanel.sensitivity.pretrend_power import power_of_leads, slope_found_with
from ruralpanel.sensitivity.relative_magnitudes import relative_magnitudes_interval
from ruralpanel.sensitivity.smoothness import smoothness_interval
from tests.conftest import dated, equation
from tests.worded import block_results

FOLDER = Path(__file__).parent / "honest"
REFERENCE = pd.read_csv(FOLDER / "reference.csv")


def study_in(name: str) -> EventStudy:
    table = pd.read_csv(FOLDER / f"{name}.csv")
    before = int((table["event_time"] < -1).sum())
    estimates = table["estimate"].to_numpy()
    return EventStudy(estimates[:before], estimates[before:], table.iloc[:, 2:].to_numpy())


class WithoutTheFirstDifference(EventStudy):
    """What moderndid 0.2.0 has: its loop over differences before treatment begins with the second."""

    @property
    def differences_before(self) -> np.ndarray:
        return super().differences_before[1:]


def weights_in(study: EventStudy, words: str) -> np.ndarray:
    count = len(study.effects)
    return np.eye(count)[0] if words == "first" else np.full(count, 1 / count)


@pytest.mark.parametrize(
    ("bound", "low", "high"),
    [(0, 0.0259, 0.0607), (0.01, 0.0132, 0.0787), (0.02, 0.00286, 0.0907), (0.03, -0.00714, 0.101)],
)
def test_smoothness_is_what_the_medicaid_example_prints(bound: float, low: float, high: float) -> None:
    study = study_in("medicaid")
    found = smoothness_interval(study, weights_in(study, "first"), bound, 0.95)
    # The R package draws the quantile of the absolute value, and stops its search at a grid.
    assert found == pytest.approx((low, high), abs=3e-4 if high == 0.101 else 1e-4)


@pytest.mark.parametrize(
    ("bound", "low", "high"),
    [(0.5, 0.0241, 0.0673), (1, 0.0171, 0.0720), (1.5, 0.00859, 0.0796), (2, -0.00107, 0.0883)],
)
def test_relative_magnitudes_are_what_the_medicaid_example_prints(bound: float, low: float, high: float) -> None:
    study = study_in("medicaid")
    found = relative_magnitudes_interval(study, weights_in(study, "first"), bound, 0.95)
    step = 40 * np.sqrt(study.covariance[5, 5]) / 999  # of the R package's grid; its critical value is drawn besides
    assert found == pytest.approx((low, high), abs=1.5 * step)


@pytest.mark.parametrize(
    "row", REFERENCE.to_dict("records"), ids=lambda row: "-".join(map(str, list(row.values())[:4]))
)
def test_intervals_are_those_of_the_second_library(row: dict[str, object]) -> None:
    study = study_in(str(row["event_study"]))
    interval = smoothness_interval if row["restriction"] == "smoothness" else relative_magnitudes_interval
    if row["restriction"] == "relative magnitudes":
        study = WithoutTheFirstDifference(study.leads, study.effects, study.covariance)
    found = interval(study, weights_in(study, str(row["weights"])), float(str(row["bound"])), 0.95)
    length = float(str(row["high"])) - float(str(row["low"]))
    tolerance = 0.004 * length if pd.isna(row["step"]) else 1.5 * float(str(row["step"]))
    assert found == pytest.approx((row["low"], row["high"]), abs=tolerance)


def test_slopes_are_what_the_stata_package_prints() -> None:
    study = study_in("township_officials")
    assert slope_found_with(study, 0.5, 0.95) == pytest.approx(0.0520662, abs=2e-6)
    assert power_of_leads(study, slope_found_with(study, 0.8, 0.95), 0.95) == pytest.approx(0.8, abs=1e-4)


def test_the_estimation_stage_gives_the_event_study(root: Path) -> None:
    panel = dated(pd.read_csv(root / "tests/parity/staggered/mpdta.csv"))
    found = block_results(panel, [equation(estimator="event_study")])
    study, effects = event_study_of(found.estimates, found.covariance, 0)
    kept = study_in("minimum_wage")
    assert effects == [0, 1, 2, 3]
    np.testing.assert_allclose(study.coefficients, kept.coefficients)
    np.testing.assert_allclose(study.covariance, kept.covariance)
