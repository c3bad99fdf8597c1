"""Means by period around a shock, of treated and other units with low and high values of a moderator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.coefficients import bars
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.period_axis import positions, set_period_ticks
from ruralpanel.exhibits.style import COLOURS, SMALLEST, axis_label, empty_axes, figure_style, finish, panels
from ruralpanel.reasons import read
from ruralpanel.study.figures_of_results import PathsFigure
from ruralpanel.words.estimates import OutcomeWords, interval_notes
from ruralpanel.words.names import name_words

TREATED, UNTREATED = COLOURS[0], COLOURS[4]
"""Colours that differ in lightness too, for print in grey."""

PANEL = ["outcome", "block", "specification"]


def plotted_data(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Pick the means by group and period.

    Returns
    -------
    pandas.DataFrame
        One row a group and period; equations without an estimate keep their reason.
    """
    return estimates[estimates["estimator"].isin(declaration.exhibit.estimators())].reset_index(drop=True)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw a line a group, one set of axes an outcome and specification."""
    parts = [(str(outcome), part) for (outcome, *_), part in data.groupby(PANEL, sort=False)]
    with figure_style(declaration.fonts):
        figure, all_axes = panels(max(len(parts), 1), height=3.8 if len(parts) < 2 else 3.4)
        if not parts:
            empty_axes(all_axes[0], "no means by group in these blocks")
        for axes, (outcome, part) in zip(all_axes, parts, strict=False):
            _draw_paths(axes, part, declaration.outcomes[outcome], declaration)
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _draw_paths(axes: Axes, part: pd.DataFrame, words: OutcomeWords, declaration: ExhibitDeclaration) -> None:
    exhibit = declaration.of(PathsFigure)
    shown = part[part["estimate"].notna()]
    if shown.empty:
        empty_axes(axes, f"{words.head}: {part['reason'].iloc[0]}")
        return
    for shock in exhibit.shock:
        axes.axvspan(shock - 0.5, shock + 0.5, color="#e3e3e3", linewidth=0, zorder=0)
    from_base = shown["estimate"].eq(0) & shown["standard_error"].isna()
    if from_base.any():
        axes.axhline(0, color="#555555", linewidth=0.8)
    place = f"{part['block'].iloc[0]}/{part['specification'].iloc[0]}"
    groups = [(read(line["at"].iloc[0]), line) for _, line in shown.groupby("term", sort=True)]
    groups.sort(key=lambda each: not each[0]["treated"])
    for position, (group, line) in enumerate(groups):
        treated, low = group["treated"], group.get("level") == "low"
        colour = TREATED if treated else UNTREATED
        axes.errorbar(
            positions(line["period"], declaration.frequency).astype(float) + (position - (len(groups) - 1) / 2) * 0.09,
            line["estimate"],
            yerr=bars(line),
            color=colour,
            marker="o" if treated else "s",
            markersize=4,
            markerfacecolor="white" if low else colour,
            linestyle="--" if low else "-",
            linewidth=1.3,
            elinewidth=0.8,
            label=f"{_group_words(group, place, declaration)} ({_units(line)})",
        )
    which = declaration.specifications.get(place, "")
    axes.set_title(", ".join(each for each in (words.head, which) if each))
    period = declaration.period_label
    axes.set_xlabel(period)
    if from_base.any():
        base = shown.loc[from_base, "period"].iloc[0]
        axes.set_ylabel(axis_label(f"Mean change since {base}", words.effect_unit))
    else:
        axes.set_ylabel(axis_label("Mean", words.level_unit))
    set_period_ticks(axes, positions(shown["period"], declaration.frequency), declaration.frequency, 8)
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), fontsize=SMALLEST, ncols=1, handlelength=3)


def _group_words(group: Mapping[str, Any], place: str, declaration: ExhibitDeclaration) -> str:
    """Name a group by the labels of its treatment and moderator."""
    label = name_words(declaration.grouped_by[place], declaration.labels)
    words = label if group["treated"] else f"No {label}"
    if "moderator" in group:
        words += f", {group['level']}: {name_words(group['moderator'], declaration.labels)}"
    return words


def _units(line: pd.DataFrame) -> str:
    low, high = count(line["units"].min()), count(line["units"].max())
    return low if low == high else f"{low}–{high}"


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    exhibit = declaration.of(PathsFigure)
    sentences = opening_notes(declaration)
    sentences.append(
        f"Means by group and period, before any regression: groups differ in more than treatment. In brackets: units "
        f"({declaration.unit_words}) by period."
    )
    sentences += interval_notes(data, declaration.labels, "Bars:")
    for sample in dict.fromkeys(data.loc[data["estimate"].notna(), "sample"]):
        sentences.append(f"Sample: {sample}.")
    if exhibit.shock:
        sentences.append(f"Shaded: {', '.join(map(declaration.label, exhibit.shock))}.")
    return sentences + closing_notes(declaration, data)
