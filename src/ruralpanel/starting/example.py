"""The raw file of the study that a new folder begins with: villages that get a road, with known effects on income."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.simulation.random_streams import stream

SEED = 2026
VILLAGES, VILLAGES_A_COUNTY = 160, 8
YEARS = range(2008, 2020)
FIRST_YEARS = (2012, 2014, 2016, 0)
"""Years in which roads open; 0: none does. A quarter of the villages of each county, by lot."""

EFFECTS = (0.04, 0.07, 0.09, 0.10)
"""What a road adds to the logarithm of income in its first, second and third year, and from the fourth on."""

NOT_TOLD = -9
"""What the file says where a village did not tell its income, as a form would."""

SHARE_NOT_TOLD = 0.01


def example_panel() -> pd.DataFrame:
    """Simulate the raw file: a row for each village and year.

    Income is 8,000 yuan, times what a village, a county in a year, and chance make of it, and what its road adds.

    Returns
    -------
    pandas.DataFrame
        Columns ``village``, ``county``, ``year``, ``income`` (yuan a head), ``residents`` and ``first_year``.
    """
    random = stream(SEED, "example")
    years = np.array(YEARS)
    county = np.arange(VILLAGES) // VILLAGES_A_COUNTY
    drawn = np.resize(FIRST_YEARS, (VILLAGES // VILLAGES_A_COUNTY, VILLAGES_A_COUNTY))
    opening = random.permuted(drawn, axis=1).ravel()
    income = np.log(8000) + random.normal(0, 0.3, VILLAGES)[:, None] + 0.06 * (years - years[0])
    income = income + random.normal(0, 0.03, (county.max() + 1, len(years)))[county]
    income = income + _added(years - opening[:, None], opening) + random.normal(0, 0.08, income.shape)
    residents = random.integers(400, 3000, VILLAGES)[:, None] + np.rint(random.normal(0, 15, income.shape)).astype(int)
    shown = np.rint(np.exp(income)).astype(int)
    shown[random.random(income.shape) < SHARE_NOT_TOLD] = NOT_TOLD
    rows = np.arange(VILLAGES).repeat(len(years))
    return pd.DataFrame(
        {
            "village": [f"V{number + 1:03d}" for number in rows],
            "county": [f"C{county[number] + 1:02d}" for number in rows],
            "year": np.tile(years, VILLAGES),
            "income": shown.ravel(),
            "residents": residents.ravel(),
            "first_year": opening[rows],
        }
    )


def _added(since: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """Give what roads add to the logarithm of income, by the years since they opened."""
    path = np.array([0.0, *EFFECTS])
    treated = (opening[:, None] > 0) & (since >= 0)
    return np.asarray(np.where(treated, path[np.clip(since + 1, 0, len(EFFECTS))], 0.0))


def true_effects() -> dict[str, object]:
    """Say what is true of the simulated villages, for the study's ``facts``.

    Returns
    -------
    dict of str to object
        The effects on the logarithm of income by event time, and their average over treated rows.
    """
    longest = YEARS[-1] - min(year for year in FIRST_YEARS if year)
    by_time = {time: EFFECTS[min(time, len(EFFECTS) - 1)] for time in range(longest + 1)}
    treated = [by_time[year - first] for first in FIRST_YEARS if first for year in YEARS if year >= first]
    return {
        "note": "Simulated by ruralpanel: the true effects of a road on the logarithm of income per head.",
        "log_income": {
            "average": round(float(np.mean(treated)), 6),
            "by_event_time": {str(time): effect for time, effect in by_time.items()},
        },
    }
