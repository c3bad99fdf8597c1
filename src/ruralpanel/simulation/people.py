"""Who is left behind, where pupils learn, what people live on, who runs the station, and how goods are sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.simulation.effects import Effects
from ruralpanel.simulation.legacies import Legacies
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.population import Population
from ruralpanel.simulation.random_streams import stream
from ruralpanel.simulation.stations import Stations

GROUPS = ("women", "children", "old")
"""Women of 16 to 59 years, children below 16, and the old, of 60 years and more: nobody is in two groups."""

MOST = {"women": 0.33, "children": 0.27, "old": 0.40}
"""No group is a larger share of residents, so that together they are never more than all."""

STANDARDS = ("seed", "growing", "picking", "grading", "packing")
"""What the households of a village may do in one way."""

OPERATORS = NO_STATION, RETURNED, STAYED = "no station", "returned migrant", "never away"
"""Where the station's operator comes from."""


@dataclass(frozen=True)
class People:
    """What the form of people and services asks for.

    Parameters
    ----------
    series
        By column of the form, shape (villages, years).
    effects
        By outcome, what being listed does to it, the same shape.
    effect_of_returned_operator
        On the log of parcels that the station handles, the same shape: 0 where no returned migrant runs one.
    """

    series: dict[str, np.ndarray]
    effects: dict[str, np.ndarray]
    effect_of_returned_operator: np.ndarray


def ask_about_people(
    parameters: Parameters,
    legacies: Legacies,
    population: Population,
    parcels_received: np.ndarray,
    stations: Stations,
    effects: Effects,
    seed: int,
) -> People:
    """Draw what an economy that is already there says of its people and services; nothing else hangs on it.

    Parameters
    ----------
    parameters
        Levels, spread and effects.
    legacies
        Collective production left irrigation; migration capacity, operators who have been away.
    population
        Who lives there and who is away: with fewer away, fewer of the others are women, children and the old.
    parcels_received
        Of which stations handle a part, shape (villages, years).
    stations, effects
        The two treatments.
    seed
        The economy's seed.

    Returns
    -------
    People
        The form, and what is true of it.
    """
    series, true = _residents(parameters, population, seed)
    for part in (
        _pupils(parameters, population, effects, seed),
        _options(parameters, population, effects, seed),
        _brands_and_standards(parameters, effects, population.resident.shape, seed),
    ):
        series |= part[0]
        true |= part[1]
    handled, by_returned = _stations(parameters, legacies, parcels_received, stations, seed)
    random = stream(seed, "irrigation")
    shape = population.resident.shape
    watered = parameters.irrigated_mean + parameters.irrigated_by_production * legacies.scores["C"].to_numpy()
    watered = np.clip(watered + random.normal(0, parameters.irrigated_sd, shape[0]), 0, 1)
    series |= handled | {"irrigated": np.broadcast_to(np.round(100 * watered)[:, None], shape).astype(np.int64)}
    return People(series, true, by_returned)


def _residents(
    parameters: Parameters, population: Population, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Count women, children and the old among residents, more of them where more people are away."""
    random = stream(seed, "left behind")
    away = population.away / population.registered
    since = np.arange(away.shape[1])
    series, true = {}, {}
    for group in GROUPS:
        usual = parameters.left_behind[group] + random.normal(0, parameters.left_behind_sd, len(away))
        share = usual[:, None] + parameters.left_behind_trend[group] * since
        share += parameters.left_behind_by_away[group] * (away - parameters.migration_mean)
        share += random.normal(0, parameters.left_behind_noise_sd, away.shape)
        series[group] = np.floor(np.clip(share, 0.01, MOST[group]) * population.resident).astype(np.int64)
        true[f"share_{group}"] = parameters.left_behind_by_away[group] * population.effect_away
    true["share_left_behind"] = np.sum([true[f"share_{group}"] for group in GROUPS], axis=0)
    return series, true


def _pupils(
    parameters: Parameters, population: Population, effects: Effects, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Send some of the pupils from eight years on to schools where they board."""
    random = stream(seed, "pupils")
    registered = population.registered
    usual = parameters.schooled_away + random.normal(0, parameters.schooled_away_sd, len(registered))
    without = usual[:, None] + parameters.schooled_away_trend * np.arange(registered.shape[1])
    effect = parameters.effect_schooled_away * effects.strength
    with_listing, without = np.clip(without + effect, 0, 1), np.clip(without, 0, 1)
    pupils = np.maximum(np.round(parameters.pupils * registered), 1).astype(np.int64)
    boarding = random.binomial(pupils, with_listing)
    return {"pupils": pupils, "boarding": boarding}, {"share_boarding": with_listing - without}


def _options(
    parameters: Parameters, population: Population, effects: Effects, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Let some of working age live neither on a farm of their own nor on work elsewhere."""
    random = stream(seed, "options")
    registered = population.registered
    usual = parameters.neither + random.normal(0, parameters.neither_sd, len(registered))
    without = usual[:, None] + parameters.neither_trend * np.arange(registered.shape[1])
    without = without + random.normal(0, parameters.neither_noise_sd, registered.shape)
    working = np.maximum(np.round(parameters.working_age * registered), 1).astype(np.int64)
    most = np.maximum(working - population.away, 0) / working
    with_listing = np.clip(without + parameters.effect_neither * effects.strength, 0, most)
    series = {"working_age": working, "neither": np.round(with_listing * working).astype(np.int64)}
    return series, {"share_neither": with_listing - np.clip(without, 0, most)}


def _brands_and_standards(
    parameters: Parameters, effects: Effects, shape: tuple[int, ...], seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Let villages take up a brand, and standards one by one, once each is likely enough for them."""
    since = np.arange(shape[1])
    series, true = {}, {"standards": np.zeros(shape)}
    parts = {
        "brand": (parameters.branded, parameters.branded_trend, parameters.effect_brand),
        **{
            f"standard_{name}": (
                parameters.standard,
                parameters.standard_trend,
                parameters.effect_standards / len(STANDARDS),
            )
            for name in STANDARDS
        },
    }
    for name, (share, trend, size) in parts.items():
        readiness = stream(seed, name).random(shape[0])[:, None]
        without = np.broadcast_to(share + trend * since, shape)
        effect = size * effects.strength
        series[name] = (readiness < without + effect).astype(np.int64)
        if name == "brand":
            true["brand"] = effect
        else:
            true["standards"] += effect
    return series, true


def _stations(
    parameters: Parameters, legacies: Legacies, received: np.ndarray, stations: Stations, seed: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Say who runs each station, and how many of the village's parcels go through it."""
    random = stream(seed, "operators")
    chance = parameters.operator_returned + parameters.operator_by_capacity * legacies.capacities["Y2"].to_numpy()
    returned = random.random(len(received)) < np.clip(chance, 0, 1)
    usual = np.log(parameters.handled) + random.normal(0, parameters.handled_sd, len(received))
    without = usual[:, None] + random.normal(0, parameters.handled_noise_sd, received.shape)
    effect = np.where(returned, parameters.effect_returned_operator, 0.0)[:, None]
    share = np.minimum(without + effect, 0.0)
    handled = np.round(stations.exposure * np.exp(share) * received).astype(np.int64)
    operator = np.where(stations.open, np.where(returned, RETURNED, STAYED)[:, None], NO_STATION).astype(object)
    by_returned = np.where(operator == RETURNED, share - np.minimum(without, 0.0), 0.0)
    return {"operator": operator, "parcels_handled": handled}, by_returned
