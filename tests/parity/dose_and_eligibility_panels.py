"""The panels on which other programs estimated triple differences and effects over doses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

ELIGIBILITY: dict[str, dict[str, Any]] = {
    "never": {},
    "universal, with x": {"covariates": ["x"], "base_period": "universal"},
    "regression on x": {"covariates": ["x"], "method": "outcome_regression"},
    "weighted by x": {"covariates": ["x"], "method": "inverse_probability"},
    "not yet": {"comparison": "not_yet_treated"},
    "not yet, with x": {"comparison": "not_yet_treated", "covariates": ["x"]},
}
"""By call, the `group_time` of triple differences."""

AT = [0.5, 1.0, 2.0, 2.5]
DOSES: dict[str, dict[str, Any]] = {
    "two periods": {"compared_with": "never_treated"},
    "two periods, a knot": {"compared_with": "never_treated", "knots": 1},
    "two periods, a line": {"compared_with": "never_treated", "degree": 1},
    "staggered": {"compared_with": "not_yet_treated"},
}
"""By call, the `dose_response` beside the dose and where it is asked for."""


def with_eligibility() -> pd.DataFrame:
    """Draw 240 villages over five years, of which half can be treated; places and the eligible have trends."""
    random = np.random.default_rng(3)
    units = pd.DataFrame({"village": np.arange(240), "cohort": random.choice([0, 2003, 2004], 240)})
    units["eligible"], units["x"] = random.integers(0, 2, 240), random.normal(size=240)
    frame = units.merge(pd.DataFrame({"year": range(2001, 2006)}), how="cross")
    treated = (frame["cohort"] > 0) & (frame["year"] >= frame["cohort"]) & (frame["eligible"] == 1)
    trend = frame["eligible"] + 0.5 * (frame["cohort"] > 0) + 0.3 * frame["x"]
    return frame.assign(y=(frame["year"] - 2001) * trend + 2 * treated + random.normal(size=len(frame)))


def with_doses(cohorts: list[int], years: range) -> pd.DataFrame:
    """Draw 160 villages with doses, whose effects grow with the square of the dose."""
    random = np.random.default_rng(4)
    units = pd.DataFrame({"village": np.arange(160), "cohort": random.choice(cohorts, 160)})
    units["dose"] = random.uniform(0.2, 3, 160).round(3)
    frame = units.merge(pd.DataFrame({"year": years}), how="cross")
    treated = (frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])
    effect = treated * (1 + 0.5 * frame["dose"] ** 2)
    return frame.assign(y=0.2 * (frame["year"] - 2001) + effect + random.normal(size=len(frame)))


def dose_panel(call: str) -> pd.DataFrame:
    """Give the panel of a call."""
    return with_doses([0, 2003, 2004], range(2001, 2006)) if call == "staggered" else with_doses([0, 2], range(1, 3))
