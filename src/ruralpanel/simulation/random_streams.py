"""Independent streams of random numbers, each known by its name."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Give the stream of a name, the same for the same seed, whatever other streams there are.

    Parameters
    ----------
    seed
        The economy's seed.
    name
        What the numbers are for.

    Returns
    -------
    numpy.random.Generator
        At its beginning.
    """
    return np.random.default_rng([seed, crc32(name.encode())])


def standardised(values: np.ndarray) -> np.ndarray:
    """Give values mean 0 and standard deviation 1 over the first axis; what does not vary becomes 0."""
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
