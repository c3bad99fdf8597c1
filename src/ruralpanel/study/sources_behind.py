"""Which raw files a number comes from, as far as the study file tells: from columns of the panel back to sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from ruralpanel.frames.expression_syntax import columns_in
from ruralpanel.study.blocks import Equation
from ruralpanel.study.designation import designation_columns
from ruralpanel.study.fixed_effects import columns_of
from ruralpanel.study.model import Study


def columns_of_equation(equation: Equation) -> set[str]:
    """Name the columns of the panel that an equation reads.

    Parameters
    ----------
    equation
        From :meth:`ruralpanel.study.Study.equations`.
    """
    inference = equation.inference
    products = [*equation.regressors, *equation.instruments, *equation.moderators, *equation.interactions]
    named = chain(
        [equation.unit, equation.period, equation.outcome_column, equation.weights],
        [equation.at_risk_of, equation.latitude, equation.longitude],
        equation.treatments,
        equation.intensities.values(),
        equation.levels.values(),
        (part for product in products for part in product.split("*")),
        (column for effect in equation.fixed_effects for column in columns_of(effect)),
        inference.cluster or [],
        inference.permutation.within or [] if inference.permutation is not None else [],
        columns_in(equation.sample) if equation.sample else [],
        equation.group_time.covariates if equation.group_time is not None else [],
    )
    return {name for name in named if name is not None}


def sources_behind(study: Study, columns: Iterable[str]) -> list[str]:
    """Name the sources that rows and values of some columns of the panel come from.

    The rows come from the panel's base, and are what its restrictions leave, so these always count. A table made of
    sources counts with all of them.

    Parameters
    ----------
    study
        The study.
    columns
        Columns of its panel.

    Returns
    -------
    list of str
        In the order of the study file.
    """
    panel = study.panel
    shapes = study.shapes
    joined = {
        column: join.source
        for join in reversed(panel.joins)
        for column in shapes[join.source].column_names
        if column not in join.on
    }
    of_tables = joined | dict.fromkeys(shapes[study.base].column_names, study.base)
    kept = chain.from_iterable(columns_in(each.keep) for each in panel.sample)
    behind = columns_behind(study, [*columns, *kept])
    tables = {study.base, *(of_tables[column] for column in behind if column in of_tables)}
    tables |= {name for column in behind for is_table, name in _behind(study, column) if is_table}
    read = _read_through(study, tables)
    return [name for name in study.sources if name in read]


def columns_behind(study: Study, columns: Iterable[str]) -> set[str]:
    """Name these columns of the panel, those that they are computed from, and so on."""
    waiting, seen = list(columns), set[str]()
    while waiting:
        column = waiting.pop()
        if column not in seen:
            seen.add(column)
            waiting += [name for is_table, name in _behind(study, column) if not is_table]
    return seen


def _behind(study: Study, column: str) -> Iterator[tuple[bool, str]]:
    """Give the tables (true) and the columns (false) that a column is computed from."""
    panel = study.panel
    if column in panel.derived:
        derived = panel.derived[column]
        used = columns_in(derived.expression) if derived.expression else ()
        yield from ((False, name) for name in chain(used, (name for _, name in derived.inputs() if name)))
        if derived.deflator is not None:
            yield True, panel.deflators[derived.deflator].source
            yield from ((False, name) for name in [panel.deflators[derived.deflator].region] if name)
    for name, designation in study.designation.items():
        if column in designation_columns(name, designation):
            dated_by = (designation.cohort, designation.indicator, designation.intensity, designation.level)
            yield from ((False, each) for each in dated_by if each is not None)
            if designation.listed is not None:
                yield True, designation.listed.source
    for legacy in study.legacies.values():
        if column in legacy.capacities:
            capacity = legacy.capacities[column]
            reference = columns_in(capacity.reference) if capacity.reference else ()
            yield from ((False, each) for each in chain(capacity.proxies, reference))
    places = panel.places
    if places is not None:
        for kind, name, added in places.added():
            if added == column:
                entry = getattr(places, kind)[name]
                named = [getattr(entry, key, None) for key in ("designation", "within", "area")]
                yield from ((False, each) for each in (*named, places.latitude, places.longitude) if each)
                if kind == "distance_to" and (entry.points or entry.line_source):
                    yield True, entry.points or entry.line_source


def _read_through(study: Study, tables: set[str]) -> set[str]:
    """Add to tables all that they are made of."""
    found: set[str] = set()
    waiting = list(tables)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += study.tables[name].reads if name in study.tables else []
    return found
