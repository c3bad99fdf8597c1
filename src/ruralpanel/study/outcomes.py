"""The ``outcomes`` section: what is explained, in which unit, and how it enters a regression."""

from __future__ import annotations

from typing import Literal

from ruralpanel.study.base import Name, Section, Text

Transformation = Literal["none", "log", "inverse_hyperbolic_sine"]


class Outcome(Section):
    """One outcome."""

    column: Name | None = None
    """The panel's column; left out: the one of the same name."""
    label: Text
    """What a reader sees in tables and figures."""
    unit: Text | None = None
    """The unit of the column before transformation, as printed on an axis."""
    transformation: Transformation = "none"
    """Applied before estimation. `log` makes zero and negative values missing, counted in the ledger; the
    size of an effect on the `inverse_hyperbolic_sine` depends on the unit."""

    family: Name | None = None
    """Outcomes that are tested together: in blocks with an `adjustment`, p-values are adjusted for the number of tests
    in the same family. Left out: with all other outcomes without a family."""

    @property
    def printed_label(self) -> str:
        """The label with its transformation, for a column head or an axis."""
        return {
            "none": self.label,
            "log": f"log {self.label}",
            "inverse_hyperbolic_sine": f"asinh {self.label}",
        }[self.transformation]
