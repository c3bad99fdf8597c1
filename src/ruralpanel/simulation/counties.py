"""What a yearbook prints of counties, under the codes that they had in the year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream

VILLAGES_PER_SAMPLED = 15
"""How many villages a county has for each in the sample."""

YEARBOOK_FIGURES = ["population", "output", "new_firms", "grain", "rural_income"]
"""The columns that may be missing."""


def publish_yearbook(
    parameters: Parameters, geography: Geography, series: Mapping[str, np.ndarray], seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add villages up to counties as they were in each year, and round as yearbooks do.

    Parameters
    ----------
    parameters
        The year of the recode, noise, what is missing.
    geography
        Which county a village is and was in.
    series
        Of villages, by column of the panel, shape (villages, years).
    seed
        The economy's seed.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        One row a county of then and year: ``county``, ``county_name``, ``province_name``, ``year``, ``population``
        (10,000 persons, two decimals), ``output`` (10,000 yuan), ``new_firms``, ``grain`` (tonnes), ``rural_income``
        (yuan); and, in the same rows, what it does not print.
    """
    random = stream(seed, "yearbook")
    villages = geography.villages
    parts = []
    for position, year in enumerate(parameters.years):
        now = year >= parameters.recode_year
        codes, names = ("county", "county_name") if now else ("county_before", "county_name_before")
        registered = series["registered"][:, position]
        table = pd.DataFrame(
            {
                "county": villages[codes],
                "county_name": villages[names],
                "province_name": villages["province_name"],
                "persons": registered,
                "yuan": registered * series["income"][:, position],
                "firms": series["new_enterprises"][:, position],
                "yield": registered * series["grain_yield"][:, position],
            }
        )
        sums = table.groupby(["county", "county_name", "province_name"], sort=True).sum().reset_index()
        income = sums["yuan"] / sums["persons"]
        noise = np.exp(random.normal(0, parameters.yearbook_noise_sd, (2, len(sums))))
        population = VILLAGES_PER_SAMPLED * sums["persons"]
        parts.append(
            pd.DataFrame(
                {
                    "county": sums["county"],
                    "county_name": sums["county_name"],
                    "province_name": sums["province_name"],
                    "year": year,
                    "population": np.round(population / 1e4, 2),
                    "output": np.round(2.2 * population * income * noise[0] / 1e4),
                    "new_firms": VILLAGES_PER_SAMPLED * sums["firms"],
                    "grain": np.round(1.2 * VILLAGES_PER_SAMPLED * sums["yield"] / 1000),
                    "rural_income": np.round(income * noise[1]),
                }
            )
        )
    printed = pd.concat(parts, ignore_index=True)
    missing = random.random((len(printed), len(YEARBOOK_FIGURES))) < parameters.yearbook_missing
    return printed, pd.DataFrame(missing, columns=YEARBOOK_FIGURES)
