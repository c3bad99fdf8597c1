"""Differences around first changes of treatment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation

NAME = "chaisemartin_dhaultfoeuille"


def _switching(equation: Equation) -> Iterator[Finding]:
    """Check that effects begin with the change of treatment, and that there is a window where one is needed."""
    for name in equation.anticipation:
        what = f"{NAME} measures from the period before a change, and `{name}` has an `anticipation`"
        yield Finding(what, "estimate it with another estimator of staggered adoption")
    if equation.switching is not None and equation.switching.same_switchers and equation.window is None:
        hint = "such as `window: [-3, 3]`: up to its end, the same units are seen"
        yield Finding("`same_switchers` needs a `window`", hint, ("switching",))


ESTIMATOR = Estimator(
    name=NAME,
    rank=130,
    method="differences around first changes of treatment",
    source="de Chaisemartin and D’Haultfœuille 2024",
    overall="over all event times, the average total effect per unit of treatment",
    short="Chaisemartin–D’Haultfœuille",
    meaning="for treatments that end or vary in intensity, and for those that stay (de Chaisemartin & D'Haultfœuille "
    "2024): effects by periods since a unit's treatment first changed, beside units with the same first treatment that "
    "still have it; placebos before; and the average total effect per unit of treatment; standard errors are those of "
    "the authors' did_multiplegt_dyn, clustered in one dimension",
    question="A treatment that ends, returns or varies in intensity",
    page="[Switching](switching.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    inference=("bootstrap", "permutation"),
    by_cohort=True,
    tests_leads=True,
    follows_units="follows the treatment and the outcome of each unit",
    treatment_may_end=True,
    averages_effects=True,
    keys=("window", "switching"),
    without=("regressors", "fixed_effects", "small_sample"),
    checks=(_switching,),
    target="ruralpanel.monte_carlo.targets:over_rows_beside_some_not_listed",
)
