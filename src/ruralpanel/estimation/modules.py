"""The modules that are imported by name, and only when a study asks for them.

So a change to one of them reruns only the blocks that use it. The workflow reads this whenever it starts: nothing slow
to load belongs here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ruralpanel.study.vcovs import covariance_module

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Inference
    from ruralpanel.study.model import Study

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


def code_behind(study: Study, block: str) -> list[str]:
    """Name the modules behind the numbers of a block: those of the estimators that it uses, and not all there are.

    What reruns a block, the digest that the page and ``./run explain`` print, and the random draws that an archive
    lists are all of these modules and of what they import.

    Parameters
    ----------
    study
        The study.
    block
        One of its blocks.

    Returns
    -------
    list of str
        Dotted names, for :func:`ruralpanel.lineage.code_digest` and :func:`ruralpanel.lineage.modules_behind`.
    """
    equations = study.equations(block)
    return [
        "ruralpanel.estimation.block",
        *sorted({estimator_module(equation.estimator) for equation in equations}),
        *covariance_modules(equation.inference for equation in equations),
        *([ADJUSTMENT] if any(equation.adjustment for equation in equations) else []),
        *([MATCHING] if any(equation.matching for equation in equations) else []),
    ]
