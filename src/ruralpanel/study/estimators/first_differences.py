"""First differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import OF_TERMS, Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _no_slopes(equation: Equation) -> Iterator[Finding]:
    """Check that fixed effects have no slopes, whose difference is no slope."""
    sloping = [effect for effect in equation.fixed_effects if "[" in effect]
    if sloping:
        what = f"first_differences has fixed effects without slopes, not {', '.join(sloping)}"
        yield Finding(what, "put it into a specification of its own", ("fixed_effects",))


ESTIMATOR = Estimator(
    name="first_differences",
    rank=20,
    method="first differences",
    detail="from each period to the next",
    short="First differences",
    meaning="changes from one period to the next in place of units' effects; one coefficient a treatment",
    question="The same from changes between periods, or with instruments",
    page="[Instruments and first differences](instruments-and-differences.md)",
    follows_units="takes the change of each unit from one period to the next",
    gives=OF_TERMS,
    has_treatment_terms=True,
    keys=("anticipation",),
    inference=("bootstrap", "permutation"),
    imposes_null=True,
    checks=(_no_slopes,),
    tells_leverage=True,
    crosscheck="ruralpanel.crosscheck.designs:of_changes",
)
