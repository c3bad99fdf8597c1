"""What readers are told of columns, outcomes and sources that exhibits show without estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ruralpanel.study.sources import Source

if TYPE_CHECKING:  # which knows the kinds of exhibits, and they this
    from ruralpanel.study.model import Study

_HEADS = {"log": " (log)", "inverse_hyperbolic_sine": " (asinh)"}


def outcomes_as_described(study: Study) -> dict[str, dict[str, Any]]:
    """Say how outcomes are called and measured, with their transformation.

    Parameters
    ----------
    study
        The study.
    """
    return {
        name: {"label": outcome.label + _HEADS.get(outcome.transformation, ""), "unit": outcome.unit}
        for name, outcome in study.outcomes.items()
    }


def columns_of_outcomes_as_described(study: Study) -> dict[str, dict[str, Any]]:
    """Say how columns of outcomes are called and measured; the first outcome of a column names it.

    Parameters
    ----------
    study
        The study.
    """
    found: dict[str, dict[str, Any]] = {}
    for key, each in study.outcomes.items():
        found.setdefault(each.adoption or each.column or key, {"label": each.label, "unit": each.unit})
    return found


def columns_as_described(study: Study, columns: Sequence[str] | None) -> dict[str, dict[str, Any]]:
    """Say how columns of the panel are called and measured.

    Parameters
    ----------
    study
        The study.
    columns
        The columns; None for those of outcomes.
    """
    labels, origins = study.labels(), study.column_origins()
    explained = {
        outcome.column or name: outcome for name, outcome in study.outcomes.items() if outcome.adoption is None
    }
    words: dict[str, dict[str, Any]] = {}
    for name in columns or explained:
        outcome = explained.get(name)
        label = labels.get(name) or (outcome.label if outcome else None) or name
        unit = (outcome.unit if outcome else None) or (origins[name].unit if name in origins else None)
        words[name] = {"label": label, "unit": unit}
    return words


def sources_as_described(study: Study, periods: Mapping[str, str]) -> list[dict[str, Any]]:
    """Say what the sources are, those with the same title, citation and terms together.

    Parameters
    ----------
    study
        The study.
    periods
        By source, the column that says when, where that is not to be found out by its name.
    """
    groups: dict[tuple[str | bool | None, ...], list[str]] = {}
    for name, source in study.sources.items():
        same = (source.title or name, source.citation, source.licence, source.redistributable, source.access)
        groups.setdefault(same, []).append(name)
    return [_together(study, periods, names) for names in groups.values()]


def _together(study: Study, declared: Mapping[str, str], names: list[str]) -> dict[str, Any]:
    first = study.sources[names[0]]
    longest = max((study.sources[name] for name in names), key=lambda source: len(source.key))
    periods = {name: _period_column(study, declared, name) for name in names}
    added = [
        value
        for table in study.tables.values()
        for part in table.stack
        for column, value in part.add.items()
        if part.source in names and column in _names_of_periods(study) and isinstance(value, (int, str))
    ]
    return {
        "title": first.title or names[0],
        "citation": first.citation,
        "files": names,
        "row": ", ".join(_key_words(study, longest)),
        "periods": {name: column for name, column in periods.items() if column is not None},
        "frequencies": {
            name: of
            for name, column in periods.items()
            if column is not None and (of := study.periods_of(name).get(column)) is not None
        },
        "years": sorted(set(added), key=str),
        "licence": first.licence,
        "redistributable": first.redistributable,
        "access": first.access,
        "standing": "public" if names[0] in study.printed_sources else study.data_standing,
    }


def _names_of_periods(study: Study) -> list[str]:
    """List what columns with periods are called: as in the panel, and as in yearly lists."""
    lists = [each.listed.year for each in study.designation.values() if each.listed is not None]
    return [study.panel.period, *lists]


def _period_column(study: Study, declared: Mapping[str, str], name: str) -> str | None:
    columns = study.sources[name].column_names
    candidates = [declared[name]] if name in declared else _names_of_periods(study)
    return next((each for each in candidates if each in columns), None)


def _key_words(study: Study, source: Source) -> list[str]:
    labels = study.labels()
    words = []
    for position, name in enumerate(source.key):
        declared = source.columns[name].label if name in source.columns else None
        word = declared or labels.get(name) or name.replace("_", " ")
        words.append(word[0].upper() + word[1:] if position == 0 else word[0].lower() + word[1:])
    return words
