"""Checks of ``matching``: names, and that an estimator of the equations can use the weights that come of it."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Equation, Specification
from ruralpanel.study.checks.context import Context
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.yaml_file import KeyPath


def names_in_matching(context: Context, at: KeyPath, part: Specification) -> Iterator[Problem]:
    """Check the names that matching is told, whether it is a block's or a variation's."""
    if part.matching is None:
        return
    where, columns = (*at, "matching"), context.columns
    yield from context.all_known((*where, "covariates"), part.matching.covariates, columns, "column of the panel")
    for name in part.matching.paths:
        yield from context.known((*where, "paths", name), name, columns, "column of the panel")
    if part.matching.treatment is not None:
        designations = context.study.designation
        yield from context.known(
            (*where, "treatment"), part.matching.treatment, designations, "designation of this study"
        )


def matching_of(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that an equation says whom to match, and can have weights."""
    matching = equation.matching
    if matching is None:
        return
    at = (*where, "matching")
    if matching.treatment is None and len(equation.treatments) != 1:
        what = f"does not say which of {len(equation.treatments)} treatments it is for"
        yield context.file.problem(at, what, f"name one with `treatment`: {', '.join(equation.treatments)}")
    elif matching.treatment is not None and matching.treatment not in equation.treatments:
        what = f"`{matching.treatment}` is not among the treatments of this equation"
        yield context.file.problem((*at, "treatment"), what, f"valid here: {', '.join(equation.treatments)}")
    if equation.at_risk_of is not None:
        what = f"compares units never treated, and `{equation.outcome}` is an adoption, whose units leave when treated"
        yield context.file.problem(at, what, "put it into a block of its own, without matching")
    if equation.inference.permutation is not None and ESTIMATORS[equation.estimator].permutes_itself:
        what = "has to be done anew whenever cohorts are permuted, which `permutation` does not do"
        yield context.file.problem(at, what, "leave out one of the two")
    if equation.always_treated == "keep":
        what = "has nothing to compare units with that are treated throughout, which `always_treated: keep` keeps"
        yield context.file.problem(at, what, "leave `always_treated` out")


def near_misses_of(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that an equation says which treatment the threshold decides on, and by which columns."""
    asked, at = equation.near_misses, (*where, "near_misses")
    if asked is None:
        return
    for key, name in (("running", asked.running), ("threshold", asked.threshold)):
        if isinstance(name, str):
            yield from context.known((*at, key), name, context.columns, "column of the panel")
    if asked.treatment is None and len(equation.treatments) != 1:
        what = f"does not say which of {len(equation.treatments)} treatments the threshold decides on"
        yield context.file.problem(at, what, f"name one with `treatment`: {', '.join(equation.treatments)}")
    elif asked.treatment is not None and asked.treatment not in equation.treatments:
        what = f"`{asked.treatment}` is not among the treatments of this equation"
        yield context.file.problem((*at, "treatment"), what, f"valid here: {', '.join(equation.treatments)}")
    if equation.at_risk_of is not None:
        what = f"compares units never treated, and `{equation.outcome}` is an adoption, whose units leave when treated"
        yield context.file.problem(at, what, "put it into a block of its own, without near misses")
