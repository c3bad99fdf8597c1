"""Whatever the panel, an estimator of staggered adoption gives numbers or reasons, and keeps the books."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.study.estimators import ESTIMATORS
from tests.conftest import dated, equation, fewer_examples
from tests.worded import estimate_block

AVERAGING = [name for name, each in ESTIMATORS.items() if each.averages_effects]

CHANGES: list[dict[str, object]] = [
    {},
    {"regressors": ["x"], "weights": "weight"},
    {"anticipation": {"listed": 1}, "reference_period": -2},
    {"donut": {"listed": [0]}},
    {"fixed_effects": []},
    {"fixed_effects": ["village", "county*year"]},
    {"inference": {"cluster": ["county"], "small_sample": "reghdfe"}},
]


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("estimator", AVERAGING)
@fewer_examples(3)
@given(seed=st.integers(0, 10_000), changes=st.sampled_from(CHANGES))
def test_a_panel_of_any_shape_gives_numbers_or_reasons(estimator: str, seed: int, changes: dict[str, object]) -> None:
    random = np.random.default_rng(seed)
    years = sorted(random.choice(range(2000, 2009), random.integers(2, 8), replace=False))
    count = random.integers(2, 12)
    frame = pd.DataFrame([(unit, year) for unit in range(count) for year in years], columns=["village", "year"])
    frame["cohort"] = random.choice([0, *random.choice(range(1999, 2010), 3)], count)[frame["village"]]
    frame["county"] = frame["village"] // 3
    frame["x"], frame["y"] = random.normal(size=(2, len(frame)))
    frame["weight"] = random.uniform(0.2, 3, size=len(frame))
    panel = dated(frame[random.uniform(size=len(frame)) > random.choice([0.0, 0.1, 0.3])])
    estimates, ledger = estimate_block(panel, [equation(estimator=estimator, window=[-3, 2], **changes)])
    assert (estimates["estimate"].notna() | (estimates["reason"] != "")).all()
    assert (ledger["rows_out"].iloc[:-1].to_numpy() == ledger["rows_in"].iloc[1:].to_numpy()).all()


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("estimator", AVERAGING)
def test_a_constant_effect_is_found(panel: pd.DataFrame, estimator: str) -> None:
    rows = estimate_block(panel, [equation(estimator=estimator, window=[-2, 1], regressors=["x"])])[0]
    treated = rows[(rows["term"] == "listed") & (rows["event_time"].isna() | rows["event_time"].ge(0))]
    overall = treated[treated["event_time"].isna()].iloc[0]
    assert len(treated) == 3
    assert (treated["estimate"] - 2).abs().max() < 4 * treated["standard_error"].max()
    # The regressors of local projections are of the reference period, and explain nothing after it; the other has none.
    if estimator not in ("local_projections", "chaisemartin_dhaultfoeuille"):
        assert overall["standard_error"] < 0.1
