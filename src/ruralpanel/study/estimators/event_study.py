"""Event study by two-way fixed effects."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import TREATED_ROWS, Estimator, Intervals

ESTIMATOR = Estimator(
    name="event_study",
    rank=40,
    method="event study with fixed effects",
    short="Event study",
    in_a_sentence="an event study",
    meaning="one coefficient an event time",
    question="Effects by time since treatment, if they are the same in all cohorts",
    page="[Event studies](event-studies.md)",
    gives=("event_time",),
    by_cohort=True,
    has_overall=False,
    tests_leads=True,
    one_curve=True,
    reports_reference=True,
    keys=("window", "always_treated", "missing_reference"),
    inference=("bootstrap", "simultaneous", "permutation"),
    imposes_null=True,
    drafted="event_times",
    target=TREATED_ROWS,
    crosscheck="ruralpanel.crosscheck.designs:of_event_times",
    intervals=Intervals(
        heterogeneous="Effects differ by cohort, and a two-way event study lets the coefficient of one event time "
        "pick up effects of others (Sun and Abraham 2021)"
    ),
    tells_leverage=True,
)
