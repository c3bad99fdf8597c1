"""What is true of a simulated economy, for estimators to be held to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.legacies import PROXIES, Legacies
from ruralpanel.simulation.listing import NEIGHBOURHOOD, Listing
from ruralpanel.simulation.parameters import LEGACIES, Parameters
from ruralpanel.simulation.stations import Stations

NOTE = "SYNTHETIC: made by a program; no village, county or person in these files exists."

DECIMALS = 6


@dataclass(frozen=True)
class Outcome:
    """One outcome's true effect of being listed.

    Parameters
    ----------
    effect
        Shape (villages, years), in the outcome's own units: with listing less without, neighbours as they are.
    """

    effect: np.ndarray


def what_is_true(
    parameters: Parameters,
    seed: int,
    geography: Geography,
    legacies: Legacies,
    listing: Listing,
    stations: Stations,
    outcomes: dict[str, Outcome],
    by_returned_operator: np.ndarray,
) -> dict[str, Any]:
    """Average true effects over the village-years since first listing, and say how all came about.

    Parameters
    ----------
    parameters, seed
        What the economy was made with.
    geography, legacies, listing, stations
        Its places and treatments.
    outcomes
        Effects by the name of the outcome.
    by_returned_operator
        What it does to log parcels handled that a returned migrant runs the station, shape (villages, years).

    Returns
    -------
    dict
        Plain values: averages on the treated, by cohort, by event time and by both; slopes of the effect on log income
        in the legacies; spillovers by ring; how villages came to be listed; all parameters.
    """
    years = np.array(parameters.years)[None, :]
    since = np.where(listing.ever[:, None], years - listing.first[:, None], -1)
    treated = since >= 0
    cohort = np.broadcast_to(listing.first[:, None], since.shape)[treated]
    event_time = since[treated]
    station_since = np.where(stations.year[:, None] > 0, years - stations.year[:, None], -1)
    open_now = station_since >= 0
    opening = np.broadcast_to(stations.year[:, None], since.shape)[open_now]
    exposure = stations.exposure[open_now]
    by_station = {
        "log_parcels_received": parameters.effect_station_parcels * exposure,
        "log_basket": parameters.effect_station_basket * exposure,
        "log_income": parameters.effect_station_income * exposure,
        "log_parcels_sent": 0 * exposure,
    }
    rings = [f"{low:g}-{high:g}" for low, high in pairwise(parameters.ring_bounds)]
    reached = [int((ring & ~listing.on_list).sum()) for ring in listing.rings]
    return {
        "note": NOTE,
        "preset": parameters.preset,
        "seed": seed,
        "effects_of_listing": {
            "meaning": "averages over village-years since first listing, left lists included; event time 0 is the "
            "year of the first list",
            "village_years": int(treated.sum()),
            **{name: _averages(outcome.effect[treated], cohort, event_time) for name, outcome in outcomes.items()},
        },
        "effects_by_first_list_seen": {
            "meaning": f"the same by the first list that there is: who was listed in {parameters.absent_list} is first "
            "seen a year later, so that event time -1 has part of their effect",
            **{name: _as_seen(outcome.effect, listing.first, parameters) for name, outcome in outcomes.items()},
        },
        "moderation_of_log_income": _moderation(
            parameters, geography, legacies, outcomes["log_income"].effect, treated
        ),
        "effects_by_distance": {
            "meaning": "the line through true effects over village-years since the first list seen, on the log of "
            "distance to a large city: by km, at the 5th, 25th, 50th, 75th and 95th percentile",
            "log_income": _by_distance(parameters, geography, listing, outcomes["log_income"].effect),
        },
        "spillovers_on_log_income": {
            "meaning": "added by any other village in the ring that was on the list of the year before",
            "by_ring_in_km": dict(zip(rings, parameters.spillover, strict=True)),
            "village_years_reached_while_not_listed": dict(zip(rings, reached, strict=True)),
        },
        "pandemic_of_log_income": {
            "year": parameters.pandemic_year,
            "a_sd_of_Y1": parameters.pandemic_by_labour_form,
            "listed": parameters.pandemic_listed,
            "listed_times_a_sd_of_Y1": parameters.pandemic_listed_by_labour_form,
        },
        "effects_of_stations": {
            "meaning": "averages over village-years since opening; in the year of opening, for the months open",
            **{name: _averages(effect, opening, station_since[open_now]) for name, effect in by_station.items()},
        },
        "effects_of_returned_operators": {
            "meaning": "average over village-years in which a returned migrant runs the station; nothing else hangs on "
            "who runs it",
            "log_parcels_handled": _rounded(by_returned_operator[by_returned_operator != 0].mean())
            if by_returned_operator.any()
            else 0.0,
        },
        "adoption_in_latent_log_sales": _adoption(parameters, listing),
        "counts": _counts(parameters, geography, listing, stations),
        "proxies": {
            proxy.name: {"capacity": proxy.capacity, "level": proxy.level, "sign": proxy.sign} for proxy in PROXIES
        },
        "parameters": parameters.model_dump(mode="json"),
    }


def _averages(effect: np.ndarray, cohort: np.ndarray, event_time: np.ndarray) -> dict[str, Any]:
    """Average an effect over treated village-years, and by cohort, event time and both."""
    if not len(effect):
        return {"average": None}
    table = pd.DataFrame({"effect": effect, "cohort": cohort, "event_time": event_time})

    def means(by: str) -> dict[str, float]:
        return {str(key): _rounded(value) for key, value in table.groupby(by)["effect"].mean().items()}

    both = table.groupby(["cohort", "event_time"])["effect"].mean()
    return {
        "average": _rounded(table["effect"].mean()),
        "by_cohort": means("cohort"),
        "by_event_time": means("event_time"),
        "by_cohort_and_event_time": {
            str(key): {str(each): _rounded(value) for each, value in part.droplevel(0).items()}
            for key, part in both.groupby(level=0)
        },
    }


def _since_seen(first: np.ndarray, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Give the years of the first lists on which villages are seen, and the years since then; −2 for never."""
    seen = np.where(first == parameters.absent_list, first + 1, first)[:, None]
    return seen, np.where(seen > 0, np.array(parameters.years)[None, :] - seen, -2)


def _as_seen(effect: np.ndarray, first: np.ndarray, parameters: Parameters) -> dict[str, Any]:
    """Average an effect over village-years since the first list on which a village is seen, and the year before."""
    seen, since = _since_seen(first, parameters)
    shown = since >= -1
    cohort = np.broadcast_to(seen, since.shape)
    averages = _averages(effect[shown], cohort[shown], since[shown])
    treated = _averages(effect[since >= 0], cohort[since >= 0], since[since >= 0])
    return {**treated, **{name: averages[name] for name in averages if name.endswith("event_time")}}


def _moderation(
    parameters: Parameters, geography: Geography, legacies: Legacies, effect: np.ndarray, treated: np.ndarray
) -> dict[str, Any]:
    """Give the slopes asked for, and those of a regression of the true effects on what moderates them."""
    rows = np.nonzero(treated)[0]
    far = np.log(geography.villages["city_distance"].to_numpy())
    plain = geography.villages["plain"].to_numpy()
    moderators = {
        **{name: legacies.scores[name].to_numpy() for name in LEGACIES},
        "C3": legacies.shared_ownership_alone,
        "log_distance": far,
        "log_distance_in_plain_added": far * plain,
        "plain": plain,
    }
    found: dict[str, float] = {}
    if len(rows) > 2 * len(moderators):
        regressors = np.column_stack([np.ones(len(rows)), *(values[rows] for values in moderators.values())])
        slopes, *_ = np.linalg.lstsq(regressors, effect[treated], rcond=None)
        found = {name: _rounded(value) for name, value in zip(moderators, slopes[1:], strict=True)}
    return {
        "meaning": "a SD of each legacy and a log point of distance to a large city, all together; C3 is the part of "
        "shared ownership that is not C",
        "asked_for": {
            **parameters.moderation,
            "log_distance": parameters.moderation_by_distance,
            "log_distance_in_plain_added": parameters.moderation_by_distance_plain,
        },
        "regression_of_true_effects": found,
    }


def _by_distance(
    parameters: Parameters, geography: Geography, listing: Listing, effect: np.ndarray
) -> dict[str, dict[str, float]]:
    """Give the least-squares line through true effects on log distance, in the plain and outside it."""
    rows, years = np.nonzero(_since_seen(listing.first, parameters)[1] >= 0)
    in_plain = geography.villages["plain"].to_numpy()[rows] == 1
    distance = geography.villages["city_distance"].to_numpy()[rows]
    lines = {}
    for name, here in (("in_the_plain", in_plain), ("outside_the_plain", ~in_plain)):
        places = distance[here]
        if len(np.unique(places)) < 2:
            continue  # through one place goes no line
        slope, level = np.polyfit(np.log(places), effect[rows, years][here], 1)
        at = np.unique(np.round(np.percentile(places, [5, 25, 50, 75, 95]), 1))
        lines[name] = {f"{km:g}": _rounded(level + slope * np.log(km)) for km in at}
    return lines


def _adoption(parameters: Parameters, listing: Listing) -> dict[str, Any]:
    return {
        "meaning": "each year the villages with the highest latent log sales not listed yet are listed",
        "a_sd_of_capacity": dict(parameters.adoption_capacity),
        "log_distance": parameters.adoption_distance,
        "log_distance_in_plain_added": parameters.adoption_distance_plain,
        f"log_of_1_and_villages_listed_within_{NEIGHBOURHOOD:g}_km": parameters.adoption_neighbours,
        "station_open_the_year_before": parameters.adoption_station,
        "income_shock": parameters.selection_loading,
        "sd_of_lasting_part": _rounded(float(listing.permanent.std())),
    }


def _counts(parameters: Parameters, geography: Geography, listing: Listing, stations: Stations) -> dict[str, Any]:
    in_plain = geography.villages["plain"].to_numpy() == 1
    return {
        "villages": len(listing.first),
        "ever_listed": int(listing.ever.sum()),
        "ever_listed_in_plain": int((listing.ever & in_plain).sum()),
        "left_a_list": int((listing.ever & (listing.last < parameters.last_year)).sum()),
        "stations": int((stations.year > 0).sum()),
        "listed_with_station": int((listing.ever & (stations.year > 0)).sum()),
        "share_in_clusters": {
            str(year): _rounded(share_in_clusters(parameters, geography, listing, year))
            for year in parameters.cohort_shares
            if year in parameters.years
        },
    }


def share_in_clusters(parameters: Parameters, geography: Geography, listing: Listing, year: int) -> float:
    """Give the share of a year's list that is in counties with enough listed villages to be a cluster."""
    county = geography.villages["county_number"].to_numpy()
    on = listing.on_list[:, parameters.years.index(year)]
    if not on.any():
        return 0.0
    numbers = np.bincount(county[on], minlength=len(geography.counties))
    return float((numbers[county[on]] >= parameters.cluster_minimum).mean())


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0
