"""The ``sensitivity`` section: what could be wrong with an estimate, and how wrong it would have to be."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from ruralpanel.study.base import Name, Section
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import LEAST_SQUARES, WITH_ONE_CURVE, EstimatorName
from ruralpanel.study.exhibit import Term

Bound = Annotated[float, Field(ge=0)]
Power = Annotated[float, Field(gt=0, lt=1)]


class Sensitivity(Section):
    """What all analyses share."""

    reads_panel: ClassVar[bool] = False
    """Whether something is estimated again, for which the panel is needed."""
    estimates_again: ClassVar[bool] = False
    """Whether that is with the equations' own estimators."""
    made_of: ClassVar[str] = ""
    """The module of the stage that reads what it is made of, beside its own; empty for none."""

    block: Name
    """The block whose estimates are looked at."""
    specification: Name | None = None
    """One specification of the block; left out: all of them."""
    outcome: Name | None = None
    """One outcome of the block; left out: all of them."""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Coverage of intervals, and one less the size of tests."""

    @property
    def blocks(self) -> list[str]:
        """The blocks whose equations are looked at."""
        return [self.block]

    def _is_chosen(self, equation: Equation) -> bool:
        specification, outcome = self.specification or equation.specification, self.outcome or equation.outcome
        return (equation.specification, equation.outcome) == (specification, outcome)


class OfEventStudy(Sensitivity):
    """What analyses of coefficients by event time share."""

    made_of = "ruralpanel.sensitivity.event_study"

    kind: str

    estimator: EstimatorName | None = None
    """One estimator of the block; left out: all that have leads and effects in one curve: `event_study`, `sun_abraham`,
    `stacked`, and `callaway_santanna` with `base_period: universal`."""

    def term_of(self, equation: Equation) -> str:
        """Name the treatment that is looked at."""
        return equation.treatments[0]

    def is_of(self, equation: Equation) -> bool:
        """Tell whether an equation of the block is looked at."""
        estimators = {self.estimator} if self.estimator else set(WITH_ONE_CURVE)
        return equation.estimator in estimators and self._is_chosen(equation)


class OfRegression(Sensitivity):
    """What analyses of two-way fixed effects with regressors share."""

    reads_panel = True
    made_of = "ruralpanel.sensitivity.regression"

    kind: str
    term: Term | None = None
    """The treatment whose coefficient is looked at, as a term of the equation; left out: the first."""

    def term_of(self, equation: Equation) -> str:
        """Name the treatment that is looked at."""
        return self.term or equation.treatment_terms[0]

    def is_of(self, equation: Equation) -> bool:
        """Tell whether an equation of the block is looked at."""
        return equation.estimator in LEAST_SQUARES and self._is_chosen(equation)


class HonestDid(OfEventStudy):
    """Intervals that hold when trends differ, within bounds (Rambachan and Roth 2023)."""

    kind: Literal["honest_did"]
    """`honest_did`: how far trends may differ before an effect could be zero (Rambachan and Roth 2023)."""
    event_times: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    """The first and the last event time whose effects are looked at; left out: all from the first that treatment can
    have, without those that stand for all beyond them."""
    effects: Literal["average", "each"] = "average"
    """The `average` of these effects, or `each` by itself."""
    relative_magnitudes: list[Bound] = [0.5, 1.0, 1.5, 2.0]
    """Bounds on how much the difference in trends changes from one period to the next after treatment, as multiples of
    the largest change before it. Beside the intervals, the largest multiple is found with which zero is excluded."""
    smoothness: list[Bound] = []
    """Bounds on how much the slope of the difference in trends changes from one period to the next, in the outcome's
    unit; with 0, trends differ by a straight line. Again, the largest one that excludes zero is found too."""

    @model_validator(mode="after")
    def _something_is_asked(self) -> HonestDid:
        if not self.relative_magnitudes and not self.smoothness:
            raise ValueError("asks for nothing: give bounds under `relative_magnitudes` or `smoothness`")
        if self.event_times is not None and self.event_times[0] > self.event_times[1]:
            raise ValueError(f"`event_times` runs backwards, from {self.event_times[0]} to {self.event_times[1]}")
        return self


class PretrendPower(OfEventStudy):
    """What a test of leads would have found (Roth 2022)."""

    kind: Literal["pretrend_power"]
    """`pretrend_power`: how steep a straight line in the difference of trends has to be for one of the leads to be
    significant with a given power, and how much of the effect it would be (Roth 2022)."""
    power: Annotated[list[Power], Field(min_length=1)] = [0.5, 0.8]
    """The chances of finding it."""


class EquivalenceOfLeads(OfEventStudy):
    """What leads can rule out (Dette and Schumann 2024)."""

    kind: Literal["equivalence_of_leads"]
    """`equivalence_of_leads`: within which bound leads can be said to be, all of them and on average, where the null
    hypothesis is that they are beyond it (Dette and Schumann 2024)."""
    threshold: Annotated[float, Field(gt=0)] | None = None
    """A bound in the outcome's unit that would not matter, to be tested; left out: only the smallest bound is found."""


class Oster(OfRegression):
    """Selection on what is not observed, relative to what is (Oster 2019)."""

    kind: Literal["oster"]
    """`oster`: for `two_way_fixed_effects` with regressors, how much selection on the unobserved, relative to that on
    the regressors, would explain the estimate, and the estimate without its bias (Oster 2019)."""
    r_squared_factor: Annotated[float, Field(gt=1)] = 1.3
    """By how much the R² of a regression with everything exceeds that with the regressors, at most up to 1. Both are
    within the fixed effects."""
    delta: float = 1.0
    """As how strong, relative to the regressors, the unobserved is taken for the estimate without bias."""


class OmittedVariable(OfRegression):
    """How strong an omitted variable would have to be (Cinelli and Hazlett 2020)."""

    kind: Literal["omitted_variable"]
    """`omitted_variable`: for `two_way_fixed_effects`, the share of treatment and outcome that an omitted variable has
    to explain to bring the estimate down, and the estimate beside one as strong as an observed regressor (Cinelli and
    Hazlett 2020)."""
    reduction: Annotated[float, Field(gt=0, le=1)] = 1.0
    """By which share the estimate is brought down: 1 to zero."""
    benchmarks: list[Term] = []
    """Regressors to compare an omitted variable with. The robustness values need none."""
    times: Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=1)] = [1.0, 2.0, 3.0]
    """How many times as strong as each of these."""


class OfAdoption(Sensitivity):
    """What analyses share that look anew at the panel of one treatment that stays."""

    reads_panel = True

    kind: str
    estimator: EstimatorName | None = None
    """One estimator of the block; left out: all of them."""
    treatment: Name | None = None
    """One treatment that stays; left out: that of each equation that has one and no more."""

    def term_of(self, equation: Equation) -> str:
        """Name the treatment that is looked at."""
        return equation.treatments[0]

    def is_of(self, equation: Equation) -> bool:
        """Tell whether an equation of the block is looked at."""
        of_one = len(equation.treatments) == 1 and equation.absorbing and not equation.intensities
        of_one &= self.treatment in (None, *equation.treatments)
        return of_one and self.estimator in (None, equation.estimator) and self._is_chosen(equation)


class AttritionBounds(OfAdoption):
    """Bounds where outcomes are missing, and treatment may have to do with that (Lee 2009; Manski 1990)."""

    kind: Literal["attrition_bounds"]
    """`attrition_bounds`: the effect on those who are observed with treatment and without, where treatment moves all
    in one direction towards being observed or away from it (Lee 2009), and on all, whatever is missing (Manski 1990).
    Bounds are the same for all estimators of a specification; name one."""
    groups: list[Name] = []
    """Columns that do not change within a unit and that treatment does not move: trimming is within their groups, which
    makes bounds no wider. Always within cohort and period."""
    outcome_range: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    """Between which all changes of the outcome since the period before treatment lie, after transformation; left out:
    the 1st and the 99th percentile of those observed."""

    @model_validator(mode="after")
    def _range_is_one(self) -> AttritionBounds:
        if self.outcome_range is not None and not self.outcome_range[0] < self.outcome_range[1]:
            raise ValueError(f"`outcome_range` runs backwards, from {self.outcome_range[0]} to {self.outcome_range[1]}")
        return self


class SpecificationCurve(OfAdoption):
    """All specifications of one effect together, against permuted treatments (Simonsohn, Simmons and Nelson 2020)."""

    estimates_again = True

    kind: Literal["specification_curve"]
    """`specification_curve`: the median effect over all specifications, the share with its sign, and the share that is
    significant with it, against the same of cohorts that changed places (Simonsohn, Simmons and Nelson 2020)."""
    further_blocks: list[Name] = []
    """More blocks with specifications of the same effect."""
    draws: Annotated[int, Field(ge=19, le=99_999)] = 199
    """How many permutations; every specification is estimated in each of them."""
    within: list[Name] = []
    """Columns, constant in each of what is permuted, in whose groups cohorts change places; left out: among all."""
    among: Name | None = None
    """A column of groups in which all are treated at the same time, which change places; left out: the level at which
    treatment is assigned, or else the units."""

    @property
    def blocks(self) -> list[str]:
        """The blocks whose equations are looked at."""
        return [self.block, *self.further_blocks]


AnySensitivity = Annotated[
    HonestDid | PretrendPower | EquivalenceOfLeads | Oster | OmittedVariable | AttritionBounds | SpecificationCurve,
    Field(discriminator="kind"),
]

ANALYSES: dict[str, type[Sensitivity]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(AnySensitivity)[0])
}
"""The kinds of analyses by name. A kind is its section above, and a module of :mod:`ruralpanel.sensitivity` of its
name with a function ``analyse``."""
