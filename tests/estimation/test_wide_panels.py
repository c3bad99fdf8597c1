"""Columns that an equation does not name change nothing, however many there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ruralpanel.estimation.block import block_results
from ruralpanel.study.blocks import Equation


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    random = np.random.default_rng(3)
    unit, period = np.divmod(np.arange(400), 8)
    first = np.where(unit % 3 == 0, np.nan, 3.0 + unit % 3)
    panel = pd.DataFrame({"unit": unit, "period": period, "county": unit // 4, "income": random.normal(8, 1, 400)})
    panel["listed"] = (period >= first).astype("int64")
    panel["listed_cohort"], panel["listed_event_time"] = first, period - first
    panel["x"], panel["kinship"] = random.normal(size=400), np.repeat(random.normal(size=50), 8)
    panel["weight"] = random.uniform(1, 2, 400)
    panel["listing"] = panel["listed"].where(~(panel["listed_event_time"] > 0))
    return panel


ASKED: list[dict[str, Any]] = [
    {"regressors": ["x"], "weights": "weight"},
    {"moderators": ["kinship"], "sample": "x > -1 and weight < 1.9"},
    {"moderators": ["kinship", "x", "kinship*x"], "regressors": ["weight"]},
    {"donut": {"listed": [0]}, "fixed_effects": ["unit", "period*county"]},
    {"fixed_effects": ["unit[x]", "period"], "inference": {"cluster": ["county"]}},
    {"estimator": "poisson_fixed_effects", "regressors": ["x"]},
    {"estimator": "first_differences", "regressors": ["x"]},
    {
        "estimator": "complementary_log_log",
        "outcome": "listing",
        "at_risk_of": "listed",
        "treatments": [],
        "regressors": ["x"],
        "fixed_effects": ["period"],
    },
]


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("asked", ASKED)
def test_columns_that_are_not_named_change_nothing(panel: pd.DataFrame, asked: dict[str, Any]) -> None:
    keys = {"outcome": "income", "unit": "unit", "period": "period", "treatments": ["listed"]}
    equation = Equation.model_validate({**keys, **asked})
    wide = pd.concat([panel, pd.DataFrame(0.5, index=panel.index, columns=[f"other_{i}" for i in range(60)])], axis=1)
    narrow, found = (block_results(each, [equation]) for each in (panel, wide))
    assert narrow.estimates["estimate"].notna().any()
    assert_frame_equal(narrow.estimates, found.estimates)
    assert_frame_equal(narrow.ledger, found.ledger)
