"""Effects over the dose that a treatment comes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _needs_dose(equation: Equation) -> Iterator[Finding]:
    """Check that the study says what the dose is."""
    if equation.dose_response is None:
        hint = "such as `dose_response: {dose: shops_per_household}`: the column of the dose"
        yield Finding("continuous_dose needs `dose_response`", hint)


ESTIMATOR = Estimator(
    name="continuous_dose",
    rank=66,
    method="effects over the dose of the treatment",
    source="Callaway, Goodman-Bacon and Sant’Anna 2024",
    overall="over all cohorts and doses, cohorts by size and the periods of each alike",
    short="Continuous dose",
    meaning="for staggered adoption in doses, the effect at each dose on those who have it, ATT(d), and how outcomes "
    "respond to a little more of it, ACRT(d), by splines or groups of doses, averaged over cohorts and periods "
    "(Callaway, Goodman-Bacon & Sant’Anna 2024); leads are those of effects by cohort and period",
    question="How effects follow the dose of a treatment",
    page="[Continuous doses](continuous-dose.md)",
    gives=("overall", "dose"),
    by_cohort=True,
    one_dimension=True,
    follows_units="takes the change of each unit since the last period before treatment",
    keys=("dose_response",),
    without=("regressors", "fixed_effects", "small_sample"),
    checks=(_needs_dose,),
    example=("dose='poor'", "states['poor'] = states.groupby('sid')['poverty'].transform('first')"),
)
