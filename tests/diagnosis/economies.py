"""Small economies with one flaw each, and clean ones, as panels of villages in counties; all else is noise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.diagnosis.subject import Subject, subject_of
from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.estimates import ROW
from ruralpanel.study.subjects import DeclaredSubject
from tests.conftest import dated, equation

NEVER = 0


def economy(
    seed: int,
    villages: int = 200,
    counties: int = 40,
    years: int = 12,
    effect: float = 0.3,
    by_county: bool = False,
    treated: float = 0.5,
) -> pd.DataFrame:
    """Make a panel: an income with village and year effects, persistent shocks, and a constant effect of listing.

    Cohorts are spread over the middle years and drawn independently of everything; with ``by_county`` all villages of a
    county have the same.
    """
    random = np.random.default_rng([8, seed])
    county = np.arange(villages) % counties
    number = counties if by_county else villages
    first = random.choice(np.arange(years // 2, years - 2), size=number)
    first = np.where(random.permutation(number) < treated * number, first, NEVER)
    cohort = first[county] if by_county else first
    shocks = np.empty((villages, years))
    shocks[:, 0] = random.normal(size=villages) / np.sqrt(1 - 0.5**2)
    for year in range(1, years):
        shocks[:, year] = 0.5 * shocks[:, year - 1] + random.normal(size=villages)
    common = random.normal(scale=0.5, size=(counties, years))[county]
    year = np.arange(years)
    listed = (cohort[:, None] > 0) & (year >= cohort[:, None])
    income = random.normal(size=(villages, 1)) + 0.1 * year + common + shocks + effect * listed
    frame = pd.DataFrame(
        {
            "village": np.repeat(np.arange(villages), years),
            "year": np.tile(year, villages),
            "county": np.repeat(county, years),
            "cohort": np.repeat(cohort, years),
            "y": income.ravel(),
            "x": random.normal(size=villages * years),
        }
    )
    return dated(frame)


def declared(**changes: object) -> DeclaredSubject:
    """Declare the effect of listing on income."""
    usual = {"inference": {"cluster": ["county"]}, "seed": 1}
    return DeclaredSubject(treatment="listed", outcome="y", equation=equation(**{**usual, **changes}))


def subject(panel: pd.DataFrame, seed: int = 1, **changes: object) -> Subject:
    """Put the effect of listing on income together, with its two-way estimate as the study's own."""
    of = declared(**changes)
    estimates, _ = estimate_block(panel, [of.equation])
    estimates.insert(0, ROW, range(1, len(estimates) + 1)) if ROW not in estimates else None
    return subject_of(of, panel, estimates, seed)
