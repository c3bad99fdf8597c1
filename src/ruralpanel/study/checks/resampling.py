"""Checks of what draws random numbers: that an estimator of the equations can use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Block, Equation
from ruralpanel.study.checks.context import Context
from ruralpanel.study.estimators import ESTIMATORS, INFERENCE_OF_SOME, WITH_TREATMENT_TERMS, is_own, reading
from ruralpanel.study.resampling import Permutation
from ruralpanel.study.yaml_file import KeyPath


def resampling(context: Context, at: KeyPath, block: Block) -> Iterator[Problem]:
    """Check that what is asked for under ``inference`` is used by an estimator of the same specification."""
    for name, own in (block.specifications or {"": block}).items():
        inference = own.inference or block.inference
        estimators: Sequence[str] = own.estimators or block.estimators or []
        if inference is None:
            continue
        stated_here = own.inference is not None and name
        where = (*at, "specifications", name, "inference") if stated_here else (*at, "inference")
        if inference.permutation is not None:
            yield from _columns_of_permutation(context, (*where, "permutation"), inference.permutation)
        for key in INFERENCE_OF_SOME:
            used_by = reading(key)
            if getattr(inference, key) and not set(used_by) & set(estimators) and not any(map(is_own, estimators)):
                what = f"is for {' and '.join(used_by)}, and none is estimated here"
                yield context.file.problem((*where, key), what)


def _columns_of_permutation(context: Context, at: KeyPath, permutation: Permutation) -> Iterator[Problem]:
    """Check the names of strata and of what is permuted."""
    yield from context.all_known((*at, "within"), permutation.within, context.columns, "column of the panel")
    if permutation.among is not None:
        yield from context.known((*at, "among"), permutation.among, context.columns, "column of the panel")


def permutation_of(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that an equation has one treatment whose cohorts say all about it."""
    if equation.inference.permutation is None or equation.estimator not in reading("permutation"):
        return
    at = (*where, "inference", "permutation")
    if len(equation.treatments) != 1 or not equation.absorbing:
        what = "needs one treatment that stays, whose cohorts can change places"
        yield context.file.problem(at, what, "choose one with `treatments`")
    elif equation.intensities:
        yield context.file.problem(at, f"`{equation.treatments[0]}` enters by its intensity, which no cohort says")
    elif equation.excluded_event_times and ESTIMATORS[equation.estimator].permutes_itself:
        what = "rows are left out around the dates of treatment (donut or anticipation), which permutations would move"
        hint = "write `anticipation: 0` in the specification" if not equation.donut else ""
        yield context.file.problem(at, what, hint)


def adjustment(context: Context, name: str, at: KeyPath) -> Iterator[Problem]:
    """Check that a block has effects to adjust, and every equation joint draws where they are adjusted by them."""
    method = context.study.blocks[name].adjustment
    if method is None:
        return
    equations = context.study.equations(name)
    if all(not each.treatments or not ESTIMATORS[each.estimator].has_overall for each in equations):
        what = "is of the overall effects of treatments and their moderation, and this block estimates none"
        yield context.file.problem((*at, "adjustment"), what, "take it out")
        return
    if method not in ("romano_wolf", "westfall_young"):
        return
    # What is adjusted are effects of treatments over all; an event study draws, but has none.
    drawing = set(reading("bootstrap")) & set(WITH_TREATMENT_TERMS)
    others = sorted({each.estimator for each in equations} - drawing)
    ways = {(str(each.inference.cluster), str(each.inference.bootstrap)) for each in equations}
    where = (*at, "adjustment")
    if others:
        what = (
            f"{method} needs bootstrap draws of effects over all event times, which {' and '.join(others)} "
            f"{'has' if len(others) == 1 else 'have'} not"
        )
        yield context.file.problem(where, what, "put them into a block of their own, or choose holm or sharpened")
    elif any(each.inference.bootstrap is None for each in equations):
        what = f"{method} needs bootstrap draws of every equation"
        yield context.file.problem(where, what, "write `bootstrap: {}` under the block's `inference`")
    elif len(ways) > 1:
        what = f"{method} needs the same clusters and bootstrap in all specifications, for it compares their draws"
        yield context.file.problem(where, what)
