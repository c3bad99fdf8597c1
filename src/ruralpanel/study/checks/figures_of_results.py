"""Checks of what figures of specifications, permutations, cohorts and missing values name beside their blocks."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.blocks import Specification
from ruralpanel.study.checks.context import Context
from ruralpanel.study.exhibits import (
    CohortHeatmapFigure,
    Exhibit,
    MissingnessFigure,
    PermutationFigure,
    SpecificationCurveFigure,
)
from ruralpanel.study.yaml_file import KeyPath


def figure_of_results(context: Context, at: KeyPath, exhibit: Exhibit) -> Iterator[Problem]:
    """Check that a figure names what there is."""
    study = context.study
    blocks = [block for block in exhibit.estimated_in if block in study.blocks]
    if isinstance(exhibit, SpecificationCurveFigure):
        yield from _curve(context, at, exhibit, blocks)
    if (
        isinstance(exhibit, CohortHeatmapFigure)
        and exhibit.window is not None
        and exhibit.window[0] > exhibit.window[1]
    ):
        first, last = exhibit.window
        yield context.file.problem((*at, "window"), f"runs backwards, from {first} to {last}")
    if isinstance(exhibit, PermutationFigure):
        parts = [part for block in blocks for part in _parts(context, block)]
        if not any(part.inference is not None and part.inference.permutation is not None for part in parts):
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


def _curve(context: Context, at: KeyPath, exhibit: SpecificationCurveFigure, blocks: list[str]) -> Iterator[Problem]:
    """Check the outcome and the marked specification of a curve against its blocks."""
    outcomes = {name for block in blocks for part in _parts(context, block) for name in part.outcomes or []}
    if blocks:
        yield from context.known((*at, "outcome"), exhibit.outcome, outcomes, "outcome of these blocks")
    if exhibit.marked is not None:
        places = [place for place in context.study.specification_labels() if place.split("/")[0] in blocks]
        yield from context.known((*at, "marked"), exhibit.marked, places, "specification of these blocks")


def _parts(context: Context, block: str) -> list[Specification]:
    """List a block and its specifications."""
    found = context.study.blocks[block]
    return [found, *(found.specifications or {}).values()]
