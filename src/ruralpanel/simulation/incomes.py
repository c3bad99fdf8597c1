"""Income a head by source, in whole yuan that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.simulation.effects import SOURCES, Effects, shares_of_income
from ruralpanel.simulation.legacies import Legacies
from ruralpanel.simulation.listing import Listing
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream
from ruralpanel.simulation.shocks import growth_path
from ruralpanel.simulation.stations import Stations


@dataclass(frozen=True)
class Incomes:
    """Incomes in yuan a head, shape (villages, years).

    Parameters
    ----------
    sources
        By source, in whole yuan.
    total
        Their sum.
    effect
        What being listed does to log income, before rounding.
    """

    sources: dict[str, np.ndarray]
    total: np.ndarray
    effect: np.ndarray


def earn(
    parameters: Parameters,
    legacies: Legacies,
    shocks: np.ndarray,
    listing: Listing,
    effects: Effects,
    stations: Stations,
    seed: int,
) -> Incomes:
    """Earn incomes: a lasting level, growth, shocks, noise by source, and effects.

    Parameters
    ----------
    parameters
        Levels, shares, noise, effects.
    legacies
        Labour-form adjustment helps every village in the pandemic year.
    shocks
        Of log income, shape (villages, years).
    listing, effects, stations
        The treatments.
    seed
        The economy's seed.

    Returns
    -------
    Incomes
        By source and in total.
    """
    lasting = stream(seed, "income levels").normal(0, parameters.income_sd, len(shocks))
    # The income that is published is a mean, which of logs with this variance lies half of it above the middle.
    variances = [parameters.income_sd**2, parameters.village_shock_sd**2, parameters.county_shock_sd**2]
    middle = np.log(parameters.income_2017) - sum(variances) / 2
    common = middle + growth_path(parameters)[None, :] + lasting[:, None] + shocks
    for spillover, ring in zip(parameters.spillover, listing.rings, strict=True):
        common += spillover * ring
    common += parameters.effect_station_income * stations.exposure
    if parameters.pandemic_year in parameters.years:
        column = parameters.years.index(parameters.pandemic_year)
        common[:, column] += parameters.pandemic_by_labour_form * legacies.capacities["Y1"].to_numpy()
    sources = {}
    with_listing, without = np.zeros(shocks.shape), np.zeros(shocks.shape)
    for source, share in shares_of_income(parameters).items():
        noise = stream(seed, f"{source} income").normal(0, parameters.noise_sd, shocks.shape)
        own = share * np.exp(common + noise)
        without += own
        own *= np.exp(effects.on_source(parameters, source, listing.on_list))
        with_listing += own
        sources[source] = np.round(own).astype(np.int32)
    total = sum((sources[source] for source in SOURCES), np.zeros(shocks.shape, dtype=np.int32))
    return Incomes(sources, total, np.log(with_listing / without))
