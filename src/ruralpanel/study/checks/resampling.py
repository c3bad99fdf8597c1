"""Checks of what draws random numbers: that an estimator of the equations can use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Block
from ruralpanel.study.checks.context import Context
from ruralpanel.study.yaml_file import KeyPath

USED_BY = {"bootstrap": ("two_way_fixed_effects",)}
"""Keys of ``inference`` that belong to some estimators only."""


def resampling(context: Context, at: KeyPath, block: Block) -> Iterator[Problem]:
    """Check that what is asked for under ``inference`` is used by an estimator of the same specification."""
    for name, own in (block.specifications or {"": block}).items():
        inference = own.inference or block.inference
        estimators: Sequence[str] = own.estimators or block.estimators or []
        if inference is None:
            continue
        stated_here = own.inference is not None and name
        where = (*at, "specifications", name, "inference") if stated_here else (*at, "inference")
        for key, used_by in USED_BY.items():
            if getattr(inference, key) and not set(used_by) & set(estimators):
                what = f"is for {' and '.join(used_by)}, and none is estimated here"
                yield context.file.problem((*where, key), what)


def adjustment(context: Context, name: str, at: KeyPath) -> Iterator[Problem]:
    """Check that every equation of a block has joint draws where its p-values are adjusted by them."""
    method = context.study.blocks[name].adjustment
    if method not in ("romano_wolf", "westfall_young"):
        return
    equations = context.study.equations(name)
    others = sorted({each.estimator for each in equations} - set(USED_BY["bootstrap"]))
    ways = {(str(each.inference.cluster), str(each.inference.bootstrap)) for each in equations}
    where = (*at, "adjustment")
    if others:
        what = (
            f"{method} needs bootstrap draws, which {' and '.join(others)} {'has' if len(others) == 1 else 'have'} not"
        )
        yield context.file.problem(where, what, "put them into a block of their own, or choose holm or sharpened")
    elif any(each.inference.bootstrap is None for each in equations):
        what = f"{method} needs bootstrap draws of every equation"
        yield context.file.problem(where, what, "write `bootstrap: {}` under the block's `inference`")
    elif len(ways) > 1:
        what = f"{method} needs the same clusters and bootstrap in all specifications, for it compares their draws"
        yield context.file.problem(where, what)
