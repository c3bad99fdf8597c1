"""Simulate villages whose designation is a threshold on sales, and write down what is true of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from ruralpanel.study.base import Section

KILOMETRES_A_DEGREE = 111.195
"""Along a meridian, on a sphere with a radius of 6371.0088 km."""


class Parameters(Section):
    """The parameters of the economy; ``parameters.yaml`` says where each comes from."""

    villages: int
    counties: int
    plain_counties: int
    provinces: int
    first_year: int
    last_year: int
    plain_latitudes: list[float]
    plain_longitudes: list[float]
    other_latitudes: list[float]
    other_longitudes: list[float]
    village_scatter: float
    ever_designated: float
    designated_in_plain: float
    cohort_shares: dict[int, float]
    income_2017: float
    income_sd: float
    growth: float
    growth_2020: float
    village_shock_sd: float
    village_shock_persistence: float
    county_shock_sd: float
    county_shock_persistence: float
    noise_sd: float
    business_share: float
    wage_share: float
    remittance_share: float
    effect_business: float
    effect_wage: float
    effect_migration: float
    migration_mean: float
    migration_sd: float
    selection_loading: float
    permanent_sales_sd: float
    registered_log_mean: float
    registered_log_sd: float
    missing_income: float


@dataclass(frozen=True)
class Economy:
    """A simulated economy before it is written as raw files.

    Parameters
    ----------
    villages
        One row a village: code, county, coordinates, registered population, first year on the list (missing when
        never).
    years
        One row a village and year: incomes by source in yuan a head, people working away; nothing missing.
    hidden
        True where the raw file will not show income.
    truth
        The effects that estimators should find.
    """

    villages: pd.DataFrame
    years: pd.DataFrame
    hidden: pd.Series
    truth: dict[str, Any]


def load_parameters() -> Parameters:
    """Read the parameters that come with the package."""
    text = files("ruralpanel.simulation").joinpath("parameters.yaml").read_text(encoding="utf-8")
    return Parameters.model_validate(yaml.safe_load(text))


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
        Villages, village-years and the truth.
    """
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(6)]
    places, shocks, sales, noise, gaps, ground = streams
    villages = _with_coordinates(parameters, _villages(parameters, places), ground)
    years = np.arange(parameters.first_year, parameters.last_year + 1)
    village_shocks = _autoregressive(
        shocks,
        parameters.villages,
        len(years),
        parameters.village_shock_sd,
        parameters.village_shock_persistence,
    )
    county_shocks = _autoregressive(
        shocks,
        parameters.counties,
        len(years),
        parameters.county_shock_sd,
        parameters.county_shock_persistence,
    )
    shock = village_shocks + county_shocks[villages["county_number"].to_numpy()]
    first_listed = _threshold_designation(parameters, villages, years, shock, sales)
    villages = villages.assign(first_listed=first_listed)
    treated = years[None, :] >= np.where(np.isnan(first_listed), np.inf, first_listed)[:, None]

    level = np.log(parameters.income_2017) + _growth_path(parameters, years)[None, :]
    permanent = places.normal(0, parameters.income_sd, parameters.villages)[:, None]
    common = np.exp(level + permanent + shock)

    def component(share: float, effect: float) -> tuple[np.ndarray, np.ndarray]:
        """Give one source of income with its effect, and without."""
        own = share * common * np.exp(noise.normal(0, parameters.noise_sd, common.shape))
        return own * np.exp(effect * treated), own

    farm_share = 1 - parameters.business_share - parameters.wage_share - parameters.remittance_share
    parts = {
        "business": component(parameters.business_share, parameters.effect_business),
        "wage": component(parameters.wage_share, parameters.effect_wage),
        "remittance": component(parameters.remittance_share, 0.0),
        "farm": component(farm_share, 0.0),
    }
    income = sum(with_effect for with_effect, _ in parts.values())
    without = sum(untreated for _, untreated in parts.values())
    away = np.clip(
        places.normal(parameters.migration_mean, parameters.migration_sd, parameters.villages)[:, None]
        + noise.normal(0, 0.02, common.shape)
        + parameters.effect_migration * treated,
        0.02,
        0.9,
    )
    registered = villages["registered"].to_numpy()[:, None]

    def long(values: Any) -> np.ndarray:
        return np.broadcast_to(values, common.shape).ravel()

    table = pd.DataFrame(
        {
            "village": long(villages["village"].to_numpy(dtype=object)[:, None]),
            "year": long(years[None, :]),
            **{f"{name}_income": long(with_effect).round(0) for name, (with_effect, _) in parts.items()},
            "income": long(income).round(0),
            "registered": long(registered),
            "away": long(np.round(away * registered)).astype(int),
        }
    )
    # Income is missing more often where more people are away to be asked.
    odds = parameters.missing_income * away / away.mean()
    hidden = pd.Series(long(gaps.random(common.shape) < odds))
    return Economy(
        villages, table, hidden, _truth(parameters, seed, villages, treated, np.log(income) - np.log(without))
    )


def _villages(parameters: Parameters, random: np.random.Generator) -> pd.DataFrame:
    """Lay villages out over counties and provinces, with codes as the statistics office writes them."""
    county = np.sort(np.arange(parameters.villages) % parameters.counties)
    within = np.arange(parameters.villages) - np.searchsorted(county, county)
    province = county * parameters.provinces // parameters.counties
    # 81 to 90 are codes that no province has, so that no simulated village looks like a real one.
    county_code = [f"{81 + p:02d}{c % 100:04d}" for p, c in zip(province, county, strict=True)]
    code = [f"{prefix}{100 + w // 10:03d}{200 + w % 10:03d}" for prefix, w in zip(county_code, within, strict=True)]
    return pd.DataFrame(
        {
            "village": code,
            "county": county_code,
            "county_number": county,
            "province": [f"{81 + p:02d}" for p in province],
            "plain": (county < parameters.plain_counties).astype(int),
            "registered": np.exp(
                random.normal(parameters.registered_log_mean, parameters.registered_log_sd, parameters.villages)
            )
            .round()
            .astype(int),
        }
    )


def _with_coordinates(parameters: Parameters, villages: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Scatter villages around the middle of their county, in degrees."""
    plain = np.arange(parameters.counties) < parameters.plain_counties

    def middles(in_plain: list[float], other: list[float]) -> np.ndarray:
        """Draw the middle of each county, and give it to its villages."""
        (low, high), (other_low, other_high) = in_plain, other
        drawn = np.where(plain, low, other_low) + random.random(parameters.counties) * np.where(
            plain, high - low, other_high - other_low
        )
        return np.asarray(drawn[villages["county_number"].to_numpy()])

    latitude = middles(parameters.plain_latitudes, parameters.other_latitudes)
    longitude = middles(parameters.plain_longitudes, parameters.other_longitudes)
    north, east = random.normal(0, parameters.village_scatter, (2, parameters.villages))
    return villages.assign(
        latitude=latitude + north / KILOMETRES_A_DEGREE,
        longitude=longitude + east / (KILOMETRES_A_DEGREE * np.cos(np.radians(latitude))),
    )


def _autoregressive(random: np.random.Generator, units: int, periods: int, sd: float, persistence: float) -> np.ndarray:
    """Draw stationary first-order autoregressions, one row a unit."""
    innovations = random.normal(0, sd * np.sqrt(1 - persistence**2), (units, periods))
    values = np.empty((units, periods))
    values[:, 0] = random.normal(0, sd, units)
    for period in range(1, periods):
        values[:, period] = persistence * values[:, period - 1] + innovations[:, period]
    return values


def _growth_path(parameters: Parameters, years: np.ndarray) -> np.ndarray:
    """Give log income relative to 2017."""
    rates = np.where(years == 2020, parameters.growth_2020, parameters.growth)
    path = np.cumsum(np.log1p(rates))
    return np.asarray(path - path[list(years).index(2017)])


def _threshold_designation(
    parameters: Parameters,
    villages: pd.DataFrame,
    years: np.ndarray,
    shock: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """List, each year, the villages with the highest latent sales that are not listed yet."""
    latent = (
        random.normal(0, parameters.permanent_sales_sd, len(villages))[:, None] + parameters.selection_loading * shock
    )
    ever = parameters.ever_designated * parameters.villages
    in_plain = villages["plain"].to_numpy() == 1
    first = np.full(len(villages), np.nan)
    for region, share in (
        (in_plain, parameters.designated_in_plain),
        (~in_plain, 1 - parameters.designated_in_plain),
    ):
        cumulated = 0.0
        listed = 0
        for year, part in parameters.cohort_shares.items():
            cumulated += ever * share * part
            newly = round(cumulated) - listed
            listed += newly
            candidates = np.flatnonzero(region & np.isnan(first))
            sales = latent[candidates, list(years).index(year)]
            first[candidates[np.argsort(-sales, kind="stable")[:newly]]] = year
    return first


def _truth(
    parameters: Parameters, seed: int, villages: pd.DataFrame, treated: np.ndarray, log_effect: np.ndarray
) -> dict[str, Any]:
    """Say what is true: the effects on those treated, and how designation came about."""
    return {
        "note": "SYNTHETIC: made by a program; no village in these files exists.",
        "seed": seed,
        "effects_on_the_treated": {
            "log_income": round(float(log_effect[treated].mean()), 6),
            "log_business_income": parameters.effect_business,
            "log_wage_income": parameters.effect_wage,
            "share_away": parameters.effect_migration,
        },
        "designated_villages": int(villages["first_listed"].notna().sum()),
        "designated_villages_in_plain": int(villages.loc[villages["plain"] == 1, "first_listed"].notna().sum()),
        "parameters": parameters.model_dump(mode="json"),
    }
