"""The table of claims: what is claimed, what was estimated, and what becomes of the claim."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import pandas as pd

from ruralpanel.errors import counted
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
        One line a test, below the claim, which stands over all columns.
    """
    exhibit = declaration.of(ScorecardTable)
    kinds = _kinds(claims)
    heads = ["Expected", "Estimate", "Std. error", *(KINDS[kind][0] for kind in kinds), "Finding"]
    rows: list[tuple[str, list[str]]] = []
    headings: list[int] = []
    reasons: list[str] = []
    for row in claims.fillna({"by": "", "reason": ""}).to_dict("records"):
        if row["test"] == 1:
            headings.append(len(rows))
            by = f" — {row['by']}" if row["by"] else ""
            rows.append((f"{row['text'].rstrip('.')}{by}", [""] * len(heads)))
        finding = STATUSES[row["test_status"]]
        why = _why(row, declaration)
        if why:
            reasons += [why] if why not in reasons else []
            finding += f" ({_letters(reasons.index(why))})"
        error = f"({decimal(row['standard_error'], exhibit.decimals)})" if pd.notna(row["standard_error"]) else ""
        p_values = [probability(row["p_value"], sign="") if row["p_value_kind"] == kind else "" for kind in kinds]
        numbers = [decimal(row["estimate"], exhibit.decimals) or "—", error, *p_values]
        traced = [Addressed(number, row["address"]) for number in numbers]
        rows.append((_estimated(row, declaration), [row["expected"], *traced, finding]))
    return printed(
        declaration,
        [("", head) for head in heads],
        rows,
        [],
        _notes(claims, declaration, exhibit, reasons),
        stub="Claim and tests",
        numbered=False,
        words=(0, len(heads) - 1),
        headings=tuple(headings),
    )


def _why(row: dict[Any, Any], declaration: ExhibitDeclaration) -> str:
    """Say what the numbers beside a finding do not show: what makes a test fragile or conflicting, or why it has none.

    Of a fragile or conflicting one, that is the first line of evidence against it.
    """
    if row["test_status"] in ("fragile", "conflicting"):
        first = (read(row["evidence"]) or ({"why": None},))[0]
        return sentence(first["why"], declaration.labels)
    return str(row["reason"]) if row["test_status"] == "not_identified" else ""


def _letters(number: int) -> str:
    """Count in letters: ``a`` to ``z``, then ``aa``."""
    before, last = divmod(number, len(ascii_lowercase))
    return (_letters(before - 1) if before else "") + ascii_lowercase[last]


def _estimated(row: dict[Any, Any], declaration: ExhibitDeclaration) -> str:
    """Say what was estimated and how: ``Income per head (log): Taobao Village, two-way fixed effects``."""
    address = read_address(row["address"])
    parts = dict(zip(PARTS, address.parts, strict=True))
    words = row_words(row, declaration.labels) + "".join(
        f", {name.replace('_', ' ')} {value}" for name, value in address.within.items()
    )
    outcome = declaration.columns[parts["outcome"]].label if parts["outcome"] in declaration.columns else ""
    # What to cite, and what coefficients mean, is said below the tables of these estimates.
    estimator = described(parts["estimator"], declaration.labels).short
    return f"{outcome or parts['outcome']}: {words}, {estimator}".replace(" -", " −")


def _kinds(claims: pd.DataFrame) -> list[str]:
    """List the kinds of p-values that claims are tested with; the usual one has a column even if none is."""
    return [kind for kind in KINDS if kind == "usual" or (claims["p_value_kind"] == kind).any()]


def _totals(claims: pd.DataFrame) -> str:
    """Count the claims by what became of them: ``Of 3 claims, 2 are robust and 1 is undecided.``"""
    statuses = claims.groupby("claim", sort=False)["status"].first()
    counts = statuses.value_counts(sort=False)
    words = [
        f"{counts[status]} {'is' if counts[status] == 1 else 'are'} {words}"
        for status, words in STATUSES.items()
        if status in counts
    ]
    return f"Of {counted(len(statuses), 'claim')}, {sentence_list(words)}."


def _notes(
    claims: pd.DataFrame, declaration: ExhibitDeclaration, exhibit: ScorecardTable, reasons: list[str]
) -> list[str]:
    notes = [exhibit.notes] if exhibit.notes else []
    notes.append(_totals(claims))
    notes.append(
        "A claim is robust if all its tests are; otherwise it takes the first of these findings that any of its tests "
        "has: contradicted, not identified, undecided, conflicting, fragile. A sign is judged by the p-value, a bound "
        "by the interval. Undecided: neither the claim nor its opposite can be rejected. Fragile: as claimed, but "
        "possibly an artefact. Conflicting: estimators of the same effect differ by more than sampling error."
    )
    notes += [f"({_letters(number)}) {why[0].upper()}{why[1:]}." for number, why in enumerate(reasons)]
    kinds = _kinds(claims)
    if len(kinds) > 1:
        words = "; ".join(_kind_words(kind, claims, declaration) for kind in kinds)
        notes.append(f"{words}. Each finding rests on the p-value in its row.")
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
