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
    lines = [_line(row, exhibit.decimals) for row in rows.to_dict("records")]
    return printed(
        declaration,
        [("", head) for head in HEADS],
        lines,
        [],
        opening_notes(declaration) + beside_notes(rows) + closing_notes(declaration),
        stub="Who, and of what",
        numbered=False,
        words=(2, 3, 4, 6),
    )


def _line(row: dict[Any, Any], decimals: int) -> tuple[str, list[str]]:
    numbers = list(number_words(row, decimals))
    traced = [Addressed(text, row["address"]) for text in numbers] if row["own"] else numbers
    how = f"{row['printed_in']} [{row['status']}]" if row["status"] else str(row["printed_in"])
    return outcome_words(row), [*traced, row["scale"], row["treatment"], row["unit"], count(row["observations"]), how]
