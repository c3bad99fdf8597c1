"""Checks of what figures of specifications, permutations, cohorts and missing values name beside their blocks."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.blocks import Specification
from ruralpanel.study.checks.context import Context
from ruralpanel.study.exhibit import Exhibit
from ruralpanel.study.figures_of_results import (
    CohortHeatmapFigure,
    MissingnessFigure,
    PermutationFigure,
    SpecificationCurveFigure,
)
from ruralpanel.study.yaml_file import KeyPath


def figure_of_results(context: Context, at: KeyPath, exhibit: Exhibit, parts: list[Specification]) -> Iterator[Problem]:
    """Check that a figure names what there is; its parameters are those of :func:`figures.figure`."""
    study = context.study
    if isinstance(exhibit, SpecificationCurveFigure):
        yield from _curve(context, at, exhibit, parts)
    if (
        isinstance(exhibit, CohortHeatmapFigure)
        and exhibit.window is not None
        and exhibit.window[0] > exhibit.window[1]
    ):
        first, last = exhibit.window
        yield context.file.problem((*at, "window"), f"runs backwards, from {first} to {last}")
    permuted = any(part.inference is not None and part.inference.permutation is not None for part in parts)
    if isinstance(exhibit, PermutationFigure) and not permuted:
        what = "shows permutations, which no block of this figure asks for"
        hint = "write `permutation: {}` under the block's `inference`"
        yield context.file.problem((*at, "blocks"), what, hint)
    if isinstance(exhibit, MissingnessFigure):
        looked_at = {each.adoption or each.column or name for name, each in study.outcomes.items()}
        for index, name in enumerate(exhibit.columns or []):
            yield from context.known((*at, "columns", index), name, looked_at, "column of an outcome of this study")
        if exhibit.designation is not None:
            known = "designation of this study"
            yield from context.known((*at, "designation"), exhibit.designation, study.designation, known)
        elif exhibit.over == "cohort":
            hint = nearest("", study.designation)
            yield context.file.problem((*at, "over"), "is `cohort`, and no `designation` is named", hint)


def _curve(
    context: Context, at: KeyPath, exhibit: SpecificationCurveFigure, parts: list[Specification]
) -> Iterator[Problem]:
    """Check the outcome and the marked specification of a curve against its blocks."""
    outcomes = {name for part in parts for name in part.outcomes or []}
    if parts:
        yield from context.known((*at, "outcome"), exhibit.outcome, outcomes, "outcome of these blocks")
    if exhibit.marked is not None:
        places = [place for place in context.study.specification_labels() if place.split("/")[0] in exhibit.blocks]
        yield from context.known((*at, "marked"), exhibit.marked, places, "specification of these blocks")
