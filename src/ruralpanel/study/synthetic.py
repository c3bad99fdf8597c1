"""The ``synthetic`` section of a specification: weights and errors of synthetic differences in differences."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ruralpanel.study.base import Section


class Synthetic(Section):
    """How `synthetic_difference_in_differences` finds weights and standard errors (Arkhangelsky and others 2021)."""

    standard_errors: Literal["jackknife", "placebo", "bootstrap"] = "jackknife"
    """`jackknife` leaves out one cluster at a time with the weights held fixed: no random numbers, and rather too large
    than too small, but every cohort has to be treated in two clusters. `placebo` gives the treatment to units that are
    never treated, also where one unit is treated, and assumes that the treated vary as they do. `bootstrap` draws
    clusters and estimates all anew: for many clusters treated; it takes as much time as its draws."""
    draws: Annotated[int, Field(ge=99, le=99_999)] | None = None
    """Placebo and bootstrap: how many; left out: 200. With one treated unit, and no more units never treated than this,
    a placebo takes each of them once instead."""

    search: Literal["frank_wolfe", "newton"] = "frank_wolfe"
    """How the units' weights are found. `frank_wolfe` ends where the authors' R package synthdid does, and gives the
    numbers it prints; with hundreds of units never treated, that is after 10,000 steps and short of the best weights.
    `newton` finds the best ones, in a hundredth of the time: for large panels, and bootstraps of them."""

    @property
    def draws_numbers(self) -> bool:
        """Whether random numbers are needed."""
        return self.standard_errors != "jackknife"

    @property
    def number_of_draws(self) -> int:
        """How many random draws, where they are needed."""
        return self.draws or 200

    @model_validator(mode="after")
    def _draws_where_any(self) -> Synthetic:
        if self.standard_errors == "jackknife" and self.draws is not None:
            raise ValueError("`draws` goes with `standard_errors: placebo` or `bootstrap`; a jackknife draws nothing")
        return self
