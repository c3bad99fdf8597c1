"""A formula as R fixest writes it, taken apart: ``log(y) ~ x + sw(a, b) | village + year | endogenous ~ instrument``.

Only the grammar is known here, and no study: names are texts. Multiple estimation is that of R fixest (Bergé
2018): ``sw`` takes its arguments in turn, ``csw`` adds one after the other, and ``sw0`` and ``csw0`` begin with none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from ruralpanel.errors import Problem
from ruralpanel.trial.errors import TrialError

WHERE = "formula"

EXAMPLE = "such as `log(income) ~ listed | village + year`"

STEPWISE = ("sw", "sw0", "csw", "csw0")

Terms = tuple[str, ...]


@dataclass(frozen=True)
class Formula:
    """A formula, taken apart.

    Parameters
    ----------
    outcomes
        What stands on the left, each an expression.
    right_hands
        The terms on the right, one list a model; several where there is multiple estimation.
    fixed_effects
        The same of fixed effects.
    endogenous, instruments
        Of the part with a tilde of its own; empty where there is none.
    """

    outcomes: Terms
    right_hands: tuple[Terms, ...]
    fixed_effects: tuple[Terms, ...]
    endogenous: Terms = ()
    instruments: Terms = ()


def read_formula(text: str) -> Formula:
    """Take a formula apart.

    Parameters
    ----------
    text
        Such as ``log(income) ~ listed | village + province^year``.

    Raises
    ------
    TrialError
        If it is none, with what is wrong about it.
    """
    if depth_problem := _unbalanced(text):
        raise TrialError([Problem(WHERE, depth_problem, hint=EXAMPLE)])
    parts = [part.strip() for part in split(text, "|")]
    tildes = [len(split(part, "~")) - 1 for part in parts]
    if tildes[0] != 1 or max(tildes) > 1 or len(parts) > 3 or not all(parts) or sum(tildes[1:]) > 1:
        what = f"`{text}` is not an outcome, a tilde and terms, with at most two bars behind them"
        raise TrialError([Problem(WHERE, what, hint=f"{EXAMPLE}; instruments are a third part, `| x ~ z`")])
    left, right = split(parts[0], "~")
    effects: tuple[Terms, ...] = ((),)
    endogenous: Terms = ()
    instruments: Terms = ()
    for part, has_tilde in zip(parts[1:], tildes[1:], strict=True):
        if has_tilde:
            first, second = split(part, "~")
            endogenous, instruments = _sum(first), _sum(second)
        else:
            effects = tuple(tuple(each for each in models if each not in ("0", "1")) for models in _models(part))
    right_hands = tuple(tuple(_without_constant(models)) for models in _models(right))
    outcomes = _arguments(left.strip()) if call_of(left) == "c" else (left.strip(),)
    if not all(outcomes):
        raise TrialError([Problem(WHERE, "nothing is on the left of the tilde", hint=EXAMPLE)])
    if not all(right_hands) and not endogenous:
        raise TrialError([Problem(WHERE, "a model has nothing on the right of the tilde", hint=EXAMPLE)])
    return Formula(outcomes, right_hands, effects, endogenous, instruments)


def split(text: str, sign: str) -> list[str]:
    """Split a text at a sign wherever that is in no brackets and no quotation marks.

    Parameters
    ----------
    text
        A formula or a part of one.
    sign
        One character. A star that is one of two is no sign: it is a power.
    """
    parts, depth, quote, begun = [], 0, "", 0
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif (
            character == sign
            and depth == 0
            and not (sign == "*" and "*" in text[place - 1 : place] + text[place + 1 :][:1])
        ):
            parts.append(text[begun:place])
            begun = place + 1
    return [*parts, text[begun:]]


def call_of(term: str) -> str:
    """Name the function that a term is a call of, such as ``log``; empty where it is none."""
    term = term.strip()
    name, bracket, rest = term.partition("(")
    if not bracket or not name.strip().isidentifier() or not rest.endswith(")"):
        return ""
    depth = 1
    for place, character in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return name.strip() if place == len(rest) - 1 else ""
    return ""


def arguments_of(term: str) -> Terms:
    """List the arguments of a call."""
    return _arguments(term)


def _arguments(call: str) -> Terms:
    return tuple(each.strip() for each in split(call.strip().partition("(")[2][:-1], ","))


def _sum(part: str) -> Terms:
    """List the terms of a sum."""
    return tuple(each.strip() for each in split(part, "+") if each.strip())


def _models(part: str) -> list[Terms]:
    """List the terms of every model that a sum stands for."""
    choices = [list(_choices(term)) for term in _sum(part)]
    return [tuple(term for terms in models for term in terms) for models in product(*choices)] if choices else [()]


def _choices(term: str) -> Iterator[Terms]:
    """Give what stands for a term in each model."""
    how = call_of(term)
    if how not in STEPWISE:
        yield (term,)
        return
    steps = [_sum(each) for each in _arguments(term)]
    if how.endswith("0"):
        yield ()
    for number, step in enumerate(steps, start=1):
        yield tuple(each for one in steps[:number] for each in one) if how.startswith("c") else step


def _without_constant(terms: Terms) -> Iterator[str]:
    """Leave a one out, which every regression has, and refuse what R would read as taking something away."""
    for term in terms:
        if term in ("0", "-1"):
            what = "a regression without a constant is not estimated here"
            raise TrialError([Problem(WHERE, what, hint="leave `0` out; fixed effects stand in its place")])
        arithmetic = next((sign for sign in "-/" if len(split(term, sign)) > 1), "")
        if arithmetic:
            what = f"`{term}` is arithmetic outside of a function"
            raise TrialError([Problem(WHERE, what, hint=f"write `I({term})`")])
        if term != "1":
            yield term


def _unbalanced(text: str) -> str:
    """Say that brackets do not fit together."""
    waiting: list[str] = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for character in text:
        if character in pairs.values():
            waiting.append(character)
        elif character in pairs and (not waiting or waiting.pop() != pairs[character]):
            return f"`{text}` closes a bracket that is not open"
    return f"`{text}` leaves a bracket open" if waiting else ""
