"""A table as printed, and the forms it takes: HTML, LaTeX and CSV."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from ruralpanel.exhibits.caption import SIMULATED

LATEX_PACKAGES = "booktabs, tabularx, threeparttable and makecell"

LONG = 20
"""Characters beyond which a cell of HTML may be broken into lines."""


class Addressed(str):
    """The text of a cell that shows a number with an address (:mod:`ruralpanel.study.addresses`), which HTML keeps."""

    address: str

    def __new__(cls, text: str, address: str) -> Addressed:
        """Make one of a text and the whole address of its estimate."""
        cell = super().__new__(cls, text)
        cell.address = address
        return cell


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed, before it takes the form of HTML, LaTeX or CSV.

    Parameters
    ----------
    title
        With number and standing.
    heads
        For each column the outcome and the words over it; columns are numbered (1), (2), ….
    coefficients, statistics
        Row label and one text a column; a text that is :class:`Addressed` can be traced from the page.
    notes
        Sentences below the table.
    """

    title: str
    heads: list[tuple[str, str]]
    coefficients: list[tuple[str, list[str]]]
    statistics: list[tuple[str, list[str]]]
    notes: list[str]


def as_grid(table: PrintedTable) -> pd.DataFrame:
    """Give the table as printed, for CSV: a column of labels and one a regression; simulated data say so at the top."""
    numbers = [f"({position})" for position in range(1, len(table.heads) + 1)]
    rows = [(SIMULATED, [""] * len(numbers))] if SIMULATED in table.title else []
    rows.append(("", [outcome for outcome, _ in table.heads]))
    if any(head for _, head in table.heads):
        rows.append(("", [head for _, head in table.heads]))
    rows += [*table.coefficients, *table.statistics]
    grid = pd.DataFrame([cells for _, cells in rows], columns=numbers)
    grid.insert(0, "row", [label for label, _ in rows])
    return grid


def as_html(table: PrintedTable) -> str:
    """Give the table as an HTML fragment with a caption, header cells and notes."""
    outcome_heads = "".join(
        f'<th scope="colgroup" colspan="{span}">{escape(text)}</th>' for text, span in _spans(table)
    )
    head_rows = [f"<tr><td></td>{outcome_heads}</tr>"]
    if any(head for _, head in table.heads):
        head_rows.append(
            "<tr><td></td>" + "".join(f'<th scope="col">{escape(head)}</th>' for _, head in table.heads) + "</tr>"
        )
    numbers = "".join(f'<th scope="col">({position})</th>' for position in range(1, len(table.heads) + 1))
    head_rows.append(f'<tr class="numbers"><td></td>{numbers}</tr>')
    bodies = "".join(f"<tbody>{_html_rows(rows)}</tbody>" for rows in (table.coefficients, table.statistics))
    return (
        f'<table class="regression"><caption>{escape(table.title)}</caption>'
        f"<thead>{''.join(head_rows)}</thead>{bodies}</table>\n"
        f'<p class="notes">{escape(" ".join(table.notes))}</p>\n'
    )


def _html_rows(rows: list[tuple[str, list[str]]]) -> str:
    return "".join(
        f'<tr{"" if label else " class=below"}><th scope="row">{escape(label)}</th>'
        + "".join(map(_html_cell, cells))
        + "</tr>"
        for label, cells in rows
    )


def _html_cell(cell: str) -> str:
    words = " class=words" if len(cell) > LONG else ""
    address = f' data-address="{escape(cell.address)}"' if isinstance(cell, Addressed) and cell else ""
    return f"<td{words}{address}>{escape(cell)}</td>"


def _spans(table: PrintedTable) -> list[tuple[str, int]]:
    """Join neighbouring columns with the same outcome under one head."""
    spans: list[tuple[str, int]] = []
    for outcome, _ in table.heads:
        if spans and spans[-1][0] == outcome:
            spans[-1] = (outcome, spans[-1][1] + 1)
        else:
            spans.append((outcome, 1))
    return spans


def as_latex(table: PrintedTable) -> str:
    """Give the table as LaTeX with booktabs rules, through maketables; needs threeparttable, tabularx and makecell."""
    from maketables import MTable

    labels = [f"({position})" for position in range(1, len(table.heads) + 1)]
    levels = [[outcome for outcome, _ in table.heads], labels]
    if any(head for _, head in table.heads):
        levels.insert(1, [head or " " for _, head in table.heads])
    rows = [("coefficients", label, cells) for label, cells in _joined_rows(table.coefficients)]
    rows += [("statistics", label, cells) for label, cells in table.statistics]
    frame = pd.DataFrame(
        [[_latex(cell) for cell in cells] for _, _, cells in rows],
        index=pd.MultiIndex.from_tuples([(group, _latex(label)) for group, label, _ in rows]),
        columns=pd.MultiIndex.from_arrays([[_latex(text) for text in level] for level in levels]),
    )
    # LaTeX numbers tables itself, so the caption goes without our number.
    number, caption = table.title.split(". ", 1)
    made = MTable(frame, notes=_latex(" ".join(table.notes)), caption=_latex(caption), rgroup_display=False).make(
        type="tex"
    )
    marked = f"% {SIMULATED}\n" if SIMULATED in table.title else ""
    return f"{marked}% {number}; needs {LATEX_PACKAGES}\n{made}\n"


def _joined_rows(rows: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """Put each standard error below its coefficient in one cell, as maketables expects."""
    joined: list[tuple[str, list[str]]] = []
    for label, cells in rows:
        if label:
            joined.append((label, cells))
        else:
            above, top = joined.pop()
            joined.append((above, ["\n".join(part for part in pair if part) for pair in zip(top, cells, strict=True)]))
    return joined


def _latex(text: str) -> str:
    """Escape what LaTeX would read as markup."""
    for character, replacement in (
        ("\\", r"\textbackslash "),
        ("&", r"\&"),
        ("%", r"\%"),
        ("$", r"\$"),
        ("#", r"\#"),
        ("_", r"\_"),
        ("{", r"\{"),
        ("}", r"\}"),
        ("~", r"\textasciitilde "),
        ("^", r"\textasciicircum "),
        ("−", "$-$"),
        ("×", r"$\times$"),
        ("²", "$^2$"),
        ("₈₀", "$_{80}$"),
        ("<", "$<$"),
        (">", "$>$"),
        ("–", "--"),
        ("—", "---"),
    ):
        text = text.replace(character, replacement)
    return text
