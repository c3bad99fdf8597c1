"""Results side by side as a journal prints them: coefficients, standard errors below, and what was held fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ruralpanel.errors import Problem, nearest
from ruralpanel.exhibits.latex import latex_text
from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.face.errors import FrameError
from ruralpanel.face.plots import label_of, legend_names, wanted_of
from ruralpanel.face.texts import decimals_for, place_words
from ruralpanel.study.estimators import ESTIMATORS

if TYPE_CHECKING:
    from ruralpanel.face.result import Result

DOOR = "rp.etable"

FORMATS = ("text", "html", "latex", "markdown")

STARS = ((0.01, "***"), (0.05, "**"), (0.1, "*"))
"""Below which p-value a coefficient has how many stars."""

MARKS = r"\`*_[]#!|<>~$&"
"""Characters that mean something in Markdown."""


class Table(str):
    """A table as text that a notebook shows as such."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        return str(self) if self.startswith("<table") else None

    def _repr_markdown_(self) -> str | None:
        return str(self) if self.startswith("|") else None


@dataclass(frozen=True)
class Grid:
    """What a table holds, before it is written in any format.

    Parameters
    ----------
    heads
        Lines of heads, one cell a column each.
    numbers
        Lines of coefficients and standard errors: what the line is, and one cell a column.
    facts
        Lines below them.
    notes
        What stands under the table.
    """

    heads: list[list[str]]
    numbers: list[tuple[str, list[str]]]
    facts: list[tuple[str, list[str]]]
    notes: str


def etable(
    *results: Result,
    format: Literal["text", "html", "latex", "markdown"] = "text",
    names: Sequence[str] | None = None,
    terms: str | Sequence[str] | None = None,
    decimals: int | None = None,
    stars: bool = True,
) -> Table:
    """Put results side by side in the manner of a journal.

    Effects overall and controls; of an estimator that has effects by event time only, these. Everything that comes from
    the frame, such as names of columns, is escaped as the format needs it.

    Parameters
    ----------
    *results
        From functions of estimators.
    format
        ``text``, ``html``, ``latex`` (needs the package booktabs) or ``markdown``.
    names
        What each column is called; left out, its estimator.
    terms
        The terms to show, in this order; left out, all.
    decimals
        Of coefficients and standard errors; left out, so many that the usual standard error has three digits.
    stars
        Whether coefficients have stars for p-values below 0.1, 0.05 and 0.01.

    Returns
    -------
    str
        The table.

    Raises
    ------
    FrameError
        If there is nothing to show, or no such format.

    Examples
    --------
    >>> import causaldata
    >>> import ruralpanel as rp
    >>> states = causaldata.castle.load_pandas().data
    >>> first = rp.feols(states, "l_homicide ~ post | sid + year", cluster="sid")
    >>> second = rp.feols(states, "l_homicide ~ post + poverty | sid + year", cluster="sid")
    >>> print(rp.etable(first, second, names=["Without", "With poverty"]))
                            (1)          (2)
                         l_homicide   l_homicide
                          Without    With poverty
    ---------------------------------------------
    post                     0.0694        0.0750
                           (0.0559)      (0.0561)
    poverty                               −0.0294
                                         (0.0178)
    ---------------------------------------------
    Fixed effects: sid          yes           yes
    Fixed effects: year         yes           yes
    Standard errors by          sid           sid
    Observations                550           550
    Units                        50            50
    Clusters                     50            50
    R² within                 0.009         0.019
    ---------------------------------------------
    Standard errors in parentheses. * p < 0.1, ** p < 0.05, *** p < 0.01.
    """
    called = legend_names(results, names, DOOR)
    if format not in FORMATS:
        raise FrameError([Problem(DOOR, f"{format!r} is no format", "format", nearest(format, FORMATS))])
    if names is None:
        called = [ESTIMATORS[each.estimator].short for each in results]
    grid = _grid(results, called, terms, decimals, stars)
    written = {"text": _as_text, "html": _as_html, "latex": _as_latex, "markdown": _as_markdown}[format](grid)
    return Table(written)


def _rows_of(result: Result) -> pd.DataFrame:
    """Pick the rows of a result that stand in a table, each under the words of its line."""
    rows = result.terms
    if rows["estimate"].isna().all():
        rows = result.event_study()
    return rows.assign(line=[" ".join(place_words(row).split()) for _, row in rows.iterrows()])


def _grid(
    results: Sequence[Result],
    names: Sequence[str],
    terms: str | Sequence[str] | None,
    decimals: int | None,
    stars: bool,
) -> Grid:
    parts = [_rows_of(each) for each in results]
    lines = list(dict.fromkeys(line for part in parts for line in part["line"]))
    if terms is not None:
        asked = [terms] if isinstance(terms, str) else terms
        lines = wanted_of([each.replace("*", " × ") for each in asked], lines, DOOR)
    numbers: list[tuple[str, list[str]]] = []
    cells = {line: [_cell(part, line, decimals, stars) for part in parts] for line in lines}
    for line, own in cells.items():
        numbers.append((line, [estimate for estimate, _ in own]))
        if any(error for _, error in own):
            numbers.append(("", [error for _, error in own]))
    glances = [each.glance().iloc[0] for each in results]
    words = [[label_of(each) for each in results], list(names)]
    heads = [[f"({number})" for number in range(1, len(results) + 1)]]
    heads += [[" ".join(each.split()) for each in line] for line in words]
    notes = "Standard errors in parentheses."
    if stars:
        notes += " * p < 0.1, ** p < 0.05, *** p < 0.01."
    return Grid(heads, numbers, _facts(results, glances), notes)


def _cell(part: pd.DataFrame, line: str, decimals: int | None, stars: bool) -> tuple[str, str]:
    """Write a coefficient, and its standard error."""
    own = part[part["line"] == line]
    if own.empty or pd.isna(own["estimate"].iloc[0]):
        return "", ""
    row = own.iloc[0]
    digits = decimals if decimals is not None else decimals_for(part["std.error"], part["estimate"])
    marks = next((mark for bound, mark in STARS if row["p.value"] < bound), "") if stars else ""
    error = "" if pd.isna(row["std.error"]) else f"({decimal(row['std.error'], digits)})"
    return decimal(row["estimate"], digits) + marks, error


def _facts(results: Sequence[Result], glances: Sequence[pd.Series]) -> list[tuple[str, list[str]]]:
    """Give the lines below the coefficients: fixed effects, what standard errors allow for, counts, R²."""
    effects = list(dict.fromkeys(each.effect_name(effect) for each in results for effect in each.fixed_effects))
    has = [{each.effect_name(effect) for effect in each.fixed_effects} for each in results]
    facts = [(f"Fixed effects: {name}", ["yes" if name in own else "" for own in has]) for name in effects]
    errors = [str(each["clustered_by"] or each["variance"]) for each in glances]
    facts.append(("Standard errors by", errors))
    weights = ["" if each["weights"] == "none" else str(each["weights"]) for each in glances]
    facts += [("Weights", weights)] if any(weights) else []
    facts.append(("Observations", [count(each["nobs"]) for each in glances]))
    for name, key in (("Units", "n_units"), ("Clusters", "clusters")):
        counts = ["" if pd.isna(each[key]) else count(each[key]) for each in glances]
        facts += [(name, counts)] if any(counts) else []
    within = [decimal(each["r.squared"], 3) for each in glances]
    return facts + ([("R² within", within)] if any(within) else [])


def _as_text(grid: Grid) -> str:
    body = [*grid.numbers, *grid.facts]
    stub = max(len(line) for line, _ in body)
    columns = list(zip(*grid.heads, *(cells for _, cells in body), strict=True))
    widths = [max(map(len, column)) for column in columns]
    rule = "-" * (stub + sum(width + 2 for width in widths))

    def centred(cells: Sequence[str]) -> str:
        return (" " * stub + "".join(f"  {cell:^{width}}" for cell, width in zip(cells, widths, strict=True))).rstrip()

    def aligned(line: str, cells: Sequence[str]) -> str:
        return (f"{line:<{stub}}" + "".join(f"  {c:>{w}}" for c, w in zip(cells, widths, strict=True))).rstrip()

    parts = [*map(centred, grid.heads), rule, *(aligned(*each) for each in grid.numbers), rule]
    return "\n".join([*parts, *(aligned(*each) for each in grid.facts), rule, grid.notes])


def _as_html(grid: Grid) -> str:
    def cells(line: str, each: Sequence[str], kind: str) -> str:
        inside = "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in each)
        return f'<tr><th style="text-align:left">{escape(line)}</th>{inside}</tr>'

    heads = "".join(cells("", each, "th") for each in grid.heads)
    numbers = "".join(cells(*each, "td") for each in grid.numbers)
    facts = "".join(cells(*each, "td") for each in grid.facts)
    return (
        f"<table><thead>{heads}</thead><tbody>{numbers}</tbody><tbody>{facts}</tbody></table>"
        f"<p>{escape(grid.notes)}</p>"
    )


def _as_latex(grid: Grid) -> str:
    def row(line: str, cells: Sequence[str]) -> str:
        first = latex_text(line)
        # Behind the end of a row, a bracket or a star would be taken for the row's own.
        return " & ".join(["{}" * first.startswith(("[", "*")) + first, *map(latex_text, cells)]) + r" \\"

    columns = len(grid.heads[0])
    lines = [rf"\begin{{tabular}}{{l{'c' * columns}}}", r"\toprule", *(row("", each) for each in grid.heads)]
    lines += [r"\midrule", *(row(*each) for each in grid.numbers), r"\midrule", *(row(*each) for each in grid.facts)]
    lines += [r"\bottomrule", rf"\multicolumn{{{columns + 1}}}{{l}}{{{latex_text(grid.notes)}}} \\", r"\end{tabular}"]
    return "\n".join(lines)


def _as_markdown(grid: Grid) -> str:
    def row(line: str, cells: Sequence[str]) -> str:
        return f"| {' | '.join(map(markdown_text, [line, *cells]))} |"

    heads = [" ".join(parts) for parts in zip(*grid.heads, strict=True)]
    rule = "|---|" + "---:|" * len(heads)
    body = [row(*each) for each in (*grid.numbers, *grid.facts)]
    return "\n".join([row("", heads), rule, *body, "", markdown_text(grid.notes)])


def markdown_text(text: str) -> str:
    """Escape what means something in Markdown, and keep the text on one line."""
    return "".join(f"\\{each}" if each in MARKS else each for each in " ".join(text.split()))
