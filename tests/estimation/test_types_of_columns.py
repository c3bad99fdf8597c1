"""Columns of pandas' nullable types and of Arrow's say the same as those of numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.conftest import some_daily
from tests.estimation.conftest import estimates_of, irregular

WINDOWED = {"window": [-2, 1]}
ESTIMATORS: dict[str, dict[str, object]] = {
    "event_study": WINDOWED,
    "two_way_fixed_effects": {"regressors": ["x"]},
    "poisson_fixed_effects": {"outcome_column": "count"},
    "first_differences": {},
    "sun_abraham": {},
    "callaway_santanna": {},
    "imputation": {},
    "two_stage": {},
    "stacked": WINDOWED,
    "local_projections": WINDOWED,
    "extended_two_way": {},
    "chaisemartin_dhaultfoeuille": WINDOWED,
    "bacon_decomposition": {},
    "synthetic_difference_in_differences": {},
}


def nullable(panel: pd.DataFrame) -> pd.DataFrame:
    whole = {
        "listed_cohort": "Int64",
        "listed_event_time": "Int64",
        "listed": "boolean",
        "y": "Float64",
        "x": "Float64",
    }
    return panel.astype({**whole, "village": "Int64", "year": "Int64", "county": "Int64"})


def by_arrow(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.convert_dtypes(dtype_backend="pyarrow")


@pytest.mark.parametrize("other", [nullable, by_arrow])
@pytest.mark.parametrize(("estimator", "changes"), some_daily(ESTIMATORS.items(), 2))
def test_every_type_of_number_gives_the_same(
    estimator: str, changes: dict[str, object], other: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    panel = irregular(1, missing=0.0)
    panel["count"] = np.floor(np.exp(panel["x"]) * 3)
    plain = estimates_of(panel, estimator=estimator, **changes)
    pd.testing.assert_frame_equal(estimates_of(other(panel), estimator=estimator, **changes), plain)
    assert plain["estimate"].notna().any()
