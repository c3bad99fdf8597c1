"""Checks of periods: that what meets each other is of one frequency, and that no key of numbers is set on periods."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.frames.periods.frequency import Frequency, frequency, is_finer
from ruralpanel.frames.periods.spelling import read_period
from ruralpanel.study.checks.context import Context
from ruralpanel.study.measures import Deflator
from ruralpanel.study.yaml_file import KeyPath

_KEYS_OF_NUMBERS = ("minimum", "maximum", "allowed", "matches", "unit")


def periods(context: Context) -> Iterator[Problem]:
    """Check the columns of periods of a study whose names are all known."""
    yield from _columns_of_sources(context)
    yield from _period_of_the_panel(context)
    yield from _joins(context)
    yield from _cohorts_and_lists(context)
    for name, deflator in context.study.panel.deflators.items():
        yield from _prices(context, name, deflator)
    yield from _years_of_codes(context)


def _columns_of_sources(context: Context) -> Iterator[Problem]:
    """Refuse what can be said of numbers or text only, where a column is read as periods."""
    for name, source in context.study.sources.items():
        for column, period in context.study.period_columns(name).items():
            of = frequency(period.frequency)
            declared = source.columns.get(column)
            if declared is None:
                continue
            at: KeyPath = ("sources", name, "columns", column)
            stated = [key for key in _KEYS_OF_NUMBERS if getattr(declared, key) is not None]
            stated += ["scale"] if declared.scale != 1.0 else []
            if declared.type == "code":
                yield context.file.problem((*at, "type"), f"is `code`, but the column holds {of.noun}s")
            elif stated and not of.is_plain:
                check = f"write a check: `{{condition: '{column} >= \"{of.label(of.bounds()[0])}\"'}}`"
                what = f"is of numbers or text, and the column holds {of.noun}s"
                yield context.file.problem((*at, stated[0]), what, check)


def _period_of_the_panel(context: Context) -> Iterator[Problem]:
    study, panel = context.study, context.study.panel
    base = study.shapes[study.base]
    origin = base.origins.get(panel.period)
    if origin is None:
        return
    own = origin.frequency
    if own is not None and own != (panel.frequency or "year"):
        what = f"is left out, and `{panel.period}` is read as {frequency(own).noun}s"
        what = what if panel.frequency is None else f"is `{panel.frequency}`, and `{panel.period}` is read as `{own}`"
        yield context.file.problem(("panel", "frequency"), what, f"write `frequency: {own}` under `panel`")
    elif own is None and not study.frequency.is_plain:
        what = f"`{panel.period}` of `{study.base}` is computed, and not read as {study.frequency.noun}s from a file"
        yield context.file.problem(("panel", "period"), what, f"read it from a column with `{study.frequency.example}`")


def _joins(context: Context) -> Iterator[Problem]:
    """Check that periods on both sides of a join are of one frequency."""
    study = context.study
    here = dict(study.periods_of(study.base))
    for index, join in enumerate(study.panel.joins):
        there = study.periods_of(join.source)
        for position, column in enumerate(join.on):
            one, other = here.get(column), there.get(column)
            if one != other and {one, other} - {None, "year", "number"}:
                kinds = [frequency(each).noun + "s" if each else "no periods" for each in (one, other)]
                hint = f"read a column of the base and one of `{join.source}` with the same `frequency`, and join on it"
                what = f"`{column}` holds {kinds[0]} in the panel and {kinds[1]} in `{join.source}`"
                yield context.file.problem(("panel", "joins", index, "on", position), what, hint)
        here |= there


def _cohorts_and_lists(context: Context) -> Iterator[Problem]:
    study = context.study
    of, wanted = study.frequency, study.panel.frequency or "year"
    read = {key: each for name in study.read_by_panel for key, each in study.periods_of(name).items()}
    for name, designation in study.designation.items():
        if designation.cohort is not None and read.get(designation.cohort, wanted) != wanted:
            what = f"`{designation.cohort}` is read as `{read[designation.cohort]}`, and the panel has {of.noun}s"
            yield context.file.problem(("designation", name, "cohort"), what, f"read it with `frequency: {wanted}`")
        words = [each for each in designation.never if isinstance(each, str)]
        if words and study.panel.frequency is None:
            what = f"{words[0]!r} is text, and cohorts without a declared `frequency` are numbers"
            hint = f"list {words[0]!r} under `missing_codes` of the column"
            yield context.file.problem(("designation", name, "never"), what, hint)
        listed = designation.listed
        if listed is not None and listed.source in study.shapes:
            own = study.periods_of(listed.source).get(listed.year, wanted)
            if own != wanted:
                what = f"`{listed.year}` is read as `{own}`, and the panel has {of.noun}s"
                hint = f"lists are of periods of the panel: read them with `frequency: {wanted}`"
                yield context.file.problem(("designation", name, "list", "year"), what, hint)


def _prices(context: Context, name: str, deflator: Deflator) -> Iterator[Problem]:
    study = context.study
    if deflator.source not in study.shapes:
        return
    at: KeyPath = ("panel", "deflators", name)
    of = frequency(study.periods_of(deflator.source).get(deflator.period))
    if of.name not in (study.frequency.name, "number") and not is_finer(study.frequency.name, of.name):
        what = f"`{deflator.period}` of `{deflator.source}` holds {of.noun}s, and the panel has {study.frequency.noun}s"
        hint = "prices are of the panel's periods or of longer ones; put rows together with `group` of a table"
        yield context.file.problem((*at, "period"), what, hint)
    if deflator.kind == "previous_year" and of.name not in ("year", "number"):
        what = f"is `previous_year`, and `{deflator.source}` has prices by {of.noun}, which that cannot chain"
        hint = f"`previous_period` where each is in per cent of the {of.noun} before, `level` for an index of one base"
        yield context.file.problem((*at, "kind"), what, hint)
    yield from _base(context, at, deflator, of)


def _base(context: Context, at: KeyPath, deflator: Deflator, of: Frequency) -> Iterator[Problem]:
    if of.is_plain and isinstance(deflator.base, int):
        return
    spelt = read_period(deflator.base)
    if spelt is None or spelt.of != of.name:
        what = f"is {deflator.base}, which is no {of.noun}, as the prices of `{deflator.source}` have them"
        yield context.file.problem((*at, "base"), what, f"write it as {of.example}")


def _years_of_codes(context: Context) -> Iterator[Problem]:
    """Check that years by which codes and names are followed are years, and not quarters or months."""
    study = context.study
    for name, table in study.tables.items():
        found = study.periods_in_table(name)
        columns: list[tuple[tuple[str, str], str]] = []
        if table.recode is not None and isinstance(table.recode.since, str):
            columns.append((("recode", "from"), table.recode.since))
        if table.match_names is not None and isinstance(table.match_names.year, str):
            columns.append((("match_names", "year"), table.match_names.year))
        for keys, column in columns:
            if column in found and found[column] != "year":
                what = f"`{column}` holds {frequency(found[column]).noun}s, and codes and names change by year"
                hint = "read another column from the same header: `year: {from: …, frequency: year}`"
                yield context.file.problem(("tables", name, *keys), what, hint)
