"""Imputation with common shocks to which units respond in their own measure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation

NAME = "interactive_fixed_effects"


def _factors(equation: Equation) -> Iterator[Finding]:
    """Check effects, weights and clusters."""
    apart = "put it into a specification of its own"
    if set(equation.fixed_effects) != {equation.unit, equation.period}:
        what = f"{NAME} has effects of {equation.unit} and {equation.period}, and no others"
        yield Finding(what, apart, ("fixed_effects",))
    if equation.weights is not None or equation.matching is not None:
        yield Finding(f"{NAME} counts all units alike, and has no place for weights", apart, ("weights",))
    if not equation.inference.one_cluster:
        given = " and ".join(equation.inference.cluster or [equation.inference.variance])
        what = f"{NAME} draws clusters of one column, not {given}"
        yield Finding(what, f"name one column in `cluster`, or leave it out for {equation.unit}", ("inference",))


ESTIMATOR = Estimator(
    name=NAME,
    rank=75,
    method="imputation with interactive fixed effects",
    source="Bai 2009; Xu 2017; Athey, Bayati, Doudchenko, Imbens and Khosravi 2021",
    short="Interactive effects",
    meaning="imputation in which untreated outcomes have common shocks beside the effects of units and periods, to "
    "which each unit responds in its own measure: a number of factors (Bai 2009; Xu 2017), chosen by cross-validation, "
    "or matrix completion (Athey and others 2021); averages by event time and overall, errors by drawing clusters",
    question="Trends that are not parallel because units respond to common shocks in their own measure",
    page="[Interactive effects](interactive-effects.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    by_cohort=True,
    one_dimension=True,
    draws=True,
    follows_units="learns how each unit responds to common shocks",
    keys=("window", "factors"),
    without=("small_sample",),
    checks=(_factors,),
)
