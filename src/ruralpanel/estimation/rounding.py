"""How finely numbers are known: the unit they are near to, the digits they are written with, and what is only rounding.

A number of 64 bits has a relative spacing of 2.2e-16. What is a few hundred times that, as a share of the numbers it
was computed from, is not a result: it is another number on another processor.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.reasons import because

EPSILON = float(np.finfo(np.float64).eps)

NOISE = 256 * EPSILON
"""A result below this share of the numbers that were added up to it is rounding: a few errors of each of their last
digits, and room for the order in which they are added. Results that mean something are a thousand million times it."""

DIGITS = 13
"""The most significant digits that a column is looked at for; with more, it is known as finely as can be."""

ZERO_ERROR = because("zero_error")
"""The reason of an estimate whose standard error is rounding."""

NEGATIVE_VARIANCE = because("negative_variance")
"""The reason of an estimate whose variance, a sum over pairs of places, is below zero."""


def rounding_of_sums(weights: pd.DataFrame, bounds: pd.DataFrame) -> pd.DataFrame:
    """Bound the rounding of weighted sums of coefficients.

    Parameters
    ----------
    weights
        Of coefficients (rows) in sums (columns).
    bounds
        What each coefficient, and its error, are known to. One that is infinite counts where it has a weight.

    Returns
    -------
    pandas.DataFrame
        One row a sum, with the columns of ``bounds``.
    """
    known = pd.DataFrame(np.isfinite(bounds), bounds.index, bounds.columns)
    sums = weights.abs().T @ bounds.where(known, 0.0)
    return sums.where((weights != 0).astype("float64").T @ (~known).astype("float64") == 0, np.inf)


def unit_of(values: NDArray[np.float64]) -> float:
    """Give the power of two nearest to the standard deviation of values whose mean is zero; one where they are zero.

    Dividing by a power of two changes no digit.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return 1.0
    first = 2.0 ** np.frexp(largest)[1]  # so that squares neither overflow nor vanish
    return float(first * 2.0 ** np.round(np.log2(np.sqrt(np.mean((values / first) ** 2)))))


def recorded_rounding(values: NDArray[np.float64]) -> float:
    """Give the standard deviation of the rounding that values are recorded with.

    Numbers that are all whole multiples of a power of ten have been rounded to it, up to half of it either way; others
    are known to the last of their 64 bits.

    Parameters
    ----------
    values
        Of any magnitude and in any unit.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0:
        return 0.0
    place = int(np.floor(np.log10(largest)))
    few = values[:100]
    for power in range(place, place - DIGITS, -1):
        if _are_multiples(few, power) and _are_multiples(values, power):
            return float(max(10.0**power / np.sqrt(12), EPSILON * largest))
    return EPSILON * largest


def _are_multiples(values: NDArray[np.float64], power: int) -> bool:
    multiples = values / 10.0**power
    return bool((np.abs(multiples - np.rint(multiples)) <= 8 * EPSILON * np.abs(multiples)).all())
