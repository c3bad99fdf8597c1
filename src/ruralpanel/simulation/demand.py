"""The demand side: prices, parcels, the cost of living; and grain, which nothing here affects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.simulation.effects import Effects
from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream
from ruralpanel.simulation.stations import Stations

PER = 1000
"""Residents to whom rates of parcels refer."""

SLOWER_AFTER = 2015
"""The last year of the fast growth of parcels."""


@dataclass(frozen=True)
class Demand:
    """What is bought, sent and paid, shape (villages, years), and prices.

    Parameters
    ----------
    parcels_received, parcels_sent
        A year.
    basket
        Yuan for a fixed basket of goods, with one decimal.
    prices
        One row a province and year: the consumer price index, the previous year being 100.
    """

    parcels_received: np.ndarray
    parcels_sent: np.ndarray
    basket: np.ndarray
    prices: pd.DataFrame


def buy_and_send(
    parameters: Parameters,
    geography: Geography,
    resident: np.ndarray,
    effects: Effects,
    stations: Stations,
    seed: int,
) -> Demand:
    """Let villagers order and send parcels and pay for what they need.

    Parameters
    ----------
    parameters
        Levels, growth, prices and effects.
    geography
        Provinces, and distances to large cities.
    resident
        Resident population, shape (villages, years).
    effects
        Of being listed.
    stations
        What makes parcels easier to get and life cheaper.
    seed
        The economy's seed.

    Returns
    -------
    Demand
        Parcels, the basket, and prices.
    """
    years = np.array(parameters.years)
    rates = np.where(years <= SLOWER_AFTER, parameters.parcels_growth_until_2015, parameters.parcels_growth)
    path = np.cumsum(np.log1p(rates)) - np.log1p(rates[0])

    def parcels(name: str, mean: float, effect: np.ndarray) -> np.ndarray:
        random = stream(seed, name)
        lasting = random.normal(0, parameters.parcels_log_sd, len(resident))[:, None]
        noise = random.normal(0, parameters.parcels_noise_sd, resident.shape)
        return np.asarray(np.round(mean / PER * resident * np.exp(path + lasting + noise + effect)).astype(np.int64))

    received = parcels(
        "parcels received",
        parameters.parcels_received_mean,
        parameters.effect_station_parcels * stations.exposure + parameters.effect_parcels_received * effects.strength,
    )
    sent = parcels("parcels sent", parameters.parcels_sent_mean, parameters.effect_parcels_sent * effects.strength)
    prices = consumer_prices(parameters, geography, seed)
    wide = prices.pivot_table(index="province", columns="year", values="cpi").sort_index()
    level = np.log(wide.to_numpy() / 100).cumsum(axis=1)
    level -= level[:, :1]
    province = wide.index.get_indexer(pd.Index(geography.villages["province"]))
    far = np.log(geography.villages["city_distance"].to_numpy())
    basket = (
        np.log(parameters.basket_first_year)
        + level[province]
        + parameters.basket_by_distance * (far - far.mean())[:, None]
        + parameters.effect_station_basket * stations.exposure
        + stream(seed, "basket").normal(0, parameters.basket_noise_sd, resident.shape)
    )
    return Demand(received, sent, np.round(np.exp(basket), 1), prices)


def consumer_prices(parameters: Parameters, geography: Geography, seed: int) -> pd.DataFrame:
    """Draw consumer price indices around the national one, with one decimal.

    Returns
    -------
    pandas.DataFrame
        One row a province and year: ``province``, ``year``, ``cpi`` (previous year = 100).
    """
    random = stream(seed, "prices")
    rows = [
        (
            province,
            year,
            round(100 + parameters.inflation[year] + random.normal(0, parameters.inflation_province_sd), 1),
        )
        for province in geography.counties["province"].drop_duplicates()
        for year in parameters.years
    ]
    return pd.DataFrame(rows, columns=["province", "year", "cpi"])


def harvest(parameters: Parameters, geography: Geography, seed: int) -> np.ndarray:
    """Draw grain yields in kg a mu, whole numbers: the land's own, and each county's weather.

    Returns
    -------
    numpy.ndarray
        Shape (villages, years).
    """
    random = stream(seed, "grain")
    villages, years = len(geography.villages), len(parameters.years)
    lasting = random.normal(0, parameters.grain_sd, villages)[:, None]
    weather = random.normal(0, parameters.weather_sd, (len(geography.counties), years))
    noise = random.normal(0, 0.05, (villages, years))
    county = geography.villages["county_number"].to_numpy()
    return np.asarray(np.round(parameters.grain_mean * np.exp(lasting + weather[county] + noise)).astype(np.int64))
