"""Local projections."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import BY_EVENT_TIME_AND_OVERALL, Estimator

ESTIMATOR = Estimator(
    name="local_projections",
    rank=100,
    method="local projections",
    source="Dube, Girardi, Jordà and Taylor 2025",
    short="Local projections",
    meaning="changes since the reference period of units when they are treated, beside those of units still untreated "
    "(Dube, Girardi, Jordà & Taylor 2025), errors clustered in one dimension; regressors as they are in the reference "
    "period; the overall effect is that on the mean over event times from 0 to the end of the `window`",
    question="Averages of effects beside clean controls within a window",
    page="[Staggered adoption](staggered.md)",
    gives=BY_EVENT_TIME_AND_OVERALL,
    inference=("bootstrap", "permutation"),
    by_cohort=True,
    follows_units="takes the change of each unit since the reference period",
    averages_effects=True,
    needs_window=True,
    keys=("window", "missing_reference"),
    target="ruralpanel.monte_carlo.targets:over_projections",
    tells_leverage=True,
    crosscheck="ruralpanel.crosscheck.adopted:of_projections",
)
