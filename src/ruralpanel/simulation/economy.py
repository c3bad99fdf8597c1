"""Simulate a village economy in which designation is a threshold on sales, and keep what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.simulation.counties import publish_yearbook
from ruralpanel.simulation.demand import buy_and_send, harvest
from ruralpanel.simulation.effects import SOURCES
from ruralpanel.simulation.enterprises import found_enterprises
from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.history import history_of
from ruralpanel.simulation.legacies import Legacies
from ruralpanel.simulation.listing import Listing
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.people import GROUPS, ask_about_people
from ruralpanel.simulation.population import move
from ruralpanel.simulation.random_streams import stream
from ruralpanel.simulation.stations import Stations
from ruralpanel.simulation.survey import survey_households
from ruralpanel.simulation.truth import Outcome, what_is_true

ROADS = ("paved", "gravel", "earth")
"""What leads to a village."""

INCOME_COLUMNS = ["income", *(f"{source}_income" for source in SOURCES)]
"""The columns that are not told together."""


@dataclass(frozen=True, repr=False)
class Economy:
    """A simulated economy before it is written as raw files.

    Parameters
    ----------
    parameters
        What it was made with.
    seed
        And from which seed.
    geography, legacies, listing, stations
        Places, what history left in them, and the two treatments.
    villages
        One row a village: code, weight, cohort, household number, registered population in the first year.
    series
        By column of the panel, what was so in each village and year, shape (villages, years): the very values that are
        written.
    hidden
        By column of the panel, where the raw files will not show it.
    prices
        One row a province and year.
    households
        One row a household and wave, the very values that are written.
    households_hidden
        In the same rows, where the raw file will not show an amount.
    truth
        What estimators should find.
    county_years
        One row a county of then and year, the very values that the yearbook has.
    county_years_hidden
        In the same rows, where it has none.
    """

    parameters: Parameters
    seed: int
    geography: Geography
    legacies: Legacies
    listing: Listing
    stations: Stations
    villages: pd.DataFrame
    series: dict[str, np.ndarray]
    hidden: dict[str, np.ndarray]
    prices: pd.DataFrame
    households: pd.DataFrame
    households_hidden: pd.DataFrame
    truth: dict[str, Any]
    county_years: pd.DataFrame
    county_years_hidden: pd.DataFrame

    @cached_property
    def panel(self) -> pd.DataFrame:
        """One row a village and year, complete: what the raw files would give if nothing were missing."""
        years = self.parameters.years
        rows = np.repeat(np.arange(len(self.villages)), len(years))
        fixed = self.villages.take(rows).reset_index(drop=True)
        table = fixed.assign(year=np.tile(years, len(self.villages)))
        table = table.merge(self.prices, on=["province", "year"], how="left", validate="many_to_one")
        for name, values in self.series.items():
            table[name] = values.ravel()
        first = ["village", "year"]
        return table[[*first, *(name for name in table if name not in first)]]

    @property
    def observed(self) -> pd.DataFrame:
        """The panel with what the raw files do not show missing: what a cleaned panel must be, cell for cell."""
        masks = {name: pd.Series(mask.ravel()) for name, mask in self.hidden.items()}
        return self.panel.assign(**{name: self.panel[name].mask(mask) for name, mask in masks.items()})

    @property
    def observed_county_years(self) -> pd.DataFrame:
        """The yearbook's figures with those that it does not print missing."""
        shown = {str(name): self.county_years[name].mask(mask) for name, mask in self.county_years_hidden.items()}
        return self.county_years.assign(**shown)

    @property
    def observed_households(self) -> pd.DataFrame:
        """The households with amounts that were not told missing."""
        told = {str(name): self.households[name].mask(mask) for name, mask in self.households_hidden.items()}
        return self.households.assign(**told)


def simulate(parameters: Parameters, seed: int) -> Economy:
    """Simulate an economy.

    Parameters
    ----------
    parameters
        Sizes, shares and effects.
    seed
        The same seed gives the same economy.

    Returns
    -------
    Economy
        Places, treatments, village-years, households and the truth.
    """
    history = history_of(parameters, seed)
    geography, legacies, registered = history.geography, history.legacies, history.registered
    stations, listing, effects, incomes = history.stations, history.listing, history.effects, history.incomes
    population = move(parameters, legacies, registered, effects, seed)
    enterprises = found_enterprises(parameters, registered, effects, seed)
    demand = buy_and_send(parameters, geography, population.resident, effects, stations, seed)
    series = {
        "income": incomes.total,
        **{f"{source}_income": incomes.sources[source] for source in SOURCES},
        "registered": registered,
        "resident": population.resident,
        "away": population.away,
        "returned": population.returned,
        "enterprises": enterprises.stock,
        "new_enterprises": enterprises.new,
        "parcels_received": demand.parcels_received,
        "parcels_sent": demand.parcels_sent,
        "basket": demand.basket,
        "grain_yield": harvest(parameters, geography, seed),
        "on_list": listing.on_list.astype(np.int8),
        "station_open": stations.open.astype(np.int8),
    }
    people = ask_about_people(parameters, legacies, population, demand.parcels_received, stations, effects, seed)
    share_away = population.away / registered
    households, households_hidden = survey_households(
        parameters, geography.villages["village"], incomes.sources, share_away, seed
    )
    county_years, county_years_hidden = publish_yearbook(parameters, geography, series, seed)
    strength = effects.strength
    outcomes = {
        "log_income": Outcome(incomes.effect),
        **{
            f"log_{source}_income": Outcome(effects.on_source(parameters, source, listing.on_list))
            for source in SOURCES
        },
        "share_away": Outcome(population.effect_away),
        "log_resident": Outcome(population.effect_resident),
        "return_rate": Outcome(population.effect_returned),
        "log_new_enterprises": Outcome(parameters.effect_registrations * strength),
        "log_parcels_sent": Outcome(parameters.effect_parcels_sent * strength + population.effect_resident),
        "log_parcels_received": Outcome(parameters.effect_parcels_received * strength + population.effect_resident),
        "log_basket": Outcome(np.zeros_like(strength)),
        "log_grain_yield": Outcome(np.zeros_like(strength)),
        **{name: Outcome(effect) for name, effect in people.effects.items()},
    }
    return Economy(
        parameters,
        seed,
        geography,
        legacies,
        listing,
        stations,
        _villages(parameters, geography, listing, stations, population.households, seed),
        series | people.series,
        _hidden(parameters, share_away, seed) | _hidden_people(parameters, people.series, seed),
        demand.prices,
        households,
        households_hidden,
        what_is_true(
            parameters, seed, geography, legacies, listing, stations, outcomes, people.effect_of_returned_operator
        ),
        county_years,
        county_years_hidden,
    )


def _villages(
    parameters: Parameters,
    geography: Geography,
    listing: Listing,
    stations: Stations,
    households: np.ndarray,
    seed: int,
) -> pd.DataFrame:
    """Put together what does not change: codes, place, weight, cohorts."""
    kept = ["village", "county", "county_before", "prefecture", "province", "plain", "latitude", "longitude"]
    ever = listing.ever
    total = (parameters.listed_represented, parameters.villages_represented - parameters.listed_represented)
    weight = np.where(ever, total[0] / max(ever.sum(), 1), total[1] / max((~ever).sum(), 1))
    roads = stream(seed, "roads").choice(len(ROADS), len(ever), p=parameters.road_shares)
    return geography.villages[kept].assign(
        households=households,
        road=np.array(ROADS, dtype=object)[roads],
        weight=np.round(weight, 2),
        first_listed=pd.Series(listing.first).mask(~ever),
        last_listed=pd.Series(listing.last).mask(~ever),
        station_year=pd.Series(stations.year).mask(stations.year == 0),
        station_month=pd.Series(stations.month).mask(stations.year == 0),
    )


def _hidden(parameters: Parameters, share_away: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Choose what is not told: incomes more often where more people are away to be asked, counts at random."""
    random = stream(seed, "missing")
    incomes = random.random(share_away.shape) < parameters.missing_income * share_away / share_away.mean()
    hidden = dict.fromkeys(INCOME_COLUMNS, incomes)
    for name in ("returned", "enterprises", "parcels_received", "parcels_sent"):
        hidden[name] = random.random(share_away.shape) < parameters.missing_other
    return hidden


def _hidden_people(parameters: Parameters, series: dict[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """Choose which counts of people are not told; what a village does, grows and runs, everybody there knows."""
    random = stream(seed, "missing people")
    counts = [*GROUPS, "boarding", "neither"]
    return {name: random.random(series[name].shape) < parameters.missing_other for name in counts}
