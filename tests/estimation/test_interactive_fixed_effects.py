from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.interactive_fixed_effects.low_rank import Outcomes, Rank, fitted_model
from ruralpanel.study.blocks import Inference
from ruralpanel.study.factors import Factors
from tests.conftest import dated, equation
from tests.study.conftest import Repository
from tests.worded import estimate_block


def drawn(seed: int, factors: int = 1, noise: float = 0.3, villages: int = 45) -> pd.DataFrame:
    """Draw villages over twelve years; a third, who respond more to common shocks, are treated from 2008 on."""
    random = np.random.default_rng(seed)
    cohort = np.where(np.arange(villages) % 3 == 0, 2008, 0)
    responses = random.normal(size=(villages, factors)) + 0.8 * (cohort > 0)[:, None]
    shocks = random.normal(size=(12, factors))
    shocks[8:] += 1
    frame = pd.DataFrame({"village": np.repeat(np.arange(villages), 12), "year": np.tile(range(2000, 2012), villages)})
    frame["cohort"], frame["x"] = np.repeat(cohort, 12), random.normal(size=len(frame))
    levels = random.normal(size=(villages, 1)) + random.normal(size=(1, 12)) + responses @ shocks.T
    on = (frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])
    frame["y"] = levels.ravel() + 0.5 * frame["x"] + 2.0 * on + noise * random.normal(size=len(frame))
    return frame


def found(frame: pd.DataFrame, factors: dict[str, Any] | None = None, **changes: Any) -> pd.DataFrame:
    asked = {
        "estimator": "interactive_fixed_effects",
        "factors": {"draws": 99, **(factors or {})},
        "seed": 3,
        **changes,
    }
    return estimate_block(dated(frame), [equation(**asked)])[0]


def test_a_balanced_panel_is_decomposed_as_by_hand() -> None:
    frame = drawn(1).assign(y=lambda each: each["y"] - 0.5 * each["x"])
    wide = frame["y"].to_numpy().reshape(45, 12)
    others = wide[np.arange(45) % 3 > 0]
    treated = wide[::3]
    centred = others - others.mean(axis=1, keepdims=True)
    shocks = np.linalg.svd(centred - centred.mean(axis=0))[2][:2]
    design = np.column_stack([np.ones(12), shocks.T])
    gaps = []
    for path in treated - others.mean(axis=0):
        response = np.linalg.lstsq(design[:8], path[:8], rcond=None)[0]
        gaps.append(path[8:] - design[8:] @ response)
    rows = found(frame, {"number": 2})
    np.testing.assert_allclose(rows["estimate"], [*np.mean(gaps, axis=0), np.mean(gaps)], atol=1e-6)
    assert rows["event_time"].tolist()[:4] == [0, 1, 2, 3]


def test_every_effect_is_found_where_there_is_no_noise() -> None:
    rows = found(drawn(2, factors=2, noise=0.0), {"number": 2}, regressors=["x"])
    np.testing.assert_allclose(rows["estimate"], 2.0, atol=1e-3)


def test_without_factors_it_is_a_difference_in_differences() -> None:
    frame = drawn(3)
    wide = frame["y"].to_numpy().reshape(45, 12)
    changes = wide[:, 8:].mean(axis=1) - wide[:, :8].mean(axis=1)
    overall = found(frame, {"number": 0}).iloc[-1]
    assert overall["estimate"] == pytest.approx(changes[::3].mean() - changes[np.arange(45) % 3 > 0].mean(), abs=1e-6)


def test_matrix_completion_has_the_least_penalised_squares() -> None:
    random = np.random.default_rng(1)
    outcome = (
        random.normal(size=(30, 1))
        + random.normal(size=(1, 8))
        + random.normal(size=(30, 2)) @ random.normal(size=(2, 8))
    )
    outcome += 0.3 * random.normal(size=outcome.shape)
    treated = np.zeros(outcome.shape, dtype=bool)
    treated[::3, 5:] = True
    outcome += 2 * treated
    data = Outcomes(outcome, np.zeros((0, 30, 8)), ~treated, np.ones(30), ~treated.any(axis=1))
    # What causaltensor 0.1.12 finds for these penalties, with effects of rows and columns that end early.
    for penalty, printed in ((1.0, 1.9070117544208858), (3.0, 1.887851058237616)):
        ours = (outcome - fitted_model(data, Rank(penalty=penalty)).predicted)[treated].mean()
        assert ours == pytest.approx(printed, abs=1e-3)
    # Its steps with these effects by a regression, which never fill a cell with them.
    design = np.column_stack([np.kron(np.eye(30), np.ones((8, 1))), np.kron(np.ones((30, 1)), np.eye(8))])
    low = np.zeros_like(outcome)
    for _ in range(400):
        effects = np.linalg.lstsq(design[~treated.ravel()], (outcome - low)[~treated], rcond=None)[0]
        left, values, right = np.linalg.svd(
            np.where(treated, low, outcome - (design @ effects).reshape(30, 8)), full_matrices=False
        )
        low = left * np.maximum(values - 1.0, 0) @ right
    theirs = (outcome - low - (design @ effects).reshape(30, 8))[treated]
    ours = (outcome - fitted_model(data, Rank(penalty=1.0)).predicted)[treated]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.slow
def test_the_number_of_factors_is_that_of_the_economy() -> None:
    said = [found(drawn(seed, factors=2, noise=0.1))["sample"].iloc[0] for seed in range(6)]
    assert sum("with 2 common factors, which predicts untreated rows best" in each for each in said) >= 4


@pytest.mark.slow
def test_intervals_hold_the_truth_that_parallel_trends_miss() -> None:
    held, missed = [], []
    for seed in range(30):
        frame = drawn(seed)
        row = found(frame, {"number": 1}).iloc[-1]
        held.append(row["interval_low"] < 2 < row["interval_high"])
        flat = estimate_block(dated(frame), [equation(estimator="imputation")])[0]
        flat = flat[(flat["term"] == "listed") & flat["event_time"].isna()].squeeze()
        missed.append(not flat["interval_low"] < 2 < flat["interval_high"])
    assert np.mean(held) > 0.83
    assert np.mean(missed) > 0.3  # where 0.05 are asked for


@pytest.mark.slow
def test_rows_may_be_missing_and_in_any_order_and_draws_follow_the_seed() -> None:
    frame = drawn(4)
    some = frame[np.random.default_rng(0).uniform(size=len(frame)) > 0.05]
    plain = found(some, {"number": 1}, window=[-2, 1])
    shuffled = found(some.sample(frac=1, random_state=1), {"number": 1}, window=[-2, 1])
    pd.testing.assert_frame_equal(plain, shuffled)
    assert plain["event_time"].dropna().tolist() == [0, 1]
    other = found(some, {"number": 1}, window=[-2, 1], seed=4)
    assert (other["standard_error"] != plain["standard_error"]).all()
    assert plain["estimate"].iloc[-1] == pytest.approx(2, abs=0.6)


def test_clusters_are_drawn_whole() -> None:
    frame = drawn(5).assign(county=lambda each: each["village"] // 3)
    rows = found(frame, {"number": 1}, inference=Inference(cluster=["county"]))
    assert rows["clusters"].iloc[0] == 15
    assert rows["variance"].iloc[0] == "bootstrap of county, 99 draws"


@pytest.mark.parametrize(
    ("change", "factors", "said"),
    [
        (lambda frame: frame.assign(cohort=2008), {}, "untreated rows determine no treated row"),
        (lambda frame: frame, {"number": 12}, "12 common factors are too many"),
        (lambda frame: frame.assign(cohort=0), {}, "no unit of this sample is treated"),
        (lambda frame: frame.assign(one=1), {"number": 1}, "one cluster only in `one`"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(change: Any, factors: dict[str, Any], said: str) -> None:
    frame = change(drawn(6))
    rows = found(frame, factors, inference=Inference(cluster=["one" if "one" in frame else "village"]))
    assert rows["estimate"].isna().all()
    assert said in rows["reason"].iloc[0]


def test_one_treated_cluster_has_an_estimate_and_no_error() -> None:
    frame = drawn(7)
    rows = found(frame[(frame["cohort"] == 0) | (frame["village"] == 0)], {"number": 1})
    assert rows["estimate"].notna().all()
    assert rows["standard_error"].isna().all()
    assert "one village only is treated" in rows["reason"].iloc[0]


def test_few_rows_before_treatment_leave_no_factor() -> None:
    rows = found(drawn(8).assign(cohort=lambda frame: frame["cohort"].where(frame["cohort"] == 0, 2002)))
    assert "0 common factors, as units or periods are seen untreated too seldom for any" in rows["sample"].iloc[0]


def test_keys_of_the_other_method_are_refused(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="`penalty` has no meaning with `method: factors`"):
        Factors(penalty=0.5)
    repository = Repository(tmp_path)
    repository.at("sources.survey.columns").update(kinship=None)
    repository.at("blocks.main").update(estimators=["interactive_fixed_effects"], weights="kinship")
    assert "has no place for weights" in repository.complaint()
