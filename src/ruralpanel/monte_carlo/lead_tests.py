"""How often joint tests of leads reject in economies in which nothing has an effect before treatment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ruralpanel.estimation.modules import estimate_function
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.frames.ledger import Ledger
from ruralpanel.monte_carlo.draws import draw, seed_of
from ruralpanel.monte_carlo.plan import LeadDesign, Plan
from ruralpanel.monte_carlo.replicate import equation_of
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import TESTING_LEADS

LEVEL = 0.05
"""The level at which tests reject."""

BAND = (0.03, 0.08)
"""The shares of rejections that are called right."""

RIGHT = "as often as it claims"
TOO_OFTEN = "surprise: rejects too often"
TOO_RARELY = "surprise: rejects too rarely"
NOTHING = "no test"
SURPRISES = {TOO_OFTEN: "rejects too often", TOO_RARELY: "rejects too rarely"}
"""Those that convict, and what a sentence says of them."""

REPLICATIONS_KEY = ["design", "replication", "window", "estimator"]
"""What identifies a row of replications."""

KEY = ["design", "window", "estimator"]
"""What identifies a row of the summary."""


def replicate_lead_tests(design: LeadDesign, replications: Iterable[int]) -> pd.DataFrame:
    """Draw economies and test the leads of every estimator that has a test.

    Parameters
    ----------
    design
        Their kind.
    replications
        Their numbers.

    Returns
    -------
    pandas.DataFrame
        One row a replication, window and estimator, with the test's ``p_value``, or its ``reason`` where it has none.
    """
    plan = design.plan
    assert plan.leads is not None
    estimators = [name for name in plan.estimators if name in TESTING_LEADS]
    rows: list[dict[str, Any]] = []
    for replication in replications:
        drawn, seed = draw(design, replication), seed_of(design, replication)
        for name, window in plan.leads.windows.items():
            for estimator in estimators:
                equation = equation_of(design, estimator, "county", seed).model_copy(update={"window": window})
                place = {"design": design.name, "replication": replication, "window": name, "estimator": estimator}
                rows.append({**place, **_test(drawn.panel, equation)})
    return pd.DataFrame(rows)


def _test(panel: pd.DataFrame, equation: Equation) -> dict[str, Any]:
    """Give the p-value of an equation's test, and the reason where it has none."""
    ledger = Ledger("estimation", equation.block, equation.unit, equation.period)
    try:
        result = estimate_function(equation.estimator)(panel, equation, ledger)
    except CannotEstimate as error:
        return {"p_value": float("nan"), "reason": error.reason.code}
    (test,) = (row for row in result.rows if row.get("kind") == "lead_test")
    return {"p_value": test.get("p_value", float("nan")), "reason": test["reason"].code}


def summarise_lead_tests(replications: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Count the tests that reject.

    Parameters
    ----------
    replications
        From :func:`replicate_lead_tests`, for all designs.
    plan
        Says what each design is.

    Returns
    -------
    pandas.DataFrame
        One row a design, window and estimator, in the plan's order: ``rejects``, the share of tests that reject at
        :data:`LEVEL`, with the ends of its own 95% interval (Wilson), and a verdict, which convicts where the whole
        interval is outside the :data:`BAND`.
    """
    from scipy.stats import binomtest

    assert plan.leads is not None
    rows = []
    for design in plan.lead_designs():
        for name, window in plan.leads.windows.items():
            for estimator in (each for each in plan.estimators if each in TESTING_LEADS):
                chosen = (replications[KEY] == [design.name, name, estimator]).all(axis=1)
                known = replications.loc[chosen, "p_value"].dropna()
                row = {
                    "design": design.name,
                    "clusters": design.clusters,
                    "window": name,
                    "first_lead": window[0],
                    "estimator": estimator,
                    "replications": int(chosen.sum()),
                    "failures": int(chosen.sum()) - len(known),
                }
                if len(known):
                    large = int((known < LEVEL).sum())
                    interval = binomtest(large, len(known)).proportion_ci(method="wilson")
                    row |= {"rejects": large / len(known), "rejects_low": interval.low, "rejects_high": interval.high}
                rows.append(row | {"verdict": verdict(row)})
    return pd.DataFrame(rows)


def verdict(row: dict[str, Any]) -> str:
    """Hold a row of the summary to what a test at :data:`LEVEL` claims."""
    if pd.isna(row.get("rejects")):
        return NOTHING
    if row["rejects_low"] > BAND[1]:
        return TOO_OFTEN
    return TOO_RARELY if row["rejects_high"] < BAND[0] else RIGHT
