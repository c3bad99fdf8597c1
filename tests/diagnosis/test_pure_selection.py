"""Scatter is told apart into what it is made of, and panels without effect are as they are said to be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from ruralpanel.diagnosis.pure_selection import NODES, Design, draw_paths, leanings, likeness, path
from ruralpanel.diagnosis.variance_components import VarianceComponents, variance_components
from ruralpanel.estimation.block import block_results
from tests.conftest import equation
from tests.diagnosis.economies import economy


def autoregression(random: np.random.Generator, units: int, periods: int, persistence: float) -> np.ndarray:
    values = random.normal(size=(units, periods))
    for period in range(1, periods):
        values[:, period] *= np.sqrt(1 - persistence**2)
        values[:, period] += persistence * values[:, period - 1]
    return values


def test_components_are_found_beside_unit_effects_and_gaps() -> None:
    random = np.random.default_rng(1)
    clusters = np.repeat(np.arange(300), 10)
    values = 0.6 * autoregression(random, 300, 12, 0.8)[clusters] + autoregression(random, 3000, 12, 0.5)
    values += 0.5 * random.normal(size=values.shape) + random.normal(size=(3000, 1)) + np.arange(12)
    values[random.random(values.shape) < 0.2] = np.nan
    found = variance_components(values, clusters, np.arange(12))
    assert found.cluster == pytest.approx(0.36, rel=0.3) and found.cluster_persistence == pytest.approx(0.8, abs=0.06)
    assert found.unit == pytest.approx(1.0, rel=0.1) and found.unit_persistence == pytest.approx(0.5, abs=0.06)
    assert found.noise == pytest.approx(0.25, rel=0.3)


def test_noise_alone_has_no_persistence() -> None:
    values = np.random.default_rng(2).normal(size=(2000, 8))
    found = variance_components(values, np.arange(2000), np.arange(8))
    assert found.cluster == 0 and found.noise + found.unit * (1 - found.unit_persistence) == pytest.approx(1, rel=0.05)


def test_nothing_that_varies_has_no_components() -> None:
    found = variance_components(np.ones((5, 4)), np.zeros(5, dtype=int), np.arange(4))
    assert found == VarianceComponents(0, 0, 0, 0, 0)


def test_likeness_is_the_correlation_of_a_normal_index() -> None:
    both = multivariate_normal.cdf([norm.ppf(0.3)] * 2, cov=[[1, 0.6], [0.6, 1]])
    sizes = 2000
    clusters = np.repeat(np.arange(sizes), 2)
    # As many pairs of which both, one and none are treated as two normal variables give.
    kinds = np.repeat([0, 1, 2], [round(both * sizes), round(2 * (0.3 - both) * sizes), sizes])[:sizes]
    treated = np.zeros((sizes, 2), dtype=bool)
    treated[kinds == 0] = True
    treated[kinds == 1, 0] = True
    assert likeness(treated.ravel(), clusters) == pytest.approx(0.6, abs=0.02)
    assert likeness(np.arange(6) < 3, np.arange(6)) == 0


def test_clusters_lean_to_where_their_treated_are() -> None:
    treated, clusters = np.arange(60) < 25, np.repeat([0, 1, 2], 20)  # all, a quarter and none
    found = leanings(treated, clusters, 0.5)
    middle = NODES[(found < 0.5).sum(axis=1)]
    assert middle[0] > middle[1] > middle[2] and found[:, -1] == pytest.approx(1)
    alone = leanings(treated, clusters, 0.0)  # nothing is known of what does not matter
    assert NODES[(alone < 0.5).sum(axis=1)] == pytest.approx(0, abs=0.11)


@pytest.mark.slow
def test_the_path_is_that_of_two_stage_estimation() -> None:
    panel = economy(2).sample(frac=0.9, random_state=1)
    chosen = equation(estimator="two_stage", inference={"cluster": ["county"]}, anticipation={"listed": 1})
    rows = block_results(panel, [chosen]).estimates.set_index("event_time")["estimate"]
    outcomes, observed = np.zeros((120, 12)), np.zeros((120, 12), dtype=bool)
    outcomes[panel["village"], panel["year"]], observed[panel["village"], panel["year"]] = panel["y"], True
    cohort = panel.groupby("village")["cohort"].first().to_numpy()
    total, number = path(outcomes, observed, np.where(cohort > 0, cohort, 12), np.arange(12), 1)
    for time in range(4):
        assert total[time] / number[time] == pytest.approx(rows[time], abs=1e-10)


@pytest.mark.slow
def test_selection_on_shocks_gives_a_spike_that_decays_and_none_gives_none() -> None:
    components = VarianceComponents(0.0, 0.0, 1.0, 0.5, 0.1)
    entering = np.r_[0, 0, 0, np.full(6, 10), 0, 0, 0]
    design = Design(
        np.arange(12), np.ones((200, 12), dtype=bool), np.arange(200), entering, 0.0, np.empty((200, 0)), components, 1
    )
    for loading, entry in ((0.0, 0.0), (0.5, 1.5), (-0.5, -1.5)):
        total, number = np.moveaxis(draw_paths(design, np.full(40, loading), np.random.default_rng(3))[:, :, :5], 1, 0)
        assert (number[:, 0] == 60).all()
        means = (total / number).mean(axis=0)
        assert means[0] == pytest.approx(entry, abs=0.2)
        # Shocks halve each year, and those who are treated are not picked for later ones.
        assert means[1] == pytest.approx(means[0] / 2, abs=0.2) and abs(means[4]) < 0.25
