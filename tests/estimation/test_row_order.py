"""The order of rows, and holes in the panel, change nothing to the last digit."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import fewer_examples
from tests.estimation.conftest import estimates_of, irregular

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("estimator", "window"), [("stacked", [-2, 1]), ("local_projections", [-2, 1]), ("extended_two_way", None)]
)
@fewer_examples(3)
@given(st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(estimator: str, window: list[int] | None, seed: int, random) -> None:
    panel = irregular(seed)
    order = list(range(len(panel)))
    random.shuffle(order)
    chosen = {"estimator": estimator, "window": window, "weights": "weight", "regressors": ["x"]}
    plain = estimates_of(panel, **chosen)
    pd.testing.assert_frame_equal(estimates_of(panel.iloc[order], **chosen), plain)
    assert plain["estimate"].notna().any()
