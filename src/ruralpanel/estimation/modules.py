"""The modules that are imported by name, and only when a study asks for them.

So a change to one of them reruns only the blocks that use it. The workflow reads this whenever it starts: nothing slow
to load belongs here.
"""

from __future__ import annotations

from collections.abc import Iterable

from ruralpanel.study.blocks import Inference
from ruralpanel.study.vcovs import covariance_module

ADJUSTMENT = "ruralpanel.estimation.adjustment"
"""Adjusts p-values."""

MATCHING = "ruralpanel.estimation.matching"
"""Matches units."""


def estimator_module(estimator: str) -> str:
    """Name the module of an estimator."""
    return f"ruralpanel.estimation.{estimator}"


def covariance_modules(inferences: Iterable[Inference]) -> list[str]:
    """Name the modules that compute standard errors."""
    return sorted({covariance_module(each.variance, each.small_sample) for each in inferences})
