"""Checks of instrumental variables: what is instrumented, by what, and what the method has no place for."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem, counted
from ruralpanel.study.blocks import Equation
from ruralpanel.study.checks.context import Context
from ruralpanel.study.yaml_file import KeyPath

NAME = "instrumental_variables"


def instruments(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check instruments and endogenous terms of an equation that is estimated by two-stage least squares.

    Parameters
    ----------
    context
        The study and its file.
    where
        The equation's place in it.
    equation
        What is to be estimated.
    """
    terms = [*(equation.intensities.get(name, name) for name in equation.treatments), *equation.regressors]
    if not equation.instruments:
        hint = "such as `instruments: [distance_to_temple]`: columns that move the treatment and nothing else"
        yield context.file.problem(where, f"{NAME} needs `instruments`", hint)
        return
    at = (*where, "instruments")
    for name in equation.endogenous:
        if name not in terms:
            what = f"`{name}` is not on the right-hand side of this equation"
            yield context.file.problem((*where, "endogenous"), what, f"valid here: {', '.join(terms)}")
    for name in equation.instruments:
        if name in terms or name == equation.outcome_column:
            what = f"`{name}` is {'on the right-hand side' if name in terms else 'the outcome'} already"
            yield context.file.problem(at, what, "an instrument is in the outcome only through what it moves")
    if not equation.endogenous:
        hint = f"name them in `endogenous`: {', '.join(terms)}"
        yield context.file.problem(where, "there is no treatment in this equation to be instrumented", hint)
    elif len(equation.instruments) < len(equation.endogenous):
        of = f"{counted(len(equation.endogenous), 'endogenous term')} ({', '.join(equation.endogenous)})"
        what = f"{counted(len(equation.instruments), 'instrument')} cannot tell apart the effects of {of}"
        yield context.file.problem(at, what, "give at least as many, or name fewer in `endogenous`")
    for key, given in (("moderators", equation.moderators), ("interactions", equation.interactions)):
        if given:
            what = f"{NAME} has no {key}, whose products would be endogenous too"
            hint = "derive the products under `panel.derived`, and name them in `regressors` and `endogenous`"
            yield context.file.problem((*where, key), what, hint)


def first_differences(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that fixed effects have no slopes, whose difference is no slope.

    Parameters
    ----------
    context, where, equation
        As in :func:`instruments`.
    """
    sloping = [effect for effect in equation.fixed_effects if "[" in effect]
    if sloping:
        what = f"first_differences has fixed effects without slopes, not {', '.join(sloping)}"
        yield context.file.problem((*where, "fixed_effects"), what, "put it into a specification of its own")
