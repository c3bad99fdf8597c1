"""What happens in the villages up to their incomes: places, legacies, shocks, the two treatments, what they earn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.simulation.effects import Effects, effects_of_listing
from ruralpanel.simulation.geography import Geography, lay_out
from ruralpanel.simulation.incomes import Incomes, earn
from ruralpanel.simulation.legacies import Legacies, draw_legacies
from ruralpanel.simulation.listing import Listing, list_villages
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.population import register
from ruralpanel.simulation.shocks import income_shocks
from ruralpanel.simulation.stations import Stations, open_stations


@dataclass(frozen=True, repr=False)
class History:
    """Villages and their incomes over the years.

    Parameters
    ----------
    geography, legacies
        Places, and what history left in them.
    registered
        Registered population, shape (villages, years).
    stations, listing
        The two treatments.
    effects
        What being listed does in each village and year.
    incomes
        What villages earn, with the true effect on it.
    """

    geography: Geography
    legacies: Legacies
    registered: np.ndarray
    stations: Stations
    listing: Listing
    effects: Effects
    incomes: Incomes


def history_of(parameters: Parameters, seed: int) -> History:
    """Let the villages live through the years, as far as their incomes depend on it.

    Parameters
    ----------
    parameters
        Sizes, shares and effects.
    seed
        The same seed gives the same history.

    Returns
    -------
    History
        The part of an economy from which :func:`ruralpanel.simulation.economy.simulate` goes on, in a tenth of the
        time.
    """
    geography = lay_out(parameters, seed)
    legacies = draw_legacies(parameters, geography, seed)
    shocks = income_shocks(parameters, geography, seed)
    registered = register(parameters, seed)
    stations = open_stations(parameters, geography, registered[:, 0], seed)
    listing = list_villages(parameters, geography, legacies, shocks, stations.open, seed)
    effects = effects_of_listing(parameters, geography, legacies, listing)
    incomes = earn(parameters, legacies, shocks, listing, effects, stations, seed)
    return History(geography, legacies, registered, stations, listing, effects, incomes)
