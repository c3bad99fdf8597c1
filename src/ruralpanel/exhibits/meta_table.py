"""The table of printed estimates and the study's own."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.printed_estimates import beside_notes, number_words, outcome_words, rows_beside
from ruralpanel.exhibits.printed_table import Addressed, PrintedTable, printed
from ruralpanel.study.beside_published import MetaTable

HEADS = ("Estimate", "Std. error", "Scale", "Treatment", "Observed", "N", "Printed in, or estimated by")
WORDS = ("Scale", "Treatment", "Observed", "Printed in, or estimated by")
"""Columns of words."""
TRUE_HEAD, TRUE_COLUMN = "True effect", 2
"""What stands over true effects, and where, in tables of simulated data that know one."""


def print_table(
    table: pd.DataFrame, estimates: pd.DataFrame, claims: pd.DataFrame, declaration: ExhibitDeclaration
) -> PrintedTable:
    """Lay out printed estimates and the study's own, one line each.

    Parameters
    ----------
    table
        The list of printed estimates.
    estimates, claims
        Tidy estimates of the study, and its scorecard.
    declaration
        What the study says about the exhibit.
    """
    exhibit = declaration.of(MetaTable)
    rows = rows_beside(table, estimates, claims, declaration)
    known = "true_effect" in rows
    lines = [_line(row, exhibit.decimals, known) for row in rows.to_dict("records")]
    heads = [*HEADS[:TRUE_COLUMN], *([TRUE_HEAD] if known else []), *HEADS[TRUE_COLUMN:]]
    notes = [f"{TRUE_HEAD}: known because the data are simulated."] if known else []
    return printed(
        declaration,
        [("", head) for head in heads],
        lines,
        [],
        [*opening_notes(declaration), *beside_notes(rows), *notes, *closing_notes(declaration)],
        stub="Who, and of what",
        numbered=False,
        words=tuple(heads.index(head) for head in WORDS),
    )


def _line(row: dict[Any, Any], decimals: int, known: bool) -> tuple[str, list[str]]:
    numbers = list(number_words(row, decimals))
    traced = [Addressed(text, row["address"]) for text in numbers] if row["own"] else numbers
    how = f"{row['printed_in']} [{row['status']}]" if row["status"] else str(row["printed_in"])
    true = [number_words(row | {"estimate": row["true_effect"]}, decimals)[0] if row["own"] else ""] if known else []
    words = [row["scale"], row["treatment"], row["unit"], count(row["observations"]), how]
    return outcome_words(row), [*traced, *true, *words]
