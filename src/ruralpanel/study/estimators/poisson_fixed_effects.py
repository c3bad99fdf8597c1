"""Poisson regression with fixed effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import OF_TERMS, Estimator, Finding
from ruralpanel.study.vcovs import VCOVS

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _of_counts(equation: Equation) -> Iterator[Finding]:
    """Check that a Poisson regression is of counts, with errors that can be had."""
    if equation.transformation != "none":
        yield Finding(
            f"the outcome `{equation.outcome}` is transformed ({equation.transformation}), but a Poisson regression "
            "has the log in its mean already",
            "declare a second outcome with the same `column` and no `transformation`",
        )
    if equation.inference.vcov.constant_variance:
        others = [name for name, each in VCOVS.items() if not each.constant_variance]
        yield Finding(
            "the variance of a count grows with its mean, so "
            f"`{equation.inference.variance}` standard errors are wrong here",
            f"choose {', '.join(others[:-1])} or {others[-1]}",
        )


ESTIMATOR = Estimator(
    name="poisson_fixed_effects",
    rank=150,
    method="Poisson regression with fixed effects",
    log_of="the mean",
    short="Poisson",
    meaning="one coefficient a treatment, for counts with zeros: a proportional effect",
    question="Counts with zeros",
    page="[Adoption and counts](adoption-and-counts.md)",
    gives=OF_TERMS,
    inference=("bootstrap", "permutation"),
    has_treatment_terms=True,
    outcome="count",
    keys=("anticipation",),
    checks=(_of_counts,),
    crosscheck="ruralpanel.crosscheck.designs:of_counts",
)
