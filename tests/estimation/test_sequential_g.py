from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from tests.conftest import dated, equation
from tests.study.conftest import Repository
from tests.worded import estimate_block


def drawn(seed: int, villages: int = 60) -> pd.DataFrame:
    """Draw an economy whose treatment adds 1 directly, 0.5 through z, and 2 through the migration that z moves too.

    What nobody sees moves z and the outcome, so that a regression on all at once is wrong.
    """
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"village": np.repeat(np.arange(villages), 6), "year": np.tile(range(2000, 2006), villages)})
    frame["cohort"] = np.where(frame["village"] % 2, 2003, 0)
    on = ((frame["cohort"] > 0) & (frame["year"] >= 2003)).astype(float)
    unseen, noise, moved, x = random.normal(size=(4, len(frame)))
    frame["x"], frame["z"] = x, on + unseen
    frame["migration"] = on + 0.5 * frame["z"] + moved
    frame["y"] = frame["village"] * 0.1 + on + 0.5 * frame["z"] + 2 * frame["migration"] + x + unseen + noise
    return frame


def found(frame: pd.DataFrame, **changes: Any) -> pd.DataFrame:
    mediation = {"mediators": ["migration"], "intermediate": ["z"]}
    asked = {"estimator": "sequential_g", "mediation": mediation, "regressors": ["x"], **changes}
    return estimate_block(dated(frame), [equation(**asked)])[0]


def by_hand(frame: pd.DataFrame) -> tuple[float, float]:
    panel = dated(frame)
    effects = "C(village) + C(year)"
    first = smf.ols(f"y ~ listed + x + z + migration + {effects}", panel).fit()
    left = panel.assign(left=panel["y"] - first.params["migration"] * panel["migration"])
    direct = smf.ols(f"left ~ listed + x + {effects}", left).fit().params["listed"]
    return direct, smf.ols(f"y ~ listed + x + {effects}", panel).fit().params["listed"]


def test_estimates_are_those_of_two_regressions() -> None:
    frame = drawn(1)
    rows = found(frame)
    direct, total = by_hand(frame)
    np.testing.assert_allclose(rows["estimate"], [direct, total, total - direct], atol=1e-9)
    assert rows["term"].tolist() == ["listed", "listed, total effect", "listed, through migration"]
    assert "the effect not through migration given z, if nothing unobserved moves" in rows["sample"].iloc[0]


def test_the_error_of_the_total_effect_is_that_of_the_regression() -> None:
    frame = drawn(2)
    total = estimate_block(
        dated(frame), [equation(regressors=["x"], inference={"cluster": ["village"], "small_sample": "none"})]
    )[0]
    assert found(frame)["standard_error"].iloc[1] == pytest.approx(total["standard_error"].iloc[0], rel=1e-9)


@pytest.mark.slow
def test_errors_are_those_of_drawn_clusters() -> None:
    frame = drawn(3)
    random = np.random.default_rng(0)
    by_village = dict(list(frame.groupby("village")))
    draws = []
    for _ in range(200):
        parts = [by_village[each].assign(village=new) for new, each in enumerate(random.integers(0, 60, 60))]
        draws.append(found(pd.concat(parts))["estimate"].to_numpy())
    np.testing.assert_allclose(found(frame)["standard_error"], np.std(draws, axis=0), rtol=0.15)


@pytest.mark.slow
def test_the_truth_is_in_most_intervals_and_not_in_those_of_one_regression() -> None:
    held, missed = [], []
    for seed in range(25):
        frame = drawn(seed)
        row = found(frame).iloc[0]
        held.append(row["interval_low"] < 1.5 < row["interval_high"])
        at_once = estimate_block(dated(frame), [equation(regressors=["x", "z", "migration"])])[0].iloc[0]
        missed.append(not at_once["interval_low"] < 1.5 < at_once["interval_high"])
    assert np.mean(held) > 0.8
    assert np.mean(missed) > 0.8


def test_weights_and_a_mediator_that_is_nothing_new() -> None:
    frame = drawn(4).assign(weight=lambda each: 1 + each["village"] % 3)
    assert found(frame, weights="weight")["estimate"].iloc[0] != found(frame)["estimate"].iloc[0]
    rows = found(frame.assign(migration=frame["z"] * 2))
    assert rows["estimate"].isna().all()
    assert "migration: collinear with the fixed effects or the other terms" in rows["reason"].iloc[0]


def test_a_study_says_what_mediates(tmp_path: Any) -> None:
    repository = Repository(tmp_path)
    repository.at("blocks.main").update(estimators=["sequential_g"])
    assert "sequential_g needs `mediation`" in repository.complaint()
    repository.at("blocks.main").update(mediation={"mediators": ["migration"]})
    assert "`migration`" in repository.complaint()
