"""The table of claims: what is claimed, what was estimated, and what becomes of the claim."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, estimator_words, full_title, term_words
from ruralpanel.exhibits.numbers import decimal, probability
from ruralpanel.exhibits.printed_table import Addressed, PrintedTable
from ruralpanel.study.addresses import PARTS, read_address
from ruralpanel.study.exhibits import ScorecardTable

HEADS = ["Estimate of", "Expected", "Estimate", "Std. error", "p", "Finding"]
WORDS = (0, 1, 5)
"""Positions of the columns that hold words."""


def print_table(claims: pd.DataFrame, declaration: ExhibitDeclaration) -> PrintedTable:
    """Lay out the scorecard of claims.

    Parameters
    ----------
    claims
        From :func:`ruralpanel.verification.scorecard.score_claims`.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    PrintedTable
        One line a test; the claim stands beside its first.
    """
    exhibit = declaration.exhibit
    assert isinstance(exhibit, ScorecardTable)
    rows: list[tuple[str, list[str]]] = []
    for row in claims.fillna({"by": "", "reason": ""}).to_dict("records"):
        by = f" ({row['by']})" if row["by"] else ""
        finding = f"{row['test_status']}: {row['reason']}" if row["reason"] else row["test_status"]
        error = f"({decimal(row['standard_error'], exhibit.decimals)})" if pd.notna(row["standard_error"]) else ""
        numbers = [decimal(row["estimate"], exhibit.decimals) or "—", error, probability(row["p_value"], sign="")]
        traced = [Addressed(number, row["address"]) for number in numbers]
        cells = [_estimated(row, declaration), row["expected"], *traced, finding]
        rows.append((f"{row['text'].rstrip('.')}{by}" if row["test"] == 1 else "", cells))
    return PrintedTable(
        full_title(declaration),
        [("", head) for head in HEADS],
        rows,
        _totals(claims),
        _notes(claims, declaration, exhibit),
        stub="Claim",
        numbered=False,
        words=WORDS,
    )


def _estimated(row: dict[Any, Any], declaration: ExhibitDeclaration) -> str:
    """Say what was estimated and how: ``Income per head (log): Taobao Village; two-way fixed effects``."""
    address = read_address(row["address"])
    parts = dict(zip(PARTS, address.parts, strict=True))
    # Averages of an estimator are called by their treatment, a comma and what they are.
    term, *average = parts["term"].split(", ", 1)
    words = ", ".join([term_words(term, declaration.labels), *average])
    words += "".join(f", {name.replace('_', ' ')} {value}" for name, value in address.within.items())
    outcome = declaration.columns[parts["outcome"]].label if parts["outcome"] in declaration.columns else ""
    # What to cite, and what coefficients mean, is said below the tables of these estimates.
    estimator = estimator_words(parts["estimator"])
    return f"{outcome or parts['outcome']}: {words}; {estimator}".replace(" -", " −")


def _totals(claims: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Count the claims by what became of them."""
    statuses = claims.groupby("claim", sort=False)["status"].first()
    counts = statuses.value_counts(sort=False)
    words = [f"{number} {status}" for status, number in counts.items()]
    return [(f"{len(statuses)} claim{'s' if len(statuses) != 1 else ''}", ["", "", "", "", "", ", ".join(words)])]


def _notes(claims: pd.DataFrame, declaration: ExhibitDeclaration, exhibit: ScorecardTable) -> list[str]:
    notes = [exhibit.notes] if exhibit.notes else []
    notes.append(
        "A claim is supported if all its tests are, contradicted if any is, and undecided otherwise. Without a bound, "
        "a sign is told at p < 0.05; with one, the interval decides."
    )
    kinds = [kind for kind in claims["p_value_kind"].unique() if kind != "usual"]
    if kinds:
        tests = claims.loc[claims["p_value_kind"] != "usual", "claim"].nunique()
        notes.append(f"p of {tests} claim{'s' if tests != 1 else ''}: {', '.join(kinds)}.")
    return notes + closing_notes(declaration)
