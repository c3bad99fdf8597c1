"""The ``dose_response`` key: which dose a treatment comes in, and how effects may follow it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ruralpanel.study.base import Name, Section


class DoseResponse(Section):
    """How `continuous_dose` lets effects follow the dose of a treatment."""

    dose: Name
    """The column of the dose: positive, and the same in all rows in which a unit is treated; what it is in other rows
    does not matter. Treated units whose dose is missing or not positive are left out, and counted in the ledger."""
    curve: Literal["splines", "bins"] = "splines"
    """`splines`: effects are a smooth function of the dose, and a response is its slope. `bins`: treated units are put
    into groups by their dose, each with its own effect; a response is the difference from the next lower group per unit
    of dose, and of the lowest group the effect itself per unit of dose."""
    degree: Annotated[int, Field(ge=1, le=5)] = 3
    """Splines: of the polynomials; 1 for straight lines."""
    knots: Annotated[int, Field(ge=0, le=20)] = 0
    """Splines: how many inner knots, at evenly spaced quantiles of the treated units' doses."""
    bins: Annotated[int, Field(ge=2, le=50)] = 4
    """Bins: how many groups, at evenly spaced quantiles of the treated units' doses; where there are no more different
    doses than this, each is a group."""
    at: Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=1)] | None = None
    """Splines: the doses at which effects and responses are reported; left out: 25, evenly spread from the 5th to the
    95th percentile of the treated units' doses. Groups are reported at their mean dose."""
    compared_with: Literal["never_treated", "not_yet_treated"] = "never_treated"
    """Whom a cohort is compared with: units never treated, or all that are not treated yet."""

    @model_validator(mode="after")
    def _keys_go_with_the_curve(self) -> DoseResponse:
        of_other = {"splines": {"bins"}, "bins": {"degree", "knots", "at"}}[self.curve]
        given = sorted(of_other & self.model_fields_set)
        changed = [key for key in given if getattr(self, key) != type(self).model_fields[key].default]
        if changed:
            raise ValueError(f"`{changed[0]}` has no meaning with `curve: {self.curve}`")
        return self
