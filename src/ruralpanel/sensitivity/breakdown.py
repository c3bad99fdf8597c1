"""The bound at which a conclusion breaks down."""

from __future__ import annotations

from collections.abc import Callable

DOUBLINGS = 12
"""A conclusion that holds at this many doublings of the first bound tried is said to hold at any."""

HALVINGS = 14
"""After which the bound is known to four digits."""


def breakdown_value(excludes_zero: Callable[[float], bool], first: float) -> float | None:
    """Find the largest bound under which an interval still excludes zero, by bisection.

    Parameters
    ----------
    excludes_zero
        Tells it for a bound; intervals grow with the bound.
    first
        A bound to begin with, of the size that matters.

    Returns
    -------
    float
        The bound; infinite if zero is excluded at 4,096 times ``first``; None if zero is not excluded even at 0.
    """
    if not excludes_zero(0.0):
        return None
    holds, fails = 0.0, first
    for _ in range(DOUBLINGS):
        if not excludes_zero(fails):
            break
        holds, fails = fails, 2 * fails
    else:
        return float("inf")
    for _ in range(HALVINGS):
        middle = (holds + fails) / 2
        holds, fails = (middle, fails) if excludes_zero(middle) else (holds, middle)
    return holds
