"""Who is listed as a Taobao Village, when, and who leaves: a threshold on latent sales."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from ruralpanel.frames.sphere import EARTH_RADIUS, unit_vectors
from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.legacies import Legacies
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream

NEIGHBOURHOOD = 10.0
"""Kilometres within which the listing of others makes one's own likelier."""


@dataclass(frozen=True)
class Listing:
    """Who was on which list.

    Parameters
    ----------
    first
        The first year on a list, one value a village; 0 when never.
    last
        The last year on a list; 0 when never.
    on_list
        Shape (villages, years).
    rings
        For each ring, shape (villages, years): whether any other village in it was on the list of the year before.
    permanent
        Latent log sales but for shocks and what changes.
    """

    first: np.ndarray
    last: np.ndarray
    on_list: np.ndarray
    rings: list[np.ndarray]
    permanent: np.ndarray

    @property
    def ever(self) -> np.ndarray:
        """Whether a village was ever listed."""
        return self.first > 0


class _Neighbours:
    """Count listed neighbours within distances, brought up to date with each year's arrivals and departures."""

    def __init__(self, vectors: np.ndarray, radii: list[float]) -> None:
        self.vectors = vectors
        self.counts = {radius: np.zeros(len(vectors), dtype=np.int32) for radius in radii}

    def change(self, villages: np.ndarray, by: int) -> None:
        """Count villages in, or out with −1."""
        if not len(villages):
            return
        tree = cKDTree(self.vectors[villages])
        for radius in self.counts:
            chord = 2 * np.sin(radius / EARTH_RADIUS / 2)
            near = tree.query_ball_point(self.vectors, chord, return_length=True).astype(np.int32)
            near[villages] -= 1  # a village is not its own neighbour
            self.counts[radius] += by * near


def list_villages(
    parameters: Parameters,
    geography: Geography,
    legacies: Legacies,
    shocks: np.ndarray,
    station_open: np.ndarray,
    seed: int,
) -> Listing:
    """List, each year, the villages with the highest latent sales that have not been listed yet.

    Parameters
    ----------
    parameters
        Shares, loadings, thresholds.
    geography, legacies
        What lasting sales depend on.
    shocks
        Income shocks, shape (villages, years).
    station_open
        Whether a village has a station, the same shape.
    seed
        The economy's seed.

    Returns
    -------
    Listing
        First and last year on a list, and the neighbours on it.
    """
    permanent = _permanent_sales(parameters, geography, legacies, seed)
    random = stream(seed, "exits")
    villages = geography.villages
    in_plain = villages["plain"].to_numpy() == 1
    plain_share = parameters.listed_in_plain if 0 < in_plain.sum() < len(villages) else float(in_plain.all())
    regions = [(in_plain, plain_share), (~in_plain, 1 - plain_share)]
    first = np.zeros(len(villages), dtype=np.int64)
    last = np.zeros(len(villages), dtype=np.int64)
    on_list = np.zeros(shocks.shape, dtype=bool)
    bounds = parameters.ring_bounds
    neighbours = _Neighbours(
        unit_vectors(villages["latitude"].to_numpy(), villages["longitude"].to_numpy()),
        sorted({NEIGHBOURHOOD, *(bound for bound in bounds if bound > 0)}),
    )
    rings = [np.zeros(shocks.shape, dtype=bool) for _ in bounds[1:]]
    now = np.zeros(len(villages), dtype=bool)
    for position, year in enumerate(parameters.years):
        for ring, (low, high) in zip(rings, pairwise(bounds), strict=True):
            inner = neighbours.counts[low] if low > 0 else 0
            ring[:, position] = neighbours.counts[high] > inner
        sales = permanent + parameters.selection_loading * shocks[:, position]
        sales += parameters.adoption_neighbours * np.log1p(neighbours.counts[NEIGHBOURHOOD])
        if position:
            sales += parameters.adoption_station * station_open[:, position - 1]
        if year > parameters.exits_after:
            leaving = np.flatnonzero(now & (random.random(len(villages)) < parameters.exit_rate))
            now[leaving] = False
            last[leaving] = year - 1
            neighbours.change(leaving, -1)
        arrived = _arrivals(parameters, year, sales, first == 0, regions)
        first[arrived] = year
        now[arrived] = True
        neighbours.change(arrived, 1)
        on_list[:, position] = now
    last[now] = parameters.last_year
    return Listing(first, last, on_list, rings, permanent)


def _permanent_sales(parameters: Parameters, geography: Geography, legacies: Legacies, seed: int) -> np.ndarray:
    """Add up what lasts of latent log sales: county, village, capacities, and distance to a large city."""
    random = stream(seed, "sales")
    villages = geography.villages
    county = random.normal(0, parameters.sales_county_sd, len(geography.counties))
    sales = county[villages["county_number"].to_numpy()] + random.normal(0, parameters.sales_village_sd, len(villages))
    for capacity, loading in parameters.adoption_capacity.items():
        sales += loading * legacies.capacities[capacity].to_numpy()
    far = np.log(villages["city_distance"].to_numpy())
    slope = parameters.adoption_distance + parameters.adoption_distance_plain * villages["plain"].to_numpy()
    return np.asarray(sales + slope * (far - far.mean()))


def _arrivals(
    parameters: Parameters,
    year: int,
    sales: np.ndarray,
    never: np.ndarray,
    regions: list[tuple[np.ndarray, float]],
) -> np.ndarray:
    """Find the villages above the year's threshold, which lets in as many as the lists have."""
    arrived = []
    for region, share in regions:
        wanted = parameters.ever_listed * len(sales) * share
        until = sum(part for each, part in parameters.cohort_shares.items() if each <= year)
        before = sum(part for each, part in parameters.cohort_shares.items() if each < year)
        candidates = np.flatnonzero(region & never)
        number = min(round(wanted * until) - round(wanted * before), len(candidates))
        arrived.append(candidates[np.argsort(-sales[candidates], kind="stable")[:number]])
    return np.concatenate(arrived)
