"""Three legacies, the seven capacities that carry them, and the proxies that are seen of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ruralpanel.simulation.geography import Geography, nearness_to_old_bed
from ruralpanel.simulation.parameters import CAPACITIES, LEGACIES, Parameters
from ruralpanel.simulation.random_streams import standardised, stream


@dataclass(frozen=True)
class Proxy:
    """One measured trace of a capacity.

    Parameters
    ----------
    name
        Ends in the year it was measured in.
    capacity
        What it is a trace of.
    level
        Whether each village has its own, or each county of then.
    kind
        What it is measured in: a count, a share in per cent, yes or no, or a rate.
    sign
        −1 where more of it means less of the capacity.
    label
        What it is, in words.
    most
        More of it than there is cannot be counted.
    """

    name: str
    capacity: str
    level: Literal["village", "county"]
    kind: Literal["count", "share", "yes_or_no", "rate"]
    sign: int
    label: str
    most: float = np.inf


PROVINCES = 34
"""Of China, with the autonomous regions and the cities of that rank."""

PROXIES = (
    Proxy("brigade_enterprises_1982", "C1", "village", "count", 1, "Brigade enterprises"),
    Proxy("cooperative_members_1984", "C1", "village", "share", 1, "Households in cooperatives, %"),
    Proxy("model_brigade_1975", "C1", "village", "yes_or_no", 1, "Named a model brigade"),
    Proxy("township_output_1987", "C1", "county", "rate", 1, "Output of township enterprises, yuan a head"),
    Proxy("specialised_households_1985", "C2", "village", "share", 1, "Specialised households, %"),
    Proxy("farm_only_households_1985", "C2", "village", "share", -1, "Households that only farm, %"),
    Proxy("trades_1988", "C2", "county", "count", 1, "Handicraft trades"),
    Proxy("collective_land_1996", "C3", "village", "share", 1, "Land kept by the collective, %"),
    Proxy("shared_buildings_1985", "C3", "village", "count", 1, "Buildings in common use"),
    Proxy("property_disputes_1990", "C3", "county", "rate", -1, "Property disputes per 10,000 persons"),
    Proxy("ancestral_halls_1995", "K1", "village", "count", 1, "Ancestral halls"),
    Proxy("mutual_aid_1985", "K1", "village", "share", 1, "Households in mutual-aid groups, %"),
    Proxy("rotating_credit_1998", "K1", "village", "yes_or_no", 1, "Rotating credit association"),
    Proxy("genealogies_2005", "K1", "county", "rate", 1, "Genealogies per 100,000 persons"),
    Proxy("top_surname_1990", "K2", "village", "share", 1, "Households with the commonest surname, %"),
    Proxy("home_for_new_year_2000", "K2", "village", "share", 1, "Migrants home for the New Year, %"),
    Proxy("temple_fairs_1990", "K2", "county", "count", 1, "Temple fairs a year"),
    Proxy("income_sources_1995", "Y1", "village", "count", 1, "Sources of income of the usual household"),
    Proxy("off_season_work_1985", "Y1", "village", "share", 1, "Working outside farming in the off season, %"),
    Proxy("flood_years_1949", "Y1", "county", "count", 1, "Years with floods, 1500 to 1949"),
    Proxy("seasonal_migrants_1985", "Y2", "village", "share", 1, "Seasonal migrants, %"),
    Proxy("destinations_2000", "Y2", "village", "count", 1, "Provinces that migrants work in", PROVINCES),
    Proxy("moved_from_floods_1938", "Y2", "county", "share", 1, "Descended from people moved by floods, %"),
)
"""Three or four a capacity; all measured before the first list."""


@dataclass(frozen=True)
class Legacies:
    """What history left in each village.

    Parameters
    ----------
    scores
        One column a legacy, mean 0 and SD 1 over villages.
    capacities
        One column a capacity, the same.
    shared_ownership_alone
        The part of C3 that is not the legacy C, SD 1.
    village_proxies
        One row a village; missing where it was not measured.
    county_proxies
        One row a county of then, by its code before the recode.
    """

    scores: pd.DataFrame
    capacities: pd.DataFrame
    shared_ownership_alone: np.ndarray
    village_proxies: pd.DataFrame
    county_proxies: pd.DataFrame


def draw_legacies(parameters: Parameters, geography: Geography, seed: int) -> Legacies:
    """Draw legacies and capacities, half of whose variance is between counties, and measure them with noise.

    Parameters
    ----------
    parameters
        Correlations, loadings, reliability.
    geography
        Which village is in which county, and where the old bed is.
    seed
        The economy's seed.

    Returns
    -------
    Legacies
        Scores, capacities and proxies.
    """
    random = stream(seed, "legacies")
    county = geography.villages["county_number"].to_numpy()
    counties = len(geography.counties)
    between = _uncorrelated(random.normal(size=(counties, 3)))
    # The order is Y, C, K, so that nearness to the old bed enters Y and the others keep their correlations with it.
    plain = geography.counties["plain"].to_numpy() == 1
    own = np.sqrt(1 - parameters.river_loading**2) * between[:, 0]
    mixed = parameters.river_loading * nearness_to_old_bed(geography) + own
    between[:, 0] = np.where(plain, mixed, between[:, 0])
    within = random.normal(size=(len(county), 3))
    root = np.linalg.cholesky(_correlations(parameters))
    share = parameters.legacy_county_share
    drawn = np.sqrt(share) * (between @ root.T)[county] + np.sqrt(1 - share) * within @ root.T
    scores = pd.DataFrame(standardised(drawn)[:, [1, 2, 0]], columns=LEGACIES)
    capacities, alone = {}, np.zeros(len(county))
    for capacity in CAPACITIES:
        loading = parameters.shared_ownership_loading if capacity == "C3" else parameters.capacity_loading
        rest = np.sqrt(share) * random.normal(size=counties)[county] + np.sqrt(1 - share) * random.normal(
            size=len(county)
        )
        rest = standardised(rest)
        alone = rest if capacity == "C3" else alone
        capacities[capacity] = standardised(loading * scores[capacity[0]].to_numpy() + np.sqrt(1 - loading**2) * rest)
    table = pd.DataFrame(capacities)
    villages, before = _measured(parameters, geography, table, random)
    return Legacies(scores, table, alone, villages, before)


def _correlations(parameters: Parameters) -> np.ndarray:
    """Arrange the correlations in the order Y, C, K."""
    pairs = parameters.legacy_correlations
    return np.array([[1, pairs["C-Y"], pairs["K-Y"]], [pairs["C-Y"], 1, pairs["C-K"]], [pairs["K-Y"], pairs["C-K"], 1]])


def _uncorrelated(draws: np.ndarray) -> np.ndarray:
    """Take out of few draws what correlation they have by chance, and give each SD 1."""
    rows, columns = draws.shape
    if rows <= 5 * columns:
        return draws
    centred = draws - draws.mean(axis=0)
    root = np.linalg.cholesky(centred.T @ centred / rows)
    return np.asarray(np.linalg.solve(root, centred.T).T)


def _measured(
    parameters: Parameters, geography: Geography, capacities: pd.DataFrame, random: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure capacities with noise, in villages and in the counties of then."""
    villages = pd.DataFrame({"village": geography.villages["village"]})
    means = capacities.groupby(geography.villages["county_before"]).mean()
    counties = pd.DataFrame({"county_before": means.index})
    reliability = parameters.proxy_reliability
    for proxy in PROXIES:
        table, true = (villages, capacities) if proxy.level == "village" else (counties, means)
        signal = proxy.sign * standardised(true[proxy.capacity].to_numpy())
        seen = np.sqrt(reliability) * signal + np.sqrt(1 - reliability) * random.normal(size=len(table))
        missing = random.random(len(table)) < parameters.proxy_missing
        table[proxy.name] = np.where(missing, np.nan, np.minimum(_in_units(proxy.kind, seen), proxy.most))
    return villages, counties


def _in_units(kind: str, score: np.ndarray) -> np.ndarray:
    """Write a score as what was counted or measured."""
    match kind:
        case "count":
            return np.asarray(np.round(np.exp(1.5 + 0.5 * score)))
        case "share":
            return np.asarray(np.round(100 * ndtr(-0.5 + 0.6 * score), 1))
        case "yes_or_no":
            return np.asarray((score > 0.5).astype(float))
        case _:
            return np.asarray(np.round(np.exp(3.0 + 0.5 * score), 2))
