"""Checks of the ``outcomes`` and ``blocks`` sections: names, and what only a whole equation shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.blocks import Block, Equation, Specification
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.levels import at_level, hazard_of_levels
from ruralpanel.study.checks.matching import matching_of, names_in_matching, near_misses_of
from ruralpanel.study.checks.resampling import adjustment, permutation_of, resampling
from ruralpanel.study.estimators import (
    BY_COHORT,
    ESTIMATORS,
    KEYS_OF_SOME,
    LEAST_SQUARES,
    MAY_END,
    OF_ADOPTION,
    WITH_TREATMENT_TERMS,
    is_own,
    reading,
)
from ruralpanel.study.fixed_effects import columns_of, fixed_effect, of_outcome
from ruralpanel.study.own_estimators import functions_in, own_files
from ruralpanel.study.yaml_file import KeyPath, is_file


def outcomes(context: Context) -> Iterator[Problem]:
    """Check that every outcome is a column of the panel."""
    columns = context.columns
    for name, outcome in context.study.outcomes.items():
        if outcome.adoption is not None:
            yield from _adoption(context, ("outcomes", name, "adoption"), outcome.adoption)
        elif outcome.column is not None:
            yield from context.known(("outcomes", name, "column"), outcome.column, columns, "column of the panel")
        elif name not in columns:
            hint = nearest(name, columns)
            yield context.file.problem(
                ("outcomes", name),
                f"the panel has no column `{name}`",
                f"{hint} Say which with `column`.",
            )


def _adoption(context: Context, at: KeyPath, treatment: str) -> Iterator[Problem]:
    """Check that an outcome is the adoption of a treatment of this study that stays."""
    designations = context.study.designation
    yield from context.known(at, treatment, designations, "designation of this study")
    if treatment in designations and not designations[treatment].absorbing:
        what = f"`{treatment}` is declared `absorbing: false`; units that leave could be at risk again"
        yield context.file.problem(at, what, "adoption is the outcome of a treatment that stays")
    yield from hazard_of_levels(context, at, treatment)


def blocks(context: Context) -> Iterator[Problem]:
    """Check the names in every block, and then its equations."""
    for name in context.study.estimator_labels:
        used = filter(is_own, sorted(context.study.estimators))
        yield from context.known(("estimator_labels", name), name, list(used), "estimator of this study's own")
    for name, block in context.study.blocks.items():
        at: KeyPath = ("blocks", name)
        found = list(_specification(context, at, block, block.outcomes))
        for each, own in (block.specifications or {}).items():
            found += _specification(context, (*at, "specifications", each), own, own.outcomes or block.outcomes)
        for key in ("outcomes", "estimators"):
            parts = list((block.specifications or {"": block}).values())
            if getattr(block, key) is None and any(getattr(part, key) is None for part in parts):
                found.append(
                    context.file.problem(
                        at,
                        f"the key `{key}` is missing",
                        nearest("", context.study.outcomes)
                        if key == "outcomes"
                        else f"valid here: {', '.join(sorted(ESTIMATORS))}",
                    )
                )
        found += _keys_of_estimators(context, at, block)
        found += resampling(context, at, block)
        yield from found
        if not found:
            yield from _equations(context, name, at)
            yield from adjustment(context, name, at)


def _specification(
    context: Context, at: KeyPath, part: Specification, outcomes: Iterable[str] | None
) -> Iterator[Problem]:
    """Check the names in a specification, whether it is a block's or a variation's."""
    study, columns = context.study, context.columns
    lists: list[tuple[str, Iterable[str], str]] = [
        ("outcomes", study.outcomes, "outcome of this study"),
        ("treatments", study.designation, "designation of this study"),
        ("regressors", columns, "column of the panel"),
        ("instruments", columns, "column of the panel"),
        ("endogenous", [*study.designation, *columns], "treatment or column of the panel"),
    ]
    for key, valid, kind in lists:
        yield from context.all_known((*at, key), getattr(part, key), valid, kind)
    for index, moderator in enumerate(part.moderators or []):
        for name in dict.fromkeys(moderator.split("*")):
            yield from context.known((*at, "moderators", index), name, columns, "column of the panel")
    for index, effect in enumerate(part.fixed_effects or []):
        written = [of_outcome([effect], outcome)[0] for outcome in outcomes or [""]]
        for name in dict.fromkeys(name for each in written for name in columns_of(each)):
            yield from context.known((*at, "fixed_effects", index), name, columns, "column of the panel")
        if fixed_effect(effect).slope in fixed_effect(effect).columns:
            what = f"`{effect}` has a slope of a column within itself, where it is constant"
            yield context.file.problem((*at, "fixed_effects", index), what)
    for index, name in enumerate(part.estimators or []):
        if is_own(name):
            yield from _own_estimator(context, (*at, "estimators", index), name)
    for index, interaction in enumerate(part.interactions or []):
        for name in interaction.split("*"):
            yield from context.known((*at, "interactions", index), name, study.designation, "designation of this study")
    clusters = part.inference.cluster if part.inference else None
    yield from context.all_known((*at, "inference", "cluster"), clusters, columns, "column of the panel to cluster by")
    if part.inference is not None and part.inference.vcov.needs_places:
        places = context.study.panel.places
        if places is None or places.latitude is None or places.longitude is None:
            yield context.file.problem(
                (*at, "inference", "variance"),
                f"is `{part.inference.variance}`, but the study does not say where units are",
                "declare `latitude` and `longitude` under `panel.places`",
            )
    covariates = part.group_time.covariates if part.group_time else None
    yield from context.all_known((*at, "group_time", "covariates"), covariates, columns, "column of the panel")
    strata = part.switching.within if part.switching else None
    yield from context.all_known((*at, "switching", "within"), strata, columns, "column of the panel")
    if part.eligible is not None:
        yield from context.known((*at, "eligible"), part.eligible, columns, "column of the panel")
    if part.threshold is not None:
        yield from context.known((*at, "threshold", "running"), part.threshold.running, columns, "column of the panel")
    if part.mediation is not None:
        for key in ("mediators", "intermediate"):
            names = getattr(part.mediation, key)
            yield from context.all_known((*at, "mediation", key), names, columns, "column of the panel")
    if part.dose_response is not None:
        yield from context.known(
            (*at, "dose_response", "dose"), part.dose_response.dose, columns, "column of the panel"
        )
    if part.weights is not None:
        yield from context.known((*at, "weights"), part.weights, columns, "column of the panel")
    yield from names_in_matching(context, at, part)
    if part.sample is not None:
        yield from context.expression((*at, "sample"), part.sample, columns, condition=True)
    if part.window is not None and part.window[0] > part.window[1]:
        yield context.file.problem((*at, "window"), f"runs backwards, from {part.window[0]} to {part.window[1]}")


def _own_estimator(context: Context, at: KeyPath, name: str) -> Iterator[Problem]:
    """Check that a file beside the study file has the function of an estimator of the study's own; nothing is run."""
    folder = (context.root / context.file.path).parent
    (path,) = own_files([name], folder)
    function = name.partition(":")[2]
    if not is_file(path):
        yield context.file.problem(at, f"there is no file {path.name} beside the study file")
        return
    try:
        functions = functions_in(path)
    except (SyntaxError, UnicodeDecodeError) as error:
        yield context.file.problem(at, f"{path.name} is no Python: {error}")
        return
    if function not in functions:
        yield context.file.problem(at, f"{path.name} has no function `{function}`", nearest(function, functions))


def _equations(context: Context, name: str, at: KeyPath) -> Iterator[Problem]:
    """Check what only a whole equation shows."""
    block = context.study.blocks[name]
    for equation in context.study.equations(name):
        parts = [block, *([block.specifications[equation.specification]] if block.specifications else [])]
        where = (*at, "specifications", equation.specification) if context.study.blocks[name].specifications else at
        right_hand = [*equation.treatment_terms, *equation.regressors]
        yield from _interactions(context, where, equation)
        repeated = sorted({term for term in right_hand if right_hand.count(term) > 1})
        if repeated:
            yield context.file.problem(where, f"{', '.join(repeated)} is on the right-hand side twice")
        if equation.outcome_column in equation.regressors:
            yield context.file.problem(where, f"the outcome `{equation.outcome_column}` is a regressor too")
        if equation.at_risk_of is not None and equation.at_risk_of in equation.treatments:
            what = f"`{equation.at_risk_of}` is on both sides: `{equation.outcome}` is its adoption"
            others = [name for name in equation.treatments if name != equation.at_risk_of]
            yield context.file.problem(where, what, f"write `treatments: [{', '.join(others)}]`")
        elif (
            equation.at_risk_of is not None and equation.estimator not in OF_ADOPTION and not is_own(equation.estimator)
        ):
            what = f"{equation.estimator} has no meaning for `{equation.outcome}`, an adoption"
            yield context.file.problem(where, what, f"estimate it with {' or '.join(OF_ADOPTION)}")
        yield from _moderators(context, where, equation)
        yield from _leverage(context, where, equation)
        yield from permutation_of(context, where, equation)
        yield from matching_of(context, where, equation)
        yield from near_misses_of(context, where, equation)
        yield from at_level(context, where, equation, parts)
        if equation.estimator in WITH_TREATMENT_TERMS and not right_hand:
            yield context.file.problem(where, "has nothing on the right-hand side", "name `treatments` or `regressors`")
        if equation.estimator in BY_COHORT:
            yield from _by_cohort(context, where, equation)
        if ESTIMATORS[equation.estimator].reports_reference:
            window, reference = equation.window, equation.reference_period
            if window is not None and not window[0] <= reference <= window[1]:
                yield context.file.problem((*where, "window"), f"leaves out the reference period {reference}")
        if ESTIMATORS[equation.estimator].averages_effects:
            yield from _staggered(context, where, equation)
        for check in ESTIMATORS[equation.estimator].checks:
            for found in check(equation):
                yield context.file.problem((*where, *found.key), found.what, found.hint)


def _interactions(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that interactions are of treatments in the same equation, and that the estimator has them."""
    for interaction in equation.interactions:
        at, parts = (*where, "interactions"), interaction.split("*")
        absent = [name for name in parts if name not in equation.treatments]
        if equation.estimator not in WITH_TREATMENT_TERMS and not is_own(equation.estimator):
            valid = ", ".join(WITH_TREATMENT_TERMS)
            what = f"`{interaction}` is for {valid}; {equation.estimator} has no interactions"
            yield context.file.problem(at, what, "put the two estimators into specifications of their own")
        elif absent:
            what = f"`{interaction}`: {', '.join(absent)} is not among the treatments of this equation"
            yield context.file.problem(at, what, f"name it in `treatments`: {', '.join(equation.treatments)}")
        elif len(set(parts)) < len(parts):
            yield context.file.problem(at, f"`{interaction}` multiplies a treatment by itself")


def _staggered(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check what estimators of staggered adoption need beside one treatment that stays."""
    inference, window = equation.inference, equation.window
    if not inference.one_cluster:
        given = " and ".join(inference.cluster or [inference.variance])
        what = f"{equation.estimator} has standard errors clustered in one dimension, not {given}"
        hint = f"name one column in `cluster`, or leave it out for {equation.unit}"
        yield context.file.problem((*where, "inference"), what, hint)
    with_slopes = [effect for effect in equation.fixed_effects if "[" in effect]
    if with_slopes:
        what = f"{equation.estimator} has fixed effects without slopes, not {', '.join(with_slopes)}"
        yield context.file.problem((*where, "fixed_effects"), what, "put it into a specification of its own")
    if window is None and ESTIMATORS[equation.estimator].needs_window:
        hint = "such as `window: [-3, 3]`: the first and last event time that every cohort shall be observed at"
        yield context.file.problem(where, f"{equation.estimator} needs a `window`", hint)
    if window is not None and not window[0] <= 0 <= window[1]:
        yield context.file.problem((*where, "window"), f"leaves out event time 0, which {equation.estimator} reports")


def _by_cohort(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that an estimator that goes by cohorts has one treatment, which stays where it has to."""
    treatments = equation.treatments
    estimator = ESTIMATORS[equation.estimator].in_words
    if len(treatments) != 1:
        hint = (
            f"choose one with `treatments`: {', '.join(treatments)}"
            if treatments
            else "declare one under `designation`"
        )
        yield context.file.problem(where, f"{estimator} needs one treatment, not {len(treatments)}", hint)
    elif not equation.absorbing and equation.estimator not in MAY_END:
        yield context.file.problem(
            where,
            f"{estimator} needs a treatment that stays; `{treatments[0]}` is declared `absorbing: false`",
            f"estimate it with {' or '.join((*MAY_END, *LEAST_SQUARES))}",
        )


def _moderators(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that moderators have something to moderate, and enter once."""
    if equation.along is not None and equation.along not in equation.moderators:
        yield from context.known((*where, "along"), equation.along, equation.moderators, "moderator of this equation")
    if not equation.moderators:
        return
    place = (*where, "moderators")
    if equation.estimator not in WITH_TREATMENT_TERMS:
        if not ESTIMATORS[equation.estimator].describes and not is_own(equation.estimator):
            what = f"have no meaning in {equation.estimator}"
            yield context.file.problem(place, what, f"estimate them with {' or '.join(WITH_TREATMENT_TERMS)}")
        return
    if not equation.treatments:
        yield context.file.problem(place, "need a treatment whose effect they moderate", "name one with `treatments`")
    yield from _products(context, place, equation)
    for name in equation.moderator_columns:
        if name == equation.outcome_column:
            yield context.file.problem(place, f"the outcome `{name}` is a moderator too")
        elif name in equation.treatments:
            yield context.file.problem(place, f"`{name}` is a treatment; it cannot moderate itself or another")
        elif name in equation.regressors:
            what = f"`{name}` is a regressor too; a moderator enters with a coefficient in every period already"
            yield context.file.problem(place, what, "take it out of `regressors`")


def _products(context: Context, place: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that a product of moderators is not estimated without what it is made of, each of which is there once."""
    declared = {frozenset(name.split("*")): name for name in reversed(equation.moderators)}
    for name in equation.moderators:
        parts = name.split("*")
        first = declared[frozenset(parts)]
        if first != name or equation.moderators.count(name) > 1:
            yield context.file.problem(place, f"`{name}` is there twice" + (f", as `{first}`" if first != name else ""))
        if len(set(parts)) < len(parts):
            what = f"`{name}` multiplies a column by itself"
            yield context.file.problem(place, what, "derive its square under `panel.derived`")
            continue
        within = [part for size in range(1, len(parts)) for part in combinations(parts, size)]
        absent = ["*".join(part) for part in within if frozenset(part) not in declared]
        if absent:
            what = f"`{name}` stands without {' and '.join(f'`{part}`' for part in absent)}, so that it takes over "
            what += "what they explain" if len(absent) > 1 else "what it explains"
            listed = ", ".join([*absent, *equation.moderators])
            yield context.file.problem(place, what, f"write `moderators: [{listed}]`")


def _leverage(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that an estimator can tell how far clusters move their own fit, where standard errors allow for that."""
    inference, estimator = equation.inference, ESTIMATORS[equation.estimator]
    if inference.correction.of_leverage and not estimator.tells_leverage and "variance" not in estimator.without:
        having = [name for name, each in ESTIMATORS.items() if each.tells_leverage]
        what = f"{equation.estimator} has no `{inference.small_sample}`, which is of regressions by least squares"
        hint = f"put it into a specification of its own, or choose one of {', '.join(having)}"
        yield context.file.problem((*where, "inference"), what, hint)


def _keys_of_estimators(context: Context, at: KeyPath, block: Block) -> Iterator[Problem]:
    """Check that keys that belong to certain estimators have one of them."""
    for name, own in (block.specifications or {"": block}).items():
        estimators = own.estimators or block.estimators or []
        for key in KEYS_OF_SOME:
            used_by = reading(key)
            stated_here = getattr(own, key) is not None
            if (stated_here or getattr(block, key) is not None) and not (
                set(used_by) & set(estimators) or any(map(is_own, estimators))
            ):
                where = (*at, "specifications", name, key) if stated_here and name else (*at, key)
                words = " and ".join(part for part in (", ".join(used_by[:-1]), used_by[-1]) if part)
                what = f"is a key of {words}, and none is estimated here"
                yield context.file.problem(where, what)
