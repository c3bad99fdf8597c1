"""One scale for several estimates: where zero, round numbers and intervals stand, in per cent of a picture's width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, isfinite, isnan, log10

from ruralpanel.exhibits.numbers import decimal

MARGIN = 4.0
"""What is left free on both sides, in per cent of the width."""

FEWEST = 3
"""Steps between round numbers at the least."""


@dataclass(frozen=True)
class Scale:
    """A scale.

    Parameters
    ----------
    low, high
        The numbers at its ends.
    step
        Between round numbers.
    """

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> list[float]:
        """The round numbers on it, zero among them."""
        first, last = ceil(self.low / self.step - 1e-9), floor(self.high / self.step + 1e-9)
        return [number * self.step for number in range(first, last + 1)]

    def words(self, number: float) -> str:
        """Write a number with as many decimals as the steps need."""
        return decimal(number, max(0, -floor(log10(self.step) + 1e-9)))


def scale_of(numbers: Iterable[float]) -> Scale | None:
    """Find a scale for numbers and zero; None where there is no number.

    Parameters
    ----------
    numbers
        Estimates and ends of intervals; missing and infinite ones are left out.
    """
    known = [number for number in numbers if isfinite(number)]
    if not known:
        return None
    low, high = min(0.0, *known), max(0.0, *known)
    span = (high - low) or 1.0
    power = 10.0 ** floor(log10(span / FEWEST))
    step = max(each * power for each in (1.0, 2.0, 5.0) if each * power * FEWEST <= span * (1 + 1e-9))
    return Scale(low, low + span, step)


def place_on(scale: Scale, number: float) -> float | None:
    """Place a number on a scale, in per cent of the width; None for a missing one, an end for one beyond it."""
    if isnan(number):
        return None
    share = (min(max(number, scale.low), scale.high) - scale.low) / (scale.high - scale.low)
    return round(MARGIN + share * (100 - 2 * MARGIN), 2)
