"""Complementary log-log regression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import OF_TERMS, Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _dummies(equation: Equation) -> Iterator[Finding]:
    """Check that fixed effects are plain, and that standard errors can be had."""
    slopes = [effect for effect in equation.fixed_effects if "[" in effect]
    if slopes:
        what = f"complementary_log_log has fixed effects without slopes, not {', '.join(slopes)}"
        yield Finding(what, key=("fixed_effects",))
    within = {equation.unit, equation.timing_unit} & set(equation.fixed_effects)
    if within:
        what = f"a dummy for every {min(within)} makes the estimates of complementary_log_log inconsistent"
        yield Finding(what, f"such as `fixed_effects: [{equation.period}]`", ("fixed_effects",))
    inference = equation.inference
    if not inference.one_cluster and inference.vcov.many != "rows":
        what = "complementary_log_log has standard errors clustered in one dimension, or without clusters"
        yield Finding(what, key=("inference",))


ESTIMATOR = Estimator(
    name="complementary_log_log",
    rank=160,
    method="complementary log-log regression",
    log_of="the hazard",
    short="Compl. log-log",
    meaning="for an outcome of 0 and 1, such as adoption: coefficients of the log of the hazard",
    question="Who is treated, and when",
    page="[Adoption and counts](adoption-and-counts.md)",
    gives=OF_TERMS,
    inference=("bootstrap",),
    has_treatment_terms=True,
    outcome="event",
    of_adoption=True,
    keys=("anticipation",),
    checks=(_dummies,),
    crosscheck="ruralpanel.crosscheck.designs:of_hazards",
)
