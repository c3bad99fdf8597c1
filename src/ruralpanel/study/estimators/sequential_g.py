"""Direct effects by sequential g-estimation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _columns(equation: Equation) -> list[str]:
    return [*equation.mediation.mediators, *equation.mediation.intermediate] if equation.mediation else []


def _mediation(equation: Equation) -> Iterator[Finding]:
    """Check that there are mediators, one treatment, and one dimension of clusters."""
    if equation.mediation is None:
        yield Finding("sequential_g needs `mediation`", "such as `mediation: {mediators: [migration]}`")
    if len(equation.treatments) != 1:
        what = f"sequential_g needs one treatment, not {len(equation.treatments)}"
        yield Finding(what, f"choose one with `treatments`: {', '.join(equation.treatments)}")
    own = [*equation.treatments, *equation.regressors, equation.outcome_column]
    twice = [name for name in _columns(equation) if name in own or _columns(equation).count(name) > 1]
    if twice:
        what = f"`{twice[0]}` is a mediator or intermediate, and elsewhere in the equation too"
        yield Finding(what, "regressors are what the treatment does not move", ("mediation",))
    if not equation.inference.one_cluster:
        given = " and ".join(equation.inference.cluster or [equation.inference.variance])
        what = f"sequential_g has standard errors clustered in one dimension, not {given}"
        yield Finding(what, "name one column in `cluster`", ("inference",))


ESTIMATOR = Estimator(
    name="sequential_g",
    rank=150,
    method="sequential g-estimation of direct effects",
    source="Acharya, Blackwell and Sen 2016",
    short="Direct effect",
    meaning="the part of an effect that does not go through `mediators`: their coefficients from a regression with all "
    "that the treatment may move are taken off the outcome, and what is left is regressed on the treatment "
    "(Vansteelandt 2009; Acharya, Blackwell & Sen 2016); it holds if nothing unobserved moves mediators and outcome",
    question="How much of an effect does not go through something, if mediators are as good as random",
    page="[Direct effects](direct-effects.md)",
    gives=("overall",),
    inference=("bootstrap",),
    keys=("mediation",),
    without=("small_sample",),
    checks=(_mediation,),
    knows=_columns,
    example=("mediators=['robbery']",),
)
