"""Triple differences: cohorts of which some units can be treated and others cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _eligible(equation: Equation) -> list[str]:
    return [equation.eligible] if equation.eligible else []


def _needs_eligible(equation: Equation) -> Iterator[Finding]:
    """Check that the study says who can be treated."""
    if equation.eligible is None:
        hint = "such as `eligible: poor`: a column of 0 and 1, of who can be treated when the cohort is"
        yield Finding("triple_differences needs `eligible`", hint)


ESTIMATOR = Estimator(
    name="triple_differences",
    rank=65,
    method="triple differences by cohort and period",
    source="Ortiz-Villavicencio and Sant’Anna 2025",
    short="Triple differences",
    meaning="effects by cohort and period on units that are `eligible`, and their averages over these: the change of "
    "the eligible beyond that of the others in their cohort, less the same in units not treated (Ortiz-Villavicencio "
    "& Sant’Anna 2025)",
    question="Effects where some units of a treated place cannot be treated, and places need not have parallel trends",
    page="[Triple differences](triple-differences.md)",
    gives=(*BY_EVENT_TIME_AND_OVERALL, "cell"),
    by_cohort=True,
    by_parts=True,
    one_dimension=True,
    tests_leads=True,
    one_curve=True,
    moving_base="Effects before treatment are from one period to the next.",
    keys=("window", "group_time", "eligible"),
    without=("regressors", "fixed_effects", "small_sample"),
    inference=("bootstrap", "simultaneous"),
    checks=(_needs_eligible,),
    knows=_eligible,
    example=("eligible='odd'", "states['odd'] = states['sid'] % 2"),
)
