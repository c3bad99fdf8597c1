"""Draw economies of a design and let every estimator say what it finds in each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.block import estimate_block
from ruralpanel.monte_carlo.draws import REFERENCE, TREATMENT, Draw, draw, seed_of
from ruralpanel.monte_carlo.plan import Design
from ruralpanel.monte_carlo.targets import target
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS, EstimatorName
from ruralpanel.study.synthetic import Synthetic

OVERALL = "overall"

KEY = ["design", "replication", "estimator", "variance", "target"]
"""What identifies a row of replications."""


def equation_of(design: Design, estimator: EstimatorName, variance: str, seed: int) -> Equation:
    """Write the equation of an estimator with one kind of standard errors."""
    plan = design.plan
    inference = plan.variances[variance]
    return Equation(
        block=design.name,
        specification=variance,
        outcome="income",
        transformation="log",
        estimator=estimator,
        unit="village",
        period="year",
        treatments=[TREATMENT],
        inference=inference,
        window=plan.window if "window" in ESTIMATORS[estimator].keys else None,
        # With hundreds of villages never treated, the other search ends short of the best weights, and takes long.
        synthetic=Synthetic(search="newton") if "synthetic" in ESTIMATORS[estimator].keys else None,
        reference_period=REFERENCE,
        latitude="latitude" if inference.vcov.needs_places else None,
        longitude="longitude" if inference.vcov.needs_places else None,
        seed=seed,
    )


def replicate(design: Design, replications: Iterable[int]) -> pd.DataFrame:
    """Draw economies and estimate the effect in each.

    Parameters
    ----------
    design
        Their kind.
    replications
        Their numbers.

    Returns
    -------
    pandas.DataFrame
        One row a replication, estimator, kind of standard errors and target, with the ``truth``, the ``estimate``,
        its ``standard_error`` and interval, and the ``reason`` where it has none.
    """
    rows: list[dict[str, Any]] = []
    for replication in replications:
        drawn, seed = draw(design, replication), seed_of(design, replication)
        equations = [equation_of(design, *pair, seed) for pair in design.plan.admitted()]
        estimates, _ = estimate_block(drawn.panel, equations)
        found = dict(list(estimates.groupby(["estimator", "specification"], sort=False)))
        for equation in equations:
            own = found[equation.estimator, equation.specification]
            place = {"design": design.name, "replication": replication}
            rows += [place | row for row in _rows(own, equation, drawn, design)]
    return pd.DataFrame(rows)


def _rows(estimates: pd.DataFrame, equation: Equation, drawn: Draw, design: Design) -> list[dict[str, Any]]:
    """Pick the overall effect, and that at the event time looked at, and put the truth beside them."""
    plan, rows = design.plan, []
    times: list[int | None] = [None] if ESTIMATORS[equation.estimator].has_overall else []
    if "window" in ESTIMATORS[equation.estimator].keys:
        times.append(plan.event_time)
    averages = estimates[(estimates["term"] == TREATMENT) & (estimates["cohort"] == "") & estimates["period"].isna()]
    ends = "_bootstrap" if equation.inference.bootstrap is not None else ""
    numbers = {
        "estimate": "estimate",
        "standard_error": "standard_error",
        "interval_low": f"interval_low{ends}",
        "interval_high": f"interval_high{ends}",
    }
    for event_time in times:
        at = averages["event_time"].isna() if event_time is None else averages["event_time"].eq(event_time)
        # Where nothing could be estimated, there is one row with the reason.
        found = averages[at] if at.any() else estimates.assign(**dict.fromkeys(numbers.values(), np.nan))
        rows.append(
            {
                "estimator": equation.estimator,
                "variance": equation.specification,
                "target": OVERALL if event_time is None else f"event time {event_time}",
                "truth": target(equation.estimator, drawn, plan.window, event_time),
                **{name: found[column].iloc[0] for name, column in numbers.items()},
                "reason": found["reason"].iloc[0],
            }
        )
    return rows
