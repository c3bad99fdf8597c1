"""Enterprises: how many are registered anew in a year, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.simulation.effects import Effects
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream

PER = 1000
"""Registered residents to whom rates of registration refer."""

STOCK_AT_FIRST = 6
"""Years of registrations that make the stock of the first year."""


@dataclass(frozen=True)
class Enterprises:
    """Numbers of enterprises, shape (villages, years).

    Parameters
    ----------
    new
        Registered in the year.
    stock
        At the end of the year.
    """

    new: np.ndarray
    stock: np.ndarray


def found_enterprises(parameters: Parameters, registered: np.ndarray, effects: Effects, seed: int) -> Enterprises:
    """Draw new registrations from Poisson distributions, and let a share of enterprises close each year.

    Parameters
    ----------
    parameters
        Rates and effects.
    registered
        Registered population, shape (villages, years).
    effects
        Of being listed, here on the log rate.
    seed
        The economy's seed.

    Returns
    -------
    Enterprises
        New and existing ones.
    """
    random = stream(seed, "enterprises")
    lasting = np.exp(random.normal(0, parameters.registrations_log_sd, len(registered)))[:, None]
    since = np.arange(registered.shape[1])
    rate = parameters.registrations_mean / PER * registered * lasting
    rate *= np.exp(np.log1p(parameters.registrations_growth) * since)
    rate *= np.exp(parameters.effect_registrations * effects.strength)
    new = random.poisson(rate)
    stock = np.empty_like(new)
    stock[:, 0] = random.poisson(STOCK_AT_FIRST * rate[:, 0]) + new[:, 0]
    for year in range(1, new.shape[1]):
        stock[:, year] = np.round(parameters.enterprise_survival * stock[:, year - 1]).astype(np.int64) + new[:, year]
    return Enterprises(new, stock)
