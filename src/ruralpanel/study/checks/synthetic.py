"""Checks of synthetic differences in differences: what the method has no place for."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Equation
from ruralpanel.study.checks.context import Context
from ruralpanel.study.yaml_file import KeyPath

NAME = "synthetic_difference_in_differences"


def synthetic(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check effects, weights, clusters and donuts of an equation that is estimated with a synthetic control.

    Parameters
    ----------
    context
        The study and its file.
    where
        The equation's place in it.
    equation
        What is to be estimated.
    """
    apart = "put it into a specification of its own"
    if set(equation.fixed_effects) != {equation.unit, equation.period}:
        what = f"{NAME} has effects of {equation.unit} and {equation.period}, and no others"
        yield context.file.problem((*where, "fixed_effects"), what, apart)
    if equation.weights is not None:
        what = f"{NAME} finds weights of its own, and has no place for `{equation.weights}`"
        yield context.file.problem((*where, "weights"), what, apart)
    inference = equation.inference
    if not inference.one_cluster:
        given = " and ".join(inference.cluster or [inference.variance])
        what = f"{NAME} leaves out or draws clusters of one column, not {given}"
        hint = f"name one column in `cluster`, or leave it out for {equation.unit}"
        yield context.file.problem((*where, "inference"), what, hint)
    elif _is_placebo(equation) and inference.cluster != [equation.unit]:
        given = ", ".join(inference.cluster or [])
        what = f"placebo treatments are given to single units, not to clusters of {given}"
        yield context.file.problem((*where, "synthetic"), what, "choose `standard_errors: jackknife` or `bootstrap`")
    if equation.excluded_event_times:
        what = f"{NAME} needs units observed in all periods, and the treatment's donut leaves out rows of all treated"
        yield context.file.problem(where, what, "declare the treatment a second time, without `donut`")


def _is_placebo(equation: Equation) -> bool:
    return equation.synthetic is not None and equation.synthetic.standard_errors == "placebo"
