"""Checks of the ``exhibits`` and ``published`` sections."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Block
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.figures import figure
from ruralpanel.study.checks.figures_of_results import figure_of_results
from ruralpanel.study.estimators import shown_in
from ruralpanel.study.exhibits import RegressionTable, ScorecardTable, SourceTable, SummaryTable
from ruralpanel.study.figures_of_effects import CoefficientFigure
from ruralpanel.study.figures_of_results import PermutationFigure, SpecificationCurveFigure
from ruralpanel.study.yaml_file import KeyPath, is_file

WHERE_ASKED = {
    "bootstrap": "write `bootstrap: {}` under the block's `inference`",
    "permutation": "write `permutation: {}` under the block's `inference`",
    "adjusted": "write `adjustment: holm` in the block",
}
"""How a block asks for each kind of p-value."""


def exhibits(context: Context) -> Iterator[Problem]:
    """Check that exhibits show what their blocks estimate."""
    study = context.study
    for name, exhibit in study.exhibits.items():
        at: KeyPath = ("exhibits", name)
        for index, block in enumerate(exhibit.estimated_in):
            if block not in study.blocks:
                yield from context.known((*at, "blocks", index), block, study.blocks, "block of this study")
                continue
            estimators = {
                estimator
                for part in (study.blocks[block], *(study.blocks[block].specifications or {}).values())
                for estimator in part.estimators or []
            }
            shown = shown_in(exhibit.kind, estimators)  # none for an exhibit that shows no estimates
            if estimators and not estimators & set(shown):
                estimated = ", ".join(sorted(estimators))
                what = f"a {exhibit.kind} shows {' or '.join(shown)}; the block `{block}` estimates {estimated}"
                yield context.file.problem((*at, "blocks", index), what)
        honest = [key for key, each in study.sensitivity.items() if each.kind == "honest_did"]
        for index, analysis in enumerate(exhibit.analysed_in):
            kind = "analysis of kind honest_did of this study"
            yield from context.known((*at, "sensitivity", index), analysis, honest, kind)
        known = [study.blocks[block] for block in exhibit.estimated_in if block in study.blocks]
        parts = [part for block in known for part in (block, *(block.specifications or {}).values())]
        yield from figure(context, at, exhibit, parts)
        yield from figure_of_results(context, at, exhibit, parts)
        terms = {term for block in known for term in _right_hand_sides(context, block)}
        if isinstance(exhibit, RegressionTable | CoefficientFigure | PermutationFigure):
            for index, term in enumerate(exhibit.terms or []):
                yield from context.known((*at, "terms", index), term, terms, "term of these blocks")
            if isinstance(exhibit, RegressionTable):
                blocks = [block for block in exhibit.blocks if block in study.blocks]
                yield from _p_values(context, at, exhibit, blocks)
        elif isinstance(exhibit, SpecificationCurveFigure):
            yield from context.known((*at, "term"), exhibit.term, terms, "term of these blocks")
        elif isinstance(exhibit, SummaryTable):
            for index, column in enumerate(exhibit.columns or []):
                yield from context.known((*at, "columns", index), column, context.columns, "column of the panel")
            if exhibit.by is not None:
                yield from context.known((*at, "by"), exhibit.by, study.designation, "designation")
        elif isinstance(exhibit, SourceTable):
            yield from _periods_of_sources(context, at, exhibit)
        elif isinstance(exhibit, ScorecardTable) and not study.claims:
            yield context.file.problem(
                (*at, "kind"), "is a table of claims, and the study makes none", "declare `claims`, or take it out"
            )


def _periods_of_sources(context: Context, at: KeyPath, exhibit: SourceTable) -> Iterator[Problem]:
    """Check that sources, and the columns that say when, are there."""
    sources = context.study.sources
    for name, column in exhibit.periods.items():
        yield from context.known((*at, "periods", name), name, sources, "source")
        if name in sources:
            columns = sources[name].column_names
            yield from context.known((*at, "periods", name), column, columns, f"column of {name}")


def _p_values(context: Context, at: KeyPath, exhibit: RegressionTable, blocks: list[str]) -> Iterator[Problem]:
    """Check that a block of the table asks for the p-values that are to be printed."""
    inferences = [
        part.inference
        for block in blocks
        for part in (context.study.blocks[block], *(context.study.blocks[block].specifications or {}).values())
        if part.inference is not None
    ]
    asked = {
        "bootstrap": any(each.bootstrap is not None for each in inferences),
        "permutation": any(each.permutation is not None for each in inferences),
        "adjusted": any(context.study.blocks[block].adjustment for block in blocks),
    }
    for index, kind in enumerate(exhibit.p_values or []):
        if not asked[kind]:
            what = f"`{kind}` is not asked for by any block of this table"
            yield context.file.problem((*at, "p_values", index), what, WHERE_ASKED[kind])


def _right_hand_sides(context: Context, block: Block) -> set[str]:
    """List everything that is on a right-hand side in a block."""
    parts = [block, *(block.specifications or {}).values()]
    regressors = {name for part in parts for name in [*(part.regressors or []), *(part.interactions or [])]}
    treatments = {name for part in parts for name in part.treatments or context.study.designation}
    moderators = {name for part in parts for name in part.moderators or []}
    declared = context.study.designation
    terms = {declared[name].column_in_equations(name) for name in treatments if name in declared}
    moderated = {f"{name}*{moderator}" for name in treatments | terms for moderator in moderators}
    return regressors | treatments | terms | moderated


FONT_BEGINS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
"""With which a file begins that holds one font."""


def fonts(context: Context) -> Iterator[Problem]:
    """Check that files of fonts are there and hold a font each."""
    for index, path in enumerate(context.study.fonts):
        at: KeyPath = ("fonts", index)
        if not is_file(context.root / path):
            yield context.not_there(at, path)
            continue
        with (context.root / path).open("rb") as stream:
            if stream.read(4) not in FONT_BEGINS:
                yield context.file.problem(at, f"{path} is not a file with one font", "a file .otf or .ttf")


def published(context: Context) -> Iterator[Problem]:
    """Check that the file of printed values is there."""
    path = context.study.published
    if path is not None and not is_file(context.root / path):
        yield context.not_there(("published",), path)
