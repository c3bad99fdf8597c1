"""The ``outcomes`` section: what is explained, in which unit, and how it enters a regression."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from ruralpanel.study.base import Name, Section, Text

Transformation = Literal["none", "log", "inverse_hyperbolic_sine"]


class Outcome(Section):
    """One outcome."""

    column: Name | None = None
    """The panel's column; left out: the one of the same name."""
    adoption: Name | None = None
    """In place of `column`: a designation. The outcome is 1 in the period a unit is first treated and 0 before; rows
    after it leave, for the unit is no longer at risk. For equations of who is designated, and when."""
    label: Text = ""
    """What a reader sees in tables and figures. Left out: the column's label, and its unit where none is stated."""
    unit: Text | None = None
    """The unit of the column before transformation, as printed on an axis."""
    transformation: Transformation = "none"
    """Applied before estimation. `log` makes zero and negative values missing, counted in the ledger; the
    size of an effect on the `inverse_hyperbolic_sine` depends on the unit."""
    in_logs: bool = False
    """Whether the column itself is a logarithm, or a change of one, so that effects on it are read in per cent, as
    those on one that is transformed by `log` are."""

    family: Name | None = None
    """Outcomes that are tested together: in blocks with an `adjustment`, p-values are adjusted for the number of tests
    in the same family. Left out: with all other outcomes without a family."""

    @model_validator(mode="after")
    def _adoption_alone(self) -> Outcome:
        if self.adoption is not None and (self.column is not None or self.transformation != "none"):
            raise ValueError(
                "`adoption` is 0 or 1 and has no column of its own: leave out `column` and `transformation`"
            )
        return self
