"""How a fixed effect is written: ``village``, ``province*year``, ``village[year]``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

OF_THE_OUTCOME = "{outcome}"
"""In a study file, stands for the name of the outcome of each equation: ``year[{outcome}_before]``."""

_COLUMN = rf"(?:[a-z]|{re.escape(OF_THE_OUTCOME)})[a-z0-9_]*"

FIXED_EFFECT = rf"^{_COLUMN}(\*{_COLUMN})*(\[{_COLUMN}\])?$"
"""The pattern of a fixed effect: columns joined by stars, and in brackets a column with a slope of its own."""


@dataclass(frozen=True)
class FixedEffect:
    """A fixed effect, taken apart.

    Parameters
    ----------
    columns
        The columns whose distinct values, or combinations of values, are its levels.
    slope
        The column that has a coefficient of its own in every level, beside the level's intercept.
    """

    columns: tuple[str, ...]
    slope: str | None

    @property
    def intercept(self) -> str:
        """The effect without its slope, as it is written."""
        return "*".join(self.columns)


def fixed_effect(written: str) -> FixedEffect:
    """Take a fixed effect apart.

    Parameters
    ----------
    written
        As in a study file, fulfilling :data:`FIXED_EFFECT`.
    """
    columns, _, slope = written.rstrip("]").partition("[")
    return FixedEffect(tuple(columns.split("*")), slope or None)


def of_outcome(effects: Iterable[str], outcome: str) -> list[str]:
    """Put the name of an outcome where a study file says ``{outcome}``; effects that are the same then stand once."""
    return list(dict.fromkeys(effect.replace(OF_THE_OUTCOME, outcome) for effect in effects))


def intercepts(effects: Iterable[str]) -> list[str]:
    """List the effects without their slopes, each once: ``village`` for both ``village`` and ``village[year]``."""
    return list(dict.fromkeys(fixed_effect(effect).intercept for effect in effects))


def slopes(effects: Iterable[str]) -> list[FixedEffect]:
    """List the effects that have a slope."""
    return [effect for effect in map(fixed_effect, effects) if effect.slope is not None]


def columns_of(effect: str) -> list[str]:
    """List all columns that a fixed effect names."""
    return re.findall(_COLUMN, effect)
