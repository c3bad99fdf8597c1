"""What rows of the estimates are of that is more than a column, each with the term that is part of its address.

A term is what people write: ``listed at distance = 12.5`` is an effect at a value of a moderator, ``first stage of
listed: distance`` a coefficient of a first stage, ``listed, mean of cohorts`` an average of effects, ``treated, kinship
high`` a group of which there are means. Nothing reads it back: what it says is in ``kind``, ``effect_of`` and ``at``.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

KINDS = {
    "coefficient": "a coefficient of a regression",
    "overall": "an effect over all cohorts and periods",
    "average": "another average of effects; `at` has which",
    "event_time": "an effect at an event time",
    "cohort": "an effect of a cohort",
    "cell": "an effect of a cohort in a period",
    "period": "a coefficient or effect in a period",
    "effect_at": "an effect at a value of a moderator; `at` has which",
    "response_at": "the response to more of a dose, at a value of it; `at` has which",
    "first_stage": "a coefficient of a first stage; `at` has whose",
    "density_test": "the jump of the density of a running variable at a threshold, and its test",
    "comparison": "a comparison of two groups by when they are treated",
    "mean": "the mean of a cohort, or of a group that `at` has, in a period",
    "cohort_size": "the size of a cohort",
    "lead_test": "the joint test of effects before treatment",
}
"""Every kind of row."""

JOINT_TEST = "joint test of leads"
"""The term under which an event study reports the joint test of its coefficients before treatment."""

LEAD_TEST = {"term": JOINT_TEST, "kind": "lead_test"}
"""What such a row is of."""

COHORT_SIZE = {"term": "cohort size", "kind": "cohort_size"}
"""What the rows of means are of that count a whole cohort, whatever period its units are seen in."""


def first_stage(endogenous: str, name: str) -> dict[str, Any]:
    """Say that a row is a coefficient in the first stage of an endogenous regressor."""
    term = f"first stage of {endogenous}: {name}"
    return {"term": term, "kind": "first_stage", "effect_of": name, "at": {"endogenous": endogenous}}


def effect_at(treatment: str, moderator: str, value: float | None = None) -> dict[str, Any]:
    """Say that a row is an effect at a value of a moderator, or why there is none at any."""
    term = f"{treatment} at {moderator}" + ("" if value is None else f" = {value!r}")
    return {"term": term, "kind": "effect_at", "effect_of": treatment, "at": {"moderator": moderator, "value": value}}


def response_at(treatment: str, dose: str, value: float) -> dict[str, Any]:
    """Say that a row is the response to one unit more of a dose, at a value of it."""
    term = f"{treatment} per unit of {dose} at {value!r}"
    return {"term": term, "kind": "response_at", "effect_of": treatment, "at": {"dose": dose, "value": value}}


def density_at(running: str) -> dict[str, Any]:
    """Say that a row is the jump of a running variable's density at its threshold."""
    return {"term": f"density of {running} at the threshold", "kind": "density_test", "effect_of": running}


def average(treatment: str, which: str) -> dict[str, Any]:
    """Say that a row is an average of effects; the overall one, which is called by the treatment alone, is not said."""
    if not which:
        return {"term": treatment}
    return {"term": f"{treatment}, {which}", "kind": "average", "effect_of": treatment, "at": {"average": which}}


def group_mean(is_treated: bool, moderator: str = "", is_high: bool = False) -> dict[str, Any]:
    """Say that a row is the mean of a group, treated or not, and high or low in a moderator."""
    group, level = "treated" if is_treated else "untreated", "high" if is_high else "low"
    at = {"treated": bool(is_treated)} | ({"moderator": moderator, "level": level} if moderator else {})
    return {"term": f"{group}, {moderator} {level}" if moderator else group, "kind": "mean", "at": at}


def kind_of(row: dict[str, Any], is_regression: bool) -> str:
    """Give the kind of a row whose estimator does not say it, which follows from its place.

    Parameters
    ----------
    row
        The columns of the estimates.
    is_regression
        Whether a row without event time, cohort and period is a coefficient, and not an effect over these.
    """
    has = {name for name in ("event_time", "cohort", "period") if row.get(name, "") != "" and pd.notna(row[name])}
    if "cohort" in has:
        return "cohort" if has == {"cohort"} else "cell"
    placed = "event_time" if "event_time" in has else "period" if "period" in has else ""
    return placed or ("coefficient" if is_regression else "overall")
