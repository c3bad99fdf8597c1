"""What whoever tries something is told of a mistake."""

from __future__ import annotations

from ruralpanel.errors import ProblemsFound


class TrialError(ProblemsFound):
    """What is asked for cannot be tried as it stands."""

    heading = "This cannot be tried as it stands"
