"""Which columns of a study tell units, groups or clusters apart, by whatever section names them so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruralpanel.study.fixed_effects import columns_of
from ruralpanel.study.model import Study

IDENTIFYING = frozenset(
    {"region", "on", "by", "within", "key", "cluster", "old", "new", "area", "code", "level", "among"}
)
"""Keys of a study file that name columns whose values are codes or names of things."""

COUNTED_OR_LISTED = frozenset({"distinct", "joined", "same"})
"""What a summary takes of a column whose values it tells apart."""

BESIDE = {"unit": "period", "column": "crosswalk"}
"""Further such keys, each where another stands beside it: elsewhere `unit` is one of measurement."""


def identifying_columns(study: Study) -> set[str]:
    """Name the columns that tell things apart, so that two codes must not become one.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    set of str
        Names of columns, whichever source has them, and words that no column is called by.
    """
    return {name for name in _named(study.model_dump(exclude={"sources"})) if isinstance(name, str)}


def _named(part: Any) -> Iterator[Any]:
    """Give what stands under the identifying keys of a section, and of the sections in it."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in IDENTIFYING or BESIDE.get(key) in part:
                yield from value if isinstance(value, list) else [value]
            if isinstance(value, dict) and value.get("take") in COUNTED_OR_LISTED:
                yield value.get("of") or key
            if key == "fixed_effects" and isinstance(value, list):
                yield from (name for effect in value if isinstance(effect, str) for name in columns_of(effect))
            yield from _named(value)
    elif isinstance(part, list):
        for each in part:
            yield from _named(each)
