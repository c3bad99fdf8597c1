"""Small economies, clean ones and such as tests plant a flaw in, as panels of villages in counties."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pandas as pd

from ruralpanel.diagnosis.finding import Finding
from ruralpanel.diagnosis.modules import item_module
from ruralpanel.diagnosis.subject import Subject, subject_of
from ruralpanel.estimation.block import block_results
from ruralpanel.study.diagnosis import Diagnosis
from ruralpanel.study.subjects import DeclaredSubject
from tests.conftest import dated, equation

CLEAN = 20
"""Economies without any flaw in which an item is to be silent."""

MOST_FALSE = 4
"""Of so many, a test of size 5% warns in more than this once in four hundred times."""


def economy(
    seed: int,
    villages: int = 120,
    counties: int = 40,
    years: int = 12,
    effect: float = 1.0,
    by_county: bool = False,
    treated: float = 0.5,
) -> pd.DataFrame:
    """Make a clean panel: an income with village and year effects, persistent shocks, and a constant effect of listing.

    Cohorts are spread over the middle years and drawn independently of everything; with ``by_county`` all villages of a
    county have the same.
    """
    random = np.random.default_rng([8, seed])
    county = np.arange(villages) % counties
    number = counties if by_county else villages
    first = random.choice(np.arange(years // 2, years - 2), size=number)
    first = np.where(random.permutation(number) < treated * number, first, 0)
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
    usual: dict[str, object] = {"inference": {"cluster": ["county"]}, "seed": 1}
    return DeclaredSubject(treatment="listed", outcome="y", equation=equation(**{**usual, **changes}))


def subject(panel: pd.DataFrame, events: pd.DataFrame | None = None, **changes: object) -> Subject:
    """Put the effect of listing on income together, with its two-way estimate as the study's own."""
    of = declared(**changes)
    estimates = block_results(panel, [of.equation]).estimates
    return subject_of(of, panel, estimates, seed=1, events=events)


def found(item: str, panel: pd.DataFrame, settings: dict[str, object] | None = None, **changes: object) -> Finding:
    """Look for an item in the effect of listing on income."""
    chosen = Diagnosis.model_validate({item: settings or {}}).settings(item)
    finding: Finding = import_module(item_module(item)).diagnose(subject(panel, **changes), chosen)
    assert finding.item == item
    return finding


def levels_in_clean_economies(item: str, settings: dict[str, object] | None = None, **changes: object) -> list[str]:
    """Give the level at which an item speaks in each clean economy."""
    return [found(item, economy(100 + seed), settings, **changes).level for seed in range(CLEAN)]
