"""What happens to incomes whatever anybody does: growth, and shocks to villages and counties that wear off slowly."""

from __future__ import annotations

import numpy as np

from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream

BASE_YEAR = 2017
"""The year of the published income that the economy starts from."""


def income_shocks(parameters: Parameters, geography: Geography, seed: int) -> np.ndarray:
    """Draw the shock to log income of each village and year, on which sales load.

    Returns
    -------
    numpy.ndarray
        Shape (villages, years): a village's own autoregression and its county's.
    """
    years = len(parameters.years)
    own = _autoregression(
        stream(seed, "village shocks"),
        len(geography.villages),
        years,
        parameters.village_shock_sd,
        parameters.village_shock_persistence,
    )
    county = _autoregression(
        stream(seed, "county shocks"),
        len(geography.counties),
        years,
        parameters.county_shock_sd,
        parameters.county_shock_persistence,
    )
    return np.asarray(own + county[geography.villages["county_number"].to_numpy()])


def growth_path(parameters: Parameters) -> np.ndarray:
    """Give log income relative to 2017, one value a year."""
    years = np.arange(min(parameters.first_year, BASE_YEAR), max(parameters.last_year, BASE_YEAR) + 1)
    path = np.cumsum(np.log1p(np.where(years == parameters.pandemic_year, parameters.growth_2020, parameters.growth)))
    path -= path[years == BASE_YEAR]
    return np.asarray(path[(years >= parameters.first_year) & (years <= parameters.last_year)])


def _autoregression(random: np.random.Generator, units: int, periods: int, sd: float, persistence: float) -> np.ndarray:
    """Draw stationary first-order autoregressions, one row a unit."""
    values = random.normal(0, sd, (units, periods))
    values[:, 1:] *= np.sqrt(1 - persistence**2)
    for period in range(1, periods):
        values[:, period] += persistence * values[:, period - 1]
    return values
