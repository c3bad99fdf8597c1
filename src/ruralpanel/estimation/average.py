"""An average of effects that is to be reported, whatever an estimator averages over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Over = TypeVar("Over")


@dataclass(frozen=True)
class Average(Generic[Over]):
    """An average of effects.

    Parameters
    ----------
    place
        The columns of the estimates that say what it is an average over, such as the event time; empty for the overall
        effect.
    over
        What is averaged: the rows of a sample or the cohorts in each period, as truth values, or the names of
        coefficients.
    """

    place: dict[str, Any]
    over: Over
