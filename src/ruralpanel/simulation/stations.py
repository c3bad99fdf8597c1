"""Rural Taobao stations: a second treatment, of what villagers buy and not of what they sell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import standardised, stream

MONTHS = 12


@dataclass(frozen=True)
class Stations:
    """Where stations are.

    Parameters
    ----------
    year
        Year of opening, one value a village; 0 when never.
    month
        Month of opening, 1 to 12; 0 when never.
    open
        Whether a village has a station, shape (villages, years).
    exposure
        The share of the year that it has had one, the same shape.
    """

    year: np.ndarray
    month: np.ndarray
    open: np.ndarray
    exposure: np.ndarray


def open_stations(parameters: Parameters, geography: Geography, registered: np.ndarray, seed: int) -> Stations:
    """Give stations to villages with many people near large cities first, with much chance in it.

    Parameters
    ----------
    parameters
        Shares and loadings.
    geography
        Distances to large cities.
    registered
        Registered population in the first year, one value a village.
    seed
        The economy's seed.

    Returns
    -------
    Stations
        Years and months of opening.
    """
    random = stream(seed, "stations")
    number = len(registered)
    score = (
        parameters.station_by_population * standardised(np.log(registered))
        + parameters.station_by_distance * np.log(geography.villages["city_distance"].to_numpy())
        + random.normal(size=number)
    )
    order = np.argsort(-score, kind="stable")
    total = parameters.station_share * number
    year = np.zeros(number, dtype=np.int64)
    done, cumulated = 0, 0.0
    for opening, share in sorted(parameters.station_cohorts.items()):
        cumulated += share
        until = round(total * cumulated)
        year[order[done:until]] = opening
        done = until
    month = np.where(year > 0, random.integers(1, MONTHS + 1, number), 0)
    years = np.array(parameters.years)[None, :]
    ever = (year > 0)[:, None]
    opened = ever & (years >= year[:, None])
    exposure = np.where(opened, np.where(years == year[:, None], (MONTHS + 1 - month[:, None]) / MONTHS, 1.0), 0.0)
    return Stations(year, month, opened, exposure)
