"""Synthetic differences in differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, Estimator, Finding, Intervals

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation

NAME = "synthetic_difference_in_differences"


def _synthetic(equation: Equation) -> Iterator[Finding]:
    """Check effects, weights, clusters and donuts of an equation that is estimated with a synthetic control."""
    apart = "put it into a specification of its own"
    if set(equation.fixed_effects) != {equation.unit, equation.period}:
        what = f"{NAME} has effects of {equation.unit} and {equation.period}, and no others"
        yield Finding(what, apart, ("fixed_effects",))
    if equation.weights is not None:
        what = f"{NAME} finds weights of its own, and has no place for `{equation.weights}`"
        yield Finding(what, apart, ("weights",))
    inference, choice = equation.inference, equation.synthetic
    if not inference.one_cluster:
        given = " and ".join(inference.cluster or [inference.variance])
        what = f"{NAME} leaves out or draws clusters of one column, not {given}"
        hint = f"name one column in `cluster`, or leave it out for {equation.unit}"
        yield Finding(what, hint, ("inference",))
    elif choice is not None and choice.standard_errors == "placebo" and inference.cluster != [equation.unit]:
        given = ", ".join(inference.cluster or [])
        what = f"placebo treatments are given to single units, not to clusters of {given}"
        yield Finding(what, "choose `standard_errors: jackknife` or `bootstrap`", ("synthetic",))
    if equation.excluded_event_times:
        what = f"{NAME} needs units observed in all periods, and the treatment's donut leaves out rows of all treated"
        yield Finding(what, "declare the treatment a second time, without `donut`")


ESTIMATOR = Estimator(
    name=NAME,
    rank=120,
    method="synthetic differences in differences",
    source="Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021",
    short="Synthetic",
    meaning="each cohort beside units never treated, weighted so that their outcomes ran parallel to the cohort's "
    "before (Arkhangelsky and others 2021): effects by event time, by cohort and overall, of units observed in all "
    "periods; regressors are taken off the outcome with coefficients from units never treated",
    question="Few treated units, or trends that are not parallel to those of all others",
    page="[Synthetic](synthetic.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    inference=("permutation",),
    by_cohort=True,
    by_parts=True,
    one_dimension=True,
    follows_units="weighs units by their outcomes in all periods before treatment",
    keys=("window", "synthetic"),
    without=("small_sample",),
    checks=(_synthetic,),
    target="ruralpanel.monte_carlo.targets:over_rows_with_two_periods_before",
    intervals=Intervals(
        few_clusters="With fewer than {few} counties, jackknife standard errors are uncertain themselves, and "
        "intervals from the normal distribution leave no room for that",
        conservative="The jackknife holds the weights of villages and years fixed while counties are left out, though "
        "they were chosen to make up for what is then missing: its standard errors are rather too large, so that "
        "intervals hold the truth at least as often as they claim (Arkhangelsky and others 2021, theorem 2)",
    ),
)
