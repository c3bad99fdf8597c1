"""Effects by cohort and event time, as coloured cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import MINUS, decimal
from ruralpanel.exhibits.style import SMALLEST, axis_label, empty_axes, figure_style, finish, stacked_panels
from ruralpanel.exhibits.truth import LABEL, true_cells, truth_of_rows
from ruralpanel.frames.periods.frequency import in_order
from ruralpanel.study.figures_of_results import CohortHeatmapFigure
from ruralpanel.words.estimates import OutcomeWords, missing_outcomes, variances_words
from ruralpanel.words.names import name_words
from ruralpanel.words.sentences import sentence_list

PANEL = ["block", "specification", "outcome", "estimator"]

ROOM_FOR_NUMBERS = 13
"""Event times abreast up to which there is room for a number in every cell; signs only beyond it."""

ROW = 0.21
"""Inches: the height of a row."""

BELOW, ABOVE = "#1F4E8C", "#F5B971"
"""Of the largest effects below and above zero: one dark and one light, so that they are told apart in grey."""

DARK = 0.45
"""Effects of this share of the largest, below zero, are on dark cells."""

WITHOUT_ESTIMATE = "#cccccc"
"""Of the hatching of cells without an estimate."""


def plotted_data(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Pick the effects by cohort and event time.

    Returns
    -------
    pandas.DataFrame
        One row a cohort and event time within the figure's window; equations without any estimate keep their reason.
    """
    exhibit = declaration.of(CohortHeatmapFigure)
    shown = estimates[estimates["estimator"].isin(exhibit.estimators())]
    cells = (shown["cohort"] != "") & shown["event_time"].notna()
    if exhibit.window is not None:
        first, last = exhibit.window
        cells &= shown["event_time"].between(first, last)
    without = shown.groupby(PANEL)["estimate"].transform("count") == 0
    return shown[cells | without].reset_index(drop=True)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw cohorts downwards and event times from left to right, one set of axes an outcome and specification."""
    parts = []
    for key, part in data.groupby(PANEL, sort=False):
        true = _true(part, declaration)
        beyond = float(pd.concat([part, true])["estimate"].abs().max())
        parts.append((str(key[2]), part, beyond, False))
        parts += [(str(key[2]), true, beyond, True)] if len(true) else []
    cohorts = [max(part["cohort"].nunique(), 3) for _, part, _, _ in parts] or [3]
    heights = [ROW * number + 0.85 for number in cohorts]
    with figure_style(declaration.fonts):
        figure, all_axes = stacked_panels(heights)
        if not parts:
            empty_axes(all_axes[0], "no effects by cohort and event time in these blocks")
        for axes, (outcome, part, beyond, is_true) in zip(all_axes, parts, strict=False):
            _draw_cells(axes, part, declaration.outcomes[outcome], declaration, beyond, is_true)
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _true(part: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Give what is true in place of estimates; no rows where that is not known of any."""
    cells = part[part["cohort"] != ""]
    known = true_cells(truth_of_rows(declaration, cells), cells).assign(interval_low=np.nan, interval_high=np.nan)
    return known if known["estimate"].notna().any() else known.iloc[:0]


def _draw_cells(
    axes: Axes,
    part: pd.DataFrame,
    words: OutcomeWords,
    declaration: ExhibitDeclaration,
    beyond: float,
    is_true: bool,
) -> None:
    cells = part[part["cohort"] != ""]
    if cells["estimate"].isna().all():
        empty_axes(axes, f"{words.head}: {part['reason'].iloc[0]}")
        return
    times = list(range(int(cells["event_time"].min()), int(cells["event_time"].max()) + 1))
    wide = cells.pivot_table("estimate", "cohort", "event_time", aggfunc="first", dropna=False)
    wide = wide.sort_index(key=lambda names: names.map(in_order)).reindex(columns=times).astype("float64")
    bar = axis_label("Effect", words.effect_unit)
    sns.heatmap(
        wide,
        ax=axes,
        cmap=LinearSegmentedColormap.from_list("signs", [BELOW, "#FFFFFF", ABOVE]),
        vmin=-beyond,
        vmax=beyond,
        linewidths=0.5,
        linecolor="white",
        cbar_kws={"label": bar, "pad": 0.015, "aspect": 12},
    )
    axes.collections[0].set_rasterized(False)
    axes.patch.set(facecolor="white", hatch="" if is_true else "////", edgecolor=WITHOUT_ESTIMATE, linewidth=0)
    _write_numbers(axes, cells, wide, beyond)
    if times[0] < 0 <= times[-1]:
        axes.axvline(-times[0], color="black", linewidth=1.2)
    axes.set_xticks([at + 0.5 for at in range(len(times))], [decimal(each, 0) for each in times], rotation=0)
    axes.tick_params(axis="y", rotation=0)
    which = declaration.specifications.get(f"{part['block'].iloc[0]}/{part['specification'].iloc[0]}", "")
    axes.set_title(", ".join(each for each in (words.head, which, LABEL.lower() if is_true else "") if each))
    treatment = str(cells["term"].iloc[0])
    axes.set_xlabel(f"Event time in {declaration.periods_words} ({name_words(treatment, declaration.labels)})")
    axes.set_ylabel("First period treated")
    axes.grid(visible=False)


def _write_numbers(axes: Axes, cells: pd.DataFrame, wide: pd.DataFrame, beyond: float) -> None:
    """Write the number into each cell, or its sign where there is no room: in grey, colours do not tell the sign."""
    decimals = int(np.clip(1 - np.floor(np.log10(beyond)), 0, 4)) if beyond > 0 else 0
    small = wide.shape[1] > ROOM_FOR_NUMBERS
    rows = {name: position for position, name in enumerate(wide.index)}
    first = int(wide.columns[0])
    for cell in cells[cells["estimate"].notna()].to_dict("records"):
        excludes = cell["interval_low"] > 0 or cell["interval_high"] < 0
        value = float(cell["estimate"])
        sign = MINUS if value < 0 else "+"
        number = decimal(value, decimals)
        number = number.replace("0.", ".", 1) if abs(value) < 1 else number  # for which there is room
        axes.text(
            int(cell["event_time"]) - first + 0.5,
            rows[cell["cohort"]] + 0.52,
            sign if small else sign * (value > 0) + number,
            ha="center",
            va="center",
            fontsize=SMALLEST,
            fontweight="bold" if excludes else "normal",
            color="white" if value < -DARK * beyond else "black",
        )


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    sentences = opening_notes(declaration)
    numbers = data[data["standard_error"].notna()]
    if len(numbers):
        level = numbers["interval_level"].iloc[0]
        variances = variances_words(numbers, declaration.labels)
        sentences += [
            "Effects by first period treated and event time (Callaway and Sant’Anna 2021); right of the line, after "
            "treatment began. Effects before it, as these authors have them, are from one period to the next.",
            f"Bold: the {level:.0%} interval is without zero; standard errors {variances}.",
            "Hatched: no estimate.",
        ]
    if any(len(_true(part, declaration)) for _, part in data.groupby(PANEL, sort=False)):
        sentences.append("Below, the true effects of the same cells, known because the data are simulated.")
    lost = data[data["estimate"].isna() & (data["cohort"] != "")]
    for reason, cells in lost.groupby("reason", sort=False):
        names = [f"{row['cohort']} at {decimal(row['event_time'], 0)}" for row in cells.to_dict("records")]
        sentences.append(f"Without an estimate: {sentence_list(names)}: {reason}.")
    sentences += missing_outcomes(data[data["cohort"] == ""], declaration.outcomes)
    return sentences + closing_notes(declaration, data)
