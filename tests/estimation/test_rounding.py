"""How finely sums of coefficients are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.rounding import rounding_of_sums


@pytest.mark.filterwarnings("error")
def test_what_is_not_known_counts_where_it_has_a_weight() -> None:
    bounds = pd.DataFrame({"estimate": [1e-9, np.inf], "error": [2e-9, 1e-9]}, index=["a", "b"])
    weights = pd.DataFrame({"only a": [-2.0, 0.0], "both": [0.5, 0.5]}, index=["a", "b"])
    found = rounding_of_sums(weights, bounds)
    assert found.loc["only a"].tolist() == [2e-9, 4e-9]
    assert found.loc["both"].tolist() == pytest.approx([np.inf, 1.5e-9])
