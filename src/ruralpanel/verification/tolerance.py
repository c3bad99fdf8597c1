"""When two numbers are the same: what processors and libraries of linear algebra differ by, and nothing more.

A number is known relative to its own size, and an estimate also relative to its standard error: an effect of zero plus
or minus 0.01 is the same effect as one of a billionth. A p-value is known as the statistic is that it comes from, and
the chance far out in a tail moves more than the statistic does. Nothing here hides a change that a reader could see: a
ten millionth of a standard error is no change of a result.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralpanel.estimation.rounding import NOISE

EXACT = 1e-7
"""Relative difference below which two numbers are the same, and that in standard errors for estimates."""

IN_THE_OUTCOMES_UNIT = (
    "estimate",
    "interval_low",
    "interval_high",
    "interval_low_bootstrap",
    "interval_high_bootstrap",
    "interval_low_simultaneous",
    "interval_high_simultaneous",
)
"""The columns of the estimates that may be near zero beside their standard error."""

FROM_THE_ERROR = (
    "standard_error",
    "statistic",
    "p_value",
    "interval_low",
    "interval_high",
    "minimum_detectable_effect",
)
"""The columns that mean nothing where the standard error is rounding."""


def same(column: str, first: ArrayLike, second: ArrayLike, error: ArrayLike, statistic: ArrayLike) -> NDArray[np.bool_]:
    """Tell which numbers of two runs are the same.

    Parameters
    ----------
    column
        The column of the estimates that they are of.
    first, second
        The numbers; missing is the same as nothing.
    error, statistic
        Standard errors and test statistics of the same estimates; missing where there are none.
    """
    one, other = np.asarray(first, dtype="float64"), np.asarray(second, dtype="float64")
    size = np.maximum(np.abs(one), np.abs(other))
    if column in IN_THE_OUTCOMES_UNIT:
        size = np.fmax(size, np.abs(np.asarray(error, dtype="float64")))
    elif column == "statistic":
        size = np.maximum(size, 1.0)  # it is in standard errors
    elif column.startswith("p_value"):
        size = size * np.fmax(1.0, np.asarray(statistic, dtype="float64") ** 2)
    return np.asarray(np.abs(one - other) <= EXACT * size)


def is_rounding(error: ArrayLike, scale: ArrayLike) -> NDArray[np.bool_]:
    """Tell which standard errors, or estimates, are zero but for rounding of numbers of a given size."""
    return np.asarray(np.abs(np.asarray(error, dtype="float64")) <= NOISE * np.abs(np.asarray(scale, dtype="float64")))
