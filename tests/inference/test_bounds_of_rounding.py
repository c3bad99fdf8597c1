"""Bounds of rounding: where errors are far from it a bound without looking at rows, and else that of every row."""

from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.absorption.levels import levels_of
from ruralpanel.inference import covariance
from ruralpanel.inference.covariance import Influences, labelled


@pytest.mark.parametrize("clustered", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_bounds_are_no_smaller_than_those_of_rows_and_the_same_where_they_matter(
    clustered: bool, weighted: bool
) -> None:
    random = np.random.default_rng(2)
    columns, mixing = random.normal(size=(3, 400)), random.normal(size=(3, 2))
    rounding = 1e-15 * (random.uniform(0.5, 2.0, 400) if weighted else np.ones(400))
    weights = columns.T @ mixing
    influences = Influences(
        ["a", "b"], columns, mixing, weights.T @ weights, random.normal(size=400), rounding, np.ones(2), 2
    )
    groups = levels_of(np.arange(400) // 8) if clustered else None
    sizes = np.abs(weights) * rounding[:, None]
    by_group = sizes.reshape(50, 8, 2).sum(axis=1) if clustered else sizes
    exact = np.column_stack([sizes.sum(axis=0), np.sqrt((by_group**2).sum(axis=0))])
    near = labelled(np.diag([1e-28, 1.0]), influences, 10, groups).rounding
    np.testing.assert_allclose(near[["estimate", "error"]], exact, rtol=1e-12)
    far = labelled(np.eye(2), influences, 10, groups).rounding[["estimate", "error"]].to_numpy()
    assert (far >= exact * (1 - 1e-12)).all()
    assert (far <= 20 * exact).all()


@pytest.mark.parametrize("clustered", [True, False])
def test_rows_are_looked_at_only_where_errors_are_near_rounding(
    clustered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(3)
    weights = random.normal(size=(60, 1))
    influences = Influences(
        ["a"], weights.T, np.eye(1), weights.T @ weights, np.ones(60), np.full(60, 1e-15), np.ones(1), 1
    )
    groups = levels_of(np.arange(60)) if clustered else None
    largest = 1e-15 * np.sqrt((weights**2).sum())

    def looked_at(*arguments: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(covariance, "summed_sizes", looked_at)
    bounds = labelled(np.eye(1), influences, 10, groups).rounding
    assert bounds.loc["a"].tolist() == pytest.approx([largest * np.sqrt(60), largest])
    near = (0.9 * covariance.FAR * largest * np.sqrt(60)) ** 2
    with pytest.raises(AssertionError):
        labelled(np.full((1, 1), near), influences, 10, groups)
