"""The function of every estimator, made of its entry in the registry."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from inspect import Parameter, Signature
from typing import Any

from ruralpanel.errors import DataError, Problem, nearest
from ruralpanel.estimation.block import block_results
from ruralpanel.estimation.modules import estimator_module
from ruralpanel.face.declaration import Declared, declare
from ruralpanel.face.errors import ArgumentError, FrameError, NoEstimate
from ruralpanel.face.parameters import REQUIRED, Argument, arguments_of, signature_of
from ruralpanel.face.result import Result
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.words.frames import as_text

WIDTH = 110
"""Characters of a line of a docstring."""


@cache
def door(estimator: str, name: str) -> Callable[..., Result]:
    """Make the function of an estimator.

    Parameters
    ----------
    estimator
        A key of :data:`ruralpanel.study.estimators.ESTIMATORS`.
    name
        What the function is called.
    """
    signature = signature_of(estimator)
    called = f"rp.{name}"

    def estimate(*args: Any, **kwargs: Any) -> Result:
        given = bound(signature, called, args, kwargs)
        return estimated(estimator, called, given.pop("panel"), given)

    estimate.__name__ = estimate.__qualname__ = name
    estimate.__module__ = "ruralpanel"
    estimate.__doc__ = docstring(estimator, name)
    estimate.__signature__ = signature  # type: ignore[attr-defined]
    return estimate


def bound(signature: Signature, called: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments of a call by name.

    Raises
    ------
    ArgumentError
        If there is one that the function has not, or one is missing that it needs.
    """
    known = list(signature.parameters)
    unknown = [name for name in kwargs if name not in known]
    if unknown:
        raise ArgumentError(Problem(called, f"has no argument `{name}`", hint=nearest(name, known)) for name in unknown)
    try:
        return dict(signature.bind(*args, **kwargs).arguments)
    except TypeError as error:
        needed = [each.name for each in signature.parameters.values() if each.default is Parameter.empty]
        missing = [name for name in needed[len(args) :] if name not in kwargs]
        what = f"needs {', '.join(f'`{name}`' for name in missing)}" if missing else str(error)
        raise ArgumentError([Problem(called, what, hint=f"{called}{_in_short(signature)}")]) from None


def _in_short(signature: Signature) -> str:
    """Write what a call needs: the frame first, the others by name."""
    names = [name for name, each in signature.parameters.items() if each.default is Parameter.empty]
    return f"({', '.join([*names[:1], *(f'{name}=…' for name in names[1:])])}, …)"


def estimated(estimator: str, called: str, panel: object, given: Mapping[str, Any]) -> Result:
    """Estimate, and give the result.

    Parameters
    ----------
    estimator
        The estimator.
    called
        The function, for messages.
    panel
        The frame.
    given
        The arguments that were stated.

    Raises
    ------
    FrameError
        If the frame or an argument cannot be used.
    NoEstimate
        If there is no number at all.
    """
    return result_of(declare(estimator, called, panel, given), called)


def result_of(declared: Declared, called: str) -> Result:
    """Estimate the equation of a call.

    Raises
    ------
    NoEstimate
        If there is no number at all.
    """
    equation, study = declared.equation, declared.study
    try:
        computed = declared.ledger.computed
        found = block_results(declared.panel, [equation], list(study.designation), study.levels, computed=computed)
    except DataError as error:
        raise FrameError(Problem(called, each.what, "", each.hint) for each in error.problems) from None
    if found.estimates["estimate"].isna().all():
        reasons = dict.fromkeys(each for each in as_text(found.estimates)["reason"] if each)
        raise NoEstimate(Problem(called, each) for each in reasons or ["there is nothing to estimate"])
    return Result(declared, equation, found, called)


def docstring(estimator: str, name: str) -> str:
    """Write the docstring of an estimator's function."""
    words, arguments = ESTIMATORS[estimator].words, arguments_of(estimator)
    lines = [f"Estimate {words[0].lower() if words[1:2].islower() else words[0]}{words[1:]}.", ""]
    about = (import_module(estimator_module(estimator)).__doc__ or "").strip().split("\n\n", 1)[1:]
    lines += [*about[0].strip().splitlines(), ""] if about else []
    lines += ["Parameters", "----------", "panel : pandas.DataFrame"]
    lines += indented("One row a unit and period, in any order; other columns do not matter. It is not changed.")
    for each in arguments.values():
        optional = "" if each.default is REQUIRED else ", optional"
        lines += [f"{each.name} : {each.annotation}{optional}", *indented(_said(each))]
    lines += ["", "Returns", "-------", "Result"]
    lines += indented("`.tidy()`, `.glance()`, `.vcov`, `.event_study()`, `.overall`, `.plot()`, `.summary()`.")
    lines += ["", "Raises", "------", "FrameError"]
    lines += indented("A ValueError: a column or value that cannot be used, with the nearest valid choice.")
    lines += ["NoEstimate", *indented("A ValueError: there is no estimate on this panel, and why.")]
    return "\n".join([*lines, *_example(estimator, name), ""])


def _said(argument: Argument) -> str:
    return argument.description or "As in a study file."


def indented(text: str) -> list[str]:
    """Wrap the description of an argument for a docstring."""
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def _example(estimator: str, name: str) -> list[str]:
    """Write an example that runs, on data that come with the product's dependencies; none for instruments."""
    declared = ESTIMATORS[estimator]
    if "instruments" in declared.keys:
        return []
    more = [", window=[-3, 3]"] if declared.needs_window else []
    more += [", at=2004"] if "groups" in declared.keys else []
    more += [f", {each}" for each in declared.example[:1]]
    # A dummy for every state would make a hazard's estimates inconsistent.
    by_period = declared.outcome == "event"
    outcome = {"number": "l_homicide", "count": "homicide", "event": "treated_homicides"}[declared.outcome]
    more += [", fixed_effects='year'"] if by_period else []
    lines = ["", "Examples", "--------", ">>> import causaldata", ">>> import ruralpanel as rp"]
    lines += [">>> states = causaldata.castle.load_pandas().data"]
    lines += [f">>> {line}" for line in declared.example[1:]]
    if by_period:
        lines += [">>> states['treated_homicides'] = (states['homicide'] > 5).astype(int)"]
    call = f"rp.{name}(states, outcome={outcome!r}, unit='sid', period='year', treated='post'{''.join(more)})"
    return [*lines, f">>> found = {call}", ">>> len(found.tidy()) > 0", "True"]
