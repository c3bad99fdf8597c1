"""The parameters of the simulated village economy and its named presets."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import Field, model_validator

from ruralpanel.errors import Problem, StudyError, nearest
from ruralpanel.study.base import Section

CAPACITIES = ("C1", "C2", "C3", "K1", "K2", "Y1", "Y2")
"""Organisation, division of labour, shared ownership; collective action, sociospatial embeddedness; labour-form
adjustment, migration capacity."""

LEGACIES = ("C", "K", "Y")
"""Collective production, kinship and place, the Yellow River."""

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Bounds = Annotated[list[float], Field(min_length=2, max_length=2)]


class Parameters(Section):
    """The parameters of the economy; ``parameters.yaml`` says what each means and where it comes from."""

    preset: str
    villages: Count
    counties: Count
    plain_share: Share
    north_share: Share
    provinces: Annotated[int, Field(ge=1, le=10)]
    counties_a_prefecture: Count
    villages_a_town: Count
    first_year: int
    last_year: int
    villages_represented: Count
    listed_represented: Count
    plain_latitudes: Bounds
    plain_longitudes: Bounds
    north_longitudes: Bounds
    south_latitudes: Bounds
    south_longitudes: Bounds
    plain_cities: Count
    north_cities: Count
    south_cities: Count
    city_distance_median: Positive
    city_distance_median_plain: Positive
    city_distance_log_sd: Positive
    city_distance_log_sd_plain: Positive
    village_scatter: Positive
    recode_year: int
    recoded_counties: Annotated[int, Field(ge=0)]
    legacy_county_share: Share
    legacy_correlations: dict[str, float]
    river_loading: Share
    capacity_loading: Share
    shared_ownership_loading: Share
    proxy_reliability: Share
    proxy_missing: Share
    income_2017: Positive
    income_sd: float
    growth: float
    growth_2020: float
    village_shock_sd: float
    village_shock_persistence: Share
    county_shock_sd: float
    county_shock_persistence: Share
    noise_sd: float
    business_share: Share
    wage_share: Share
    remittance_share: Share
    ever_listed: Share
    listed_in_plain: Share
    cohort_shares: dict[int, Share]
    absent_list: int
    selection_loading: float
    sales_county_sd: float
    sales_village_sd: float
    adoption_capacity: dict[str, float]
    adoption_distance: float
    adoption_distance_plain: float
    adoption_neighbours: float
    adoption_station: float
    cluster_minimum: Count
    exit_rate: Share
    exits_after: int
    effect_kept_after_exit: Share
    effect_path: Annotated[list[float], Field(min_length=1)]
    early_cohorts_until: int
    early_cohort_factor: float
    effect_business: float
    effect_wage: float
    effect_remittance: float
    effect_farm: float
    effect_migration: float
    effect_return: float
    effect_incomers: float
    effect_registrations: float
    effect_parcels_sent: float
    effect_parcels_received: float
    moderation: dict[str, float]
    moderation_by_distance: float
    moderation_by_distance_plain: float
    ring_bounds: Annotated[list[float], Field(min_length=2)]
    spillover: list[float]
    pandemic_year: int
    pandemic_by_labour_form: float
    pandemic_listed: float
    pandemic_listed_by_labour_form: float
    registered_log_mean: float
    registered_log_sd: float
    registered_growth: float
    household_size: Positive
    migration_mean: Share
    migration_sd: float
    migration_by_capacity: float
    migration_trend: float
    migration_noise_sd: float
    return_rate: Share
    incomers_mean: Share
    registrations_mean: Positive
    registrations_log_sd: float
    registrations_growth: float
    enterprise_survival: Share
    station_share: Share
    station_cohorts: dict[int, Share]
    station_by_population: float
    station_by_distance: float
    effect_station_parcels: float
    effect_station_basket: float
    effect_station_income: float
    parcels_received_mean: Positive
    parcels_sent_mean: Positive
    parcels_growth_until_2015: float
    parcels_growth: float
    parcels_log_sd: float
    parcels_noise_sd: float
    basket_first_year: Positive
    basket_by_distance: float
    basket_noise_sd: float
    inflation: dict[int, float]
    inflation_province_sd: float
    road_shares: list[Share]
    left_behind: dict[str, Share]
    left_behind_by_away: dict[str, float]
    left_behind_trend: dict[str, float]
    left_behind_sd: float
    left_behind_noise_sd: float
    pupils: Share
    schooled_away: Share
    schooled_away_sd: float
    schooled_away_trend: float
    effect_schooled_away: float
    working_age: Share
    neither: Share
    neither_sd: float
    neither_trend: float
    neither_noise_sd: float
    effect_neither: float
    operator_returned: Share
    operator_by_capacity: float
    handled: Share
    handled_sd: float
    handled_noise_sd: float
    effect_returned_operator: float
    branded: Share
    branded_trend: float
    effect_brand: float
    standard: Share
    standard_trend: float
    effect_standards: float
    irrigated_mean: Share
    irrigated_by_production: float
    irrigated_sd: float
    grain_mean: Positive
    grain_sd: float
    weather_sd: float
    yearbook_noise_sd: float
    yearbook_missing: Share
    survey_waves: list[int]
    survey_villages: Count
    survey_households: Count
    household_sd: float
    household_noise_sd: float
    household_attrition: Share
    attrition_by_migration: float
    household_missing: Share
    missing_income: Share
    missing_other: Share

    @model_validator(mode="after")
    def _a_spillover_for_each_ring(self) -> Parameters:
        if len(self.spillover) != len(self.ring_bounds) - 1:
            raise ValueError("`spillover` has one value for each ring between two of `ring_bounds`")
        return self

    @property
    def years(self) -> list[int]:
        """The years of the panel."""
        return list(range(self.first_year, self.last_year + 1))


def load_parameters(preset: str = "mixed") -> Parameters:
    """Read the parameters that come with the package.

    Parameters
    ----------
    preset
        Which named preset to lay over them: ``mixed``, ``null``, ``negative`` or ``strong_moderation``.

    Returns
    -------
    ruralpanel.simulation.parameters.Parameters
        Sizes, shares and effects.

    Raises
    ------
    StudyError
        If there is no such preset.
    """
    values = dict(_file())
    presets = values.pop("presets")
    if preset not in presets:
        where = "parameters of the simulated economy"
        raise StudyError([Problem(where, f"there is no preset {preset!r}", hint=nearest(preset, presets))])
    return Parameters.model_validate({**values, **presets[preset], "preset": preset})


@cache
def _file() -> dict[str, Any]:
    text = files("ruralpanel.simulation").joinpath("parameters.yaml").read_text(encoding="utf-8")
    contents: dict[str, Any] = yaml.safe_load(text)
    return contents
