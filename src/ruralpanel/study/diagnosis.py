"""The ``diagnosis`` section: what is looked for that could be wrong with the effects of a study, and from where on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from ruralpanel.study.base import Name, Section

if TYPE_CHECKING:  # those know the whole of a study, of which this is a section
    from ruralpanel.study.blocks import Equation
    from ruralpanel.study.model import Study

Share = Annotated[float, Field(ge=0, le=1)]
Size = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


class Item(Section):
    """What all items share: each is a section here, and a module of its name under ``ruralpanel.diagnosis``."""

    def columns(self, study: Study, equation: Equation) -> list[str]:  # noqa: ARG002
        """List columns of the panel that the item reads, beside those that the equation names.

        Parameters
        ----------
        study
            The study.
        equation
            The subject's two-way equation.
        """
        return []


class DifferentialTrends(Item):
    """Trends of the treated that differ before treatment."""

    leads: Annotated[int, Field(ge=1)] = 5
    """How many event times before treatment are looked at, beside the one that is measured from."""
    effects: Annotated[int, Field(ge=0)] = 4
    """The last event time whose effects are averaged, against which trends are held."""
    size: Size = 0.05
    """A warning where leads differ from zero by a test of this size: the joint one, or that of their slope, each of
    half the size."""
    power: Size = 0.8
    """With which chance the test has to find a slope that matters, or there is a note."""
    slope_that_matters: Positive = 1.0
    """Which slope matters: one that adds so many times the average effect to that effect."""
    breakdown: Annotated[float, Field(ge=0)] = 0.5
    """The benchmark of the breakdown value: an effect that is significant under parallel trends gets a note if it is
    not under differences so many times as large as the largest one before treatment (Rambachan and Roth 2023)."""


class Anticipation(Item):
    """Effects before treatment begins."""

    periods: Annotated[int, Field(ge=1)] = 2
    """How many periods before treatment, and its declared anticipation, may be off the course of those before them."""
    size: Size = 0.05
    """A warning where they are off it by a test of this size, shared among the numbers of periods (Bonferroni)."""


class BadControl(Item):
    """Regressors that respond to treatment."""

    size: Size = 0.05
    """A warning where the effect of treatment on a regressor, adjusted for their number (Holm), has a smaller
    p-value and is at least `effect`."""
    effect: Positive = 0.1
    """The least effect on a regressor that counts, in standard deviations of it within the fixed effects."""


class FewClusters(Item):
    """Clusters that are few, or few of which are treated."""

    treated: Annotated[int, Field(ge=2)] = 10
    """Fewer treated clusters, or fewer others, than this are a warning."""
    clusters: Annotated[int, Field(ge=2)] = 30
    """Fewer clusters than this are a note; and a warning where the wild bootstrap disagrees on significance."""
    size: Size = 0.05
    """The size of the tests that are compared."""
    draws: Annotated[int, Field(ge=99, le=999_999)] = 999
    """Draws of the wild cluster bootstrap."""


class AssignmentLevel(Item):
    """Treatment that does not vary within a level above the clusters."""

    size: Size = 0.05
    """A warning where an effect that is significant at this size by the study's clusters is not by clusters of the
    level at which treatment is assigned, or does not vary at all within them; elsewhere a note."""
    alike: Share = 0.9
    """The least share of treatment's variation between units and periods that lies between groups of a level, for
    treatment to count as assigned there though a few units differ."""


class Heterogeneity(Item):
    """Two-way effects that mislead where effects differ."""

    negative_weight_share: Share = 0.1
    """The least weight of treated rows that count negatively, as a share of all weight, for a note."""
    forbidden_share: Share = 0.25
    """The least share of comparisons of later with earlier treated units in the two-way estimate for a note."""
    apart: Annotated[float, Field(ge=0)] = 0.25
    """A warning where two-way fixed effects differ significantly from the average of effects by cohort and period, and
    by at least this share of that average."""
    size: Size = 0.05
    """The size of that test."""


class TreatmentExits(Item):
    """Treatment that ends though the study takes it to stay."""

    share: Share = 0.05
    """The share of treated units whose treatment ends from which on this is a warning; any is a note."""


class BaselineImbalance(Item):
    """Treated units that were unlike the others before treatment."""

    difference: Positive = 0.25
    """The least difference in the outcome's own level before the first treatment, in standard deviations, that is a
    note, where it is significant (Imbens and Rubin 2015, section 14.2)."""
    size: Size = 0.05
    """The size of that test."""
    change: Positive = 1.0
    """A warning where controlling for that level, period by period, moves the effect by more than so many of its
    standard errors."""

    levels: Annotated[int, Field(ge=1)] = 3
    """Over how many periods before the first treatment the level is averaged."""


class Composition(Item):
    """Estimators of one effect that are of different samples."""

    shared: Share = 0.9
    """The least share of rows that the estimator with the fewest has of those of the one with the most; below it there
    is a note."""


class TransitorySelection(Item):
    """Selection into treatment on good or bad years."""

    size: Size = 0.025
    """A warning where there seems to be an effect, but selection alone gives a late effect as large, on its side of
    zero, with a greater chance than this: one half of the 5% of a two-sided test."""
    draws: Annotated[int, Field(ge=19, le=9999)] = 199
    """How many panels without any effect are simulated for the band."""
    late: Annotated[int, Field(ge=1)] = 4
    """From which event time on an effect counts as late, when shocks at entry have died away."""
    spike: Positive = 2.0
    """How many times the late effect the one at entry may be before there is a note."""


class Spillover(Item):
    """Effects on neighbours that are not treated themselves."""

    size: Size = 0.05
    """A warning where treated neighbours move the outcome of untreated units by a test of this size."""
    rings: Annotated[list[Positive], Field(min_length=1)] | None = None
    """The outer bounds, in km, of the rings of neighbours that are looked at. `null`: 5, 10 and 20 where units are as
    near each other as villages are; where they are further apart, as counties are, the first of 10, 20, 50, 100, … that
    is no less than the median distance to the nearest other unit, and two and four times that."""

    def columns(self, study: Study, equation: Equation) -> list[str]:  # noqa: ARG002
        """List the coordinates, where the panel has any."""
        places = study.panel.places
        return [name for name in (places.latitude, places.longitude) if name] if places is not None else []


class Attrition(Item):
    """Units that leave the panel, the treated more or less often."""

    size: Size = 0.05
    """A warning where the treated leave more, or less, often by a test of this size (a note where trimming bounds of
    the effect are narrower than it is large), ..."""
    difference: Share = 0.01
    """... and by at least this, as a difference in the chance of a row to be missing."""
    outer: Annotated[float, Field(ge=0, lt=0.5)] = 0.01
    """Outcomes that are missing lie between this quantile of what is observed and the one as far from the upper end,
    for bounds without assumptions."""


class OddCohort(Item):
    """A cohort that is unlike the others."""

    size: Size = 0.05
    """A warning where the effect of a cohort differs from that of the others, adjusted for their number (Holm), by a
    test of this size, ..."""
    share: Annotated[float, Field(ge=0)] = 0.5
    """... and by at least this share of the effect on the others; a note where it differs by less."""
    entry: Positive = 3.0
    """A note where a cohort has more than so many times the units of the median cohort."""


class Denominator(Item):
    """An outcome that is divided by something that treatment moves."""

    size: Size = 0.05
    """A warning where treatment moves the denominator by a test of this size."""

    def columns(self, study: Study, equation: Equation) -> list[str]:
        """List what stands below a line in the outcome's column, or in those it is made of, where the study derives
        them."""
        from ruralpanel.frames.expression_syntax import parts_of_ratio

        derived, seen = study.panel.derived, set[str]()
        below, waiting = list[str](), [equation.outcome_column]
        while waiting:
            name = waiting.pop()
            each = derived.get(name)
            if each is None or name in seen:
                continue
            seen.add(name)
            if each.expression is not None:
                above, under = parts_of_ratio(each.expression)
            else:
                above, under = [each.column], [each.population] if each.population is not None else []
            below += [column for column in under if column not in below]
            waiting += above
        return below


class Influence(Item):
    """An effect that rests on a few units, clusters or cohorts."""

    change: Positive = 1.0
    """A warning where leaving out one unit, or the most treated, moves the effect by more than so many of its standard
    errors and by `share`, or leaving out one unit, cluster, cohort or region changes the sign of a significant one; a
    note where a cluster moves it as much."""
    share: Share = 0.25
    """The least share of the effect that counts."""
    most_treated: Annotated[int, Field(ge=1)] = 30
    """How many of the most treated units are left out together, at most 15 in a hundred of all that are treated."""


class HeavyTails(Item):
    """An effect that rests on extreme values of the outcome."""

    winsorised: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    """The share of rows at each end whose residual is brought in."""
    change: Positive = 1.0
    """A warning where that moves the effect by more than so many of the standard errors that it then has."""


class SubjectChoice(Section):
    """An effect to be looked at."""

    treatment: Name
    """One of the designations."""
    outcome: Name
    """One of the outcomes."""
    block: Name | None = None
    """The block whose equation is looked at; left out: the first that has both."""
    specification: Name | None = None
    """A specification of it; left out: the first that has both."""


class Diagnosis(Section):
    """What could be wrong with the effects of treatments."""

    subjects: list[SubjectChoice] | None = None
    """The effects that are looked at: `[{treatment: listed, outcome: income}]`; an empty list looks at none. Left out:
    all that claims are about; without claims, those of the first block with an effect of a treatment."""
    skip: list[ItemName] = []
    """Items that are not looked for."""
    rows: Annotated[int, Field(ge=1000)] = 100_000
    """How many rows of the panel are looked at, at most: of a larger one, units are drawn at random, with all of their
    rows, and every finding has their number in `units_drawn`."""
    differential_trends: DifferentialTrends = Field(default_factory=DifferentialTrends)
    """Trends that differ before treatment."""
    anticipation: Anticipation = Field(default_factory=Anticipation)
    """Effects before treatment."""
    transitory_selection: TransitorySelection = Field(default_factory=TransitorySelection)
    """Selection into treatment on good or bad years."""
    bad_control: BadControl = Field(default_factory=BadControl)
    """Regressors that respond to treatment."""
    spillover: Spillover = Field(default_factory=Spillover)
    """Effects on neighbours."""
    attrition: Attrition = Field(default_factory=Attrition)
    """Units that leave the panel."""
    few_clusters: FewClusters = Field(default_factory=FewClusters)
    """Few clusters, or few that are treated."""
    assignment_level: AssignmentLevel = Field(default_factory=AssignmentLevel)
    """Treatment assigned above the clusters."""
    heterogeneity: Heterogeneity = Field(default_factory=Heterogeneity)
    """Two-way effects that mislead where effects differ."""
    odd_cohort: OddCohort = Field(default_factory=OddCohort)
    """A cohort that is unlike the others."""
    treatment_exits: TreatmentExits = Field(default_factory=TreatmentExits)
    """Treatment that ends."""
    denominator: Denominator = Field(default_factory=Denominator)
    """An outcome divided by what treatment moves."""
    influence: Influence = Field(default_factory=Influence)
    """An effect that rests on a few."""
    heavy_tails: HeavyTails = Field(default_factory=HeavyTails)
    """An effect that rests on extreme values."""
    baseline_imbalance: BaselineImbalance = Field(default_factory=BaselineImbalance)
    """Treated units that were unlike the others before."""
    composition: Composition = Field(default_factory=Composition)
    """Estimators that are of different samples."""

    def settings(self, item: str) -> Item:
        """Give the settings of an item."""
        found: Item = getattr(self, item)
        return found


ItemName = Literal[
    "differential_trends",
    "anticipation",
    "transitory_selection",
    "bad_control",
    "spillover",
    "attrition",
    "few_clusters",
    "assignment_level",
    "heterogeneity",
    "odd_cohort",
    "treatment_exits",
    "denominator",
    "influence",
    "heavy_tails",
    "baseline_imbalance",
    "composition",
]
"""The items, in the order in which a reader is told of them."""

ITEMS: tuple[str, ...] = get_args(ItemName)
