"""What an item of the diagnosis finds, and the table of all findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from ruralpanel.frames.storage import load_typed, with_types
from ruralpanel.reasons import Reason, ReasonedError, because, read, read_reason, written

Level = Literal["silent", "note", "warning", "not_run"]

COLUMNS: dict[str, tuple[str, str]] = {
    "treatment": ("str", "the designation"),
    "outcome": ("str", "the outcome"),
    "item": ("str", "what was looked for"),
    "level": ("str", "`silent`, `note`, `warning`, or `not_run`"),
    "addresses": ("str", "a list: the addresses of the estimates that it stands at; empty for all of the subject"),
    "numbers": ("str", "by name, what was found"),
    "flaw": ("str", "a code: what could be wrong, or why the item was not run"),
    "flaw_arguments": ("str", "the arguments of that code"),
    "remedy": ("str", "a code: what to do"),
    "remedy_arguments": ("str", "the arguments of that code"),
}
"""Every column of the diagnosis, with its type and what it holds."""

KEY = ["treatment", "outcome", "item"]
"""What identifies a row."""

NOTHING = because("nothing_found")
"""The flaw of an item that is silent."""


class CannotDiagnose(ReasonedError):
    """An item that cannot be looked for in a subject, and the reader is told why."""


@dataclass(frozen=True)
class Finding:
    """What an item finds of a subject.

    Parameters
    ----------
    item
        Its name.
    level
        ``silent``; ``note``, which a reader should know; ``warning``, by which the effect may be an artefact; or
        ``not_run``, with the reason for that in ``flaw``.
    numbers
        What was found, by name; those that are not finite are left out.
    flaw
        What could be wrong, in plain words.
    remedy
        What to do.
    addresses
        The estimates that it stands at; empty for all of the subject.
    """

    item: str
    level: Level
    numbers: Mapping[str, float]
    flaw: Reason
    remedy: Reason | None = None
    addresses: tuple[str, ...] = ()


def silent(item: str, **numbers: float) -> Finding:
    """Say that an item was looked for and not found."""
    return Finding(item, "silent", numbers, NOTHING)


def not_run(item: str, reason: Reason, **numbers: float) -> Finding:
    """Say why an item could not be looked for."""
    return Finding(item, "not_run", numbers, reason)


def findings_frame(found: Sequence[tuple[str, str, Finding]]) -> pd.DataFrame:
    """Lay findings out in the common shape.

    Parameters
    ----------
    found
        For each, the treatment, the outcome and what was found.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS`; codes and numbers only.
    """
    rows = [{"treatment": treatment, "outcome": outcome, **_cells(finding)} for treatment, outcome, finding in found]
    return with_types(pd.DataFrame(rows, columns=list(COLUMNS)), COLUMNS)


def _cells(finding: Finding) -> dict[str, Any]:
    numbers = {name: float(value) for name, value in finding.numbers.items() if isfinite(value)}
    remedy = finding.remedy
    return {
        "item": finding.item,
        "level": finding.level,
        "addresses": written(finding.addresses),
        "numbers": written(numbers),
        "flaw": finding.flaw.code,
        "flaw_arguments": written(finding.flaw.arguments),
        "remedy": remedy.code if remedy else "",
        "remedy_arguments": written(remedy.arguments) if remedy else "",
    }


def without_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out of findings who an effect rests on, which in restricted data is a unit that nobody may name."""
    told = frame.copy()
    told["numbers"] = [
        written({name: number for name, number in (read(cell) or {}).items() if name != "most_treated"})
        for cell in frame["numbers"]
    ]
    for column in ("flaw_arguments", "remedy_arguments"):
        told[column] = [
            written({**arguments, "who": "that is not named"}) if "who" in (arguments := read(cell) or {}) else cell
            for cell in frame[column]
        ]
    return told


def findings_of(frame: pd.DataFrame) -> Iterable[tuple[str, str, Finding]]:
    """Read the table of findings: for each, the treatment, the outcome and what was found."""
    for row in frame.to_dict("records"):
        flaw = read_reason(row["flaw"], row["flaw_arguments"])
        assert flaw is not None
        remedy = read_reason(row["remedy"], row["remedy_arguments"])
        found = Finding(
            row["item"], row["level"], read(row["numbers"]), flaw, remedy, tuple(read(row["addresses"]) or ())
        )
        yield row["treatment"], row["outcome"], found


def load_findings(files: Path | str | Sequence[Path | str]) -> pd.DataFrame:
    """Read tables of findings as the stage saved them; without any, one that is empty."""
    paths = [files] if isinstance(files, (str, Path)) else files
    return load_typed(paths, COLUMNS) if paths else findings_frame([])
