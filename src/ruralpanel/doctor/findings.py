"""What a look before the run found: where, what, what to do, and whether a run would fail of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ruralpanel.errors import Problem, counted

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing found.

    Parameters
    ----------
    level
        `error` where a run would fail, or where the repository holds what it must not; else `warning`.
    problem
        Where it is, what it is, and what can be done.
    """

    level: Level
    problem: Problem


def error(where: str, what: str, hint: str = "") -> Finding:
    """Make a finding that ends the command with a status other than 0."""
    return Finding("error", Problem(where, what, hint=hint))


def warning(where: str, what: str, hint: str = "") -> Finding:
    """Make a finding that somebody should look at."""
    return Finding("warning", Problem(where, what, hint=hint))


def as_text(found: Mapping[str, Iterable[Finding]]) -> str:
    """Write findings under their headings, errors first, with a last line that counts them.

    Parameters
    ----------
    found
        Findings by heading; a heading without any is said to be in order.
    """
    lines = []
    counts = {"error": 0, "warning": 0}
    for heading, of_heading in found.items():
        ordered = sorted(of_heading, key=lambda finding: finding.level)
        lines.append(f"{heading}: in order" if not ordered else f"{heading}:")
        for finding in ordered:
            counts[finding.level] += 1
            lines.append(f"  {finding.level}: {finding.problem}")
    lines.append(", ".join(counted(number, level) for level, number in counts.items()))
    return "\n".join(lines)
