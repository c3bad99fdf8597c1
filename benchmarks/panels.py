"""Panels of villages made for measuring: as large as asked for, and the same for every program."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

YEARS = range(2010, 2023)
COHORTS = range(2014, 2021)
REGRESSORS = [f"x{number}" for number in range(1, 9)]
SUBSETS = [list(each) for size in range(len(REGRESSORS) + 1) for each in combinations(REGRESSORS, size)]
"""The regressors of each specification of a curve."""
READ = ["village", "year", "county", "listed", "visits", "latitude", "x1", "x2", "x3", "y"]
"""The ten columns that programs are given to read from a file."""


def make_panel(villages: int, unbalanced: bool = False) -> pd.DataFrame:
    """Make a panel of villages over thirteen years, a quarter of them listed between 2014 and 2020.

    Parameters
    ----------
    villages
        How many; about 50 share a county and a tenth of the counties a province.
    unbalanced
        Leave out one row in ten, by chance.

    Returns
    -------
    pandas.DataFrame
        Columns village, year, county, province, latitude, longitude (degrees), cohort (0 for never), listed (0 or 1),
        eight regressors, the outcome ``y`` and a count ``visits``; sorted by village and year.
    """
    random = np.random.default_rng(1)
    years = np.asarray(YEARS)
    counties = max(villages // 50, 12)
    county = np.sort(random.integers(0, counties, villages))
    cohort = np.where(random.random(villages) < 0.25, random.choice(np.asarray(COHORTS), villages), 0)
    each = np.repeat(np.arange(villages), len(years))
    panel = pd.DataFrame({"village": each, "year": np.tile(years, villages), "county": county[each]})
    panel["province"] = panel["county"] % 10
    panel["latitude"] = random.uniform(25.0, 45.0, villages)[each]
    panel["longitude"] = random.uniform(100.0, 120.0, villages)[each]
    panel["cohort"] = cohort[each]
    panel["listed"] = ((panel["cohort"] > 0) & (panel["year"] >= panel["cohort"])).astype("int64")
    panel[REGRESSORS] = random.normal(size=(len(panel), len(REGRESSORS)))
    since = (panel["year"] - panel["cohort"] + 1) * panel["listed"]
    by_village, by_county = random.normal(size=villages), random.normal(size=(counties, len(years)))
    shock = by_village[each] + 0.3 * by_county[panel["county"], panel["year"] - years[0]]
    panel["y"] = 0.02 * since + 0.1 * panel["x1"] + shock + random.normal(size=len(panel))
    panel["visits"] = random.poisson(np.exp(0.5 + 0.02 * since + 0.1 * panel["x1"] + 0.3 * by_village[each]))
    if unbalanced:
        panel = panel[random.random(len(panel)) > 0.1].reset_index(drop=True)
    return panel
