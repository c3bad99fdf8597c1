"""Columns of pandas' nullable types and of Arrow's say the same as those of numpy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

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


@cache
def made_panel() -> pd.DataFrame:
    """A panel without holes and with a count; not to be changed."""
    panel = irregular(1, missing=0.0)
    return panel.assign(count=np.floor(np.exp(panel["x"]) * 3))


@cache
def plain_estimates(estimator: str) -> pd.DataFrame:
    """Estimate on columns of numpy, once an estimator."""
    return estimates_of(made_panel(), estimator=estimator, **ESTIMATORS[estimator])


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
@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize(("estimator", "changes"), ESTIMATORS.items())
def test_every_type_of_number_gives_the_same(
    estimator: str, changes: dict[str, object], other: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    plain = plain_estimates(estimator)
    pd.testing.assert_frame_equal(estimates_of(other(made_panel()), estimator=estimator, **changes), plain)
    assert plain["estimate"].notna().any()
