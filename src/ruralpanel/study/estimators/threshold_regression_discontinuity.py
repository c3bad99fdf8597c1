"""Regression discontinuity at a threshold of a running variable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation

NAME = "threshold_regression_discontinuity"


def _running(equation: Equation) -> list[str]:
    return [equation.threshold.running] if equation.threshold else []


def _threshold(equation: Equation) -> Iterator[Finding]:
    """Check that there is a threshold, one treatment, no weights and one dimension of clusters."""
    if equation.threshold is None:
        hint = "such as `threshold: {running: sales_2013, at: 1000}`"
        yield Finding(f"{NAME} needs `threshold`", hint)
    if len(equation.treatments) != 1:
        what = f"{NAME} needs one treatment, not {len(equation.treatments)}"
        yield Finding(what, f"choose one with `treatments`: {', '.join(equation.treatments)}")
    if equation.weights is not None:
        what = f"{NAME} weighs rows by their distance from the threshold, and has no place for `{equation.weights}`"
        yield Finding(what, "put it into a specification of its own", ("weights",))
    if equation.matching is not None:
        what = f"{NAME} compares rows near the threshold, and has no place for weights of matching"
        yield Finding(what, "put it into a specification of its own", ("matching",))
    if not equation.inference.one_cluster:
        given = " and ".join(equation.inference.cluster or [equation.inference.variance])
        what = f"{NAME} has standard errors clustered in one dimension, not {given}"
        yield Finding(what, "name one column in `cluster`", ("inference",))


ESTIMATOR = Estimator(
    name=NAME,
    rank=140,
    method="regression discontinuity at a threshold",
    detail="corrected for bias",
    source="Calonico, Cattaneo and Titiunik 2014",
    short="Discontinuity",
    meaning="the jump of the outcome at a threshold of a running variable, sharp or fuzzy, by local polynomials with "
    "the bandwidth of the smallest mean squared error, bias-corrected with robust errors (Calonico, Cattaneo & "
    "Titiunik 2014), and the test of the running variable’s density there (Cattaneo, Jansson & Ma 2020); rows are "
    "those of the `sample`",
    question="A treatment that follows from a threshold of something that is measured",
    page="[Thresholds](thresholds.md)",
    gives=("overall",),
    keys=("threshold",),
    without=("regressors", "fixed_effects", "small_sample"),
    checks=(_threshold,),
    knows=_running,
    example=("running='poverty', at=12.0, design='crossing'",),
)
