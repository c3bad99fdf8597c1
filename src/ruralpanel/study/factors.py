"""The ``factors`` key: what untreated outcomes are made of beside effects of units and periods."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ruralpanel.study.base import Section


class Factors(Section):
    """How `interactive_fixed_effects` predicts untreated outcomes, and how standard errors are drawn."""

    method: Literal["factors", "matrix_completion"] = "factors"
    """`factors`: a number of common shocks, each of which units respond to in their own measure (Bai 2009; Xu 2017).
    `matrix_completion`: as many as there may be, all of them shrunk (Athey and others 2021)."""
    number: Annotated[int, Field(ge=0, le=20)] | None = None
    """Factors: how many; left out: as many, up to `up_to`, as predict untreated rows best that are left out."""
    up_to: Annotated[int, Field(ge=1, le=20)] = 5
    """Factors: the most that are tried."""
    penalty: Annotated[float, Field(gt=0, le=1)] | None = None
    """Matrix completion: by how much all are shrunk, as a share of the largest singular value that effects of units and
    periods leave; at 1 nothing else is left. Left out: what predicts untreated rows best that are left out."""
    draws: Annotated[int, Field(ge=99, le=99_999)] = 200
    """How often clusters are drawn for standard errors."""

    @model_validator(mode="after")
    def _keys_go_with_the_method(self) -> Factors:
        key = "penalty" if self.method == "factors" else "number"
        if getattr(self, key) is not None:
            raise ValueError(f"`{key}` has no meaning with `method: {self.method}`")
        return self
