"""Controls that came close to a threshold and missed it: who stays, and what they take out of an estimate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.near_misses import NearMisses
from tests.conftest import dated, equation

NEAR: dict[str, Any] = {"running": "sales", "threshold": 10.0, "within": 3.0}


def sampled(panel: pd.DataFrame, **near: Any) -> tuple[set[int], list[str]]:
    """Give the villages of a sample, and the steps of its ledger."""
    ledger = Ledger("estimation", "x", "village", "year")
    asked = equation(near_misses=NearMisses(**{**NEAR, **near}))
    sample = estimation_sample(panel, asked, ledger)
    return set(sample["village"]), [str(line.step) for line in ledger.lines]


@pytest.fixture
def panel() -> pd.DataFrame:
    #            far below  near   near, then beyond  treated just above  treated far above  treated, unknown
    sales = [[5, 6, 6, 5], [6, 8, 9, 6], [5, 8, 12, 5], [6, 9, 11, 7], [7, 9, 30, 25], [5, 6, np.nan, 7]]
    village, year = np.indices((6, 4))
    cohort = np.array([0, 0, 0, 2002, 2002, 2002])[village]
    columns = {"village": village, "year": 2000 + year, "cohort": cohort, "sales": np.array(sales)}
    return dated(pd.DataFrame({name: each.ravel() for name, each in columns.items()}).assign(y=1.0))


def test_controls_are_those_that_came_close_and_missed(panel: pd.DataFrame) -> None:
    assert sampled(panel)[0] == {1, 3, 4, 5}
    assert sampled(panel, within=5.0)[0] == {0, 1, 3, 4, 5}
    assert sampled(panel, within=0.5)[0] == {3, 4, 5}


def test_treated_may_have_to_be_close_above_when_they_enter(panel: pd.DataFrame) -> None:
    villages, steps = sampled(panel, above=5.0)
    assert villages == {1, 3}
    assert len(steps) == 3


def test_the_threshold_may_be_a_column(panel: pd.DataFrame) -> None:
    panel = panel.assign(asked=np.where(panel["village"] == 0, 8.0, 10.0))
    assert sampled(panel, threshold="asked")[0] == {0, 1, 3, 4, 5}


@pytest.mark.slow
def test_they_take_out_what_a_good_year_puts_into_an_estimate() -> None:
    biases: dict[str, list[float]] = {"all": [], "near": []}
    for seed in range(12):
        random = np.random.default_rng(seed)
        village, year = np.indices((900, 8))
        shock = random.normal(size=village.shape)
        sales = 10 + random.normal(size=(900, 1)) + shock
        first = np.where((sales > 12) & (year >= 3), year, 99).min(axis=1)
        cohort = np.where(first < 99, 2000 + first, 0)[:, None] + 0 * year
        ever = (sales > 12)[:, :3].any(axis=1)
        columns = {"village": village, "year": 2000 + year, "cohort": cohort, "sales": sales, "y": shock}
        panel = dated(pd.DataFrame({name: each[~ever].ravel() for name, each in columns.items()}))
        # The year of entry against the same year of those who missed it: both were picked for being good.
        for name, near in (("all", None), ("near", NearMisses(running="sales", threshold=12.0, within=0.5))):
            asked = equation(near_misses=near, estimator="stacked", window=[-2, 1])
            estimates, _ = estimate_block(panel, [asked])
            at = estimates[(estimates["event_time"] == 0) & (estimates["term"] == "listed")]
            biases[name].append(at["estimate"].iloc[0])
    assert np.mean(biases["all"]) > 1.5
    assert abs(np.mean(biases["near"])) < 0.5, np.mean(biases["near"])
