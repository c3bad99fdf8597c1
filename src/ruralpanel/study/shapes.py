"""What the columns of sources and tables are before any file is read: names, keys, labels and origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ruralpanel.frames.periods.frequency import FrequencyName
from ruralpanel.study.panel import ColumnOrigin
from ruralpanel.study.source_columns import Column
from ruralpanel.study.sources import Source
from ruralpanel.study.tables import Summary, Table


@dataclass(frozen=True)
class Shape:
    """A source or a table as the rest of the study sees it.

    Parameters
    ----------
    kind
        ``source`` or ``table``.
    key
        The columns that identify a row; none where a table does not say.
    origins
        For every column, in order, where it comes from and what was done to it.
    """

    kind: str
    key: tuple[str, ...]
    origins: Mapping[str, ColumnOrigin]

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self.origins)


def shape_of_source(name: str, source: Source, periods: Mapping[str, FrequencyName] | None = None) -> Shape:
    """Describe a source; ``periods`` are its columns that hold periods, with their frequencies."""
    return Shape(
        "source",
        tuple(source.key),
        {
            column: _origin_in_file(name, column, source).model_copy(update={"frequency": (periods or {}).get(column)})
            for column in source.column_names
        },
    )


def shape_of_table(
    name: str, table: Table, shapes: Mapping[str, Shape], periods: Mapping[str, FrequencyName] | None = None
) -> Shape:
    """Describe a table, as far as what it names is there.

    Parameters
    ----------
    name
        The table's name.
    table
        Its declaration.
    shapes
        The sources, and the tables declared before it.
    periods
        The frequencies of columns with periods that are added to its sources.

    Returns
    -------
    Shape
        Its columns in the order the table will have them.
    """
    origins: dict[str, ColumnOrigin] = {}
    parts = [(part, shapes[part.source]) for part in table.stack if part.source in shapes]
    for part, shape in parts:
        for column, origin in shape.origins.items():
            known = origins.get(column)
            origins[column] = origin if known is None else _joined(known, origin)
        for column in part.add:
            added = ColumnOrigin(origin="added to each source", frequency=(periods or {}).get(column))
            origins.setdefault(column, added)
    for column, derived in table.derived.items():
        origins[column] = ColumnOrigin(
            origin="derived", transformation=derived.expression, label=derived.label, unit=derived.unit
        )
    names = table.match_names
    if names is not None:
        code = shapes[names.gazetteer].origins.get(names.code) if names.gazetteer in shapes else None
        how = f"found by names in {names.gazetteer}"
        origins[names.new_column] = ColumnOrigin(origin=how, label=code.label if code is not None else None)
    recode = table.recode
    if recode is not None and recode.column in origins:
        how = f"recoded to {recode.to} by {recode.crosswalk.source}"
        how += {"merge": ", split areas merged", "divide": ", split areas divided"}.get(recode.several_successors, "")
        origins[recode.column] = _with_step(origins[recode.column], how)
    if table.group is not None:
        by = ", ".join(table.group.by)
        summaries = table.group.columns
        grouped = {column: origins.get(column, ColumnOrigin(origin="")) for column in table.group.by}
        grouped |= {column: _summarised(column, each, origins, by) for column, each in summaries.items()}
        origins = grouped
    of = ", ".join(dict.fromkeys(part.source for part in table.stack))
    named = {
        column: origin.model_copy(
            update={"origin": f"table {name} ({of})" + (f": {origin.origin}" if origin.origin else "")}
        )
        for column, origin in origins.items()
    }
    return Shape("table", _key(table, [shape for _, shape in parts]), named)


def _key(table: Table, parts: list[Shape]) -> tuple[str, ...]:
    """Give the declared key, or the one that follows."""
    if table.key is not None:
        return tuple(table.key)
    if table.group is not None:
        return tuple(table.group.by)
    return parts[0].key if len(table.stack) == len(parts) == 1 else ()


def _joined(first: ColumnOrigin, second: ColumnOrigin) -> ColumnOrigin:
    """Describe a column that two stacked sources have."""
    how = [each for each in (first.transformation, second.transformation) if each]
    return ColumnOrigin(
        origin=f"{first.origin}; {second.origin}",
        label=first.label or second.label,
        unit=first.unit or second.unit,
        frequency=first.frequency or second.frequency,
        transformation="; ".join(dict.fromkeys(how)),
    )


def _summarised(name: str, summary: Summary, origins: Mapping[str, ColumnOrigin], by: str) -> ColumnOrigin:
    """Describe a column of groups."""
    of = origins.get(str(summary.column(name)), ColumnOrigin(origin=""))
    how = summary.take + (f" where {summary.where}" if summary.where else "")
    how += f" weighted by {summary.weights}" if summary.weights else ""
    changed = summary.take in ("count", "share", "distinct")
    return ColumnOrigin(
        origin=of.origin,
        label=summary.label or (None if changed else of.label),
        unit=summary.unit or (None if changed else of.unit),
        transformation=_with_step(of, f"{how} by {by}").transformation,
        frequency=of.frequency if summary.take in ("minimum", "maximum", "same") else None,
    )


def _with_step(origin: ColumnOrigin, how: str) -> ColumnOrigin:
    steps = [origin.transformation, how] if origin.transformation else [how]
    return origin.model_copy(update={"transformation": "; ".join(steps)})


def _origin_in_file(source_name: str, name: str, source: Source) -> ColumnOrigin:
    column = source.columns.get(name, Column())
    header = column.wide or column.pattern or column.raw_name or name
    if name == source.wide_into:
        header = "from the headers of a wide file"
    scaled = f"multiplied by {column.scale:g}" if column.scale != 1.0 else ""
    return ColumnOrigin(label=column.label, unit=column.unit, origin=f"{source_name}: {header}", transformation=scaled)
