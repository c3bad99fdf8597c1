"""How the term of an effect at a value of a moderator is written: ``listed at distance = 12.5``."""

from __future__ import annotations

import re

import pandas as pd

_TERM = re.compile(r"(?P<treatment>.+) at (?P<moderator>[a-z][a-z0-9_]*) = (?P<value>\S+)")


def term_at(treatment: str, moderator: str, value: float | None = None) -> str:
    """Write the term of an effect at a value, or of the reason why there is none at any."""
    return f"{treatment} at {moderator}" + ("" if value is None else f" = {value!r}")


def value_of(term: str, moderator: str) -> float:
    """Read the value of a moderator from the term of an effect at it; missing for any other term."""
    found = _TERM.fullmatch(term)
    return float(found["value"]) if found and found["moderator"] == moderator else float("nan")


def treatment_of(term: str) -> str:
    """Read the treatment from the term of an effect at a value of a moderator."""
    return term.split(" at ", maxsplit=1)[0]


def is_along(terms: pd.Series) -> pd.Series:
    """Tell which terms are effects at a value of a moderator, or the reason why there is none."""
    return terms.str.contains(" at ", regex=False)
