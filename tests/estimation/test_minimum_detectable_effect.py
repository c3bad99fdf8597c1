from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nct

from ruralpanel.estimation.estimates import statistics


@pytest.mark.parametrize("freedom", [12, 39, 400, np.inf])
def test_an_effect_of_that_size_is_found_four_times_in_five(freedom: float) -> None:
    """The power of the t test itself; Bloom's sum of two quantiles is close to it, and is 2.8 for large samples."""
    effect = statistics(0.0, 0.5, freedom, 0.9)["minimum_detectable_effect"] / 0.5
    if np.isinf(freedom):
        assert effect == pytest.approx(1.959964 + 0.841621, abs=1e-5)
        return
    critical = -nct.ppf(0.025, freedom, 0)
    power = nct.sf(critical, freedom, effect) + nct.cdf(-critical, freedom, effect)
    assert power == pytest.approx(0.80, abs=0.012)


def test_it_is_bloom_s_multiple_of_the_standard_error() -> None:
    """Quantiles of t with 20 degrees of freedom, from printed tables: 2.086 and 0.860."""
    assert statistics(1.0, 1.0, 20, 0.95)["minimum_detectable_effect"] == pytest.approx(2.086 + 0.860, abs=1e-3)


def test_without_a_standard_error_there_is_none() -> None:
    assert "minimum_detectable_effect" not in statistics(1.0, np.nan, 20, 0.95)
