"""Means by cohort and period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _one_treatment(equation: Equation) -> Iterator[Finding]:
    """Check that there is one treatment, whose cohorts are meant."""
    if len(equation.treatments) > 1:
        hint = f"choose one with `treatments`: {', '.join(equation.treatments)}"
        yield Finding("means by cohort need one treatment", hint)


ESTIMATOR = Estimator(
    name="cohort_means",
    rank=170,
    method="means by cohort and period",
    short="Means by cohort",
    meaning="no regression: the outcome's mean by cohort and period, for figures of raw trends",
    question="No regression: means for figures",
    page="[below](#means)",
    gives=("cohort_mean",),
    describes=True,
    means_by_cohort=True,
    drafted="means",
    has_overall=False,
    assigned=False,
    without=("regressors", "fixed_effects", "small_sample", "variance"),
    checks=(_one_treatment,),
    crosscheck="ruralpanel.crosscheck.designs:of_cohort_means",
)
