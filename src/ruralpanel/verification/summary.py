"""The closing words of a run: where to look, and the verdict in a sentence."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

from ruralpanel.errors import counted
from ruralpanel.words.crosscheck import crosscheck_words

SYNTHETIC_TWIN = "synthetic twin"
"""The status of every cell when a run read a synthetic twin of a restricted file."""

STATUSES = ("match", "rounding", "differ", "sign flip", "significance flip", "missing", SYNTHETIC_TWIN)
"""Every status a cell can have; the first two mean that it reproduces."""

REPRODUCES = STATUSES[:2]

HOW = {"match": "exactly", "rounding": "within rounding"}
"""How numbers reproduce, in a sentence."""

DIFFERS = STATUSES[2:5]
"""The statuses of a number that the run has, and has otherwise."""

FLIPS = {"sign flip": "another sign", "significance flip": "a p-value on the other side of 5 per cent"}
"""What is said of numbers that differ in what a reader takes from them."""

NOT_PUBLISHED = "not published"
"""The status of a figure that the run draws and nobody published: neither good nor bad."""


FILES_NAMED = 8
"""How many files of code that have changed are named in a sentence."""

LISTED = 10
"""How many raw files that have changed are listed on a terminal."""


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
        ("Online appendix", results / "appendix.pdf"),
        ("LaTeX project", results / "latex" / "main.tex"),
        ("Tables and figures", results / "exhibits"),
        ("Estimates", results / "estimates"),
        ("Verdict, cell by cell", results / "verdict.html"),
    ):
        if path.exists():
            lines.append(f"{name + ':':<23} {path.as_posix()}")
    if (results / "verdict.csv").is_file():
        lines.append(verdict_line(results))
        lines += _facts(results).get("registered", [])
        lines += crosscheck_words(_facts(results).get("crosschecked", []))
        lines += changed_lines(results)
    return "\n".join(lines)


def verdict_line(results: Path) -> str:
    """Give the verdict of a run in a sentence.

    Parameters
    ----------
    results
        The study's folder under ``results/``.
    """
    standing = _facts(results)["data_standing"]
    cells, figures = (_statuses(results / name) for name in ("verdict.csv", "verdict.figures.csv"))
    return verdict_sentence(cells, standing, figures)


def changed_lines(results: Path) -> list[str]:
    """Say which raw files are not those of the published numbers, and which code.

    Parameters
    ----------
    results
        The study's folder under ``results/``.

    Returns
    -------
    list of str
        At most :data:`LISTED`, and then how many more there are; the verdict's page has all.
    """
    facts = _facts(results)
    sentences = [str(each["words"]) for each in facts.get("changed_inputs", [])]
    code = facts.get("changed_code", [])
    of_code = [code_sentence(code)] if code else []
    more = len(sentences) - LISTED
    if more > 0:
        more_words = f"And {counted(more, 'more such file')}: {(results / 'verdict.html').as_posix()}"
        return [*sentences[:LISTED], more_words, *of_code]
    return [*sentences, *of_code]


def code_sentence(changed: list[str]) -> str:
    """Name the files that have changed: ``Code changed since publication: `inference/covariance.py`.``"""
    named = ", ".join(f"`{name}`" for name in changed[:FILES_NAMED])
    more = len(changed) - FILES_NAMED
    others = f", and {counted(more, 'more file')}" if more > 0 else ""
    return f"Code changed since publication: {named}{others}."


def _facts(results: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((results / "verdict.json").read_text(encoding="utf-8"))
    return facts


def _statuses(path: Path) -> Counter[str]:
    """Count the rows of a verdict by status; none where there is no file."""
    if not path.is_file():
        return Counter()
    with path.open(encoding="utf-8", newline="") as stream:
        return Counter(row["status"] for row in csv.DictReader(stream))


def verdict_sentence(counts: Counter[str], standing: str, figures: Counter[str] | None = None) -> str:
    """Put a verdict into a sentence.

    Parameters
    ----------
    counts
        Cells by status.
    standing
        The standing of the study's data; simulated data never count as evidence.
    figures
        The data and the pictures of figures by status.
    """
    drawn = figures or Counter()
    kinds = [(counts, "published cells"), (drawn, "data and pictures of published figures")]
    totals = [sum(kind[status] for status in STATUSES) for kind, _ in kinds]
    good = [sum(kind[status] for status in REPRODUCES) for kind, _ in kinds]
    if not any(totals):
        return "Verdict: nothing is published for this study yet, so there is nothing to compare with."
    if counts[SYNTHETIC_TWIN]:
        return (
            f"Verdict: SYNTHETIC TWIN, NO MATCH. {sum(counts.values()):,} published cells are not compared: the run "
            "read synthetic twins of files that may not be passed on. With the real files in their place it can be a "
            "match."
        )
    word = verdict_word(counts, drawn)
    whole = [fine == total for fine, total in zip(good, totals, strict=True)]
    # What does not reproduce comes first: a reader of NO MATCH looks for it.
    order = sorted(range(len(kinds)), key=lambda each: whole[each])
    parts = [_reproduced(*kinds[each]) for each in order if totals[each]]
    if drawn[NOT_PUBLISHED]:
        more = drawn[NOT_PUBLISHED]
        parts.append(f"{more:,} of the run's figures {'was' if more == 1 else 'were'} not published")
    note = (
        " The data are simulated: this checks the program and is no evidence for any claim."
        if standing == "simulated"
        else ""
    )
    said = "; ".join(parts)
    return f"Verdict: {word}. {said[0].upper()}{said[1:]}.{note}"


def verdict_word(counts: Counter[str], figures: Counter[str]) -> str:
    """Give the verdict in a word or two, such as ``NO MATCH``; nothing where nothing is compared.

    Parameters
    ----------
    counts, figures
        Cells, and data and pictures of figures, by status.
    """
    both = counts + figures
    if not any(both[status] for status in STATUSES):
        return ""
    if counts[SYNTHETIC_TWIN]:
        return "SYNTHETIC TWIN, NO MATCH"
    return "NO MATCH" if any(both[status] for status in STATUSES if status not in REPRODUCES) else "MATCH"


def _reproduced(counts: Counter[str], what: str) -> str:
    """Say how many of something published reproduce, how many differ and how many are missing."""
    total, good = (sum(counts[status] for status in statuses) for statuses in (STATUSES, REPRODUCES))
    ways = f" ({', '.join(f'{counts[each]:,} {words}' for each, words in HOW.items() if counts[each])})" if good else ""
    if good == total:
        return f"all {total:,} {what} reproduce{ways}"
    parts = [f"{f'{good:,}' if good else 'none'} reproduce{'' if good > 1 else 's'}{ways}"]
    differ, missing = sum(counts[status] for status in DIFFERS), counts["missing"]
    flips = ", ".join(f"{counts[status]:,} with {words}" for status, words in FLIPS.items() if counts[status])
    if differ:
        parts.append(f"{differ:,} {'differs' if differ == 1 else 'differ'}" + (f" ({flips})" if flips else ""))
    if missing:
        parts.append(f"{missing:,} {'is' if missing == 1 else 'are'} missing")
    return f"of {total:,} {what}, {', '.join(parts[:-1])} and {parts[-1]}"
