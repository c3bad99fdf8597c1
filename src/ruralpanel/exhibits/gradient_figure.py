"""An effect over the values of a moderator, with a band of intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.style import (
    COLOURS,
    MARKERS,
    axis_label,
    empty_axes,
    figure_style,
    finish,
    legend_below,
    panels,
)
from ruralpanel.exhibits.truth import COLOUR, LOOK, truth_notes
from ruralpanel.reasons import read
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.figures_of_effects import GradientFigure
from ruralpanel.words.estimates import OutcomeWords, variances_words
from ruralpanel.words.names import name_words

LINES = ("-", "--", "-.", ":")


def plotted_data(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Pick the effects over the values of the moderator.

    Returns
    -------
    pandas.DataFrame
        These rows, with the value of the moderator (`value`) and what is on the axis (`at`). Regressions without the
        moderator are left out; those without an estimate keep their reason.
    """
    exhibit = declaration.of(GradientFigure)
    usable = estimates[estimates["estimator"].isin(exhibit.estimators(estimates["estimator"]))]
    along = usable[usable["kind"] == "effect_at"]
    places = [read(at) for at in along["at"]]
    own = along.assign(value=np.array([at["value"] for at in places], dtype="float64"))
    own = own[np.array([at["moderator"] == exhibit.moderator for at in places], dtype=bool)].reset_index(drop=True)
    own["at"] = exhibit.divided_by * np.exp(own["value"]) if exhibit.logarithm_of is not None else own["value"]
    return own


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw one set of axes an outcome, one line a specification and treatment."""
    exhibit = declaration.of(GradientFigure)
    parts = [(str(outcome), part) for outcome, part in data.groupby("outcome", sort=False)]
    with figure_style(declaration.fonts):
        figure, all_axes = panels(max(len(parts), 1), height=3.8 if len(parts) < 2 else 3.0)
        if not parts:
            empty_axes(all_axes[0], f"these blocks do not estimate an effect along {exhibit.moderator}")
        for axes, (outcome, part) in zip(all_axes, parts, strict=False):
            _draw_outcome(axes, part, declaration.outcomes[outcome], declaration, exhibit)
        legend_below(figure)
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _draw_outcome(
    axes: Axes, part: pd.DataFrame, words: OutcomeWords, declaration: ExhibitDeclaration, exhibit: GradientFigure
) -> None:
    shown = part[part["estimate"].notna()]
    if shown.empty:
        empty_axes(axes, f"{words.head}: {part['reason'].iloc[0]}")
        return
    axes.axhline(0, color="#555555", linewidth=0.8)
    treatments = shown["effect_of"]
    several = treatments.nunique() > 1
    for position, ((block, specification, treatment), own) in enumerate(
        shown.groupby(["block", "specification", treatments], sort=False)
    ):
        line = own.sort_values("at")
        name = declaration.specifications.get(f"{block}/{specification}", "")
        words_of_treatment = name_words(str(treatment), declaration.labels) if several else ""
        label = ": ".join(part for part in (name, words_of_treatment) if part)
        colour = COLOURS[position % len(COLOURS)]
        axes.fill_between(
            line["at"], line["interval_low"], line["interval_high"], color=colour, alpha=0.16, linewidth=0
        )
        for bound in ("interval_low", "interval_high"):  # bands that overlap can be told apart by their edges
            axes.plot(line["at"], line[bound], color=colour, linewidth=0.6, linestyle=LINES[position % len(LINES)])
        axes.plot(
            line["at"],
            line["estimate"],
            color=colour,
            linewidth=1.8,
            linestyle=LINES[position % len(LINES)],
            marker=MARKERS[position % len(MARKERS)],
            markevery=max(len(line) // 5, 1),
            markersize=4.5,
            label=label or block,
        )
        known = declaration.lines_known.get(f"{block}/{specification}")
        if known:
            # The marker is that of the estimates, hollow, so that it is seen which of several lines is meant.
            axes.plot([*known], [*known.values()], zorder=2.5, **LOOK)
            marker = MARKERS[position % len(MARKERS)]
            axes.scatter([*known], [*known.values()], 25, "white", marker=marker, edgecolors=COLOUR, zorder=2.6)
    axes.set_title(words.head)
    treatment = name_words(treatments.iloc[0], declaration.labels)
    axes.set_ylabel(axis_label("Effect" if several else f"Effect ({treatment})", words.effect_unit))
    column = exhibit.logarithm_of or exhibit.moderator
    axes.set_xlabel(exhibit.axis or name_words(column, declaration.labels))
    if exhibit.logarithm_of is not None:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    sentences = opening_notes(declaration)
    numbers = data[data["standard_error"].notna()]
    if len(numbers):
        levels = " or ".join(f"{level:.0%}" for level in dict.fromkeys(numbers["interval_level"]))
        variances = variances_words(numbers, declaration.labels)
        of_doses = [("dose" in ESTIMATORS[name].gives) for name in numbers["estimator"].unique()]
        lines = "of those with this dose" if all(of_doses) else "as the regression has them"
        sentences.append(
            f"Lines are effects {lines}, bands {levels} intervals at each value; standard errors {variances}."
        )
        if not any(of_doses):
            sentences.append(
                "Lines span the 5th to the 95th percentile of the moderator in treated rows; other moderators are at "
                "their means there."
            )
    shown = data[["block", "specification"]].astype(str).agg("/".join, axis=1)
    sentences += truth_notes(bool({*declaration.lines_known} & {*shown}))
    for (block, specification, _), rows in data.groupby(["block", "specification", "outcome"], sort=False):
        first = rows.iloc[0]
        name = (
            declaration.specifications.get(f"{block}/{specification}", "")
            or declaration.outcomes[first["outcome"]].head
        )
        counts = f"{count(first['observations'])} observations, {count(first['clusters'])} clusters".replace(
            ",  clusters", ""
        )
        sentences.append(f"{name}: {first['reason']}." if pd.isna(first["estimate"]) else f"{name}: {counts}.")
    return sentences + closing_notes(declaration, data)
