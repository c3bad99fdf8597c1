"""Extended two-way fixed effects."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, TREATED_ROWS, Estimator

ESTIMATOR = Estimator(
    name="extended_two_way",
    rank=110,
    method="extended two-way fixed effects",
    source="Wooldridge 2021",
    short="Extended two-way",
    meaning="one coefficient for each cohort and treated period, averaged (Wooldridge 2021), errors clustered in one "
    "dimension; regressors have coefficients of their own in these, in every period and every cohort; no leads",
    question="Averages of effects, each treated row beside what untreated rows predict for it",
    page="[Staggered adoption](staggered.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    inference=("bootstrap", "permutation"),
    by_cohort=True,
    averages_effects=True,
    keys=("window",),
    target=TREATED_ROWS,
    tells_leverage=True,
    crosscheck="ruralpanel.crosscheck.designs:of_treated_cells",
)
