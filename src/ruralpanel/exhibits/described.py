"""What exhibits that show no estimates need of a study: the words for columns, sources and outcomes."""

from __future__ import annotations

from pydantic import BaseModel

from ruralpanel.periods.frequency import FrequencyName
from ruralpanel.study.exhibit import Exhibit
from ruralpanel.study.exhibits import ScorecardTable, SourceTable, SummaryTable
from ruralpanel.study.figures_of_results import MissingnessFigure
from ruralpanel.study.model import Study
from ruralpanel.study.sources import Source

_HEADS = {"log": " (log)", "inverse_hyperbolic_sine": " (asinh)"}


class ColumnWords(BaseModel):
    """How a column of the panel, or an outcome, is called and measured."""

    label: str
    unit: str | None = None


class SourceWords(BaseModel):
    """What a reader is told of data that came as one or several files."""

    title: str
    citation: str | None
    files: list[str]
    row: str
    periods: dict[str, str]
    frequencies: dict[str, FrequencyName] = {}
    years: list[int | str]
    licence: str | None
    redistributable: bool
    access: str | None


def described_columns(study: Study, exhibit: Exhibit) -> dict[str, ColumnWords]:
    """Say how columns of a summary table, outcomes of a scorecard or columns of outcomes are called and measured.

    Parameters
    ----------
    study
        The study.
    exhibit
        One of its exhibits; those of other kinds need none.
    """
    if isinstance(exhibit, ScorecardTable):
        return {
            name: ColumnWords(label=outcome.label + _HEADS.get(outcome.transformation, ""), unit=outcome.unit)
            for name, outcome in study.outcomes.items()
        }
    if isinstance(exhibit, MissingnessFigure):
        found: dict[str, ColumnWords] = {}
        for key, each in study.outcomes.items():  # the first outcome of a column names it
            found.setdefault(each.adoption or each.column or key, ColumnWords(label=each.label, unit=each.unit))
        return found
    if not isinstance(exhibit, SummaryTable):
        return {}
    labels, origins = study.labels(), study.column_origins()
    explained = {
        outcome.column or name: outcome for name, outcome in study.outcomes.items() if outcome.adoption is None
    }
    words = {}
    for name in exhibit.columns or explained:
        outcome = explained.get(name)
        label = labels.get(name) or (outcome.label if outcome else None) or name
        unit = (outcome.unit if outcome else None) or (origins[name].unit if name in origins else None)
        words[name] = ColumnWords(label=label, unit=unit)
    return words


def described_sources(study: Study, exhibit: Exhibit) -> list[SourceWords]:
    """Say what the sources are, those with the same title, citation and terms together.

    Parameters
    ----------
    study
        The study.
    exhibit
        One of its exhibits; only a table of sources needs them.
    """
    if not isinstance(exhibit, SourceTable):
        return []
    groups: dict[tuple[str | bool | None, ...], list[str]] = {}
    for name, source in study.sources.items():
        same = (source.title or name, source.citation, source.licence, source.redistributable, source.access)
        groups.setdefault(same, []).append(name)
    return [_together(study, exhibit, names) for names in groups.values()]


def _together(study: Study, exhibit: SourceTable, names: list[str]) -> SourceWords:
    first = study.sources[names[0]]
    longest = max((study.sources[name] for name in names), key=lambda source: len(source.key))
    periods = {name: _period_column(study, exhibit, name) for name in names}
    added = [
        value
        for table in study.tables.values()
        for part in table.stack
        for column, value in part.add.items()
        if part.source in names and column in _names_of_periods(study) and isinstance(value, (int, str))
    ]
    return SourceWords(
        title=first.title or names[0],
        citation=first.citation,
        files=names,
        row=", ".join(_key_words(study, longest)),
        periods={name: column for name, column in periods.items() if column is not None},
        frequencies={
            name: of
            for name, column in periods.items()
            if column is not None and (of := study.periods_of(name).get(column)) is not None
        },
        years=sorted(set(added), key=str),
        licence=first.licence,
        redistributable=first.redistributable,
        access=first.access,
    )


def _names_of_periods(study: Study) -> list[str]:
    """List what columns with periods are called: as in the panel, and as in yearly lists."""
    lists = [each.listed.year for each in study.designation.values() if each.listed is not None]
    return [study.panel.period, *lists]


def _period_column(study: Study, exhibit: SourceTable, name: str) -> str | None:
    columns = study.sources[name].column_names
    candidates = [exhibit.periods[name]] if name in exhibit.periods else _names_of_periods(study)
    return next((each for each in candidates if each in columns), None)


def _key_words(study: Study, source: Source) -> list[str]:
    labels = study.labels()
    words = []
    for position, name in enumerate(source.key):
        declared = source.columns[name].label if name in source.columns else None
        word = declared or labels.get(name) or name.replace("_", " ")
        words.append(word[0].upper() + word[1:] if position == 0 else word[0].lower() + word[1:])
    return words
