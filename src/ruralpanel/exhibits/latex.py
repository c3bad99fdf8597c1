"""A printed table as LaTeX, for authors who typeset their paper with it."""

from __future__ import annotations

import re

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.exhibits.layout import (
    GAP,
    LETTER,
    PrintedRow,
    TablePart,
    both_sides,
    broken,
    is_longer_than_a_page,
    parts_of,
)
from ruralpanel.exhibits.printed_table import PrintedTable, aligned_parts, head_rows, head_spans

LATEX_PACKAGES = ("booktabs", "dcolumn")
"""What the preamble has to load; `longtable` too for a table that is longer than a page."""

_GREEK = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)

_LETTERS = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": "$-$",
    "×": r"$\times$",
    "²": "$^2$",
    "₈₀": "$_{80}$",
    "<": "$<$",
    ">": "$>$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "–": "--",
    "—": "---",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "±": r"$\pm$",
    "∞": r"$\infty$",
    "∅": r"$\emptyset$",
    "→": r"$\rightarrow$",
    "\u00a0": "~",
    "\u200b": "",
} | {letter: f"$\\{name}$" for letter, name in zip(_GREEK, _GREEK_NAMES.split(), strict=True)}
_MARKUP = re.compile("(?P<barred>[A-Za-z])\u0304|" + "|".join(map(re.escape, _LETTERS)))


def as_latex(table: PrintedTable, label: str = "") -> str:
    """Give the table as LaTeX with booktabs rules and numbers aligned on their decimal points.

    A table that is wider than a line (:data:`ruralpanel.exhibits.layout.LINE`) is split into parts below one another,
    and one that is longer than a page goes over several.

    Parameters
    ----------
    table
        The table.
    label
        By which a text refers to it; none is written where it is empty.

    Returns
    -------
    str
        Lines to be read with ``\\input``; the first ones are comments that say which packages they need.
    """
    parts = parts_of(table)
    is_long = is_longer_than_a_page(parts)
    packages = [*LATEX_PACKAGES, *(["longtable"] if is_long else [])]
    # LaTeX numbers tables itself, so the caption goes without our number.
    lines = [f"% {SIMULATED}"] if SIMULATED in table.title else []
    lines.append(f"% {table.number}; needs {', '.join(packages[:-1])} and {packages[-1]}; made for lines of 16 cm")
    notes = latex_text(" ".join(table.notes))
    title = rf"\caption{{{latex_text(table.caption)}}}" + (rf"\label{{{label}}}" if label else "")
    if is_long:
        lines += [r"\begingroup", r"\small", r"\setlength{\tabcolsep}{3pt}"]
        for position, part in enumerate(parts):
            lines += _long_part(part, title if position == 0 else None)
        lines += [r"\noindent{\footnotesize", notes, r"\par}", r"\endgroup"]
    else:
        lines += [r"\begin{table}[htbp]", r"\centering", title, r"\small", r"\setlength{\tabcolsep}{3pt}"]
        for position, part in enumerate(parts):
            lines += [r"\par\medskip"] if position else []
            lines += _part(part)
        lines += [r"\par\smallskip", r"\begin{minipage}{\linewidth}\footnotesize", notes, r"\end{minipage}"]
        lines += [r"\end{table}"]
    return "\n".join(lines) + "\n"


def latex_text(text: str) -> str:
    """Escape what LaTeX would read as markup, and write signs that not every font has as mathematics."""
    return _MARKUP.sub(lambda found: rf"$\bar{{{found['barred']}}}$" if found["barred"] else _LETTERS[found[0]], text)


def _part(part: TablePart) -> list[str]:
    heads, rows = _head_lines(part), _row_lines(part)
    opening = rf"\begin{{tabular}}{{{_column_types(part)}}}"
    return [opening, r"\toprule", *heads, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"]


def _long_part(part: TablePart, title: str | None) -> list[str]:
    heads, rows = _head_lines(part), _row_lines(part)
    lines = [rf"\begin{{longtable}}{{{_column_types(part)}}}"]
    # Without a caption, a part would count as another table all the same.
    lines = [*lines, rf"{title} \\"] if title else [r"\addtocounter{table}{-1}", *lines]
    lines += [r"\toprule", *heads, r"\midrule", r"\endfirsthead", r"\toprule", *heads, r"\midrule", r"\endhead"]
    return [*lines, r"\bottomrule", r"\endfoot", *rows, r"\end{longtable}"]


def _column_types(part: TablePart) -> str:
    """Write what each column is: words of a given width, or numbers with so many digits on both sides of the point."""
    types = [_words_type(part.labels)]
    for column, width in enumerate(part.widths):
        if column in part.table.words:
            types.append(_words_type(width))
        else:
            lead, trail = both_sides(part.table, column)
            types.append(rf"D{{.}}{{.}}{{{max(lead, 1)}.{max(trail - 1, 1)}}}" if lead else "c")
    return f"@{{}}{''.join(types)}@{{}}"


def _words_type(width: float) -> str:
    return rf">{{\raggedright\arraybackslash\hangindent=0.8em}}p{{{width - GAP:.0f}pt}}"


def _head_lines(part: TablePart) -> list[str]:
    table, rows = part.table, head_rows(part.table)
    lines = []
    for position, row in enumerate(rows):
        cells, rules, column = [], [], 2
        last = position == len(rows) - 1 and not table.numbered
        for text, span in head_spans(row):
            group = range(column - 2, column - 2 + span)
            if last and column - 2 in table.words and span == 1:
                cells.append(latex_text(text))
            else:
                width = int((sum(part.widths[each] for each in group) - GAP) / LETTER)
                cells.append(rf"\multicolumn{{{span}}}{{c}}{{{_stacked(text, width, 'b')}}}")
            if text and span > 1:
                rules.append(rf"\cmidrule(lr){{{column}-{column + span - 1}}}")
            column += span
        lines.append(" & ".join([latex_text(table.stub) if last else "", *cells]) + r" \\")
        lines += [" ".join(rules)] if rules else []
    if table.numbered:
        numbers = [rf"\multicolumn{{1}}{{c}}{{{number}}}" for number in part.numbers]
        lines.append(" & ".join([latex_text(table.stub), *numbers]) + r" \\")
    return lines


def _row_lines(part: TablePart) -> list[str]:
    lines = []
    for position, row in enumerate(part.rows):
        lines += [r"\addlinespace[3pt]"] if row.opens else []
        lines += [r"\midrule"] if row.is_statistic and position == len(part.table.coefficients) > 0 else []
        lines.append(_row(part, row))
    return lines


def _row(part: TablePart, row: PrintedRow) -> str:
    if row.is_heading:
        over_all = rf"@{{}}>{{\raggedright\arraybackslash}}p{{{part.width - GAP:.0f}pt}}@{{}}"
        return rf"\multicolumn{{{len(part.widths) + 1}}}{{{over_all}}}{{\emph{{{latex_text(row.label)}}}}} \\*"
    written = [(r"\hspace*{0.8em}" if row.is_indented else "") + latex_text(row.label)]
    for column, (cell, width) in enumerate(zip(row.cells, part.widths, strict=True)):
        if not cell or column in part.table.words:
            written.append(latex_text(cell))
        elif aligned_parts(cell, row.is_statistic):
            written.append(_in_mathematics(cell))
        else:
            written.append(rf"\multicolumn{{1}}{{c}}{{{_stacked(cell, int((width - GAP) / LETTER), 't')}}}")
    return " & ".join(written) + (r" \\*" if row.stays else r" \\")


def _in_mathematics(number: str) -> str:
    """Write a number for a column that is set as mathematics."""
    plain = number.replace("−", "-").replace(",", "{,}").replace("< ", r"<\,")
    return re.sub(r"\*+$", lambda stars: f"^{{{stars[0]}}}", plain)


def _stacked(text: str, characters: int, place: str) -> str:
    lines = [latex_text(line) for line in broken(text, characters)]
    if len(lines) == 1:
        return lines[0]
    return rf"\begin{{tabular}}[{place}]{{@{{}}c@{{}}}}" + r" \\ ".join(lines) + r"\end{tabular}"
