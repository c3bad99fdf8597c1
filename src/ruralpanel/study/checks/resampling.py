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
