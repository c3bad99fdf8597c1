"""Who is registered in a village, who is there, who works away and who comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.simulation.effects import Effects
from ruralpanel.simulation.legacies import Legacies
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream

LEAST_AWAY, MOST_AWAY = 0.02, 0.9
"""Bounds of the share of registered residents working away."""

TREND_ENDS = 2014
"""The last year in which more and more people work away."""


@dataclass(frozen=True)
class Population:
    """Persons, shape (villages, years); effects are of being listed.

    Parameters
    ----------
    registered
        Registered in the village.
    away
        Of these, working away.
    returned
        Who came back in the year.
    resident
        Who lives there: registered and not away, and incomers.
    households
        Registered households, one value a village.
    effect_away
        On the share of registered residents away.
    effect_returned
        On those who came back as a share of those away a year before.
    effect_resident
        On log resident population.
    """

    registered: np.ndarray
    away: np.ndarray
    returned: np.ndarray
    resident: np.ndarray
    households: np.ndarray
    effect_away: np.ndarray
    effect_returned: np.ndarray
    effect_resident: np.ndarray


def register(parameters: Parameters, seed: int) -> np.ndarray:
    """Draw how many persons are registered, shape (villages, years)."""
    random = stream(seed, "registered")
    first = np.exp(random.normal(parameters.registered_log_mean, parameters.registered_log_sd, parameters.villages))
    growth = random.normal(parameters.registered_growth, 0.005, parameters.villages)
    since = np.arange(len(parameters.years))
    return np.asarray(np.maximum(np.round(first[:, None] * np.exp(growth[:, None] * since)), 50).astype(np.int64))


def move(parameters: Parameters, legacies: Legacies, registered: np.ndarray, effects: Effects, seed: int) -> Population:
    """Let people leave and return.

    Parameters
    ----------
    parameters
        Shares, rates and effects.
    legacies
        Migration capacity raises the share away.
    registered
        From :func:`register`.
    effects
        Of being listed.
    seed
        The economy's seed.

    Returns
    -------
    Population
        Numbers of persons.
    """
    random = stream(seed, "migration")
    years = np.array(parameters.years)
    by_capacity = parameters.migration_by_capacity * legacies.capacities["Y2"].to_numpy()
    rest = np.sqrt(max(parameters.migration_sd**2 - parameters.migration_by_capacity**2, 0.0))
    usual = parameters.migration_mean + by_capacity + random.normal(0, rest, len(registered))
    trend = parameters.migration_trend * (np.minimum(years, TREND_ENDS) - TREND_ENDS + 2)
    share = usual[:, None] + trend + random.normal(0, parameters.migration_noise_sd, registered.shape)
    without = np.clip(share, LEAST_AWAY, MOST_AWAY)
    share = np.clip(share + parameters.effect_migration * effects.strength, LEAST_AWAY, MOST_AWAY)
    away = np.round(share * registered).astype(np.int64)
    returned, share_returned = _come_back(away, parameters.return_rate + parameters.effect_return * effects.strength)
    away_without = np.round(without * registered).astype(np.int64)
    _, share_without = _come_back(away_without, np.full(registered.shape, parameters.return_rate))
    incoming = parameters.incomers_mean * np.exp(random.normal(0, 0.4, len(registered)))[:, None]
    with_listing = np.maximum(incoming + parameters.effect_incomers * effects.strength, 0)
    resident = registered - away + np.round(with_listing * registered).astype(np.int64)
    log_effect = np.log((1 - share + with_listing) / (1 - without + incoming))
    households = np.maximum(np.round(registered[:, 0] / parameters.household_size), 1).astype(np.int64)
    effect_returned = share_returned - share_without
    return Population(registered, away, returned, resident, households, share - without, effect_returned, log_effect)


def _come_back(away: np.ndarray, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give how many came back in each year, and their share of those away the year before (the first: the same)."""
    before = np.column_stack([away[:, :1], away[:, :-1]])
    # At least as many came back as there are fewer away, so that nobody leaves a negative number of times.
    returned = np.maximum(np.round(np.clip(rate, 0, 1) * before).astype(np.int64), before - away)
    return returned, returned / np.maximum(before, 1)
