"""Parts of ``inference`` that draw random numbers: the wild cluster bootstrap and permutations of cohorts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Name, Section

Draws = Annotated[int, Field(ge=99, le=999_999)]


class WildBootstrap(Section):
    """p-values from a wild cluster bootstrap (Cameron, Gelbach and Miller 2008), which hold with fewer clusters."""

    weights: Literal["rademacher", "webb"] = "rademacher"
    """What the residuals of a cluster are multiplied with: `rademacher` is −1 or 1; `webb` has six values (Webb 2023),
    for a dozen clusters or fewer, with which signs alone give few different draws."""
    draws: Draws = 9999
    """How many. With `rademacher`, where all patterns of signs of the panel's clusters are no more than this, each is
    taken once instead."""
    impose_null: bool = True
    """Whether the residuals are those without the effect that is tested; `false` takes those of the estimate. With very
    few treated clusters, imposing it rejects too rarely and not imposing it too often (MacKinnon and Webb 2017): where
    the two disagree, neither is to be believed, and a `permutation` may be."""


class Permutation(Section):
    """p-values from permuting who was treated when (randomisation inference)."""

    draws: Draws = 999
    """How many permutations of the cohorts."""
    within: list[Name] = []
    """Columns, constant in each of what is permuted: cohorts change places only among those that are alike in them.
    Left out: among all."""
    among: Name | None = None
    """A column of groups in which all are treated at the same time: cohorts change places among whole groups. Left out:
    among groups of the level at which treatment is assigned, as for `cluster`, or else among the panel's units."""
