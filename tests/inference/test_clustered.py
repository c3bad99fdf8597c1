"""Clusters of one and two dimensions, held to sums over pairs of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.linalg

from ruralpanel.absorption.levels import levels_of
from ruralpanel.inference.clustered import covariance
from ruralpanel.inference.covariance import Influences, Rows, TooFewClusters
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Inference


def regression(seed: int, rows: int = 24) -> tuple[Influences, np.ndarray]:
    """Regress noise on three columns without effects: how rows move the coefficients, and by how much each does."""
    random = np.random.default_rng(seed)
    columns, outcome = random.normal(size=(3, rows)), random.normal(size=rows)
    mixing = np.linalg.inv(columns @ columns.T)
    residuals = outcome - columns.T @ mixing @ columns @ outcome
    found = Influences(["a", "b", "c"], columns, mixing, mixing, residuals, np.full(rows, 1e-16), np.ones(3), 3)
    return found, residuals[:, np.newaxis] * (columns.T @ mixing)


def of(influences: Influences, clusters: dict[str, np.ndarray], small_sample: str = "none") -> tuple[np.ndarray, bool]:
    sample = pd.DataFrame(clusters)
    levels = {name: levels_of(values) for name, values in clusters.items()}
    rows = Rows(sample, [], levels, np.zeros(len(sample)), np.ones(len(sample)), sample)
    found = covariance(influences, rows, Inference(cluster=list(clusters), small_sample=small_sample))
    assert found.clusters == min(each.number for each in levels.values()) == found.degrees_of_freedom + 1
    return found.matrix.to_numpy(), found.repaired


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_share_a_cluster_of_either_dimension_covary(seed: int) -> None:
    influences, each = regression(seed, rows=60)
    one, other = np.arange(60) // 4, np.arange(60) % 20
    together = (one[:, None] == one) | (other[:, None] == other)
    pairs = sum(np.outer(each[i], each[j]) for i, j in zip(*np.nonzero(together), strict=True))
    assert np.linalg.eigvalsh(pairs).min() > 0
    found, repaired = of(influences, {"one": one, "other": other})
    np.testing.assert_allclose(found, pairs, rtol=1e-10, atol=1e-12 * np.abs(pairs).max())
    assert not repaired
    within = sum(np.outer(each[i], each[j]) for i, j in zip(*np.nonzero(one[:, None] == one), strict=True))
    np.testing.assert_allclose(of(influences, {"one": one})[0], within, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_below_zero_is_raised_to_the_nearest_that_is_not(seed: int) -> None:
    """The nearest matrix without negative eigenvalues is half the sum with the polar factor (Higham 1988)."""
    influences, each = regression(seed)
    one, other = np.arange(24) // 8, np.arange(24) % 3
    together = (one[:, None] == one) | (other[:, None] == other)
    pairs = sum(np.outer(each[i], each[j]) for i, j in zip(*np.nonzero(together), strict=True))
    assert np.linalg.eigvalsh(pairs).min() < 0
    nearest = (pairs + scipy.linalg.polar(pairs)[1]) / 2
    found, repaired = of(influences, {"one": one, "other": other})
    np.testing.assert_allclose(found, nearest, rtol=1e-8, atol=1e-12 * np.abs(pairs).max())
    assert repaired == (np.diag(pairs) < 0).any()


def test_the_factor_is_of_the_smaller_number_of_clusters_and_counts_three_coefficients() -> None:
    influences, _ = regression(1, rows=60)
    clusters = {"one": np.arange(60) // 4, "other": np.arange(60) % 20}
    plain, corrected = of(influences, clusters)[0], of(influences, clusters, "fixest_full")[0]
    np.testing.assert_allclose(corrected / plain, 15 / 14 * 59 / 57, rtol=1e-12)


def test_one_cluster_is_too_few_and_two_are_not() -> None:
    influences, _ = regression(1)
    two = np.arange(24) // 12
    assert np.isfinite(of(influences, {"two": two})[0]).all()
    with pytest.raises(TooFewClusters) as told:
        of(influences, {"two": two, "one": two * 0})
    assert told.value.reason == because("one_cluster", name="one")
