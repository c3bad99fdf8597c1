"""Averages over cohorts, each measured on its own."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, TREATED_ROWS, Estimator, Intervals

ESTIMATOR = Estimator(
    name="sun_abraham",
    rank=50,
    method="averages over cohorts",
    source="Sun and Abraham 2021",
    short="Sun–Abraham",
    meaning="one coefficient an event time, and their average: averages over cohorts (Sun & Abraham 2021)",
    question="The same, if cohorts may differ",
    page="[Event studies](event-studies.md)",
    diagnosing="averages",
    gives=BY_EVENT_TIME_AND_OVERALL,
    by_cohort=True,
    tests_leads=True,
    one_curve=True,
    keys=("window", "always_treated", "comparison", "missing_reference"),
    inference=("bootstrap", "simultaneous", "permutation"),
    drafted="staggered",
    target=TREATED_ROWS,
    crosscheck="ruralpanel.crosscheck.designs:of_cohorts",
    intervals=Intervals(
        periods="With a coefficient for every cohort and event time, what is left adds up to zero over the villages of "
        "each year: the years as a second dimension of clusters add nothing, and the overlap with the counties is "
        "taken away all the same, so that standard errors are too small with any number of years"
    ),
    tells_leverage=True,
)
