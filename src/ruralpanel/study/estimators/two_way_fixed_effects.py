"""Two-way fixed effects."""

from __future__ import annotations

from ruralpanel.study.estimators.estimator import OF_TERMS, TREATED_ROWS, Estimator, Intervals

ESTIMATOR = Estimator(
    name="two_way_fixed_effects",
    rank=10,
    method="two-way fixed effects",
    short="Two-way",
    meaning="one coefficient a treatment",
    question="One average effect, with any fixed effects, several treatments, moderators",
    page="[Two-way](two-way.md)",
    gives=OF_TERMS,
    has_treatment_terms=True,
    least_squares=True,
    drafted="terms",
    of_adoption=True,
    keys=("anticipation", "along"),
    inference=("bootstrap", "permutation"),
    imposes_null=True,
    effects_from="all_rows",
    permutes_itself=True,
    target=TREATED_ROWS,
    crosscheck="ruralpanel.crosscheck.designs:of_terms",
    intervals=Intervals(
        heterogeneous="Effects differ by cohort and time, and two-way fixed effects compare newly treated villages "
        "with villages treated before, whose effects still change"
    ),
    tells_leverage=True,
)
