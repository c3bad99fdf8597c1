"""The ``mediation`` key: what an effect is to be taken apart by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruralpanel.study.base import Name, Section


class Mediation(Section):
    """Which part of an effect `sequential_g` looks for: that which does not go through the mediators."""

    mediators: Annotated[list[Name], Field(min_length=1)]
    """Columns that the treatment may move, and through which it may act on the outcome."""
    intermediate: list[Name] = []
    """Columns that the treatment may move too, and that move mediators and outcome: the first regression controls for
    them, the second does not."""
