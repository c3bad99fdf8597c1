"""The table of claims: what is claimed, what was estimated, and what becomes of the claim."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes
from ruralpanel.exhibits.numbers import decimal, probability
from ruralpanel.exhibits.printed_table import Addressed, PrintedTable, printed
from ruralpanel.reasons import read
from ruralpanel.study.addresses import PARTS, read_address
from ruralpanel.study.estimators import described
from ruralpanel.study.exhibits import ScorecardTable
from ruralpanel.words.claims import STATUSES
from ruralpanel.words.names import row_words
from ruralpanel.words.sentences import sentence, sentence_list

KINDS = {
    "usual": ("p", "of each test by itself"),
    "adjusted": ("p, adjusted", "adjusted for testing several effects together"),
    "bootstrap": ("p, wild bootstrap", "from the wild cluster bootstrap"),
    "permutation": ("p, permutation", "from permutations of cohorts"),
}
"""For every kind of p-value that a claim can be tested with: the head of its column, and what it is."""


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
    exhibit = declaration.of(ScorecardTable)
    kinds = _kinds(claims)
    heads = ["Estimate of", "Expected", "Estimate", "Std. error", *(KINDS[kind][0] for kind in kinds), "Finding"]
    rows: list[tuple[str, list[str]]] = []
    for row in claims.fillna({"by": "", "reason": ""}).to_dict("records"):
        by = f" — {row['by']}" if row["by"] else ""
        status = STATUSES[row["test_status"]]
        why = _against(row, declaration) or row["reason"]
        finding = f"{status}: {why}" if why else status
        error = f"({decimal(row['standard_error'], exhibit.decimals)})" if pd.notna(row["standard_error"]) else ""
        p_values = [probability(row["p_value"], sign="") if row["p_value_kind"] == kind else "" for kind in kinds]
        numbers = [decimal(row["estimate"], exhibit.decimals) or "—", error, *p_values]
        traced = [Addressed(number, row["address"]) for number in numbers]
        cells = [_estimated(row, declaration), row["expected"], *traced, finding]
        rows.append((f"{row['text'].rstrip('.')}{by}" if row["test"] == 1 else "", cells))
    return printed(
        declaration,
        [("", head) for head in heads],
        rows,
        _totals(claims, len(heads)),
        _notes(claims, declaration, exhibit),
        stub="Claim",
        numbered=False,
        words=(0, 1, len(heads) - 1),
    )


def _against(row: dict[Any, Any], declaration: ExhibitDeclaration) -> str:
    """Say what makes a test fragile or conflicting: the first line of evidence that does."""
    if row["test_status"] not in ("fragile", "conflicting"):
        return ""
    first = (read(row["evidence"]) or ({"why": None},))[0]
    return sentence(first["why"], declaration.labels)


def _estimated(row: dict[Any, Any], declaration: ExhibitDeclaration) -> str:
    """Say what was estimated and how: ``Income per head (log): Taobao Village; two-way fixed effects``."""
    address = read_address(row["address"])
    parts = dict(zip(PARTS, address.parts, strict=True))
    words = row_words(row, declaration.labels) + "".join(
        f", {name.replace('_', ' ')} {value}" for name, value in address.within.items()
    )
    outcome = declaration.columns[parts["outcome"]].label if parts["outcome"] in declaration.columns else ""
    # What to cite, and what coefficients mean, is said below the tables of these estimates.
    estimator = described(parts["estimator"], declaration.labels).method
    return f"{outcome or parts['outcome']}: {words}; {estimator}".replace(" -", " −")


def _kinds(claims: pd.DataFrame) -> list[str]:
    """List the kinds of p-values that claims are tested with; the usual one has a column even if none is."""
    return [kind for kind in KINDS if kind == "usual" or (claims["p_value_kind"] == kind).any()]


def _totals(claims: pd.DataFrame, columns: int) -> list[tuple[str, list[str]]]:
    """Count the claims by what became of them."""
    statuses = claims.groupby("claim", sort=False)["status"].first()
    counts = statuses.value_counts(sort=False)
    words = [f"{counts[status]} {words}" for status, words in STATUSES.items() if status in counts]
    return [(f"{len(statuses)} claim{'s' if len(statuses) != 1 else ''}", [""] * (columns - 1) + [", ".join(words)])]


def _notes(claims: pd.DataFrame, declaration: ExhibitDeclaration, exhibit: ScorecardTable) -> list[str]:
    notes = [exhibit.notes] if exhibit.notes else []
    notes.append(
        "A claim is robust if all its tests are; else it is the first of contradicted, not identified, undecided, "
        "conflicting and fragile that any of them is. Without a bound, p tells a sign; with one, the interval decides. "
        "Fragile: as claimed, but it could be an artefact. Conflicting: estimators of the effect differ beyond "
        "sampling error."
    )
    kinds = _kinds(claims)
    if len(kinds) > 1:
        words = "; ".join(_kind_words(kind, claims, declaration) for kind in kinds)
        notes.append(f"{words}. The finding goes by the p that stands beside it.")
    return notes + closing_notes(declaration)


def _kind_words(kind: str, claims: pd.DataFrame, declaration: ExhibitDeclaration) -> str:
    """Say what a kind of p-value is, and which tables say how it was made."""
    head, words = KINDS[kind]
    of_kind = claims.loc[claims["p_value_kind"] == kind, "address"]
    tables = {declaration.tables.get(address.split("/")[0], "") for address in of_kind} - {""}
    if kind == "usual" or not tables:
        return f"{head}: {words}"
    numbers = [str(number) for number in sorted(int(table.split(" ")[-1]) for table in tables)]
    return f"{head}: {words}, as the notes of Table{'s' if len(numbers) > 1 else ''} {sentence_list(numbers)} say"
