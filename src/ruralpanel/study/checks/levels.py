"""Checks of equations whose treatment is assigned at a level above the panel's unit: repeated cross-sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Equation, Specification
from ruralpanel.study.checks.context import Context
from ruralpanel.study.estimators import ESTIMATORS, OF_CROSS_SECTIONS
from ruralpanel.study.yaml_file import KeyPath


def at_level(context: Context, where: KeyPath, equation: Equation, parts: Sequence[Specification]) -> Iterator[Problem]:
    """Check that an estimator does without following units, and that one level is meant where none is stated.

    Parameters
    ----------
    context
        The study.
    where
        The specification.
    equation
        What is to be estimated.
    parts
        The block, and the specification where it has several.
    """
    if not equation.levels:
        return
    level = next(iter(equation.levels.values()))
    by_group = f"make the rows those of `{level}` by a table with `group`, and `{level}` the panel's unit"
    why = ESTIMATORS[equation.estimator].follows_units
    if why is not None:
        what = f"{equation.estimator} {why}, and {_whose(equation)}, whose {equation.unit} need not be seen twice"
        yield context.file.problem(where, what, f"{by_group}; or choose one of {', '.join(OF_CROSS_SECTIONS)}")
    if equation.matching is not None:
        what = f"compares each {equation.unit} with itself before treatment, and {_whose(equation)}"
        yield context.file.problem((*where, "matching"), what, by_group)
    yield from _left_open(context, where, equation, parts)


def _left_open(
    context: Context, where: KeyPath, equation: Equation, parts: Sequence[Specification]
) -> Iterator[Problem]:
    """Check that fixed effects and clusters are named where treatments of several levels leave them open."""
    levels = {name: equation.levels.get(name, equation.unit) for name in equation.treatments}
    if len(set(levels.values())) == 1:
        return
    inference = next((part.inference for part in reversed(parts) if part.inference is not None), None)
    open_ = {
        "fixed effects": (all(part.fixed_effects is None for part in parts), "`fixed_effects: [{}, {}]`"),
        "clusters": (
            equation.inference.vcov.clusters and (inference is None or inference.cluster is None),
            "`inference: {{cluster: [{}]}}`",
        ),
    }
    told = ", ".join(f"{name} by {level}" for name, level in levels.items())
    level = next(iter(equation.levels.values()))
    for words, (is_open, hint) in open_.items():
        if is_open:
            what = f"its treatments are assigned at several levels ({told}), which leaves open whose {words} are meant"
            yield context.file.problem(where, what, f"name them, such as {hint.format(level, equation.period)}")


def hazard_of_levels(context: Context, at: KeyPath, treatment: str) -> Iterator[Problem]:
    """Check that an adoption is that of the panel's units: rows of a unit are no further adoptions of its village."""
    unit = context.study.panel.unit
    declared = context.study.designation.get(treatment)
    if declared is not None and declared.assigned_to(unit) != unit:
        level = declared.level
        what = f"`{treatment}` is assigned by {level}: that a {level} adopts it is one event, whatever {unit} it has"
        hint = f"make the rows those of `{level}` by a table with `group`, and `{level}` the panel's unit"
        yield context.file.problem(at, what, hint)


def _whose(equation: Equation) -> str:
    told = [f"`{name}` has `level: {level}`" for name, level in equation.levels.items()]
    return " and ".join(told)
