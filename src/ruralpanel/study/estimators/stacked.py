"""Stacked event studies."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, Estimator

ESTIMATOR = Estimator(
    name="stacked",
    rank=90,
    method="stacked event studies",
    source="Wing, Freedman and Hollingsworth 2024",
    short="Stacked",
    meaning="the same for each cohort over its `window` beside units that stay untreated in it (Cengiz and others 2019 "
    "with the weights of Wing, Freedman & Hollingsworth 2024), errors clustered in one dimension; fixed effects once a "
    "stack; the overall effect is the mean over event times",
    question="Averages of effects beside clean controls within a window",
    page="[Staggered adoption](staggered.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    inference=("bootstrap", "permutation"),
    by_cohort=True,
    tests_leads=True,
    one_curve=True,
    averages_effects=True,
    needs_window=True,
    reports_reference=True,
    keys=("window", "missing_reference"),
    target="ruralpanel.monte_carlo.targets:over_stacks",
    tells_leverage=True,
    crosscheck="ruralpanel.crosscheck.adopted:of_stack",
)
