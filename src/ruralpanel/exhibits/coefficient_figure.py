"""Chosen coefficients with their intervals; those of rings of neighbours over distance."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.coefficients import draw_interval
from ruralpanel.exhibits.style import COLOURS, axis_label, empty_axes, figure_style, finish, legend_below, panels
from ruralpanel.exhibits.truth import draw_mark, truth_notes, truth_of
from ruralpanel.study.estimators import described
from ruralpanel.study.figures_of_effects import CoefficientFigure
from ruralpanel.words.estimates import OutcomeWords, interval_notes, missing_coefficients
from ruralpanel.words.names import name_words, term_words


def plotted_data(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Pick the coefficients that the figure names.

    Returns
    -------
    pandas.DataFrame
        Their rows, with the bounds in km of the ring that a coefficient is of (`ring_from`, `ring_to`). Those without
        an estimate keep their reason.
    """
    exhibit = declaration.of(CoefficientFigure)
    usable = estimates[
        estimates["estimator"].isin(exhibit.estimators(estimates["estimator"])) & estimates["period"].isna()
    ]
    own = usable[usable["term"].isin(exhibit.terms)].reset_index(drop=True)
    none = (float("nan"), float("nan"))
    for end, name in enumerate(("ring_from", "ring_to")):
        own[name] = own["term"].map(lambda term, end=end: declaration.rings.get(term, none)[end]).astype("float64")
    return own


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw one set of axes an outcome, one series a specification."""
    exhibit = declaration.of(CoefficientFigure)
    parts = [(str(outcome), part) for outcome, part in data.groupby("outcome", sort=False)]
    with figure_style(declaration.fonts):
        figure, all_axes = panels(max(len(parts), 1), height=3.2)
        if not parts:
            empty_axes(all_axes[0], "no such coefficient in these blocks")
        for axes, (outcome, part) in zip(all_axes, parts, strict=False):
            _draw_outcome(axes, part, declaration.outcomes[outcome], declaration, exhibit)
        legend_below(figure)
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _series(part: pd.DataFrame, declaration: ExhibitDeclaration) -> dict[tuple[str, str, str], str]:
    """Name the regressions by their specification, and by their estimator where there are several of these."""
    several = part["estimator"].nunique() > 1
    names = {}
    for block, specification, estimator in dict.fromkeys(
        zip(part["block"], part["specification"], part["estimator"], strict=True)
    ):
        words = [declaration.specifications.get(f"{block}/{specification}", "")]
        words += [described(estimator, declaration.labels).head] if several else []
        names[block, specification, estimator] = ": ".join(word for word in words if word) or block
    return names


def _draw_outcome(
    axes: Axes, part: pd.DataFrame, words: OutcomeWords, declaration: ExhibitDeclaration, exhibit: CoefficientFigure
) -> None:
    if part["estimate"].isna().all():
        empty_axes(axes, f"{words.head}: {part['reason'].iloc[0]}")
        return
    names = _series(part, declaration)
    terms = [term for term in exhibit.terms if term in set(part["term"])]
    over_distance = part["ring_to"].notna().all()
    width = part["ring_to"].max() - part["ring_from"].min() if over_distance else len(terms)
    axes.axhline(0, color="#555555", linewidth=0.8)
    for position, (place, name) in enumerate(names.items()):
        shift = (position - (len(names) - 1) / 2) * min(0.03 * width, 0.5 * width / max(len(names) * len(terms), 1))
        own = part[(part[["block", "specification", "estimator"]] == list(place)).all(axis=1)]
        for row in own.to_dict("records"):
            middle = (row["ring_from"] + row["ring_to"]) / 2 if over_distance else terms.index(row["term"])
            draw_interval(axes, row, middle + shift, position, name, upright=True)
            if over_distance and pd.notna(row["estimate"]):
                ends = (row["ring_from"], row["ring_to"])
                axes.hlines(row["estimate"], *ends, color=COLOURS[position % len(COLOURS)], linewidth=0.7)
    for term, own in part.groupby("term", sort=False):
        middle = terms.index(str(term))
        ends = (own["ring_from"].iloc[0], own["ring_to"].iloc[0]) if over_distance else (middle - 0.35, middle + 0.35)
        draw_mark(axes, truth_of(declaration, str(term), str(own["outcome"].iloc[0])), *ends)
    if over_distance:
        bounds = sorted({*part["ring_from"], *part["ring_to"]})
        axes.set_xticks(bounds, [f"{bound:g}" for bound in bounds])
        axes.set_xlim(bounds[0], bounds[-1])
        axes.set_xlabel("Distance of the neighbours (km)")
    else:
        axes.set_xticks(range(len(terms)), [_broken(term_words(term, declaration.labels)) for term in terms])
        axes.set_xlim(-0.5, len(terms) - 0.5)
    axes.set_title(words.head)
    axes.set_ylabel(axis_label("Coefficient", words.effect_unit))


def _broken(words: str) -> str:
    """Break words where they would run into the next ones."""
    return fill(words, 18)


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    known = any(truth_of(declaration, *place) is not None for place in zip(data["term"], data["outcome"], strict=True))
    sentences = opening_notes(declaration) + truth_notes(known)
    sentences += interval_notes(data, declaration.labels)
    if declaration.rings:
        labels = [name_words(term, declaration.labels) for term in declaration.rings]
        sentences.append(f"Thin lines span a ring; the regressors are: {'; '.join(labels)}.")
    sentences += missing_coefficients(data, declaration.labels)
    return sentences + closing_notes(declaration, data)
