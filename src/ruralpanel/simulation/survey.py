"""A household survey in some of the villages, in uneven waves, from which households drop out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ruralpanel.simulation.effects import SOURCES
from ruralpanel.simulation.parameters import Parameters
from ruralpanel.simulation.random_streams import stream

ATTRITION_YEARS = 2
"""The years between waves that the rate of attrition refers to."""

HOUSEHOLD_AMOUNTS = ["income", *(f"{source}_income" for source in SOURCES)]
"""The columns that a household may not tell."""


def survey_households(
    parameters: Parameters,
    villages: pd.Series,
    incomes: Mapping[str, np.ndarray],
    share_away: np.ndarray,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask households for their income, wave by wave.

    Parameters
    ----------
    parameters
        Waves, numbers, spread and attrition.
    villages
        Codes of all villages.
    incomes
        Of villages, by source, in yuan a head, shape (villages, years).
    share_away
        The share of registered residents away, the same shape.
    seed
        The economy's seed.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        One row a household and wave in which it was found, with incomes in whole yuan a head that add up; and, in the
        same rows, which amounts were not told.
    """
    random = stream(seed, "households")
    waves = [wave for wave in parameters.survey_waves if parameters.first_year <= wave <= parameters.last_year]
    number = min(parameters.survey_villages, len(villages))
    chosen = np.sort(random.choice(len(villages), number, replace=False))
    village = np.repeat(chosen, parameters.survey_households)
    order = np.tile(np.arange(1, parameters.survey_households + 1), number)
    households = pd.DataFrame(
        {
            "household": [f"{code}{each:02d}" for code, each in zip(villages.to_numpy()[village], order, strict=True)],
            "village": villages.to_numpy()[village],
            "size": 1 + random.poisson(parameters.household_size - 1, len(village)),
            "head_age": np.clip(np.round(random.normal(48, 11, len(village))), 18, 85).astype(int),
            "head_schooling": np.clip(np.round(random.normal(7.5, 3, len(village))), 0, 16).astype(int),
        }
    )
    lasting = random.normal(0, parameters.household_sd, len(village))
    found = np.ones(len(village), dtype=bool)
    parts, untold = [], []
    for position, wave in enumerate(waves):
        year = wave - parameters.first_year
        if position:
            gap = (wave - waves[position - 1]) / ATTRITION_YEARS
            found &= random.random(len(village)) < _retention(parameters, share_away[village, year]) ** gap
        noise = random.normal(0, parameters.household_noise_sd, len(village))
        around = np.exp(lasting + noise - parameters.household_sd**2 / 2)
        told = {
            f"{source}_income": np.round(values[village, year] * around).astype(np.int64)
            for source, values in incomes.items()
        }
        away = random.binomial(households["size"], share_away[village, year])
        hidden = random.random(len(village)) < parameters.household_missing
        rows = households.assign(wave=wave, away=away, income=sum(told.values()), **told)
        rows["head_age"] += wave - waves[0]
        parts.append(rows[found])
        untold.append(pd.DataFrame(dict.fromkeys(HOUSEHOLD_AMOUNTS, hidden))[found])
    columns = ["household", "village", "wave", "size", "away", *HOUSEHOLD_AMOUNTS, "head_age", "head_schooling"]
    table = pd.concat(parts, ignore_index=True)[columns]
    hidden_rows = pd.concat(untold, ignore_index=True)
    ordered = table.sort_values(["household", "wave"], kind="stable").index
    return table.loc[ordered].reset_index(drop=True), hidden_rows.loc[ordered].reset_index(drop=True)


def _retention(parameters: Parameters, share_away: np.ndarray) -> np.ndarray:
    """Give the chance of being found again after two years, lower where more people are away."""
    odds = np.exp(parameters.attrition_by_migration * np.log(share_away / share_away.mean()))
    return np.asarray(np.clip(1 - parameters.household_attrition * odds / odds.mean(), 0, 1))
