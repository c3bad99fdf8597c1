"""Intervals that hold when trends differ: under parallel trends first, then under each bound."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import decimal
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
from ruralpanel.exhibits.truth import average_over, draw_level, truth_notes, truth_of_rows
from ruralpanel.reasons import read
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.words.estimates import unit_notes
from ruralpanel.words.sentences import sentence_list

PARALLEL = "parallel_trends"

ONE = "Estimate"
"""What the only series of a figure is called."""

RESTRICTIONS = {
    "relative_magnitudes": "under relative magnitudes from the hybrid of conditional and least favourable tests",
    "smoothness": "under smoothness of fixed length",
}
"""On the difference in trends, each with a set of axes of its own, and how intervals are made under it."""


def plotted_data(sensitivity: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Give the intervals that the figure shows, and the bounds its notes quote.

    Parameters
    ----------
    sensitivity
        The results of the exhibit's analyses.
    declaration
        What the study says about the exhibit.
    """
    return sensitivity[sensitivity["sensitivity"].isin(declaration.exhibit.analysed_in)].reset_index(drop=True)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw one set of axes for each outcome and restriction, and one series for each estimate."""
    asked = [
        (outcome, restriction)
        for outcome in dict.fromkeys(data["outcome"])
        for restriction in RESTRICTIONS
        if ((data["outcome"] == outcome) & (data["under_code"] == restriction)).any()
    ]
    empty = [outcome for outcome in dict.fromkeys(data["outcome"]) if outcome not in dict(asked)]
    with figure_style(declaration.fonts):
        count = len(asked) + len(empty)
        figure, all_axes = panels(count, height=3.6 if count == 1 else 3.0)
        for axes, (outcome, restriction) in zip(all_axes, asked, strict=False):
            _draw_restriction(axes, data[data["outcome"] == outcome], restriction, declaration)
        for axes, outcome in zip(all_axes[len(asked) :], empty, strict=True):
            reason = data.loc[data["outcome"] == outcome, "reason"].iloc[0]
            empty_axes(axes, f"{declaration.outcomes[outcome].head}: {reason}")
        legend_below(figure, columns=2)
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _draw_restriction(axes: Axes, part: pd.DataFrame, restriction: str, declaration: ExhibitDeclaration) -> None:
    words = declaration.outcomes[part["outcome"].iloc[0]]
    intervals = part[(part["quantity_code"] == "interval") & part["under_code"].isin([PARALLEL, restriction])]
    bounds = sorted(intervals.loc[intervals["under_code"] == restriction, "bound"].unique())
    places = {bound: position for position, bound in enumerate(bounds, start=1)}
    names = list(dict.fromkeys(_series(part)))
    axes.axhline(0, color="#555555", linewidth=0.8)
    axes.axvline(0.5, color="#555555", linewidth=0.8, linestyle=":")
    step = 0.6 / max(len(names), 2)
    for number, name in enumerate(names):
        each = intervals[_series(intervals) == name]
        at = each["bound"].map(places).fillna(0) + (number - (len(names) - 1) / 2) * step
        colour = COLOURS[number % len(COLOURS)]
        middle = (each["interval_low"] + each["interval_high"]) / 2
        half = (each["interval_high"] - each["interval_low"]) / 2
        axes.errorbar(at, middle, yerr=half, fmt="none", ecolor=colour, elinewidth=1.4, capsize=3)
        original = (each["under_code"] == PARALLEL).to_numpy()
        axes.plot(
            at[original],
            each.loc[original, "value"],
            MARKERS[number % len(MARKERS)],
            color=colour,
            markersize=5,
            label=_series_words(each.iloc[0], part, declaration) if len(each) else None,
        )
    draw_level(axes, _truth(intervals, declaration))
    axes.set_xticks(range(len(bounds) + 1), ["parallel\ntrends", *(f"{bound:g}" for bound in bounds)])
    axes.set_xlim(-0.5, len(bounds) + 0.5)
    axes.grid(visible=False, axis="x")
    axes.set_title(f"{words.head}: {part.loc[part['under_code'] == restriction, 'under'].iloc[0]}")
    if restriction == "relative_magnitudes":
        axes.set_xlabel("M̄ (times the largest change before treatment)")
    else:
        per_period = f"{words.effect_unit} per {declaration.period_words}" if words.effect_unit else ""
        axes.set_xlabel(axis_label("M, change of slope", per_period))
    axes.set_ylabel(axis_label("Effect", words.effect_unit))


def _truth(part: pd.DataFrame, declaration: ExhibitDeclaration) -> float | None:
    """Give what is true of the average over event times that all rows are of; none where they are of several."""
    if part["event_times_fact"].nunique() != 1 or not (times := read(part["event_times_fact"].iloc[0])):
        return None
    ends = dict(times.pairs)
    first, last = (int(ends[name if name in ends else "time"]) for name in ("first", "last"))
    return average_over(truth_of_rows(declaration, part), range(first, last + 1))


def _series(part: pd.DataFrame) -> pd.Series:
    return part["block"] + "/" + part["specification"] + "/" + part["estimator"] + "/" + part["event_times"]


def _series_words(row: pd.Series, part: pd.DataFrame, declaration: ExhibitDeclaration) -> str:
    """Name a series by what tells it from the others: its specification, estimator and event times."""
    label = declaration.specifications.get(f"{row['block']}/{row['specification']}", "")
    estimator = ESTIMATORS[row["estimator"]].head if part["estimator"].nunique() > 1 else ""
    several = part.loc[part["event_times"] != "", "event_times"].nunique() > 1
    times = f"event time {row['event_times']}" if several else ""
    return ", ".join(each for each in (label, estimator, times) if each) or ONE


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    drawn = [_truth(part, declaration) for _, part in data[data["quantity_code"] == "interval"].groupby("outcome")]
    sentences = opening_notes(declaration) + truth_notes(any(each is not None for each in drawn))
    intervals = data[data["interval_low"].notna()]
    if len(intervals):
        level = intervals["interval_level"].iloc[0]
        times = sentence_list(list(dict.fromkeys(intervals["event_times"])))
        methods = [words for code, words in RESTRICTIONS.items() if (intervals["under_code"] == code).any()]
        sentences.append(
            f"Effects at event time {times}. Left of the dotted line, estimate and {level:.0%} interval if trends are "
            f"parallel; right of it, {level:.0%} intervals if they differ within the bound (Rambachan and Roth 2023), "
            f"{sentence_list(methods)}."
        )
    for row in data[data["quantity_code"] == "breakdown"].to_dict("records"):
        head = declaration.outcomes[row["outcome"]].head
        name = _series_words(pd.Series(row), data, declaration)
        of = head if name == ONE else f"{head}, {name}"
        symbol = "M̄" if row["under_code"] == "relative_magnitudes" else "M"
        if pd.isna(row["value"]):
            sentences.append(f"{of}: {row['reason']} ({row['under']}).")
        elif np.isinf(row["value"]):
            sentences.append(f"{of}: zero is excluded whatever {symbol}.")
        else:
            digits = 2 if row["value"] >= 0.1 else 4
            sentences.append(f"{of}: zero is excluded up to {symbol} = {decimal(row['value'], digits)}.")
    without = data[data["value"].isna() & (data["quantity_code"] != "breakdown") & (data["reason"] != "")]
    for row in without.drop_duplicates(["outcome", "estimator", "bound", "reason"]).to_dict("records"):
        at = f" at {row['bound']:g}" if pd.notna(row["bound"]) else ""
        sentences.append(f"{declaration.outcomes[row['outcome']].head}{at}: {row['reason']}.")
    shown = data.rename(columns={"value": "estimate"})
    return sentences + unit_notes(shown, declaration.outcomes) + closing_notes(declaration)
