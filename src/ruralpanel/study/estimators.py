"""Every estimator by name: what it reads of a study, what it needs, and in which exhibits it is shown.

An estimator is its module under :mod:`ruralpanel.estimation` and its entry here; nothing else lists estimators.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EstimatorName = Literal[
    "two_way_fixed_effects",
    "first_differences",
    "instrumental_variables",
    "event_study",
    "sun_abraham",
    "callaway_santanna",
    "imputation",
    "two_stage",
    "stacked",
    "local_projections",
    "extended_two_way",
    "synthetic_difference_in_differences",
    "chaisemartin_dhaultfoeuille",
    "bacon_decomposition",
    "poisson_fixed_effects",
    "complementary_log_log",
    "cohort_means",
    "group_means",
]
ExhibitKind = Literal[
    "regression_table",
    "event_study_figure",
    "trends_figure",
    "specification_curve_figure",
    "permutation_figure",
    "cohort_heatmap_figure",
    "paths_figure",
    "gradient_figure",
    "forest_figure",
    "coefficient_figure",
]


@dataclass(frozen=True)
class Estimator:
    """What the rest of the product has to know of an estimator."""

    name: str
    """How a row or a column of an exhibit calls it."""
    short: str
    """How a legend or a row of a figure calls it, in a few characters."""
    exhibits: tuple[ExhibitKind, ...]
    """The kinds of exhibits that can show its results."""
    described: str = ""
    """What is said of it behind its name."""
    coefficients_of: str = ""
    """What its coefficients are changes of, where that is not the outcome: ``the log of the mean``."""
    cited: str = ""
    """Whom to cite for it."""
    has_treatment_terms: bool = False
    """Whether it has one coefficient for each treatment, interaction, and treatment by moderator."""
    by_cohort: bool = False
    """Whether it goes by the cohorts of one treatment, which has to stay but where it may end."""
    treatment_may_end: bool = False
    """Whether its one treatment may end."""
    averages_effects: bool = False
    """Whether it averages effects by event time and overall, with standard errors clustered in one dimension."""
    one_curve: bool = False
    """Whether leads and effects are measured from one period, with their covariance, as `honest_did` needs them."""
    of_adoption: bool = False
    """Whether its outcome may be the adoption of a treatment."""
    needs_window: bool = False
    """Whether it cannot do without a `window`."""
    tests_leads: bool = False
    """Whether it tests its leads together, by changes of clusters' signs, which are drawn."""
    follows_units: str | None = None
    """Where it cannot do without seeing units again, and so not with repeated cross-sections: what it does with them,
    behind its name."""
    keys: tuple[str, ...] = ()
    """Keys of a specification that belong to some estimators only and that it reads."""
    inference: tuple[str, ...] = ()
    """Keys of `inference` that belong to some estimators only and that it reads."""
    without: tuple[str, ...] = ()
    """Keys that most estimators read and that do not enter it: `regressors`, `fixed_effects` beyond unit and period,
    `small_sample` or `variance`. What a specification states of them is told with the estimates."""
    in_a_sentence: str | None = None
    """What an error calls it where its name would read badly."""

    @property
    def in_full(self) -> str:
        """Its name and what its coefficients are of, without whom to cite."""
        of = f"whose coefficients are of {self.coefficients_of}" if self.coefficients_of else self.described
        return f"{self.name}, {of}" if of else self.name

    @property
    def words(self) -> str:
        """How a note under an exhibit calls it: ``Estimated by ...``."""
        return f"{self.in_full} ({self.cited})" if self.cited else self.in_full


_OF_TERMS: tuple[ExhibitKind, ...] = ("regression_table", "gradient_figure", "forest_figure", "coefficient_figure")
_BOTH: tuple[ExhibitKind, ...] = ("regression_table", "event_study_figure")
_OVERALL: tuple[ExhibitKind, ...] = (*_BOTH, "specification_curve_figure")

ESTIMATORS: dict[str, Estimator] = {
    "two_way_fixed_effects": Estimator(
        name="two-way fixed effects",
        short="Two-way",
        exhibits=(*_OF_TERMS, "specification_curve_figure", "permutation_figure"),
        has_treatment_terms=True,
        of_adoption=True,
        keys=("anticipation", "along"),
        inference=("bootstrap", "permutation"),
    ),
    "first_differences": Estimator(
        name="first differences",
        described="from each period to the next",
        short="First differences",
        follows_units="takes the change of each unit from one period to the next",
        exhibits=(*_OF_TERMS, "specification_curve_figure"),
        has_treatment_terms=True,
        keys=("anticipation",),
        inference=("bootstrap",),
    ),
    "instrumental_variables": Estimator(
        name="two-stage least squares",
        short="2SLS",
        exhibits=("regression_table", "coefficient_figure", "specification_curve_figure"),
        has_treatment_terms=True,
        keys=("anticipation", "instruments", "endogenous"),
    ),
    "event_study": Estimator(
        name="event study with fixed effects",
        short="Event study",
        exhibits=_BOTH,
        by_cohort=True,
        tests_leads=True,
        one_curve=True,
        keys=("window", "always_treated", "missing_reference"),
        inference=("bootstrap", "simultaneous"),
        in_a_sentence="an event study",
    ),
    "sun_abraham": Estimator(
        name="averages over cohorts",
        cited="Sun and Abraham 2021",
        short="Sun–Abraham",
        exhibits=_OVERALL,
        by_cohort=True,
        tests_leads=True,
        one_curve=True,
        keys=("window", "always_treated", "comparison", "missing_reference"),
        inference=("simultaneous",),
    ),
    "callaway_santanna": Estimator(
        name="effects by cohort and period",
        cited="Callaway and Sant’Anna 2021",
        short="Callaway–Sant’Anna",
        exhibits=(*_OVERALL, "cohort_heatmap_figure"),
        by_cohort=True,
        tests_leads=True,
        one_curve=True,
        keys=("window", "group_time"),
        without=("regressors", "fixed_effects", "small_sample"),
        inference=("simultaneous",),
    ),
    "imputation": Estimator(
        name="imputation",
        cited="Borusyak, Jaravel and Spiess 2024",
        short="Imputation",
        exhibits=_OVERALL,
        by_cohort=True,
        tests_leads=True,
        averages_effects=True,
        keys=("window",),
    ),
    "two_stage": Estimator(
        name="two-stage differences in differences",
        cited="Gardner 2022",
        short="Two-stage",
        exhibits=_OVERALL,
        by_cohort=True,
        tests_leads=True,
        averages_effects=True,
        keys=("window",),
    ),
    "stacked": Estimator(
        name="stacked event studies",
        cited="Wing, Freedman and Hollingsworth 2024",
        short="Stacked",
        exhibits=_OVERALL,
        by_cohort=True,
        tests_leads=True,
        one_curve=True,
        averages_effects=True,
        needs_window=True,
        keys=("window", "missing_reference"),
    ),
    "local_projections": Estimator(
        name="local projections",
        cited="Dube, Girardi, Jordà and Taylor 2025",
        short="Local projections",
        exhibits=_OVERALL,
        by_cohort=True,
        follows_units="takes the change of each unit since the reference period",
        averages_effects=True,
        needs_window=True,
        keys=("window", "missing_reference"),
    ),
    "extended_two_way": Estimator(
        name="extended two-way fixed effects",
        cited="Wooldridge 2021",
        short="Extended two-way",
        exhibits=_OVERALL,
        by_cohort=True,
        averages_effects=True,
        keys=("window",),
    ),
    "synthetic_difference_in_differences": Estimator(
        name="synthetic differences in differences",
        cited="Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021",
        short="Synthetic",
        exhibits=_OVERALL,
        by_cohort=True,
        follows_units="weighs units by their outcomes in all periods before treatment",
        keys=("window", "synthetic"),
        without=("small_sample",),
    ),
    "chaisemartin_dhaultfoeuille": Estimator(
        name="differences around first changes of treatment",
        cited="de Chaisemartin and D’Haultfœuille 2024; over all event times, the average total effect per unit of "
        "treatment",
        short="Chaisemartin–D’Haultfœuille",
        exhibits=_OVERALL,
        by_cohort=True,
        tests_leads=True,
        follows_units="follows the treatment and the outcome of each unit",
        treatment_may_end=True,
        averages_effects=True,
        keys=("window", "switching"),
        without=("regressors", "fixed_effects", "small_sample"),
    ),
    "bacon_decomposition": Estimator(
        name="a decomposition of two-way fixed effects into comparisons",
        cited="Goodman-Bacon 2021",
        short="Goodman-Bacon",
        exhibits=("regression_table",),
        by_cohort=True,
        follows_units="is of a balanced panel of units",
    ),
    "poisson_fixed_effects": Estimator(
        name="Poisson regression with fixed effects",
        coefficients_of="the log of the mean",
        short="Poisson",
        exhibits=(*_OF_TERMS, "specification_curve_figure"),
        has_treatment_terms=True,
        keys=("anticipation",),
    ),
    "complementary_log_log": Estimator(
        name="complementary log-log regression",
        coefficients_of="the log of the hazard",
        short="Compl. log-log",
        exhibits=(*_OF_TERMS, "specification_curve_figure"),
        has_treatment_terms=True,
        of_adoption=True,
        keys=("anticipation",),
    ),
    "cohort_means": Estimator(
        name="means by cohort and period",
        short="Means by cohort",
        exhibits=("trends_figure",),
        without=("regressors", "fixed_effects", "small_sample", "variance"),
    ),
    "group_means": Estimator(
        name="means by group and period",
        short="Means by group",
        exhibits=("paths_figure",),
        keys=("groups",),
        without=("regressors", "fixed_effects", "small_sample", "variance"),
    ),
}
"""The estimators, in the order in which a study's author is told of them."""

KEYS_OF_SOME = (
    "anticipation",
    "window",
    "always_treated",
    "comparison",
    "missing_reference",
    "group_time",
    "synthetic",
    "switching",
    "groups",
    "along",
    "instruments",
    "endogenous",
)
"""Keys of a specification that belong to some estimators only."""

INFERENCE_OF_SOME = ("bootstrap", "permutation", "simultaneous")
"""Keys of `inference` that belong to some estimators only."""

WITH_TREATMENT_TERMS = tuple(name for name, each in ESTIMATORS.items() if each.has_treatment_terms)
BY_COHORT = tuple(name for name, each in ESTIMATORS.items() if each.by_cohort)
AVERAGING = tuple(name for name, each in ESTIMATORS.items() if each.averages_effects)
WITH_ONE_CURVE = tuple(name for name, each in ESTIMATORS.items() if each.one_curve)
MAY_END = tuple(name for name, each in ESTIMATORS.items() if each.treatment_may_end)
OF_CROSS_SECTIONS = tuple(name for name, each in ESTIMATORS.items() if each.follows_units is None)
OF_ADOPTION = tuple(name for name, each in ESTIMATORS.items() if each.of_adoption)


def may_draw(estimator: str) -> bool:
    """Tell whether an estimator may need random numbers that nobody asks for.

    Those with leads test them with changes of clusters' signs; two-way fixed effects permute where few clusters are
    treated.
    """
    return ESTIMATORS[estimator].tests_leads or "permutation" in ESTIMATORS[estimator].inference


def shown_in(kind: str) -> tuple[str, ...]:
    """Name the estimators whose results a kind of exhibit can show."""
    return tuple(name for name, each in ESTIMATORS.items() if kind in each.exhibits)


def reading(key: str) -> tuple[str, ...]:
    """Name the estimators that read a key of a specification, or of its `inference`, that belongs to some only."""
    return tuple(name for name, each in ESTIMATORS.items() if key in (*each.keys, *each.inference))
