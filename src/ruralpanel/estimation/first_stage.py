"""How the terms of a first stage are written: ``first stage of listed: distance``."""

from __future__ import annotations

PREFIX = "first stage of "


def first_stage_term(endogenous: str, name: str) -> str:
    """Write the term of a coefficient in the first stage of an endogenous regressor."""
    return f"{PREFIX}{endogenous}: {name}"


def parts_of(term: str) -> tuple[str, str] | None:
    """Read the endogenous regressor and the name behind the coefficient; None for any other term."""
    if not term.startswith(PREFIX):
        return None
    endogenous, _, name = term.removeprefix(PREFIX).partition(": ")
    return endogenous, name
