"""The modules that are imported by name, and only when a study asks for them.

So a change to one of them reruns only the blocks that use it. The workflow reads this whenever it starts: nothing slow
to load belongs here.
"""

from __future__ import annotations

ADJUSTMENT = "ruralpanel.estimation.adjustment"
"""Adjusts p-values."""

MATCHING = "ruralpanel.estimation.matching"
"""Matches units."""


def estimator_module(estimator: str) -> str:
    """Name the module of an estimator."""
    return f"ruralpanel.estimation.{estimator}"
