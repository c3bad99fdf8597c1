"""The closing words of a run: where to look, and the verdict in a sentence."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

STATUSES = ("match", "rounding", "differ", "sign flip", "significance flip", "missing")
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
        ("Paper", results / "paper.pdf"),
        ("Tables and figures", results / "exhibits"),
        ("Estimates", results / "estimates"),
        ("Verdict, cell by cell", results / "verdict.html"),
    ):
        if path.exists():
            lines.append(f"{name + ':':<23} {path.as_posix()}")
    verdict = results / "verdict.csv"
    if verdict.is_file():
        with verdict.open(encoding="utf-8", newline="") as stream:
            cells = list(csv.DictReader(stream))
        standing = json.loads((results / "verdict.json").read_text(encoding="utf-8"))["data_standing"]
        lines.append(verdict_sentence(Counter(cell["status"] for cell in cells), standing))
    return "\n".join(lines)


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
    parts = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    good = sum(counts[status] for status in REPRODUCES)
    word = "MATCH" if good == total else "NO MATCH"
    note = (
        " The data are simulated: this checks the program and is no evidence for any claim."
        if standing == "simulated"
        else ""
    )
    return f"Verdict: {word}. {good} of {total} published cells reproduce ({parts}).{note}"
