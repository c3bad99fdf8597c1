"""The invented land: large cities, counties around them, villages in counties, a river and its old bed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from scipy.special import ndtri

from ruralpanel.frames.sphere import EARTH_RADIUS, Lines, distance_to_lines, distance_to_points, unit_vectors
from ruralpanel.simulation.codes import administrative, village_codes
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream

KILOMETRES_A_DEGREE = np.pi * EARTH_RADIUS / 180
"""Along a meridian."""

TRIES = 300
"""How often a place is drawn anew at the same distance before the distance is."""


@dataclass(frozen=True)
class Geography:
    """Where everything is.

    Parameters
    ----------
    counties
        One row a county of today: its codes and names today and before the recode, province, prefecture, whether in the
        plain, the coordinates of its middle.
    villages
        One row a village: code, names, county (also by number), coordinates in degrees with five decimals, distance to
        the nearest large city in km.
    cities
        One row a large city: name, coordinates, population in millions.
    river, old_bed
        Points as longitude and latitude in degrees.
    """

    counties: pd.DataFrame
    villages: pd.DataFrame
    cities: pd.DataFrame
    river: list[tuple[float, float]]
    old_bed: list[tuple[float, float]]


@dataclass(frozen=True)
class _Region:
    name: str
    counties: int
    cities: int
    latitudes: tuple[float, float]
    longitudes: tuple[float, float]
    median: float
    log_sd: float


def lay_out(parameters: Parameters, seed: int) -> Geography:
    """Lay the land out.

    Parameters
    ----------
    parameters
        Sizes and distances.
    seed
        The economy's seed.

    Returns
    -------
    Geography
        Counties, villages, cities and river.
    """
    random = stream(seed, "geography")
    regions = _regions(parameters)
    cities = _cities(regions, random)
    counties = administrative(parameters, _counties(regions, cities, random))
    villages = _villages(parameters, counties, random)
    towards = unit_vectors(cities["latitude"].to_numpy(), cities["longitude"].to_numpy())
    vectors = unit_vectors(villages["latitude"].to_numpy(), villages["longitude"].to_numpy())
    villages["city_distance"] = distance_to_points(vectors, towards)
    river, old_bed = _river(parameters)
    return Geography(counties, villages, cities.drop(columns="region"), river, old_bed)


def nearness_to_old_bed(geography: Geography) -> np.ndarray:
    """Say how near the middle of each county is to the old bed: minus the log of 5 km and the distance.

    Returns
    -------
    numpy.ndarray
        One value a county, 0 outside the plain, mean 0 and SD 1 within it.
    """
    counties = geography.counties
    lines: Lines = [geography.old_bed]
    vectors = unit_vectors(counties["latitude"].to_numpy(), counties["longitude"].to_numpy())
    near = -np.log(5.0 + distance_to_lines(vectors, lines))
    plain = counties["plain"].to_numpy() == 1
    result = np.zeros(len(counties))
    if plain.sum() > 1:
        result[plain] = (near[plain] - near[plain].mean()) / near[plain].std()
    return result


def _regions(parameters: Parameters) -> list[_Region]:
    """Share the counties out: the plain, the hills west of it, and the south."""
    # No county is without villages, however few these are.
    number = min(parameters.counties, parameters.villages)
    plain = round(number * parameters.plain_share)
    north = round(number * parameters.north_share)
    northern = (parameters.plain_latitudes[0], parameters.plain_latitudes[1])
    other = (parameters.city_distance_median, parameters.city_distance_log_sd)

    def span(bounds: list[float]) -> tuple[float, float]:
        return bounds[0], bounds[1]

    return [
        _Region(
            "plain",
            plain,
            parameters.plain_cities,
            northern,
            span(parameters.plain_longitudes),
            parameters.city_distance_median_plain,
            parameters.city_distance_log_sd_plain,
        ),
        _Region("north", north, parameters.north_cities, northern, span(parameters.north_longitudes), *other),
        _Region(
            "south",
            number - plain - north,
            parameters.south_cities,
            span(parameters.south_latitudes),
            span(parameters.south_longitudes),
            *other,
        ),
    ]


def _cities(regions: list[_Region], random: np.random.Generator) -> pd.DataFrame:
    """Spread large cities over each region: of many places drawn, the next city is the one farthest from the others."""
    rows: list[tuple[str, float, float]] = []
    for region in regions:
        for _ in range(region.cities):
            latitude = random.uniform(*region.latitudes, 60)
            longitude = random.uniform(*region.longitudes, 60)
            chosen = 0
            if rows:
                there = unit_vectors(np.array([row[1] for row in rows]), np.array([row[2] for row in rows]))
                chosen = int(np.argmax(distance_to_points(unit_vectors(latitude, longitude), there)))
            rows.append((region.name, round(latitude[chosen], 4), round(longitude[chosen], 4)))
    cities = pd.DataFrame(rows, columns=["region", "latitude", "longitude"])
    cities.insert(0, "city", [f"大城{number:02d}" for number in range(1, len(cities) + 1)])
    return cities.assign(population=np.round(np.exp(random.normal(1.5, 0.4, len(cities))), 1))


def _counties(regions: list[_Region], cities: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Draw the middles of counties, so that distances to the nearest large city have the distribution asked for."""
    tree = cKDTree(unit_vectors(cities["latitude"].to_numpy(), cities["longitude"].to_numpy()))
    parts = []
    for region in regions:
        own = np.flatnonzero((cities["region"] == region.name).to_numpy())
        latitude, longitude = np.empty(region.counties), np.empty(region.counties)
        missing = np.arange(region.counties)
        # The first try spreads counties evenly over the distribution, so that few of them have it too.
        evenly = (random.permutation(region.counties) + 0.5) / max(region.counties, 1)
        while len(missing):
            score = ndtri(evenly) if len(missing) == len(evenly) else random.normal(size=len(missing))
            distance = region.median * np.exp(region.log_sd * score)
            open_ones = np.arange(len(missing))
            for _ in range(TRIES):
                city = own[random.integers(len(own), size=len(open_ones))]
                bearing = random.uniform(0, 2 * np.pi, len(open_ones))
                there = _moved(
                    cities["latitude"].to_numpy()[city],
                    cities["longitude"].to_numpy()[city],
                    distance[open_ones] * np.cos(bearing),
                    distance[open_ones] * np.sin(bearing),
                )
                _, nearest = tree.query(unit_vectors(*there))
                inside = (
                    (nearest == city)
                    & (there[0] >= region.latitudes[0])
                    & (there[0] <= region.latitudes[1])
                    & (there[1] >= region.longitudes[0])
                    & (there[1] <= region.longitudes[1])
                )
                placed = missing[open_ones[inside]]
                latitude[placed], longitude[placed] = there[0][inside], there[1][inside]
                open_ones = open_ones[~inside]
                if not len(open_ones):
                    break
            missing = missing[open_ones]
        parts.append(pd.DataFrame({"region": region.name, "latitude": latitude, "longitude": longitude}))
    return pd.concat(parts, ignore_index=True)


def _villages(parameters: Parameters, counties: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Scatter villages around the middle of their county, and name them."""
    county = np.sort(np.arange(parameters.villages) % len(counties))
    villages = village_codes(parameters, counties, county)
    north, east = random.normal(0, parameters.village_scatter, (2, parameters.villages))
    latitude, longitude = _moved(
        counties["latitude"].to_numpy()[county], counties["longitude"].to_numpy()[county], north, east
    )
    return villages.assign(latitude=np.round(latitude, 5), longitude=np.round(longitude, 5))


def _moved(
    latitude: np.ndarray, longitude: np.ndarray, north: np.ndarray, east: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Move places by kilometres to the north and the east, on the scale of the place itself."""
    return (
        latitude + north / KILOMETRES_A_DEGREE,
        longitude + east / (KILOMETRES_A_DEGREE * np.cos(np.radians(latitude))),
    )


def _river(parameters: Parameters) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Draw a river through the plain to the north-east, and the bed to the south-east that it left."""
    south, north = parameters.plain_latitudes
    west, east = parameters.plain_longitudes
    along = np.linspace(0, 1, 41)
    middle = south + 0.38 * (north - south)
    course = middle + 0.5 * (north - south) * along**1.5 + 0.12 * np.sin(9 * along)
    fork = 8
    rest = along[fork:] - along[fork]
    bed = course[fork] - 0.22 * (north - south) * rest**0.8 + 0.10 * np.sin(11 * rest)
    eastward = west + (east - west) * along

    def line(longitudes: np.ndarray, latitudes: np.ndarray) -> list[tuple[float, float]]:
        return [(round(float(x), 4), round(float(y), 4)) for x, y in zip(longitudes, latitudes, strict=True)]

    return line(eastward, course), line(eastward[fork:], bed)
