"""How much each moderator adds to an effect: one row a moderator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.coefficients import draw_interval
from ruralpanel.exhibits.numbers import decimal, probability
from ruralpanel.exhibits.style import SMALLEST, WIDTH, axis_label, empty_axes, figure_style, finish, legend_below
from ruralpanel.exhibits.truth import draw_mark, truth_notes, truth_of
from ruralpanel.study.figures_of_effects import ForestFigure
from ruralpanel.words.estimates import DETECTABLE, OutcomeWords, interval_notes, missing_coefficients
from ruralpanel.words.names import name_words, term_words

ALONE, TOGETHER = "One at a time", "All of an equation together"
ROW = 0.33
"""Inches: the height of a row."""
COLUMN_WIDTH = 0.11
"""Of what is printed beside rows, as a share of the figure's width."""
PRINTED = {
    "adjusted": ("p_value_adjusted", "p, adjusted"),
    "bootstrap": ("p_value_bootstrap", "p, bootstrap"),
    "permutation": ("p_value_permutation", "p, permutation"),
    "minimum_detectable_effect": ("minimum_detectable_effect", "MDE₈₀"),
}
"""What can be printed beside a row: its column of the estimates, and its head."""


def plotted_data(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Pick the coefficients of treatments by moderators.

    Returns
    -------
    pandas.DataFrame
        These rows, with the legacy that the moderator is of (`legacy`), and whether the regression has other
        moderators (`series`). Those without an estimate keep their reason.
    """
    usable = estimates[estimates["estimator"].isin(declaration.exhibit.estimators(estimates["estimator"]))]
    own = usable[usable["term"].str.contains("*", regex=False) & (usable["kind"] == "coefficient")].copy()
    place = ["block", "specification", "outcome", "estimator"]
    alone = own.groupby(place)["term"].transform("size") == 1
    own["series"] = alone.map({True: ALONE, False: TOGETHER})
    own["legacy"] = [_legacy(term, declaration) for term in own["term"]]
    return own.reset_index(drop=True)


def _legacy(term: str, declaration: ExhibitDeclaration) -> str:
    """Name the legacies that a term's moderators are of."""
    found = [declaration.groups[part] for part in term.split("*")[1:] if part in declaration.groups]
    return " × ".join(dict.fromkeys(found))


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw one set of axes an outcome, one row a moderator, with numbers at the right."""
    exhibit = declaration.of(ForestFigure)
    parts = [(str(outcome), part) for outcome, part in data.groupby("outcome", sort=False)]
    lines = [len(_rows(part)) for _, part in parts]
    with figure_style(declaration.fonts):
        figure, all_axes = plt.subplots(
            max(len(parts), 1),
            1,
            figsize=(WIDTH, 1.2 + sum(ROW * count + 0.5 for count in lines)),
            height_ratios=lines or [1],
            layout="constrained",
            squeeze=False,
        )
        if not parts:
            empty_axes(all_axes[0, 0], "no coefficient of a treatment by a moderator in these blocks")
        for axes, (outcome, part) in zip(all_axes[:, 0], parts, strict=False):
            _draw_outcome(axes, part, declaration.outcomes[outcome], declaration, exhibit)
        if exhibit.beside:  # room at the right for what is printed there
            engine = figure.get_layout_engine()
            assert isinstance(engine, ConstrainedLayoutEngine)
            engine.set(rect=(0, 0, 1 - COLUMN_WIDTH * len(exhibit.beside), 1))
        legend_below(figure)
        finish(figure, declaration)
    return figure, _notes(data, declaration, exhibit)


def _rows(part: pd.DataFrame) -> list[tuple[str, str]]:
    """List the rows of the figure: heads of legacies, as (legacy, ""), and the terms below each."""
    rows: list[tuple[str, str]] = []
    for legacy in dict.fromkeys(part["legacy"]):
        rows += [(legacy, "")] if legacy else []
        rows += [(legacy, term) for term in dict.fromkeys(part.loc[part["legacy"] == legacy, "term"])]
    return rows


def _draw_outcome(
    axes: Axes, part: pd.DataFrame, words: OutcomeWords, declaration: ExhibitDeclaration, exhibit: ForestFigure
) -> None:
    if part["estimate"].isna().all():
        empty_axes(axes, f"{words.head}: {part['reason'].iloc[0]}")
        return
    rows = _rows(part)
    series = [name for name in (ALONE, TOGETHER) if name in set(part["series"])]
    treatments = {term.split("*")[0] for _, term in rows if term}
    axes.axvline(0, color="#555555", linewidth=0.8)
    labels = []
    for height, (legacy, term) in enumerate(rows):
        if not term:
            labels.append(legacy)
            continue
        several = part["legacy"].ne("").any()
        labels.append(("   " if several and legacy else "") + _row_words(term, declaration, len(treatments) > 1))
        here = part[part["term"] == term]
        estimates = here.sort_values("series", key=lambda names: names.map(series.index), kind="stable")
        draw_mark(axes, truth_of(declaration, term, str(here["outcome"].iloc[0])), height - 0.4, height + 0.4, True)
        step = 0.36 / max(len(estimates) - 1, 1)
        for position, row in enumerate(estimates.to_dict("records")):
            shift = (position - (len(estimates) - 1) / 2) * step
            draw_interval(axes, row, height + shift, series.index(row["series"]), row["series"])
            _print_beside(axes, row, height + shift, exhibit)
    axes.set_yticks(range(len(rows)), labels)
    for tick, (_, term) in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("normal" if term else "bold")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    treatment = name_words(min(treatments), declaration.labels)
    axes.set_title(f"{words.head}: {treatment} by moderator" if len(treatments) == 1 else words.head)
    axes.set_xlabel(axis_label("Added to the effect per unit of the moderator", words.effect_unit))
    for position, name in enumerate(exhibit.beside):
        head = axes.annotate(
            PRINTED[name][1],
            (1.0, 1.0),
            (_right_by(position), 4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            fontsize=SMALLEST,
        )
        head.set_in_layout(False)


def _row_words(term: str, declaration: ExhibitDeclaration, with_treatment: bool) -> str:
    treatment, *moderators = term.split("*")
    return term_words("*".join([treatment, *moderators] if with_treatment else moderators), declaration.labels)


def _print_beside(axes: Axes, row: Mapping[Any, Any], height: float, exhibit: ForestFigure) -> None:
    for position, name in enumerate(exhibit.beside):
        value = row[PRINTED[name][0]]
        text = decimal(value, exhibit.decimals) if name == "minimum_detectable_effect" else probability(value, sign="")
        printed = axes.annotate(
            text or "—",
            (1.0, height),
            (_right_by(position), 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALLEST,
            annotation_clip=False,
        )
        printed.set_in_layout(False)


def _right_by(position: int) -> float:
    """Give how far right of the axes a column's middle is, in points."""
    return 72 * WIDTH * COLUMN_WIDTH * (position + 0.55)


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration, exhibit: ForestFigure) -> list[str]:
    known = any(truth_of(declaration, *place) is not None for place in zip(data["term"], data["outcome"], strict=True))
    sentences = opening_notes(declaration) + truth_notes(known)
    sentences += interval_notes(data, declaration.labels)
    if set(data["series"]) == {ALONE, TOGETHER}:
        sentences.append(f"{ALONE}: a regression with this moderator only. {TOGETHER}: one with several.")
    for name in exhibit.beside:
        _, head = PRINTED[name]
        if name == "minimum_detectable_effect":
            sentences.append(f"{head}: {DETECTABLE}")
        else:
            how = dict.fromkeys(text for text in data[{"adjusted": "adjustment"}.get(name, name)] if text)
            sentences.append(f"{head}: {'; '.join(how) or 'not asked for in these blocks'}.")
    sentences += missing_coefficients(data, declaration.labels)
    return sentences + closing_notes(declaration, data)
