"""Checks of the ``legacies`` section: proxies, their vintages, levels and reference groups."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.checks.context import Context
from ruralpanel.study.designation import designation_columns
from ruralpanel.study.legacies import Capacity
from ruralpanel.study.yaml_file import KeyPath


def legacies(context: Context) -> Iterator[Problem]:
    """Check that proxies, levels and references exist, that capacities have names of their own, and every vintage."""
    study = context.study
    of_places = study.panel.places.columns() if study.panel.places is not None else []
    measured = [*context.columns_before("places"), *of_places]
    taken = {*measured, *(column for each in study.designation.items() for column in designation_columns(*each))}
    before = sorted(taken)
    taken |= set(study.panel.derived)
    for legacy_name, legacy in study.legacies.items():
        for name, capacity in legacy.capacities.items():
            at: KeyPath = ("legacies", legacy_name, "capacities", name)
            if name in taken:
                what = f"would add a column `{name}`, which the panel has already"
                yield context.file.problem(at, what, "choose another name")
            taken.add(name)
            if capacity.reference is not None:
                yield from context.expression((*at, "reference"), capacity.reference, before, condition=True)
            yield from _columns(context, at, capacity, measured)
            yield from _vintages(context, at, capacity)


def _columns(context: Context, at: KeyPath, capacity: Capacity, measured: list[str]) -> Iterator[Problem]:
    """Check that proxies and groups are columns from before any capacity, and not the panel's keys."""
    panel = context.study.panel
    groups = context.columns_before("places")
    kind = "column of the sources or a derived one"
    for position, column in enumerate(capacity.within):
        yield from context.known_before((*at, "within", position), column, "places", groups, kind)
    for column, proxy in capacity.proxies.items():
        here: KeyPath = (*at, "proxies", column)
        if column in (panel.unit, panel.period):
            yield context.file.problem(here, f"is the panel's {'unit' if column == panel.unit else 'period'}")
        measure = "column of the sources, a derived one or one of places"
        yield from context.known_before(here, column, "places", measured, measure)
        if proxy.level is not None:
            yield from context.known_before((*here, "level"), proxy.level, "places", groups, kind)


def _vintages(context: Context, at: KeyPath, capacity: Capacity) -> Iterator[Problem]:
    """Check that every proxy is of a year before the first list year that the study declares."""
    declared = [
        (min(designation.listed.years), name)
        for name, designation in context.study.designation.items()
        if designation.listed is not None and designation.listed.years is not None
    ]
    if not declared:
        return
    first, designation = min(declared)
    of = context.study.frequency
    for column, proxy in capacity.proxies.items():
        if of.end_of_year(proxy.vintage) >= first:
            yield context.file.problem(
                (*at, "proxies", column, "vintage"),
                f"is {proxy.vintage}, and the first list of `{designation}` is of {of.label(first)}; what comes after "
                "it may be an effect",
                "take a measurement of an earlier year",
            )
