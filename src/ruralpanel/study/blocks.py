"""The ``blocks`` section: named sets of specifications, each set estimated in one job."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ruralpanel.frames.periods.frequency import FrequencyName, frequency
from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.dose_response import DoseResponse
from ruralpanel.study.estimators import LEAST_SQUARES, WITH_TREATMENT_TERMS, EstimatorName, meanings
from ruralpanel.study.factors import Factors
from ruralpanel.study.fixed_effects import FIXED_EFFECT
from ruralpanel.study.groups import Groups
from ruralpanel.study.matching import Matching
from ruralpanel.study.mediation import Mediation
from ruralpanel.study.near_misses import NearMisses
from ruralpanel.study.resampling import Permutation, WildBootstrap
from ruralpanel.study.strict import Strict
from ruralpanel.study.switching import Switching
from ruralpanel.study.synthetic import Synthetic
from ruralpanel.study.threshold import Threshold
from ruralpanel.study.vcovs import CORRECTIONS, KEYS_OF_SOME, VCOVS, Correction, Vcov, described, one_of, with_key

_VARIANCE, _VARIANCE_SCHEMA = one_of(VCOVS)
_CORRECTION, _CORRECTION_SCHEMA = one_of(CORRECTIONS)
ComparisonMethod = Literal["doubly_robust", "outcome_regression", "inverse_probability"]
Adjustment = Literal["romano_wolf", "westfall_young", "sharpened", "holm"]
Engine = Literal["ruralpanel", "linearmodels"]
Interaction = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\*[a-z][a-z0-9_]*)+$")]
Moderator = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\*[a-z][a-z0-9_]*)*$")]


class Inference(Section):
    """How standard errors, p-values and intervals are computed."""

    variance: Annotated[str, _VARIANCE, _VARIANCE_SCHEMA] = Field("clustered", description=f"{described(VCOVS)}.")
    cluster: Annotated[list[Name], Field(min_length=1, max_length=2)] | None = None
    """The column, or two columns, that define the clusters; left out: the level at which treatment is assigned, which
    is the coarsest column of groups (county, school) within which all units are treated alike, or else the `level` of
    the specification's treatments, or the panel's unit; the ledger says which. With two, the smaller
    number of clusters counts for corrections and degrees of freedom."""
    small_sample: Annotated[str, _CORRECTION, _CORRECTION_SCHEMA] = Field(
        "fixest",
        description=f"The small-sample correction. {described(CORRECTIONS)}. Spatial standard errors have none, as in "
        "fixest; those of Driscoll and Kraay have `fixest` or `none`.",
    )
    cutoff: Annotated[float, Field(gt=0, le=20016)] | None = None
    """Spatial: the distance in km from which on errors are taken to be unrelated."""
    kernel: Literal["uniform", "bartlett"] | None = None
    """Spatial: how a pair of rows counts. `uniform`, the default, counts all pairs within the cutoff alike, which can
    give negative variances; with `bartlett` the weight falls from 1 at no distance to 0 at the cutoff."""
    bandwidth: Annotated[int, Field(ge=0)] | None = None
    """Driscoll–Kraay: how many periods apart errors may be correlated, with weights that fall evenly from 1 within a
    period to 0 beyond this (Bartlett); below the number of periods. Waves that are the same number of years apart count
    as one period each; else a missing period keeps its place. Left out: the fourth root of the number of periods,
    rounded down, as in R fixest."""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Coverage of the printed intervals."""

    bootstrap: WildBootstrap | None = None
    """p-values of treatments and their interactions with moderators, or of each event time, and of regressors, and
    intervals of what is not rejected, from a wild cluster bootstrap, beside the others: `bootstrap: {}` for the usual
    one. They hold with fewer clusters than t tests need. In `two_way_fixed_effects`, `first_differences` and
    `event_study` it is of the regression; in `callaway_santanna`, `imputation`, `two_stage`, `stacked`,
    `extended_two_way` and `chaisemartin_dhaultfoeuille` of what clusters contribute to each estimate, without the null
    imposed. Needs one dimension of clusters."""

    permutation: Permutation | None = None
    """With one treatment that stays: p-values of all that is estimated of it from estimates with permuted cohorts,
    beside the others: `permutation: {within: [province]}`. They ask whether anybody was affected at all, for moderation
    too, and hold as far as it is chance who was treated when within the strata. `two_way_fixed_effects` is residualised
    once; other estimators are estimated anew for each permutation, so that fewer `draws` may do. The estimates drawn
    are in `results/<study>/estimates/<block>.draws.parquet`, by the `row` of the block's estimates."""

    simultaneous: bool = False
    """`event_study`, `sun_abraham`, `callaway_santanna` and `triple_differences`: whether to add a band that covers all
    event times at once at the `level` (Montiel Olea and Plagborg-Møller 2019), which figures draw as thin bars beyond
    the intervals; the last two have another for all cohorts, and one for all periods."""

    @model_validator(mode="after")
    def _keys_go_with_the_variance(self) -> Inference:
        name, vcov, given = self.variance, self.vcov, self.small_sample
        for key, example in vcov.needs.items():
            if getattr(self, key) is None:
                raise ValueError(f"`variance: {name}` needs {example}")
        for key in KEYS_OF_SOME:
            if getattr(self, key) is not None and key not in vcov.keys:
                own = f"; `variance: {name}` has `{'` and `'.join(vcov.keys)}`" if vcov.keys else ""
                raise ValueError(f"`{key}` goes with `variance: {' or '.join(with_key(key))}`{own}")
        if given not in vcov.corrections:
            valid = ", ".join(vcov.corrections)
            raise ValueError(f"`variance: {name}` has no small-sample correction such as {given}; valid here: {valid}")
        several = len(self.cluster or []) > 1
        if self.bootstrap is not None and several:
            raise ValueError("`bootstrap` needs one column to cluster by")
        if self.correction.one_dimension and several:
            raise ValueError(f"`small_sample: {given}` is of clusters in one dimension: name one column in `cluster`")
        return self

    @property
    def vcov(self) -> Vcov:
        """What there is to know of the kind of standard errors."""
        return VCOVS[self.variance]

    @property
    def correction(self) -> Correction:
        """What there is to know of the small-sample correction."""
        return CORRECTIONS[self.small_sample]

    @property
    def one_cluster(self) -> bool:
        """Whether rows are put into clusters of one dimension, named or left to the data."""
        return self.vcov.clusters and len(self.cluster or []) <= 1

    @property
    def draws_numbers(self) -> bool:
        """Whether anything here needs random numbers."""
        return self.bootstrap is not None or self.permutation is not None or self.simultaneous


class GroupTime(Section):
    """How `callaway_santanna` and `triple_differences` compare a cohort with units that are not treated."""

    comparison: Literal["never_treated", "not_yet_treated"] = "never_treated"
    """Whom a cohort is compared with: units never treated, or all that are not treated yet."""
    method: ComparisonMethod = "doubly_robust"
    """How covariates enter: by an `outcome_regression` in the comparison group, by `inverse_probability` weights from a
    logit of being in the cohort, or by both, of which one has to be right (`doubly_robust`)."""
    covariates: list[Name] = []
    """Columns that make groups comparable, as they are in the earlier of the two periods compared."""
    base_period: Literal["varying", "universal"] = "varying"
    """What periods before treatment are compared with: each with the one just before it (`varying`), or all with the
    last one before treatment, as those after it are (`universal`). Only with `universal` do leads and effects make one
    curve, which `honest_did` and the tests of leads under `sensitivity` need."""
    rows: Literal["balanced", "all"] = "balanced"
    """`balanced` uses units observed in all periods of the sample, and counts those left out in the ledger; `all` uses
    every row and compares levels, not changes, where a unit is not in both periods. Left out: `balanced`; but `all`
    for a treatment with a `level`, whose rows are then repeated cross-sections: each is compared as one that is seen
    once, and may have a weight of its own."""
    observed_through: Annotated[int, Field(ge=0)] | None = None
    """Averages by event time only over cohorts that the sample's last period sees at this event time, and only up to
    it: each after treatment is then over the same cohorts. They begin as long before treatment as the last of these
    cohorts is seen. Left out: every event time is over the cohorts seen at it. The other averages stay over all."""


class Specification(Section):
    """One equation, or those of its parts that differ from the block's."""

    label: Text | None = None
    """What a reader sees for it in tables and figures; left out: its name."""
    outcomes: Annotated[list[Name], Field(min_length=1)] | None = None
    """Outcomes of the study; each gives one regression."""
    estimators: Annotated[list[EstimatorName], Field(min_length=1)] | None = Field(None, description=meanings())
    treatments: list[Name] | None = None
    """Designations on the right-hand side; left out: all of the study's."""
    interactions: list[Interaction] | None = None
    """Two-way fixed effects: products of treatments of this equation. `taobao_village*station` is what both together
    do beyond the sum of the two; each enters the product as it enters the equation, by indicator or intensity."""
    regressors: list[Name] | None = None
    """Further columns on the right-hand side."""
    moderators: list[Moderator] | None = None
    """Columns by which the effect of the treatments may differ: each adds `treatment*moderator`, and always the
    moderator itself with a coefficient of its own in every period, so that places with more of it may develop
    differently anyway. Standardise them before, or the treatment's coefficient is its effect where they are zero.
    A product of columns, such as `remote*kinship`, tells whether one moderates the moderation by the other (a triple
    difference); all that it is made of must be among the moderators too. A shock is a moderator as well, by period or
    by place and period: `[pandemic, kinship, pandemic*kinship]`. In periods in which a moderator is zero for everybody
    it has no coefficient of its own."""
    engine: Engine | None = None
    """What does least squares with fixed effects. `ruralpanel`, the default: this program's own, exact for units with
    periods or regions by period beside them. `linearmodels`: its AbsorbingLS, slower, to which the former is held."""
    fixed_effects: list[Annotated[str, Field(pattern=FIXED_EFFECT)]] | None = None
    """Fixed effects, any number; `region*year` is one effect for each pair. A column in brackets has a slope of its
    own in every level, beside the level's intercept, as in R fixest: `village[year]` is a linear trend for each
    village, `year[baseline_income]` lets the coefficient of baseline income differ from year to year. `{outcome}`
    stands for the name of each outcome: with `year[{outcome}_before]`, and a column `income_before` for the outcome
    `income`, units are compared that were alike in what is explained. Left out: unit and period, or the `level` of the
    treatments in the unit's place. An empty list is a pooled regression with a constant."""
    weights: Name | None = None
    """A column of weights. Rows whose weight is missing, zero or negative are left out, with a line in the ledger."""
    matching: Matching | None = None
    """Matching or entropy balancing before the estimation, which then has the weights that come of it: `matching:
    {covariates: [city_distance], outcome_path: [2010, 2011]}`. Standard errors take these weights as given. How alike
    units are before and after is in `results/<study>/estimates/<block>.matching.csv`."""
    near_misses: NearMisses | None = None
    """Of units never treated, only those that came close to the threshold of a running variable and missed it:
    `near_misses: {running: sales, threshold: 10000000, within: 2000000}`."""
    along: Name | None = None
    """`two_way_fixed_effects`: one of the moderators, over whose values the effect of each treatment is reported too,
    with its interval, for a `gradient_figure`: at 25 values evenly spread from the 5th to the 95th percentile of
    treated rows, with other moderators at their means there. The terms are written `listed at distance = 12.5`."""
    instruments: Annotated[list[Name], Field(min_length=1)] | None = None
    """`instrumental_variables`: columns that move the endogenous terms and nothing else that is in the outcome; not on
    the right-hand side themselves. With fixed effects of units, an instrument that does not change over time has to be
    multiplied by something that does, under `panel.derived`."""
    endogenous: Annotated[list[Name], Field(min_length=1)] | None = None
    """`instrumental_variables`: the treatments or regressors that are instrumented; left out: all treatments. One that
    enters by its intensity is named by the treatment."""
    sample: Text | None = None
    """A condition on columns that the rows of this regression fulfil: `year >= 2012`."""
    inference: Inference | None = None
    """How standard errors are computed; left out: clustered by the level at which treatment is assigned, or else by the
    treatments' `level` or the panel's unit."""
    anticipation: Annotated[int, Field(ge=0)] | None = None
    """Two-way fixed effects, Poisson and adoption: for how many periods before treatment rows of treated units are left
    out; left out: as the designations say. 0 keeps them all, as a `permutation` of cohorts needs."""
    window: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    """First and last event time that are shown. An event study and estimators of staggered adoption bin what lies
    beyond at the ends; Sun–Abraham, Callaway–Sant’Anna and synthetic differences in differences estimate and average it
    all the same, and leave it out of the rows by event time and of the test of leads. Left out: every event time in the
    data. In `imputation`, the first is the first lead, and leads are measured from all rows before it. `stacked` and
    `local_projections` need it and use nothing beyond it, nor does `chaisemartin_dhaultfoeuille`, whose overall effect
    is of event times up to its end."""
    group_time: GroupTime | None = None
    """`callaway_santanna` and `triple_differences`: whom cohorts are compared with, and how. Left out: with the never
    treated, units observed in all periods, without covariates. Fixed effects and regressors do not enter it."""
    synthetic: Synthetic | None = None
    """`synthetic_difference_in_differences`: how weights and standard errors are found. Left out: as in the authors'
    R package, and by the jackknife."""
    eligible: Name | None = None
    """`triple_differences`: the column of 0 and 1, constant within a unit, of who can be treated once its cohort is:
    poor households of a listed village, say. Treatment is then of the eligible alone, and cohorts are of all."""
    dose_response: DoseResponse | None = None
    """`continuous_dose`: the column of the dose, and how effects follow it. Fixed effects and regressors do not enter
    it."""
    threshold: Threshold | None = None
    """`threshold_regression_discontinuity`: the running variable and the threshold of it. Fixed effects and regressors
    do not enter it, and `sample` picks the period in which units are compared."""
    factors: Factors | None = None
    """`interactive_fixed_effects`: factors or matrix completion, how many or how much shrunk, and how often clusters
    are drawn. Left out: factors, as many as predict best."""
    mediation: Mediation | None = None
    """`sequential_g`: the mediators whose part of the effect is taken off."""
    switching: Switching | None = None
    """`chaisemartin_dhaultfoeuille`: whose changes of treatment count, and in what unit. Left out: those of all units,
    and effects not divided by the treatment that units have had. Fixed effects and regressors do not enter it."""
    groups: Groups | None = None
    """`group_means`: how units are put into groups, by one treatment and at most one of the `moderators`. Fixed effects
    and regressors do not enter it."""
    always_treated: Literal["drop", "keep"] | None = None
    """Event study and Sun–Abraham: what becomes of units that are treated in every row they have in this regression.
    Left out: dropped, and counted in the ledger, for they have no period before treatment to compare with. With
    `keep`, Sun–Abraham compares with them as if they were never treated, which R fixest 0.12 does."""
    comparison: Literal["never_treated", "last_treated"] | None = None
    """Sun–Abraham: whom treated cohorts are compared with. `never_treated`, the default: units that are not treated by
    the last period; `last_treated`: the last cohort to be treated, which leaves out the periods from then on, and the
    never treated."""
    missing_reference: Literal["earlier", "reason", "fixest"] | None = None
    """Event study, Sun–Abraham, `stacked` and `local_projections`: what event times are measured from that no unit
    connects to the reference period, as where waves are two years apart or a wave is missing. `earlier`: their last
    event time before treatment that is no later than the reference, or else the first one after it; the row that is
    zero says so, and the ledger. `reason`: nothing; they have the reason in place of a number. Left out: `earlier`, but
    `reason` where the designation declares a `reference_period`. `fixest`: `reason`, but in Sun–Abraham what is left
    when collinear coefficients are dropped, which is the cohort’s last period, as in R fixest."""


class Block(Specification):
    """A set of specifications behind one or more exhibits. Its own keys hold for all of them."""

    title: Text | None = None
    """What the block estimates, for the reader."""
    specifications: Annotated[dict[Name, Specification], Field(min_length=1)] | None = None
    """Named variations: each states only what differs from the block. Left out: one, called `main`."""
    adjustment: Adjustment | None = None
    """Adjusts p-values for the number of hypotheses: all of the block, or those on outcomes of the same `family`. A
    hypothesis is a term's effect on an outcome in a sample, and counts once, however many specifications and estimators
    estimate it; the note of the table says how many there are. `romano_wolf` and `westfall_young` step down through
    the largest statistic, or the smallest p-value, of joint bootstrap draws, and need `inference.bootstrap`; `holm`
    needs nothing; these three bound the chance of any false rejection. `sharpened` gives q-values (Anderson 2008),
    which bound the share of false ones among the rejections. Where there is a bootstrap, `holm` and `sharpened` start
    from its p-values."""
    strict: Strict | None = None
    """What ends a run with an error where it happens in this block, in place of what the study's `strict` says; `[]`:
    nothing."""
    hypotheses: Annotated[list[Text], Field(min_length=1)] | None = None
    """The terms whose effects are the hypotheses of the `adjustment`, as addresses have them: `listed*kinship`. Left
    out: in specifications with `moderators`, the moderation by each of them and not the treatment's own coefficient,
    which is its effect where moderators are zero; in others, the effects of the treatments."""


class Equation(Section):
    """A specification with nothing left to default: what an estimator receives.

    Not written by users of study files: made from a block by `Study.equations`. By hand, an outcome, a unit and a
    period do, with the `treatments` where there are any; all else is then as where a study file says nothing.

    Examples
    --------
    >>> equation = Equation(outcome="income", unit="village", period="year", treatments=["listed"])
    >>> equation.estimator, equation.fixed_effects, equation.inference.cluster
    ('two_way_fixed_effects', ['village', 'year'], ['village'])
    """

    block: Name = "main"
    specification: Name = "main"
    outcome: str
    outcome_column: str = Field(default_factory=lambda stated: stated["outcome"])
    at_risk_of: Name | None = None
    """The designation whose adoption is the outcome, where it is one."""
    transformation: str = "none"
    estimator: EstimatorName = LEAST_SQUARES[0]
    unit: str
    period: str
    frequency: FrequencyName | None = None
    """What a period is, where the study says so."""
    periods: dict[Name, FrequencyName] = {}
    """The panel's columns with periods that are more than whole numbers."""
    treatments: list[str] = []
    regressors: list[str] = []
    moderators: list[str] = []
    engine: Engine = "ruralpanel"
    fixed_effects: list[str] = Field(default_factory=lambda stated: [stated["unit"], stated["period"]])
    weights: str | None = None
    """The column of weights of an estimation sample: of the panel, or of what matching makes."""
    sample: str | None = None
    inference: Inference = Field(default_factory=Inference, validate_default=True)
    window: list[int] | None = None
    reference_period: int = -1
    always_treated: Literal["drop", "keep"] = "drop"
    comparison: Literal["never_treated", "last_treated"] = "never_treated"
    missing_reference: Literal["earlier", "reason", "fixest"] = "earlier"
    latitude: str | None = None
    longitude: str | None = None
    absorbing: bool = True
    group_time: GroupTime | None = None
    synthetic: Synthetic | None = None
    eligible: Name | None = None
    dose_response: DoseResponse | None = None
    threshold: Threshold | None = None
    factors: Factors | None = None
    mediation: Mediation | None = None
    switching: Switching | None = None
    groups: Groups | None = None
    intensities: dict[Name, Name] = {}
    """For treatments that enter two-way fixed effects by an intensity, its column."""
    interactions: list[str] = []
    anticipation: dict[Name, int] = {}
    """By treatment, where there is any."""
    donut: dict[Name, list[int]] = {}
    """By treatment, the event times left out, where there are any."""
    levels: dict[Name, Name] = {}
    """By treatment, the column of those whom it is assigned to, where that is not the unit."""
    adjustment: Adjustment | None = None
    """How the block's p-values are adjusted for multiple testing."""
    hypotheses: list[str] = []
    """The terms that are tested in it, where the block names them."""
    family: str = ""
    """The family of hypotheses that the outcome belongs to; empty for none."""
    seed: int | None = 0
    """The study's, where random numbers are or may be drawn."""
    default_cluster: bool = False
    """Whether the study leaves the clusters to what the data say of the level of assignment."""
    groups_above: list[Name] = []
    """Columns that the study declares or uses as levels above the unit, such as codes of areas."""
    dating: list[Name] = []
    """Columns that treatments are dated by, which are no levels."""
    assigned_by: Name | None = None
    """The level above the unit at which treatment is assigned, once the panel has been looked at."""
    matching: Matching | None = None
    """What is done before the estimation, with its treatment and its baseline's default left open."""
    instruments: list[Name] = []
    endogenous: list[Name] = []
    """The columns that are instrumented."""
    along: Name | None = None
    """The moderator over whose values effects are reported."""
    near_misses: NearMisses | None = None
    """Which units never treated are in the sample, where that is not all."""
    base_weights: Name | None = None
    """With matching: the panel's column of weights that those of matching multiply."""

    @field_validator("inference", mode="after")
    @classmethod
    def _clusters_are_those_of_the_unit(cls, inference: Inference, stated: ValidationInfo) -> Inference:
        if inference.vcov.clusters and inference.cluster is None and "unit" in stated.data:
            return inference.model_copy(update={"cluster": [stated.data["unit"]]})
        return inference

    def label(self, period: float) -> str:
        """Write a period as a reader sees it."""
        return frequency(self.frequency).label(period)

    @property
    def timing_unit(self) -> str:
        """The column of those who are treated: the level that all treatments are assigned at, or else the unit."""
        levels = {self.levels.get(name, self.unit) for name in self.treatments}
        return levels.pop() if len(levels) == 1 else self.unit

    @property
    def moderator_columns(self) -> list[str]:
        """The columns of the panel that moderators are made of, each once."""
        return list(dict.fromkeys(part for moderator in self.moderators for part in moderator.split("*")))

    @property
    def treatment_terms(self) -> list[str]:
        """The terms of two-way fixed effects that treatments give: indicators or intensities, and interactions."""
        return [*(self.intensities.get(name, name) for name in self.treatments), *self.interactions]

    @property
    def panel_weights(self) -> str | None:
        """The panel's column of weights, where there is one."""
        return self.base_weights if self.matching is not None else self.weights

    @property
    def excluded_event_times(self) -> dict[str, list[int]]:
        """By treatment, the event times whose rows are left out.

        These are the treatment's donut and, in two-way fixed effects and Poisson regressions, the periods of its
        anticipation: their rows would count as untreated there although an effect may have begun. An event study has
        coefficients of its own for them, and estimators by cohort take an earlier base period (Callaway & Sant'Anna
        2021, assumption 3).
        """
        in_window = self.anticipation if self.estimator in WITH_TREATMENT_TERMS else {}
        found = {
            name: sorted({*self.donut.get(name, []), *range(-in_window.get(name, 0), 0)}) for name in self.treatments
        }
        return {name: times for name, times in found.items() if times}
