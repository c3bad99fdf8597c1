"""Imputation of untreated outcomes."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, TREATED_ROWS, Estimator

ESTIMATOR = Estimator(
    name="imputation",
    rank=70,
    method="imputation",
    source="Borusyak, Jaravel and Spiess 2024",
    short="Imputation",
    meaning="for staggered adoption, averages of effects by event time and overall (Borusyak, Jaravel & Spiess 2024): "
    "fixed effects and regressors fitted on untreated rows predict what treated rows would be; the averages are of the "
    "differences; leads are coefficients in the untreated rows; errors clustered in one dimension, without a "
    "small-sample correction",
    question="Averages of effects, each treated row beside what untreated rows predict for it",
    page="[Staggered adoption](staggered.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    inference=("bootstrap", "permutation"),
    effects_from="untreated_rows",
    by_cohort=True,
    tests_leads=True,
    leads_apart=True,
    averages_effects=True,
    keys=("window",),
    target=TREATED_ROWS,
    crosscheck="ruralpanel.crosscheck.adopted:of_imputation",
)
