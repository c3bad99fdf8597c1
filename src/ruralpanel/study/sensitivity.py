"""The ``sensitivity`` section: what could be wrong with an estimate, and how wrong it would have to be."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from ruralpanel.study.base import Name, Section
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import LEAST_SQUARES, WITH_ONE_CURVE, EstimatorName
from ruralpanel.study.exhibit import Term

Bound = Annotated[float, Field(ge=0)]
Power = Annotated[float, Field(gt=0, lt=1)]


class Sensitivity(Section):
    """What all analyses share."""

    block: Name
    """The block whose estimates are looked at."""
    specification: Name | None = None
    """One specification of the block; left out: all of them."""
    outcome: Name | None = None
    """One outcome of the block; left out: all of them."""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Coverage of intervals, and one less the size of tests."""

    def _is_chosen(self, equation: Equation) -> bool:
        specification, outcome = self.specification or equation.specification, self.outcome or equation.outcome
        return (equation.specification, equation.outcome) == (specification, outcome)


class OfEventStudy(Sensitivity):
    """What analyses of coefficients by event time share."""

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


AnySensitivity = Annotated[
    HonestDid | PretrendPower | EquivalenceOfLeads | Oster | OmittedVariable, Field(discriminator="kind")
]

ANALYSES: dict[str, type[Sensitivity]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(AnySensitivity)[0])
}
"""The kinds of analyses by name. A kind is its section above, and a module of :mod:`ruralpanel.sensitivity` of its
name with a function ``analyse``."""
