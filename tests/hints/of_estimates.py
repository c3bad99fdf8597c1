"""Equations without an estimate, whose reason says what to do, and the estimate that there is once it is done."""

from __future__ import annotations

import pandas as pd

from tests.hints.attempt import SURVEY, Case, Made

MAIN = "blocks.main"
ONCE = SURVEY.assign(county=[f"{village:06}" for village in SURVEY["village"]], town=SURVEY["village"] % 2)
PERSONS = pd.concat([ONCE, ONCE.assign(rain=3, income=ONCE["income"] + 1)]).assign(village=range(2 * len(ONCE)))
ALL = SURVEY.assign(treated=(SURVEY["year"] >= 2009 + SURVEY["village"] % 3).astype(int))


def is_estimated(made: Made) -> bool:
    """Tell whether there is a number."""
    return bool(made.estimates["estimate"].notna().any())


BY_COUNTY = {"survey.csv": PERSONS, "sources.survey.columns.town": {}}

CASES: list[Case] = [
    Case(
        "cannot be squared; choose another unit",
        {"panel.derived": {"much": "income * 1e100 * 1e60"}, "outcomes.income.column": "much"},
        {"panel.derived": {"much": "income * 1e3"}},
        is_estimated,
    ),
    Case(
        "every village is seen once: name `fixed_effects` of a larger group",
        {**BY_COUNTY, f"{MAIN}.fixed_effects": ["village", "year"]},
        (
            {f"{MAIN}.fixed_effects": ["county", "year"]},
            {"designation.listed.level": "county", f"{MAIN}.fixed_effects": ["county", "year"]},
        ),
        is_estimated,
    ),
    Case(
        "write `level: county` under `designation.listed`",
        {**BY_COUNTY, f"{MAIN}.estimators": ["callaway_santanna"]},
        {"designation.listed.level": "county"},
        is_estimated,
    ),
    Case(
        "give a `window`",
        {"survey.csv": ALL, f"{MAIN}.estimators": ["event_study"]},
        {f"{MAIN}.window": [-2, 2]},
        is_estimated,
    ),
]
