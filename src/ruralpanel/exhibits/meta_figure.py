"""The figure of printed estimates and the study's own: one set of axes a scale, one row an estimate."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.coefficients import draw_interval
from ruralpanel.exhibits.printed_estimates import THIS_STUDY, beside_notes, number_words, outcome_words, rows_beside
from ruralpanel.exhibits.style import SMALLEST, figure_style, finish, legend_below, stacked_panels
from ruralpanel.exhibits.truth import draw_mark, truth_notes
from ruralpanel.study.beside_published import MetaFigure

ROW, AROUND = 0.34, 0.85
"""Inches: the height of a row, and of what is around the rows of a scale."""
LABEL_WIDTH = 52
"""Characters on a line of a row's label."""
PRINTED = "Printed elsewhere"


def plotted_data(
    table: pd.DataFrame, estimates: pd.DataFrame, claims: pd.DataFrame, declaration: ExhibitDeclaration
) -> pd.DataFrame:
    """Give printed estimates and the study's own, as :func:`ruralpanel.exhibits.printed_estimates.rows_beside` does."""
    return rows_beside(table, estimates, claims, declaration)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw every scale on axes of its own, with the numbers at the right."""
    decimals = declaration.of(MetaFigure).decimals
    parts = [(str(scale), part) for scale, part in data.groupby("scale", sort=False)]
    with figure_style(declaration.fonts):
        figure, all_axes = stacked_panels([AROUND + ROW * len(_heights(part)[1]) for _, part in parts])
        for axes, (scale, part) in zip(all_axes, parts, strict=True):
            _draw_scale(axes, part, scale, decimals)
        legend_below(figure)
        finish(figure, declaration)
    known = truth_notes("true_effect" in data)
    notes = [*opening_notes(declaration), *beside_notes(data), *known, *closing_notes(declaration)]
    return figure, notes


def _heights(part: pd.DataFrame) -> tuple[list[int], list[tuple[str, bool]]]:
    """Give each row its place from the top, and the words at every place: labels, and where there are several
    topics the heads of these."""
    several = part["topic"].nunique() > 1
    places: list[int] = []
    words: list[tuple[str, bool]] = []
    for topic, rows in part.groupby("topic", sort=False):
        words += [(f"{str(topic)[0].upper()}{str(topic)[1:]}", True)] if several else []
        for row in rows.to_dict("records"):
            places.append(len(words))
            words.append((_label(row), False))
    return places, words


def _label(row: Mapping[Any, Any]) -> str:
    how = f"{row['treatment']}, {row['printed_in']}" if row["own"] else str(row["treatment"])
    status = f" [{row['status']}]" if row["status"] else ""
    return fill(f"{outcome_words(row)}; {how}{status}", LABEL_WIDTH)


def _draw_scale(axes: Axes, part: pd.DataFrame, scale: str, decimals: int) -> None:
    places, words = _heights(part)
    axes.axvline(0, color="#555555", linewidth=0.8)
    for place, row in zip(places, part.to_dict("records"), strict=True):
        draw_interval(axes, row, place, int(row["own"]), THIS_STUDY if row["own"] else PRINTED)
        true = row.get("true_effect")
        draw_mark(axes, None if pd.isna(true) else true, place - 0.4, place + 0.4, upright=True)
        axes.annotate(
            " ".join(number_words(row, decimals)),
            (1.02, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=SMALLEST,
            annotation_clip=False,
        )
    axes.set_yticks(range(len(words)), [text for text, _ in words], fontsize=SMALLEST)
    for tick, (_, is_head) in zip(axes.get_yticklabels(), words, strict=True):
        tick.set_fontweight("bold" if is_head else "normal")
    axes.set_ylim(len(words) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"Effect ({scale})")
