"""Checks of the ``outcomes`` and ``blocks`` sections: names, and what only a whole equation shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.blocks import WITH_TREATMENT_TERMS, Block, Equation, EstimatorName, Specification
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.resampling import adjustment, permutation_of, resampling
from ruralpanel.study.fixed_effects import columns_of, fixed_effect
from ruralpanel.study.yaml_file import KeyPath

BY_COHORT = {
    "event_study": "an event study",
    "sun_abraham": "sun_abraham",
    "callaway_santanna": "callaway_santanna",
}
"""Estimators that go by the cohorts of one treatment, as they are called in a sentence."""

KEYS_OF = {
    "window": ["event_study", "callaway_santanna"],
    "always_treated": ["event_study", "sun_abraham"],
    "comparison": ["sun_abraham"],
    "missing_reference": ["sun_abraham"],
    "group_time": ["callaway_santanna"],
}
"""Keys of a specification that belong to some estimators only."""


def outcomes(context: Context) -> Iterator[Problem]:
    """Check that every outcome is a column of the panel."""
    columns = context.columns
    for name, outcome in context.study.outcomes.items():
        if outcome.column is not None:
            yield from context.known(("outcomes", name, "column"), outcome.column, columns, "column of the panel")
        elif name not in columns:
            hint = nearest(name, columns)
            yield context.file.problem(
                ("outcomes", name),
                f"the panel has no column `{name}`",
                f"{hint} Say which with `column`.",
            )


def blocks(context: Context) -> Iterator[Problem]:
    """Check the names in every block, and then its equations."""
    for name, block in context.study.blocks.items():
        at: KeyPath = ("blocks", name)
        found = list(_specification(context, at, block))
        for each, own in (block.specifications or {}).items():
            found += _specification(context, (*at, "specifications", each), own)
        for key in ("outcomes", "estimators"):
            parts = list((block.specifications or {"": block}).values())
            if getattr(block, key) is None and any(getattr(part, key) is None for part in parts):
                found.append(
                    context.file.problem(
                        at,
                        f"the key `{key}` is missing",
                        nearest("", context.study.outcomes)
                        if key == "outcomes"
                        else f"valid here: {', '.join(sorted(get_args(EstimatorName)))}",
                    )
                )
        found += _keys_of_estimators(context, at, block)
        found += resampling(context, at, block)
        yield from found
        if not found:
            yield from _equations(context, name, at)
            yield from adjustment(context, name, at)


def _specification(context: Context, at: KeyPath, part: Specification) -> Iterator[Problem]:
    """Check the names in a specification, whether it is a block's or a variation's."""
    study, columns = context.study, context.columns
    lists: list[tuple[str, Iterable[str], str]] = [
        ("outcomes", study.outcomes, "outcome of this study"),
        ("treatments", study.designation, "designation of this study"),
        ("regressors", columns, "column of the panel"),
        ("moderators", columns, "column of the panel"),
    ]
    for key, valid, kind in lists:
        for index, name in enumerate(getattr(part, key) or []):
            yield from context.known((*at, key, index), name, valid, kind)
    for index, effect in enumerate(part.fixed_effects or []):
        for name in columns_of(effect):
            yield from context.known((*at, "fixed_effects", index), name, columns, "column of the panel")
        if fixed_effect(effect).slope in fixed_effect(effect).columns:
            what = f"`{effect}` has a slope of a column within itself, where it is constant"
            yield context.file.problem((*at, "fixed_effects", index), what)
    for index, interaction in enumerate(part.interactions or []):
        for name in interaction.split("*"):
            yield from context.known((*at, "interactions", index), name, study.designation, "designation of this study")
    for index, name in enumerate((part.inference and part.inference.cluster) or []):
        yield from context.known(
            (*at, "inference", "cluster", index), name, columns, "column of the panel to cluster by"
        )
    if part.inference is not None and part.inference.variance == "spatial":
        places = context.study.panel.places
        if places is None or places.latitude is None or places.longitude is None:
            yield context.file.problem(
                (*at, "inference", "variance"),
                "is `spatial`, but the study does not say where units are",
                "declare `latitude` and `longitude` under `panel.places`",
            )
    for index, name in enumerate(part.group_time.covariates if part.group_time else []):
        yield from context.known((*at, "group_time", "covariates", index), name, columns, "column of the panel")
    if part.weights is not None:
        yield from context.known((*at, "weights"), part.weights, columns, "column of the panel")
    if part.sample is not None:
        yield from context.expression((*at, "sample"), part.sample, columns, condition=True)
    if part.window is not None and part.window[0] > part.window[1]:
        yield context.file.problem((*at, "window"), f"runs backwards, from {part.window[0]} to {part.window[1]}")


def _equations(context: Context, name: str, at: KeyPath) -> Iterator[Problem]:
    """Check what only a whole equation shows."""
    for equation in context.study.equations(name):
        where = (*at, "specifications", equation.specification) if context.study.blocks[name].specifications else at
        right_hand = [*equation.treatment_terms, *equation.regressors]
        yield from _interactions(context, where, equation)
        repeated = sorted({term for term in right_hand if right_hand.count(term) > 1})
        if repeated:
            yield context.file.problem(where, f"{', '.join(repeated)} is on the right-hand side twice")
        if equation.outcome_column in equation.regressors:
            yield context.file.problem(where, f"the outcome `{equation.outcome_column}` is a regressor too")
        yield from _moderators(context, where, equation)
        yield from _poisson(context, where, equation)
        yield from permutation_of(context, where, equation)
        if equation.estimator in WITH_TREATMENT_TERMS and not right_hand:
            yield context.file.problem(where, "has nothing on the right-hand side", "name `treatments` or `regressors`")
        if equation.estimator == "cohort_means" and len(equation.treatments) > 1:
            yield context.file.problem(
                where,
                "means by cohort need one treatment",
                f"choose one with `treatments`: {', '.join(equation.treatments)}",
            )
        if equation.estimator in BY_COHORT:
            yield from _by_cohort(context, where, equation)
        if equation.estimator == "event_study":
            window, reference = equation.window, equation.reference_period
            if window is not None and not window[0] <= reference <= window[1]:
                yield context.file.problem((*where, "window"), f"leaves out the reference period {reference}")


def _interactions(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that interactions are of treatments in the same equation, and that the estimator has them."""
    for interaction in equation.interactions:
        at, parts = (*where, "interactions"), interaction.split("*")
        absent = [name for name in parts if name not in equation.treatments]
        if equation.estimator not in WITH_TREATMENT_TERMS:
            valid = " and ".join(WITH_TREATMENT_TERMS)
            what = f"`{interaction}` is for {valid}; {equation.estimator} has no interactions"
            yield context.file.problem(at, what, "put the two estimators into specifications of their own")
        elif absent:
            what = f"`{interaction}`: {', '.join(absent)} is not among the treatments of this equation"
            yield context.file.problem(at, what, f"name it in `treatments`: {', '.join(equation.treatments)}")
        elif len(set(parts)) < len(parts):
            yield context.file.problem(at, f"`{interaction}` multiplies a treatment by itself")


def _by_cohort(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that an estimator that goes by cohorts has one treatment, which stays."""
    treatments, estimator = equation.treatments, BY_COHORT[equation.estimator]
    if len(treatments) != 1:
        hint = (
            f"choose one with `treatments`: {', '.join(treatments)}"
            if treatments
            else "declare one under `designation`"
        )
        yield context.file.problem(where, f"{estimator} needs one treatment, not {len(treatments)}", hint)
    elif not equation.absorbing:
        yield context.file.problem(
            where,
            f"{estimator} needs a treatment that stays; `{treatments[0]}` is declared `absorbing: false`",
            "estimate it with two_way_fixed_effects",
        )


def _moderators(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that moderators have something to moderate, and enter once."""
    if not equation.moderators:
        return
    place = (*where, "moderators")
    if equation.estimator not in WITH_TREATMENT_TERMS:
        if equation.estimator != "cohort_means":
            what = f"have no meaning in {equation.estimator}"
            yield context.file.problem(place, what, f"estimate them with {' or '.join(WITH_TREATMENT_TERMS)}")
        return
    if not equation.treatments:
        yield context.file.problem(place, "need a treatment whose effect they moderate", "name one with `treatments`")
    for name in equation.moderators:
        if name == equation.outcome_column:
            yield context.file.problem(place, f"the outcome `{name}` is a moderator too")
        elif name in equation.treatments:
            yield context.file.problem(place, f"`{name}` is a treatment; it cannot moderate itself or another")
        elif name in equation.regressors:
            what = f"`{name}` is a regressor too; a moderator enters with a coefficient in every period already"
            yield context.file.problem(place, what, "take it out of `regressors`")


def _poisson(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that a Poisson regression is of counts, with errors that can be had."""
    if equation.estimator != "poisson_fixed_effects":
        return
    if equation.transformation != "none":
        yield context.file.problem(
            where,
            f"the outcome `{equation.outcome}` is transformed ({equation.transformation}), but a Poisson regression "
            "has the log in its mean already",
            "declare a second outcome with the same `column` and no `transformation`",
        )
    if equation.inference.variance == "homoskedastic":
        yield context.file.problem(
            where,
            "the variance of a count grows with its mean, so `homoskedastic` standard errors are wrong here",
            "choose clustered, heteroskedastic or spatial",
        )


def _keys_of_estimators(context: Context, at: KeyPath, block: Block) -> Iterator[Problem]:
    """Check that keys that belong to certain estimators have one of them."""
    for name, own in (block.specifications or {"": block}).items():
        estimators = own.estimators or block.estimators or []
        for key, used_by in KEYS_OF.items():
            stated_here = getattr(own, key) is not None
            if (stated_here or getattr(block, key) is not None) and not set(used_by) & set(estimators):
                where = (*at, "specifications", name, key) if stated_here and name else (*at, key)
                what = f"is a key of {' and '.join(used_by)}, and none is estimated here"
                yield context.file.problem(where, what)
