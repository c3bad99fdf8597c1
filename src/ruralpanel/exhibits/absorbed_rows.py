"""What regressions hold constant, below their coefficients: fixed effects, and slopes by period or group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.study.fixed_effects import fixed_effect, intercepts, slopes
from ruralpanel.words.frames import listed
from ruralpanel.words.names import name_words, term_words
from ruralpanel.words.sentences import numbered, sentence_list

MANY = 4
"""So many terms whose slopes differ by period are one row of a table, and named in its notes."""


@dataclass(frozen=True)
class Slope:
    """A term whose coefficient differs by period or by group.

    Parameters
    ----------
    term
        What a reader sees for it.
    label
        The label of its row.
    has
        Whether each regression has it.
    by_period
        Whether it is by period that it differs.
    """

    term: str
    label: str
    has: list[bool]
    by_period: bool


def fixed_effect_rows(firsts: list[dict[Any, Any]], declaration: ExhibitDeclaration) -> list[tuple[str, list[str]]]:
    """Say which fixed effects each regression has.

    Parameters
    ----------
    firsts
        A row of the estimates of each.
    declaration
        What the study says about the exhibit.
    """
    levels = [intercepts(effects_of(first)) for first in firsts]
    return [
        (f"{_effect_words(effect, declaration)} fixed effects", _yes_or_no([effect in each for each in levels]))
        for effect in dict.fromkeys(effect for each in levels for effect in each)
    ]


def slope_rows(columns: list[pd.DataFrame], declaration: ExhibitDeclaration) -> list[tuple[str, list[str]]]:
    """Say which slopes each regression has; of many that differ by period, whether it has any.

    Parameters
    ----------
    columns
        The estimates of each.
    declaration
        What the study says about the exhibit.
    """
    found = _slopes(columns, declaration)
    by_period = _many_by_period(found)
    rows = [(each.label, _yes_or_no(each.has)) for each in found if each not in by_period]
    if by_period:
        has = [any(each) for each in zip(*(slope.has for slope in by_period), strict=True)]
        rows.insert(0, (_label(declaration), _yes_or_no(has)))
    return rows


def slope_notes(columns: list[pd.DataFrame], declaration: ExhibitDeclaration, noun: str) -> list[str]:
    """Name the terms whose slopes differ by period, where these are too many for a row each.

    Parameters
    ----------
    columns
        The estimates of each regression.
    declaration
        What the study says about the exhibit.
    noun
        What a regression is called: ``column`` or ``regression``.
    """
    by_period = _many_by_period(_slopes(columns, declaration))
    if not by_period:
        return []
    if all(map(_are_of_moderators, columns)):
        return [f"{_label(declaration)}: of all moderators in the {noun}, and of their products."]
    named: dict[tuple[int, ...], list[str]] = {}
    for slope in by_period:
        numbers = tuple(number for number, has in enumerate(slope.has, start=1) if has)
        named.setdefault(numbers, []).append(slope.term)
    parts = [
        sentence_list(words) + ("" if len(numbers) == len(columns) else f" in {numbered(noun, numbers)}")
        for numbers, words in named.items()
    ]
    return [f"{_label(declaration)}: {'; '.join(parts)}."]


def effects_of(first: Mapping[Any, Any]) -> list[str]:
    """List the fixed effects of a regression, those with slopes among them."""
    return listed(first["fixed_effects"])


def _slopes(columns: list[pd.DataFrame], declaration: ExhibitDeclaration) -> list[Slope]:
    """List slopes within fixed effects, and then terms that have a coefficient in every period."""
    labels, period = declaration.labels, name_words(declaration.period, declaration.labels)
    absorbed = [slopes(effects_of(column.iloc[0].to_dict())) for column in columns]
    names = dict.fromkeys(name for column in columns for name in effects_of(column.iloc[0].to_dict()))
    found = []
    for effect in slopes(name for name in names if fixed_effect(name).slope):
        term = name_words(str(effect.slope), labels)
        label = f"{term}, slope by {_effect_words(effect.intercept, declaration)}"
        has = [effect in each for each in absorbed]
        found.append(Slope(term, label[0].upper() + label[1:], has, effect.intercept == declaration.period))
    # Those that are collinear in all periods, such as a shock that all units share, are in the fixed effects already.
    estimated = [column.loc[column["period"].notna() & column["estimate"].notna(), "term"] for column in columns]
    sets = [set(terms) for terms in estimated]
    for term in dict.fromkeys(term for terms in estimated for term in terms):
        words = term_words(term, labels)
        found.append(Slope(words, f"{words} × {period}", [term in each for each in sets], True))
    return found


def _many_by_period(found: list[Slope]) -> list[Slope]:
    by_period = [each for each in found if each.by_period]
    return by_period if len(by_period) >= MANY else []


def _are_of_moderators(column: pd.DataFrame) -> bool:
    """Tell whether what differs by period in a regression is what the treatment is interacted with, and all of that."""
    moderators = {part for term in column["term"] if "*" in term for part in term.split("*")[1:]}
    sloping = column.loc[column["period"].notna() & column["estimate"].notna(), "term"]
    within = any(fixed_effect(name).slope for name in effects_of(column.iloc[0].to_dict()))
    return not within and moderators == {part for term in sloping for part in term.split("*")}


def _label(declaration: ExhibitDeclaration) -> str:
    return f"Slopes by {name_words(declaration.period, declaration.labels).lower()}"


def _effect_words(effect: str, declaration: ExhibitDeclaration) -> str:
    words = term_words(effect, declaration.labels)
    return words[0].upper() + words[1:]


def _yes_or_no(has: list[bool]) -> list[str]:
    return ["Yes" if each else "No" for each in has]
