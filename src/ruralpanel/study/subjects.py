"""The effects of a study that are diagnosed: one treatment and one outcome each, with its two-way equation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.base import Name, Section
from ruralpanel.study.blocks import Equation, Inference
from ruralpanel.study.diagnosis import ITEMS, SubjectChoice
from ruralpanel.study.estimators import ESTIMATORS, LEAST_SQUARES
from ruralpanel.study.model import Study

OF_EFFECTS = {"coefficient", "overall", "event_time"}
"""What an estimator has to give one of, to estimate effects of treatments."""


class DeclaredSubject(Section):
    """An effect to be diagnosed, before the panel is seen: what the workflow hands to the stage."""

    treatment: Name
    outcome: Name
    equation: Equation
    """Its two-way equation, with this treatment alone and no moderators."""
    blocks: list[Name] = []
    """The blocks with estimates of this effect."""
    columns: dict[str, list[str]] = {}
    """By item, the columns of the panel that it reads beside those of the equation."""


def subjects_of(study: Study) -> list[DeclaredSubject]:
    """List the effects that are diagnosed, each once, in the order in which claims or equations have them.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of DeclaredSubject
        Those that the study names under `diagnosis`; or else every treatment and outcome for which the test of a claim
        names an estimate of the treatment's own effect; or else those of the first block that has such estimates.
    """
    chosen = study.diagnosis.subjects
    if chosen is not None:
        pairs = chain.from_iterable(_chosen(study, each) for each in chosen)
    elif study.claims:
        pairs = chain.from_iterable(_claimed(study, test.at) for claim in study.claims.values() for test in claim.tests)
    else:
        every = ([*_effects(study, block)] for block in study.blocks)
        pairs = chain(next((found for found in every if found), []))
    first: dict[tuple[str, str], Equation] = {}
    for treatment, equation in pairs:
        first.setdefault((treatment, equation.outcome), equation)
    estimated = {block: {(name, each.outcome) for name, each in _effects(study, block)} for block in study.blocks}
    return [
        _declared(study, two_way(study, equation, pair[0]), [block for block in estimated if pair in estimated[block]])
        for pair, equation in first.items()
    ]


def is_estimated(study: Study, choice: SubjectChoice) -> bool:
    """Tell whether an equation of the study estimates what is chosen."""
    return next(_chosen(study, choice), None) is not None


def _effects(study: Study, block: str) -> Iterator[tuple[str, Equation]]:
    """List the equations of a block that estimate effects of treatments, each with every treatment."""
    for equation in study.equations(block):
        each = ESTIMATORS[equation.estimator]
        if OF_EFFECTS & set(each.gives) and each.outcome != "event" and equation.at_risk_of is None:
            for treatment in equation.treatments:
                yield treatment, equation


def _chosen(study: Study, choice: SubjectChoice) -> Iterator[tuple[str, Equation]]:
    """Give the first equation that the study means by a subject."""
    blocks = [choice.block] if choice.block is not None else list(study.blocks)
    found = (
        pair
        for block in blocks
        for pair in _effects(study, block)
        if pair[0] == choice.treatment
        and pair[1].outcome == choice.outcome
        and choice.specification in (None, pair[1].specification)
    )
    yield from islice(found, 1)


def _claimed(study: Study, text: str) -> Iterator[tuple[str, Equation]]:
    """Give the treatment and the equation that the address of a claim names, where it is of the treatment's effect."""
    try:
        address = read_address(text)
    except NoSuchNumber:  # a check says so
        return
    if address.block not in study.blocks:
        return
    for treatment, equation in _effects(study, address.block):
        words = {equation.specification, equation.outcome, equation.estimator}
        own = {treatment, equation.intensities.get(treatment, treatment)}
        if all(part in words | own for part in address.parts):
            yield treatment, equation
            return


def two_way(study: Study, equation: Equation, treatment: str) -> Equation:
    """Give the two-way equation of one treatment: an equation of the study as two-way fixed effects would have it.

    Parameters
    ----------
    study
        The study.
    equation
        Of any estimator, with any number of treatments and moderators.
    treatment
        One of its treatments. The others become regressors.
    """
    declared = study.designation[treatment]
    others = [equation.intensities.get(name, name) for name in equation.treatments if name != treatment]
    inference: Inference = equation.inference.model_copy(
        update={"bootstrap": None, "permutation": None, "simultaneous": False}
    )
    nothing = ("along", "window", "synthetic", "switching", "groups", "group_time", "adjustment")
    of_this = {
        name: {key: value for key, value in getattr(equation, name).items() if key == treatment}
        for name in ("intensities", "anticipation", "donut", "levels")
    }
    return equation.model_copy(
        update={
            **dict.fromkeys(nothing),
            **of_this,
            "estimator": LEAST_SQUARES[0],
            "treatments": [treatment],
            "regressors": list(dict.fromkeys([*equation.regressors, *others])),
            "moderators": [],
            "interactions": [],
            "instruments": [],
            "endogenous": [],
            "family": "",
            "inference": inference,
            "absorbing": declared.absorbing,
            "reference_period": declared.reference_period,
            "seed": study.seed,
        }
    )


def _declared(study: Study, equation: Equation, blocks: list[str]) -> DeclaredSubject:
    settings, (treatment,) = study.diagnosis, equation.treatments
    items = [item for item in ITEMS if item not in settings.skip]
    columns = {item: settings.settings(item).columns(study, equation) for item in items}
    return DeclaredSubject(
        treatment=treatment,
        outcome=equation.outcome,
        equation=equation,
        blocks=blocks,
        columns={item: names for item, names in columns.items() if names},
    )
