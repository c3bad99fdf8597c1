"""Checks of the ``exhibits`` and ``published`` sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Block
from ruralpanel.study.checks.context import Context
from ruralpanel.study.exhibit import Behind
from ruralpanel.study.yaml_file import KeyPath, is_file


def exhibits(context: Context, with_equations: bool = True) -> Iterator[Problem]:
    """Check that exhibits show what their blocks estimate.

    Parameters
    ----------
    context
        The study.
    with_equations
        Whether to look up addresses of estimates; not where blocks are wrong, of which nothing is known then.
    """
    study = context.study
    for name, exhibit in study.exhibits.items():
        at: KeyPath = ("exhibits", name)
        for index, block in enumerate(exhibit.estimated_in):
            if block not in study.blocks:
                yield from context.known((*at, exhibit.blocks_under, index), block, study.blocks, "block of this study")
                continue
            estimators = {
                estimator
                for part in (study.blocks[block], *(study.blocks[block].specifications or {}).values())
                for estimator in part.estimators or []
            }
            able = exhibit.estimators(estimators)
            if estimators and not estimators & set(able):
                estimated = ", ".join(sorted(estimators))
                what = f"a {exhibit.kind} shows {' or '.join(able)}; the block `{block}` estimates {estimated}"
                yield context.file.problem((*at, exhibit.blocks_under, index), what)
        shown = [key for key, each in study.sensitivity.items() if each.kind == exhibit.shows_analyses]
        for index, analysis in enumerate(exhibit.analysed_in):
            kind = f"analysis of kind {exhibit.shows_analyses} of this study"
            yield from context.known((*at, "sensitivity", index), analysis, shown, kind)
        known = {block: study.blocks[block] for block in exhibit.estimated_in if block in study.blocks}
        parts = [part for block in known.values() for part in (block, *(block.specifications or {}).values())]
        terms = terms_of(context, known.values())
        yield from exhibit.problems(context, at, Behind(known, parts, terms, with_equations))


def terms_of(context: Context, blocks: Iterable[Block]) -> set[str]:
    """List everything that is on a right-hand side in several blocks."""
    return {term for block in blocks for term in _right_hand_sides(context, block)}


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
