"""Bias and coverage over the replications of each design, and whether they are what theory says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.monte_carlo.expectations import Expectation, expectation
from ruralpanel.monte_carlo.plan import Design, Plan

BAND = (0.93, 0.97)
"""Where coverage of nominal 95% intervals is called right."""

BIASED = 4.0
"""Simulation errors of a bias beyond which it is no accident, with some hundred of them looked at."""

COVERS = "covers"
TOO_RARELY = "surprise: covers too rarely"
TOO_OFTEN = "surprise: covers too often"
BIAS = "surprise: biased"
MORE_OFTEN = "covers, and more often, as expected"
OFF = "off, as expected"
NOT_OFF = "not expected to cover, but not off"
NOTHING = "no estimate"

SURPRISES = {TOO_RARELY: "covers too rarely", TOO_OFTEN: "covers too often", BIAS: "biased"}
"""Those that convict, and what a sentence says of them."""

KEY = ["design", "estimator", "variance", "target"]
"""What identifies a row of the summary."""


def summarise(replications: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Summarise the replications.

    Parameters
    ----------
    replications
        From :func:`ruralpanel.monte_carlo.replicate.replicate`, for all designs.
    plan
        Says what each design, estimator and kind of standard errors is.

    Returns
    -------
    pandas.DataFrame
        One row a design, estimator, kind of standard errors and target, in the plan's order. ``bias`` is the mean of
        estimate less truth, ``bias_error`` its simulation error, ``sd_of_errors`` the standard deviation of estimate
        less truth, which ``mean_standard_error`` should equal; ``coverage`` is the share of intervals that hold the
        truth, with the ends of its own 95% interval (Wilson), and ``rejects_zero`` the share that leave out zero.
    """
    designs = {design.name: design for design in plan.designs()}
    rows = []
    for place, found in replications.groupby(KEY, sort=False):
        design, estimator, variance, target = map(str, place)
        said = expectation(designs[design], estimator, plan.variances[variance])
        rows.append(
            {
                "design": design,
                **_levels(designs[design]),
                "estimator": estimator,
                "variance": variance,
                "target": target,
                **_numbers(found),
                "expected_to_cover": said.covers,
                "may_cover_more": said.covers and not said.exactly,
                "why": said.why,
            }
        )
    table = pd.DataFrame(rows)
    table["verdict"] = [
        verdict(row, Expectation(row["expected_to_cover"], row["why"])) for row in table.to_dict("records")
    ]
    order = {name: position for position, name in enumerate([*designs, *plan.estimators, *plan.variances])}
    return table.sort_values(
        ["design", "estimator", "variance", "target"],
        key=lambda column: column.map(order) if column.name != "target" else column != "overall",
        kind="stable",
    ).reset_index(drop=True)


def verdict(row: Mapping[Any, Any], expected: Expectation) -> str:
    """Hold a row of the summary to what theory says.

    Coverage counts as off when its whole interval is outside the band: a few replications cannot convict.

    Parameters
    ----------
    row
        With bias, coverage and what is not known of them.
    expected
        What theory says.
    """
    if not row["replications"] - row["failures"]:
        return NOTHING
    below, above = row["coverage_high"] < BAND[0], row["coverage_low"] > BAND[1]
    if not expected.covers:
        return OFF if below or above else NOT_OFF
    if below or (above and expected.exactly):
        return TOO_RARELY if below else TOO_OFTEN
    if abs(row["bias"]) > BIASED * row["bias_error"]:
        return BIAS
    return MORE_OFTEN if above else COVERS


def _levels(design: Design) -> dict[str, Any]:
    return {"effects": design.effects, "selection": design.selection, "clusters": design.clusters}


def _numbers(found: pd.DataFrame) -> dict[str, float]:
    """Compute what the replications of one row say."""
    from scipy.stats import binomtest

    known = found[found[["truth", "estimate", "interval_low", "interval_high"]].notna().all(axis=1)]
    number, counts = len(known), {"replications": len(found), "failures": len(found) - len(known)}
    if not number:
        return {**counts}
    error = known["estimate"] - known["truth"]
    holds = int(known["truth"].between(known["interval_low"], known["interval_high"]).sum())
    interval = binomtest(holds, number).proportion_ci(method="wilson")
    spread = float(error.std()) if number > 1 else float("nan")
    return {
        **counts,
        "mean_truth": float(known["truth"].mean()),
        "mean_estimate": float(known["estimate"].mean()),
        "bias": float(error.mean()),
        "bias_error": spread / float(np.sqrt(number)),
        "sd_of_errors": spread,
        "mean_standard_error": float(known["standard_error"].mean()),
        "coverage": holds / number,
        "coverage_low": float(interval.low),
        "coverage_high": float(interval.high),
        "rejects_zero": 1 - float(((known["interval_low"] <= 0) & (known["interval_high"] >= 0)).mean()),
    }
