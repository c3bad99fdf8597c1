"""Which comparisons the two-way estimate is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _plain(equation: Equation) -> Iterator[Finding]:
    """Check that what is to be decomposed is the plain two-way regression that the theorem is about."""
    if equation.matching is not None:
        what = "bacon_decomposition is of a regression without weights, such as matching gives"
        yield Finding(what, key=("matching",))
    if set(equation.fixed_effects) != {equation.unit, equation.period}:
        what = f"bacon_decomposition is of effects of {equation.unit} and {equation.period}, and of no others"
        yield Finding(what, key=("fixed_effects",))
    for key, given in (("regressors", equation.regressors), ("weights", equation.panel_weights)):
        if given:
            what = f"bacon_decomposition is of a regression without {key}"
            yield Finding(what, "put it into a specification of its own", (key,))


ESTIMATOR = Estimator(
    name="bacon_decomposition",
    rank=140,
    method="a decomposition of two-way fixed effects into comparisons",
    source="Goodman-Bacon 2021",
    short="Goodman-Bacon",
    meaning="which comparisons the two-way estimate is made of (Goodman-Bacon 2021), each kind with its estimate and "
    "weight, on a balanced panel without regressors and weights",
    question="Which comparisons a two-way average is made of",
    page="[Two-way](two-way.md)",
    diagnosing="comparisons",
    gives=("comparison",),
    by_cohort=True,
    has_overall=False,
    assigned=False,
    follows_units="is of a balanced panel of units",
    checks=(_plain,),
    crosscheck="ruralpanel.crosscheck.adopted:of_comparisons",
)
