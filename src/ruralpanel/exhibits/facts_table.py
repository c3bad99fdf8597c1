"""The table of facts: the rows of one source, as somebody typed them from print."""

from __future__ import annotations

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import decimal
from ruralpanel.exhibits.printed_table import PrintedTable, printed
from ruralpanel.study.exhibits import FactsTable


def print_table(table: pd.DataFrame, declaration: ExhibitDeclaration) -> PrintedTable:
    """Lay out a table of facts.

    Parameters
    ----------
    table
        The table of the source, in the order of its rows.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    PrintedTable
        One line a row of the source; what is missing is blank.
    """
    exhibit = declaration.of(FactsTable)
    first, *others = exhibit.columns
    heads = [(words.label, words.unit or "") for words in map(declaration.columns.__getitem__, others)]
    cells = [_cells(table[name], exhibit.decimals, name in exhibit.whole) for name in exhibit.columns]
    labels, columns = cells[0], cells[1:]
    return printed(
        declaration,
        [("", f"{label} ({unit})" if unit else label) for label, unit in heads],
        [(label, [column[row] for column in columns]) for row, label in enumerate(labels)],
        [],
        opening_notes(declaration) + closing_notes(declaration),
        stub=declaration.columns[first].label,
        numbered=False,
        words=tuple(at for at, name in enumerate(others) if not pd.api.types.is_numeric_dtype(table[name])),
    )


def _cells(column: pd.Series, decimals: int, is_name: bool) -> list[str]:
    """Write the values of a column: text as it is, numbers with a true minus sign and separators of thousands."""
    if not pd.api.types.is_numeric_dtype(column):
        return [str(value) for value in column.fillna("")]
    known = column.dropna()
    are_whole = bool((known == known.round()).all())
    written = [decimal(value, 0 if are_whole else decimals) for value in column.astype("float64")]
    return [text.replace(",", "") for text in written] if is_name else written
