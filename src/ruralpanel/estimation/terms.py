"""How the terms of estimates are written that are more than a column, and read again: both are here and nowhere else.

A term is part of an address, which people write: ``listed at distance = 12.5`` is an effect at a value of a moderator,
``first stage of listed: distance`` a coefficient of a first stage, ``listed, mean of cohorts`` an average of effects,
``treated, kinship high`` a group of which there are means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the workflow reads names of terms whenever it starts
    import pandas as pd

FIRST_STAGE = "first stage of "
TREATED, UNTREATED, HIGH, LOW = "treated", "untreated", "high", "low"

_ALONG = re.compile(r"(?P<treatment>.+) at (?P<moderator>[a-z][a-z0-9_]*)(?: = (?P<value>\S+))?")
_GROUP = re.compile(r"(?P<group>treated|untreated)(, (?P<moderator>\w+) (?P<level>high|low))?")


def first_stage_term(endogenous: str, name: str) -> str:
    """Write the term of a coefficient in the first stage of an endogenous regressor."""
    return f"{FIRST_STAGE}{endogenous}: {name}"


def first_stage_parts(term: str) -> tuple[str, str] | None:
    """Read the endogenous regressor and the name behind the coefficient; None for any other term."""
    if not term.startswith(FIRST_STAGE):
        return None
    endogenous, _, name = term.removeprefix(FIRST_STAGE).partition(": ")
    return endogenous, name


def term_at(treatment: str, moderator: str, value: float | None = None) -> str:
    """Write the term of an effect at a value, or of the reason why there is none at any."""
    return f"{treatment} at {moderator}" + ("" if value is None else f" = {value!r}")


def along_parts(term: str) -> tuple[str, str, str] | None:
    """Read treatment, moderator and value, empty where it has none, of an effect at a value; None for other terms."""
    found = _ALONG.fullmatch(term)
    return (found["treatment"], found["moderator"], found["value"] or "") if found else None


def value_of(term: str, moderator: str) -> float:
    """Read the value of a moderator from the term of an effect at it; missing for any other term."""
    found = along_parts(term)
    return float(found[2]) if found and found[1] == moderator and found[2] else float("nan")


def treatment_of(term: str) -> str:
    """Read the treatment from the term of an effect at a value of a moderator; any other term is as it is."""
    found = along_parts(term)
    return found[0] if found else term


def is_along(terms: pd.Series) -> pd.Series:
    """Tell which terms are effects at a value of a moderator, or the reason why there is none."""
    return terms.map(lambda term: along_parts(term) is not None).astype(bool)


def average_term(treatment: str, average: str) -> str:
    """Write the term of an average of effects; of the overall one, which is called by the treatment alone."""
    return f"{treatment}, {average}" if average else treatment


def average_parts(term: str) -> tuple[str, str]:
    """Read the treatment, and which average of its effects it is; empty for the overall one."""
    treatment, _, average = term.partition(", ")
    return treatment, average


def group_term(is_treated: bool, moderator: str = "", is_high: bool = False) -> str:
    """Write the term of a group's mean."""
    group = TREATED if is_treated else UNTREATED
    return f"{group}, {moderator} {HIGH if is_high else LOW}" if moderator else group


def group_parts(term: str) -> tuple[bool, str, str]:
    """Read whether a group is treated, and the moderator that it is high or low in, empty where it is of none."""
    found = _GROUP.fullmatch(term)
    assert found is not None
    return found["group"] == TREATED, found["moderator"] or "", found["level"] or ""
