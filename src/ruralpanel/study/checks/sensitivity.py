"""Checks of the ``sensitivity`` section: that what is looked at is estimated, and by an estimator that allows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Equation, GroupTime
from ruralpanel.study.checks.context import Context
from ruralpanel.study.estimators import ESTIMATORS, LEAST_SQUARES, WITH_ONE_CURVE
from ruralpanel.study.sensitivity import AnySensitivity, HonestDid, OfAdoption, OfEventStudy, OmittedVariable, Oster
from ruralpanel.study.yaml_file import KeyPath


def sensitivity(context: Context) -> Iterator[Problem]:
    """Check the names in every analysis, and then what it asks of its equations."""
    for name, declared in context.study.sensitivity.items():
        at: KeyPath = ("sensitivity", name)
        unknown = [each for each in declared.blocks if each not in context.study.blocks]
        if unknown:
            key = "block" if declared.block in unknown else "further_blocks"
            yield from context.known((*at, key), unknown[0], context.study.blocks, "block of this study")
            continue
        found = list(_names(context, at, declared))
        yield from found
        if not found:
            yield from _equations(context, at, declared)


def _names(context: Context, at: KeyPath, declared: AnySensitivity) -> Iterator[Problem]:
    """Check that specification, outcome and estimator are those of an equation of the block."""
    equations = [each for block in declared.blocks for each in context.study.equations(block)]
    for key in ("specification", "outcome", "estimator"):
        chosen = getattr(declared, key, None)
        if chosen is not None:
            valid = list(dict.fromkeys(getattr(equation, key) for equation in equations))
            yield from context.known((*at, key), chosen, valid, f"{key} of the block {declared.block}")


def _equations(context: Context, at: KeyPath, declared: AnySensitivity) -> Iterator[Problem]:
    """Check that there are equations to look at, and that they have what is asked for."""
    equations = context.study.equations_analysed(at[1])  # type: ignore[arg-type]
    of_event_study = isinstance(declared, OfEventStudy)
    allowed = WITH_ONE_CURVE if of_event_study else LEAST_SQUARES
    chosen = getattr(declared, "estimator", None)
    if chosen is not None and chosen not in allowed and not isinstance(declared, OfAdoption):
        what = f"{chosen} has no leads that are measured from one period with its effects"
        yield context.file.problem((*at, "estimator"), what, f"estimate with {' or '.join(allowed)}")
        return
    if isinstance(declared, OfAdoption):
        yield from _of_adoption(context, at, declared, equations)
        return
    if not equations:
        what = f"the block `{declared.block}` has no equation of {' or '.join(allowed)} that is asked for here"
        yield context.file.problem((*at, "block"), what)
    for equation in equations:
        if "group_time" in ESTIMATORS[equation.estimator].keys:
            if (equation.group_time or GroupTime()).base_period == "varying":
                what = (
                    f"{equation.estimator} has leads from one period to the next, which make no curve with its effects"
                )
                hint = f"write `group_time: {{base_period: universal}}` in the block `{declared.block}`"
                yield context.file.problem((*at, "block"), what, hint)
        elif not of_event_study:
            yield from _terms(context, at, declared, equation)
        if isinstance(declared, HonestDid) and declared.event_times is not None:
            begins = -equation.anticipation.get(equation.treatments[0], 0)
            if declared.event_times[0] < begins:
                what = f"begins at {declared.event_times[0]}, before treatment can have an effect at {begins}"
                yield context.file.problem((*at, "event_times"), what)


def _of_adoption(
    context: Context, at: KeyPath, declared: OfAdoption, equations: Sequence[Equation]
) -> Iterator[Problem]:
    """Check that there is one treatment that stays, and the columns that are named."""
    if declared.treatment is not None:
        designations = context.study.designation
        yield from context.known((*at, "treatment"), declared.treatment, designations, "designation of this study")
    if not equations:
        what = f"the block `{declared.block}` has no equation of one treatment that stays that is asked for here"
        yield context.file.problem((*at, "block"), what)
    if declared.blocks[1:] or declared.estimates_again:
        effects = sorted({f"{each.treatments[0]} on {each.outcome}" for each in equations})
        if len(effects) > 1:
            hint = "name one with `outcome` and `treatment`"
            yield context.file.problem((*at, "block"), f"is of more than one effect: {', '.join(effects)}", hint)
    for key in ("groups", "within"):
        yield from context.all_known((*at, key), getattr(declared, key, []), context.columns, "column of the panel")
    if getattr(declared, "among", None) is not None:
        yield from context.known((*at, "among"), declared.among, context.columns, "column of the panel")  # type: ignore[attr-defined]


def _terms(context: Context, at: KeyPath, declared: AnySensitivity, equation: Equation) -> Iterator[Problem]:
    """Check that treatments and benchmarks are on the right-hand side."""
    place = f"{equation.specification} of the block {equation.block}"
    entering = [equation.intensities.get(name, name) for name in equation.treatments]
    moderated = [f"{name}*{moderator}" for name in entering for moderator in equation.moderators]
    terms = [*equation.treatment_terms, *moderated]
    term = getattr(declared, "term", None)
    if term is not None:
        yield from context.known((*at, "term"), term, terms, f"treatment in {place}")
    elif not terms:
        yield context.file.problem((*at, "block"), f"{place} has no treatment")
    if isinstance(declared, OmittedVariable):
        if declared.benchmarks and not equation.regressors:
            what = f"{place} has no regressors, which an omitted variable could be compared with"
            hint = "take `benchmarks` out for the robustness values alone, or add `regressors` to the block"
            yield context.file.problem((*at, "benchmarks"), what, hint)
            return
        yield from context.all_known(
            (*at, "benchmarks"), declared.benchmarks, equation.regressors, f"regressor in {place}"
        )
    # How strong an omitted variable must be follows from the treatment's t statistic alone.
    if isinstance(declared, Oster) and not equation.regressors and len(terms) < 2:
        what = f"{place} has no regressors, which unobserved ones could be compared with"
        yield context.file.problem((*at, "block"), what, "add `regressors`, or choose another `specification`")
