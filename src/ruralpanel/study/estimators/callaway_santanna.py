"""Effects by cohort and period, with untreated units as the only comparison."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, TREATED_ROWS, Estimator

ESTIMATOR = Estimator(
    name="callaway_santanna",
    rank=60,
    method="effects by cohort and period",
    source="Callaway and Sant’Anna 2021",
    short="Callaway–Sant’Anna",
    meaning="effects by cohort and period, and their averages, with untreated units as the only comparison",
    question="Effects by cohort and period, with covariates",
    page="[Callaway–Sant’Anna](callaway-santanna.md)",
    gives=(*BY_EVENT_TIME_AND_OVERALL, "cell"),
    by_cohort=True,
    by_parts=True,
    one_dimension=True,
    tests_leads=True,
    one_curve=True,
    moving_base="Effects before treatment, as Callaway and Sant’Anna have them, are from one period to the next.",
    keys=("window", "group_time"),
    without=("regressors", "fixed_effects", "small_sample"),
    inference=("bootstrap", "simultaneous", "permutation"),
    target=TREATED_ROWS,
    crosscheck="ruralpanel.crosscheck.designs:of_group_times",
)
