"""Two-stage differences in differences."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, TREATED_ROWS, Estimator

ESTIMATOR = Estimator(
    name="two_stage",
    rank=80,
    method="two-stage differences in differences",
    source="Gardner 2022",
    short="Two-stage",
    meaning="the same averages (Gardner 2022), with standard errors of two stages of estimation, clustered in one "
    "dimension; leads are mean residuals; no small-sample correction",
    question="Averages of effects, each treated row beside what untreated rows predict for it",
    page="[Staggered adoption](staggered.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    inference=("bootstrap", "permutation"),
    effects_from="untreated_rows",
    by_cohort=True,
    tests_leads=True,
    averages_effects=True,
    keys=("window",),
    target=TREATED_ROWS,
    crosscheck="ruralpanel.crosscheck.adopted:of_two_stage",
)
