"""Numbers and statuses of claims that pages print, each followed by a comment that says which it is.

``0.082 <!-- county_lights: baseline/counties_national -->`` is the estimate at that address,
``0.023 <!-- county_lights: baseline/counties_national#standard_error -->`` another number of its row, ``8.5
<!-- county_lights: baseline/counties_national | percent_change -->`` is printed as in papers, and
``undecided <!-- county_lights: claim brighter -->`` is what became of a claim. On a page comments are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ruralpanel.estimation.address import find_estimate
from ruralpanel.exhibits.numbers import MINUS, decimal
from ruralpanel.report.paper.references import number_words
from ruralpanel.study.addresses import read_address
from tests.conftest import ROOT, shipped_study
from tests.docs.pages import documents

MARK = re.compile(r"(?P<printed>[\w−.,]+(?: identified)?)\**\s*<!-- (?P<study>[\w/]+): (?P<what>[^>]*?) -->")
COMMENT = re.compile(r"<!-- (?P<study>[\w/]+): [^>]*? -->")
CLAIM = "claim "


class Mark(NamedTuple):
    """What a page prints, of which study, and where it is from."""

    page: str
    printed: str
    what: str


def marks(study: str) -> list[Mark]:
    """List what pages print of a study."""
    return [mark for path in documents() for name, mark in marks_in(path) if name == study]


def marks_in(path: Path) -> Iterator[tuple[str, Mark]]:
    """Give the marks of a page, each with its study."""
    for found in MARK.finditer(path.read_text(encoding="utf-8")):
        yield found["study"], Mark(path.relative_to(ROOT).as_posix(), found["printed"], found["what"])


def decimals_of(printed: str) -> int:
    """Count the decimals of a printed number."""
    return len(printed.rpartition(".")[2]) if "." in printed else 0


def wrong_numbers(study: str, results: Path) -> list[str]:
    """Name the numbers on pages that are not those of a run."""
    estimates = pd.concat([pd.read_csv(path) for path in _estimates(results)], ignore_index=True)
    outcomes = shipped_study(study).outcomes
    wrong = []
    for page, printed, what in marks(study):
        if what.startswith(CLAIM):
            continue
        text, _, asked = (part.strip() for part in what.partition("|"))
        address = read_address(text)
        row = find_estimate(estimates, address)
        formats = tuple(part.strip() for part in asked.split(",")) if asked else ()
        transformation = outcomes[row["outcome"]].transformation
        found = number_words(row, address.statistic, formats, decimals_of(printed), transformation)[0]
        if printed not in (found, found.removeprefix(MINUS) if "unsigned" in formats else found):
            wrong.append(f"{page} prints {printed} for {what}, the run has {found}")
    return wrong


def wrong_statuses(study: str, results: Path) -> list[str]:
    """Name the statuses of claims on pages that are not those of a run."""
    statuses = pd.read_csv(results / "claims.csv").drop_duplicates("claim").set_index("claim")["status"]
    return [
        f"{page} calls {what} {printed}, the run {statuses[what.removeprefix(CLAIM)]}"
        for page, printed, what in marks(study)
        if what.startswith(CLAIM) and statuses[what.removeprefix(CLAIM)].replace("_", " ") != printed
    ]


def published_wrong(study: str) -> list[str]:
    """Name the numbers on pages that are not the published ones of a study."""
    published = pd.read_csv(ROOT / f"results/published/{study}.csv", dtype={"term": str})
    wrong = []
    for page, printed, what in marks(study):
        if what.startswith(CLAIM) or "|" in what:
            continue
        address = read_address(what)
        overall = published[["event_time", "cohort", "period"]].isna().all(axis=1)
        of_block = (published["block"] == address.block) & (published["statistic"] == address.statistic)
        rows = published[overall & of_block]
        for part in address.parts:
            rows = rows[(rows[["specification", "outcome", "estimator", "term"]] == part).any(axis=1)]
        values = {decimal(value, decimals_of(printed)) for value in rows["value"]}
        if values != {printed}:
            wrong.append(f"{page} prints {printed} for {what}, published is {' or '.join(sorted(values)) or 'nothing'}")
    return wrong


def _estimates(results: Path) -> list[Path]:
    """List the files of estimates of a run, without what lies beside them."""
    return [path for path in sorted((results / "estimates").glob("*.csv")) if path.name.count(".") == 1]
