"""When each derived column of the panel is computed: as soon as all that it is made of is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ruralpanel.frames.expression_syntax import ExpressionError, columns_in
from ruralpanel.study.measures import Derived

STAGES = ("sources", "places", "capacities")
"""What has been added to the panel when a derived column is computed: the tables alone; designations and places too;
capacities too."""


def stages_of(derived: Mapping[str, Derived], places: Collection[str], capacities: Collection[str]) -> dict[str, str]:
    """Say for every derived column after which stage of the panel it is computed.

    Parameters
    ----------
    derived
        The study's ``panel.derived`` section, in its order: a column can use those before it.
    places
        The columns that designations and places add.
    capacities
        The columns that legacies add.

    Returns
    -------
    dict of str to str
        By derived column the first of :data:`STAGES` that has all that it is made of. What names a column that is
        nowhere, or cannot be read, counts for nothing here; the checks of the study tell it.
    """
    stages: dict[str, str] = {}
    for name, each in derived.items():
        used = [STAGES.index(_stage(column, stages, places, capacities)) for column in _inputs(each)]
        stages[name] = STAGES[max(used, default=0)]
    return stages


def _stage(column: str, stages: Mapping[str, str], places: Collection[str], capacities: Collection[str]) -> str:
    if column in stages:
        return stages[column]
    return "capacities" if column in capacities else "places" if column in places else "sources"


def _inputs(derived: Derived) -> set[str]:
    """List the columns that a derived column is made of."""
    named = {name for _, name in derived.inputs()}
    if derived.expression is not None:
        try:
            named |= columns_in(derived.expression)
        except ExpressionError:
            return named
    return named
