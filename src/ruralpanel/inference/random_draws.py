"""Streams of random numbers that depend on the study's seed and on a name, and on nothing else."""

from __future__ import annotations

import numpy as np


def generator(seed: int, block: str, purpose: str) -> np.random.Generator:
    """Give the stream of a block and purpose, at its beginning.

    Parameters
    ----------
    seed
        The study's.
    block
        The block's name. All its equations draw the same numbers, so that their statistics can be compared jointly.
    purpose
        What the numbers are for; streams of two purposes are independent.

    Returns
    -------
    numpy.random.Generator
        The same whatever other streams there are, and in whatever order they are used.
    """
    return np.random.default_rng(np.random.SeedSequence([seed, *f"{block}/{purpose}".encode()]))


def share_as_large(statistic: float, draws: np.ndarray, exact: bool) -> float:
    """Compute a p-value: the share of draws whose absolute value is no smaller than the statistic's.

    Parameters
    ----------
    statistic
        The one found.
    draws
        Under the null hypothesis, shape (draws,). What cannot be computed counts as large.
    exact
        Whether the draws are all there are, the one found among them. Otherwise it is counted as one draw more, so that
        a p-value is never zero (Davison & Hinkley 1997, equation 4.11).

    Returns
    -------
    float
        Above 0, at most 1.
    """
    large = int((absolute(draws) >= threshold(statistic)).sum())
    return large / len(draws) if exact else (large + 1) / (len(draws) + 1)


def absolute(draws: np.ndarray) -> np.ndarray:
    """Give the absolute values of draws; what could not be computed is infinite, and so never favours an effect."""
    return np.where(np.isfinite(draws), np.abs(draws), np.inf)


def threshold(statistic: float) -> float:
    """Give what a draw has to reach: a little less than the statistic, as equal ones may differ by rounding."""
    return abs(statistic) * (1 - 1e-9)
