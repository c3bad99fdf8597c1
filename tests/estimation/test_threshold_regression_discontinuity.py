from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.threshold_regression_discontinuity.density import density_jump
from ruralpanel.estimation.threshold_regression_discontinuity.local_polynomials import neighbour_errors
from tests.conftest import equation
from tests.parity.threshold_panels import rows
from tests.study.conftest import Repository
from tests.worded import estimate_block

ESTIMATOR = "threshold_regression_discontinuity"


def found(frame: pd.DataFrame, treatment: str = "listed", **asked: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    threshold = {"running": "sales", "at": 1.0, **asked}
    return estimate_block(frame, [equation(estimator=ESTIMATOR, treatments=[treatment], threshold=threshold)])


@pytest.mark.slow
def test_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        frame = rows("smooth")
        frame["sales"] = random.normal(1.2, 0.8, len(frame))
        frame["listed"] = (frame["sales"] >= 1).astype(int)
        frame["y"] = np.cos(frame["sales"]) + 1.5 * frame["listed"] + random.normal(0, 0.5, len(frame))
        row = found(frame)[0].iloc[0]
        held.append(row["interval_low"] < 1.5 < row["interval_high"])
    assert np.mean(held) >= 0.85


def test_outcomes_and_running_variables_may_have_another_unit() -> None:
    frame = rows("smooth")
    plain = found(frame)[0]
    other = found(frame.assign(y=7 * frame["y"] + 3, sales=1000 * frame["sales"]), at=1000.0)[0]
    for name in ("estimate", "standard_error"):
        np.testing.assert_allclose(other[name].iloc[:2], 7 * plain[name].iloc[:2], rtol=1e-6)
    np.testing.assert_allclose(other["p_value"], plain["p_value"], rtol=1e-6)


def test_sorting_is_found_by_the_density_and_its_absence_is_not() -> None:
    p_values, sorted_p = [], []
    for seed in range(60):
        distance = np.random.default_rng(seed).normal(0.2, 1, 1000)
        for into, values in (
            (p_values, distance),
            (sorted_p, distance[(distance >= 0) | (np.arange(1000) % 3 == 0)]),
        ):
            jump = density_jump(values, None, "triangular")
            into.append(abs(jump.above - jump.below) / jump.standard_error > 1.96)
    assert np.mean(p_values) < 0.12
    assert np.mean(sorted_p) > 0.6


def test_neighbours_as_near_count_too() -> None:
    distance = np.array([0.0, 1.0, 2.0, 4.0, 4.0, 9.0])
    outcome = np.array([[1.0], [2.0], [4.0], [8.0], [16.0], [32.0]])
    errors = neighbour_errors(distance, outcome)[:, 0]
    # The one at 2 has 1, and then 0 and both at 4, which are as near.
    assert errors[2] == pytest.approx(np.sqrt(4 / 5) * (4 - (1 + 2 + 8 + 16) / 4))
    assert errors[0] == pytest.approx(np.sqrt(4 / 5) * (1 - (2 + 4 + 8 + 16) / 4))


def test_a_fuzzy_design_reports_the_jump_of_the_treatment() -> None:
    table, ledger = found(rows("smooth"), "took", design="fuzzy")
    assert table["term"].tolist() == [
        "took",
        "took, not corrected for bias",
        "first stage of took: sales",
        "density of sales at the threshold",
    ]
    stage = table.iloc[2]
    assert table["first_stage_f"].iloc[0] == pytest.approx((stage["estimate"] / stage["standard_error"]) ** 2)
    assert ledger["reason"].iloc[-1].startswith("further than 0.")
    assert table["variance"].iloc[0] == "by the 3 nearest neighbours"


def test_the_density_counts_each_unit_once() -> None:
    frame = rows("smooth")
    twice = pd.concat([frame, frame.assign(year=2015)], ignore_index=True)
    once, both = (found(each)[0].iloc[-1] for each in (frame, twice))
    assert (once["estimate"], once["standard_error"]) == (both["estimate"], both["standard_error"])


@pytest.mark.parametrize(
    ("change", "asked", "said"),
    [
        (lambda frame: frame[frame["sales"] < 1], {}, "nobody is at or above sales = 1, the threshold"),
        (lambda frame: frame[frame["sales"] >= 1], {}, "nobody is below sales = 1, the threshold"),
        (lambda frame: frame.assign(listed=frame["took"]), {}, "listed does not follow from the threshold of sales in"),
        (lambda frame: frame, {"bandwidth": 0.001}, "are too few for 2 coefficients"),
        (lambda frame: frame.assign(listed=1), {"design": "fuzzy"}, "listed does not jump at the threshold of sales"),
        (lambda frame: frame.assign(sales=np.nan), {}, "no rows are left"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(change: Any, asked: dict[str, Any], said: str) -> None:
    table, _ = found(change(rows("smooth")), **asked)
    assert np.isnan(table["estimate"].iloc[0])
    assert np.isnan(table["standard_error"].iloc[0])
    assert said in table["reason"].iloc[0]


def test_an_outcome_without_noise_has_no_standard_error() -> None:
    frame = rows("smooth")
    table, _ = found(frame.assign(y=3.0 * frame["sales"] + frame["listed"]))
    assert table["standard_error"].iloc[0] > 0 or table["reason"].iloc[0]
    constant, _ = found(frame.assign(y=1.0))
    assert constant["reason"].iloc[0]
    assert np.isnan(constant["standard_error"].iloc[0])


def test_a_study_says_which_threshold(tmp_path: Any) -> None:
    repository = Repository(tmp_path)
    repository.at("blocks.main").update(estimators=[ESTIMATOR])
    assert f"{ESTIMATOR} needs `threshold`" in repository.complaint()
    repository.at("blocks.main").update(threshold={"running": "sales", "at": 1.0})
    assert "`sales`" in repository.complaint()
