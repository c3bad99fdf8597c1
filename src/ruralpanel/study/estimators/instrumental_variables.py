"""Two-stage least squares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.errors import counted
from ruralpanel.study.estimators.estimator import Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation

NAME = "instrumental_variables"


def _instruments(equation: Equation) -> Iterator[Finding]:
    """Check what is instrumented, by what, and what the method has no place for."""
    terms = [*(equation.intensities.get(name, name) for name in equation.treatments), *equation.regressors]
    if not equation.instruments:
        hint = "such as `instruments: [distance_to_temple]`: columns that move the treatment and nothing else"
        yield Finding(f"{NAME} needs `instruments`", hint)
        return
    at = ("instruments",)
    for name in equation.endogenous:
        if name not in terms:
            what = f"`{name}` is not on the right-hand side of this equation"
            yield Finding(what, f"valid here: {', '.join(terms)}", ("endogenous",))
    for name in equation.instruments:
        if name in terms or name == equation.outcome_column:
            what = f"`{name}` is {'on the right-hand side' if name in terms else 'the outcome'} already"
            yield Finding(what, "an instrument is in the outcome only through what it moves", at)
    if not equation.endogenous:
        hint = f"name them in `endogenous`: {', '.join(terms)}"
        yield Finding("there is no treatment in this equation to be instrumented", hint)
    elif len(equation.instruments) < len(equation.endogenous):
        of = f"{counted(len(equation.endogenous), 'endogenous term')} ({', '.join(equation.endogenous)})"
        what = f"{counted(len(equation.instruments), 'instrument')} cannot tell apart the effects of {of}"
        yield Finding(what, "give at least as many, or name fewer in `endogenous`", at)
    for key, given in (("moderators", equation.moderators), ("interactions", equation.interactions)):
        if given:
            what = f"{NAME} has no {key}, whose products would be endogenous too"
            hint = "derive the products under `panel.derived`, and name them in `regressors` and `endogenous`"
            yield Finding(what, hint, (key,))


ESTIMATOR = Estimator(
    name=NAME,
    rank=30,
    method="two-stage least squares",
    short="2SLS",
    meaning="two-stage least squares with fixed effects: the `endogenous` terms have `instruments`",
    question="The same from changes between periods, or with instruments",
    page="[Instruments and first differences](instruments-and-differences.md)",
    gives=("coefficient",),
    inference=("bootstrap",),
    has_treatment_terms=True,
    keys=("anticipation", "instruments", "endogenous"),
    checks=(_instruments,),
    crosscheck="ruralpanel.crosscheck.designs:of_terms",
)
