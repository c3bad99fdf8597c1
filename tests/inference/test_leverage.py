"""CR2 and CR3 beside dummies that are written out, and beside regressions without each cluster.

What R clubSandwich prints is in `tests/parity/test_clubsandwich.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.inference import leverage
from ruralpanel.study.blocks import Inference
from ruralpanel.study.estimators import ESTIMATORS
from tests.conftest import dated, equation
from tests.worded import estimate_block

CR2 = Inference(cluster=["county"], small_sample="cr2")
CR3 = Inference(cluster=["county"], small_sample="cr3")
TELLING = [
    pytest.param(name, marks=[pytest.mark.slow] if name == "local_projections" else [])  # a regression an event time
    for name, each in ESTIMATORS.items()
    if each.tells_leverage
]


@pytest.fixture
def uneven(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel with counties of one to nine villages and gaps, and errors that counties share."""
    random = np.random.default_rng(11)
    panel["county"] = np.sqrt(panel["village"] * 1.7).astype(int)
    shocks = random.normal(size=(10, 8))
    panel["y"] += shocks[panel["county"], panel["year"] - 2000]
    return panel[random.uniform(size=len(panel)) > 0.1].reset_index(drop=True)


def rows_of(panel: pd.DataFrame, inference: Inference, **changes: Any) -> pd.DataFrame:
    return estimate_block(panel, [equation(inference=inference, **changes)])[0].set_index("term")


def dummies(panel: pd.DataFrame, names: list[str]) -> np.ndarray:
    return np.column_stack([pd.get_dummies(panel[name], dtype=float).to_numpy() for name in names])


def power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """Raise a symmetric matrix to a power, its zero eigenvalues staying zero."""
    values, vectors = np.linalg.eigh(matrix)
    raised = np.where(values > 1e-9, np.abs(values) ** exponent, 0.0)
    return (vectors * raised) @ vectors.T


def written_out(
    design: np.ndarray, outcome: np.ndarray, clusters: np.ndarray, chosen: np.ndarray, exponent: float
) -> tuple[float, float]:
    """Compute the error and degrees of freedom of a combination from its definition, with a matrix of all rows."""
    inverse = np.linalg.pinv(design.T @ design)
    maker = np.eye(len(design)) - design @ inverse @ design.T
    left = maker @ outcome
    parts = []
    for cluster in np.unique(clusters):
        here = clusters == cluster
        weights = power(maker[np.ix_(here, here)], exponent) @ design[here] @ inverse @ chosen
        parts.append(maker[:, here] @ weights)
        assert weights.shape == (here.sum(),)
    moved = np.array(parts)  # p_g' u is what the cluster adds to the error, for maker is idempotent
    products = moved @ moved.T
    error = np.sqrt(((moved @ left) ** 2).sum())
    return float(error), float(np.trace(products) ** 2 / (products**2).sum())


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize("effects", [["village", "year"], ["county", "year"], ["year"], []])
def test_both_are_what_dummies_written_out_give(uneven: pd.DataFrame, effects: list[str], weights: str | None) -> None:
    root = np.sqrt(uneven[weights].to_numpy()) if weights else np.ones(len(uneven))
    right = np.column_stack([uneven[["listed", "x"]].astype(float), dummies(uneven, effects) if effects else root**0])
    outcome, clusters = uneven["y"].to_numpy() * root, uneven["county"].to_numpy()
    asked = {"regressors": ["x"], "weights": weights, "fixed_effects": effects}
    found, jackknifed = rows_of(uneven, CR2, **asked), rows_of(uneven, CR3, **asked)
    groups = len(np.unique(clusters))
    for position, term in enumerate(["listed", "x"]):
        chosen = np.eye(right.shape[1])[position]
        error, freedom = written_out(right * root[:, None], outcome, clusters, chosen, -0.5)
        assert found.loc[term, "standard_error"] == pytest.approx(error, rel=1e-7)
        assert found.loc[term, "degrees_of_freedom"] == pytest.approx(freedom, rel=1e-6)
        error, _ = written_out(right * root[:, None], outcome, clusters, chosen, -1.0)
        assert jackknifed.loc[term, "standard_error"] == pytest.approx(error * np.sqrt((groups - 1) / groups), rel=1e-7)
        assert jackknifed.loc[term, "degrees_of_freedom"] == groups - 1


@pytest.mark.slow
def test_a_cluster_on_which_nearly_everything_rests_is_adjusted_all_the_same(uneven: pd.DataFrame) -> None:
    """Of what residuals vary by within county 5, a hundredth is left, which is no rounding."""
    leaning = uneven.assign(z=uneven["x"] * np.where(uneven["county"] == 5, 1.0, 0.1))
    design = np.column_stack([leaning[["listed", "z"]].astype(float), dummies(leaning, ["year"])])
    outcome, clusters = leaning["y"].to_numpy(), leaning["county"].to_numpy()
    found = rows_of(leaning, CR2, regressors=["z"], fixed_effects=["year"])
    for position, term in enumerate(("listed", "z")):
        error, freedom = written_out(design, outcome, clusters, np.eye(design.shape[1])[position], -0.5)
        assert found.loc[term, "standard_error"] == pytest.approx(error, rel=1e-7)
        assert found.loc[term, "degrees_of_freedom"] == pytest.approx(freedom, rel=1e-6)


@pytest.mark.slow
def test_the_jackknife_leaves_out_one_cluster_after_the_other(uneven: pd.DataFrame) -> None:
    uneven = uneven[uneven["county"].between(2, 5)]
    found = rows_of(uneven, CR3, regressors=["x"])
    without = [
        rows_of(uneven[uneven["county"] != county], Inference(cluster=["county"]), regressors=["x"])["estimate"]
        for county in uneven["county"].unique()
    ]
    moved = np.array([each - found["estimate"] for each in without])
    expected = np.sqrt((len(moved) - 1) / len(moved) * (moved**2).sum(axis=0))
    np.testing.assert_allclose(found["standard_error"], expected, rtol=1e-7)


def test_the_jackknife_is_that_of_pyfixest(panel: pd.DataFrame) -> None:
    """pyfixest 0.60: feols("y ~ listed + x | village + year", vcov={"CRV3": "county"}, ssc=ssc(k_adj=False,
    G_adj=False)), which has G over G - 1 in the place of its inverse.
    """
    found = rows_of(panel, CR3, regressors=["x"])
    np.testing.assert_allclose(
        found["standard_error"] * np.sqrt(10 / 9), [0.01749562372376858, 0.008611569566586942], rtol=1e-8
    )


def test_an_average_of_coefficients_has_degrees_of_freedom_of_its_own(uneven: pd.DataFrame) -> None:
    found = estimate_block(uneven, [equation(estimator="extended_two_way", inference=CR2)])[0]
    overall = found[found["event_time"].isna() & found["standard_error"].notna()].iloc[0]
    treated = uneven["listed"].astype(bool)
    cell = (uneven["cohort"].astype(str) + " " + uneven["year"].astype(str)).where(treated)
    cells = pd.get_dummies(cell, dtype=float)
    design = np.column_stack([cells, dummies(uneven, ["village", "year"])])
    chosen = np.concatenate([cells.sum() / treated.sum(), np.zeros(design.shape[1] - cells.shape[1])])
    error, freedom = written_out(design, uneven["y"].to_numpy(), uneven["county"].to_numpy(), chosen, -0.5)
    assert overall["standard_error"] == pytest.approx(error, rel=1e-7)
    assert overall["degrees_of_freedom"] == pytest.approx(freedom, rel=1e-6)


def test_an_effect_along_a_moderator_has_degrees_of_freedom_of_its_own(uneven: pd.DataFrame) -> None:
    uneven["remote"] = uneven["village"] % 3
    asked = {"moderators": ["remote"], "along": "remote"}
    found = rows_of(uneven, CR2, **asked)
    at = found[found.index.str.startswith("listed at remote =")]
    assert at["degrees_of_freedom"].nunique() == len(at) > 10
    at_zero = at.iloc[0]
    assert at_zero["standard_error"] == pytest.approx(found.loc["listed", "standard_error"], rel=1e-9)
    assert at_zero["degrees_of_freedom"] == pytest.approx(found.loc["listed", "degrees_of_freedom"], rel=1e-9)


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize("name", TELLING)
def test_every_estimator_that_tells_leverage_has_both(uneven: pd.DataFrame, name: str) -> None:
    window = {"window": [-2, 1]} if ESTIMATORS[name].by_cohort else {}
    uneven["county"] = uneven["village"] // 4
    plain, first, second = (
        estimate_block(uneven, [equation(estimator=name, inference=each, seed=1, **window)])[0]
        for each in (Inference(cluster=["county"], small_sample="none"), CR2, CR3)
    )
    known = plain["standard_error"].notna()
    assert known.any()
    np.testing.assert_allclose(first.loc[known, "estimate"], plain.loc[known, "estimate"])
    assert (first.loc[known, "standard_error"] > plain.loc[known, "standard_error"]).any()
    assert (first.loc[known, "degrees_of_freedom"] < 10).all()
    assert second.loc[known, "standard_error"].notna().all()
    assert set(first.loc[known, "small_sample"]) == {"cr2"}


def test_a_band_is_that_of_the_fewest_degrees_of_freedom(uneven: pd.DataFrame) -> None:
    uneven["county"] = uneven["village"] // 4
    asked = {"estimator": "event_study", "window": [-2, 2], "seed": 1}
    inference = Inference(cluster=["county"], small_sample="cr2", simultaneous=True)
    rows = estimate_block(uneven, [equation(inference=inference, **asked)])[0].dropna(subset=["standard_error"])
    ratio = (rows["interval_high_simultaneous"] - rows["estimate"]) / rows["standard_error"]
    single = (rows["interval_high"] - rows["estimate"]) / rows["standard_error"]
    assert ratio.dropna().max() - ratio.dropna().min() < 1e-9
    assert ratio.dropna().min() > single.max()


def test_there_is_no_jackknife_of_what_rests_on_one_cluster(panel: pd.DataFrame) -> None:
    alone = dated(panel[["village", "year", "y", "county"]].assign(cohort=2003 * (panel["county"] == 5)))
    reason = rows_of(alone, CR3).loc["listed", "reason"]
    assert "without county 5, listed cannot be estimated" in reason
    assert "cr2" in reason


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_what_rests_on_one_cluster_does_so_in_any_unit(panel: pd.DataFrame, unit: float) -> None:
    alone = panel.assign(z=panel["x"] * (panel["county"] == 5) * unit)
    assert "without county 5, z cannot be estimated" in rows_of(alone, CR3, regressors=["z"]).loc["listed", "reason"]


def test_what_would_hold_too_many_numbers_is_a_reason_of_cr2_only(
    panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"fixed_effects": ["village"], "regressors": ["x"]}
    columns, counties = 2, panel["county"].nunique()
    monkeypatch.setattr(leverage, "MOST_NUMBERS", counties * columns * 2 - 1)
    monkeypatch.setattr(leverage, "_columns", lambda influences, *_: np.linalg.qr(influences.weights)[0])
    assert rows_of(panel, CR2, **asked).loc["listed", "reason"]
    assert not rows_of(panel, CR3, **asked).loc["listed", "reason"]
    monkeypatch.setattr(leverage, "MOST_NUMBERS", counties * columns * 2)
    assert not rows_of(panel, CR2, **asked).loc["listed", "reason"]


def test_one_cluster_is_a_reason(panel: pd.DataFrame) -> None:
    assert "one cluster only" in rows_of(panel.assign(county=1), CR2).loc["listed", "reason"]
