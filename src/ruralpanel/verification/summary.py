"""The closing words of a run: where to look, and the verdict in a sentence."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

SYNTHETIC_TWIN = "synthetic twin"
"""The status of every cell when a run read a synthetic twin of a restricted file."""

STATUSES = ("match", "rounding", "differ", "sign flip", "significance flip", "missing", SYNTHETIC_TWIN)
"""Every status a cell can have; the first two mean that it reproduces."""

REPRODUCES = STATUSES[:2]


def summary_of(results: Path) -> str:
    """Say where the results of a study are and what the verdict is.

    Parameters
    ----------
    results
        The study's folder under ``results/``.

    Returns
    -------
    str
        A few lines; a part that was not made is left out.
    """
    lines = []
    for name, path in (
        ("Page", results / "report" / "index.html"),
        ("Tables and figures", results / "exhibits"),
        ("Estimates", results / "estimates"),
        ("Verdict, cell by cell", results / "verdict.html"),
    ):
        if path.exists():
            lines.append(f"{name + ':':<23} {path.as_posix()}")
    if (results / "verdict.csv").is_file():
        lines.append(verdict_line(results))
    return "\n".join(lines)


def verdict_line(results: Path) -> str:
    """Give the verdict of a run in a sentence.

    Parameters
    ----------
    results
        The study's folder under ``results/``.
    """
    with (results / "verdict.csv").open(encoding="utf-8", newline="") as stream:
        cells = list(csv.DictReader(stream))
    standing = json.loads((results / "verdict.json").read_text(encoding="utf-8"))["data_standing"]
    return verdict_sentence(Counter(cell["status"] for cell in cells), standing)


def verdict_sentence(counts: Counter[str], standing: str) -> str:
    """Put a verdict into a sentence.

    Parameters
    ----------
    counts
        Cells by status.
    standing
        The standing of the study's data; simulated data never count as evidence.
    """
    total = sum(counts.values())
    if total == 0:
        return "Verdict: nothing is published for this study yet, so there is nothing to compare with."
    if counts[SYNTHETIC_TWIN]:
        return (
            f"Verdict: SYNTHETIC TWIN, NO MATCH. {total} published cells are not compared: the run read synthetic "
            "twins of files that may not be passed on. With the real files in their place it can be a match."
        )
    parts = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    good = sum(counts[status] for status in REPRODUCES)
    word = "MATCH" if good == total else "NO MATCH"
    note = (
        " The data are simulated: this checks the program and is no evidence for any claim."
        if standing == "simulated"
        else ""
    )
    return f"Verdict: {word}. {good} of {total} published cells reproduce ({parts}).{note}"
