"""Coverage and bias as figures: one set of axes for each kind of effects and number of clusters."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.exhibits.style import COLOURS, MARKERS, WARNING_COLOUR, WIDTH, figure_style
from ruralpanel.monte_carlo.plan import Plan
from ruralpanel.monte_carlo.replicate import OVERALL
from ruralpanel.monte_carlo.summary import BAND
from ruralpanel.monte_carlo.words import words_of_selection, words_of_variance
from ruralpanel.study.estimators import ESTIMATORS

NOMINAL = 0.95
ROW = 0.34
"""Inches an estimator takes on the axes."""
BAND_COLOUR = "#cfe3d4"
SPREAD = 0.66
"""The part of an estimator's row that its markers are spread over."""


def main_rows(summary: pd.DataFrame) -> pd.DataFrame:
    """Keep one effect an estimator: the overall one, or that at the event time looked at where there is none."""
    overall = summary["target"] == OVERALL
    return summary[overall | ~summary["estimator"].map(lambda name: ESTIMATORS[name].has_overall).astype(bool)]


def figures(summary: pd.DataFrame, plan: Plan) -> dict[str, tuple[str, Figure]]:
    """Draw all figures.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.summary.summarise`.
    plan
        What was done.

    Returns
    -------
    dict
        By name of the file, title and figure: coverage at each level of selection, and bias.
    """
    coverage = {
        f"coverage_{name}": (
            f"Coverage of nominal 95% intervals, {words_of_selection(loading)}; shaded: "
            f"{BAND[0]:.0%} to {BAND[1]:.0%}; bars: simulation error (95%)",
            coverage_figure(summary, plan, name),
        )
        for name, loading in plan.selection.items()
    }
    title = "Bias of estimates; bars: twice the simulation error on either side"
    return {**coverage, "bias": (title, bias_figure(summary, plan))}


def coverage_figure(summary: pd.DataFrame, plan: Plan, selection: str) -> Figure:
    """Draw the coverage of every estimator's intervals, with its own 95% interval, and the band of 93 to 97%.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.summary.summarise`.
    plan
        Gives the order of everything.
    selection
        The level of selection that is drawn.
    """
    shown = main_rows(summary)
    shown = shown[(shown["selection"] == selection) & shown["coverage"].notna()]
    kinds = [name for name in plan.variances if (shown["variance"] == name).any()]
    with figure_style():
        figure, grid = _grid(plan)
        for (effects, clusters), axes in grid.items():
            axes.axvspan(*BAND, color=BAND_COLOUR, zorder=0, lw=0)
            axes.axvline(NOMINAL, color="#5a5a5a", lw=0.8, zorder=1)
            here = shown[(shown["effects"] == effects) & (shown["clusters"] == clusters)]
            for each, name in enumerate(kinds):
                rows = here[here["variance"] == name]
                offset = (each / max(len(kinds) - 1, 1) - 0.5) * SPREAD
                _points(axes, rows, "coverage", ("coverage_low", "coverage_high"), plan, offset, each)
            row = shown.loc[shown["effects"] == effects, "coverage_low"]
            lowest = float(row.min()) if len(row) else 0.5
            axes.set_xlim(np.floor(lowest * 10) / 10 - 0.03, 1.03)
            axes.xaxis.set_major_locator(MaxNLocator(5, prune="lower"))
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        _finish(figure, grid, "Intervals that hold the truth", plan)
        _legend(figure, [words_of_variance(plan.variances[name]) for name in kinds])
    return figure


def bias_figure(summary: pd.DataFrame, plan: Plan) -> Figure:
    """Draw the bias of every estimator with and without selection, with twice its simulation error on either side.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.summary.summarise`.
    plan
        Gives the order of everything.
    """
    shown = main_rows(summary).drop_duplicates(["design", "estimator"])
    shown = shown[shown["bias"].notna()]
    error = 2 * shown["bias_error"]
    shown = shown.assign(bias_low=shown["bias"] - error, bias_high=shown["bias"] + error)
    kinds = list(plan.selection)
    with figure_style():
        figure, grid = _grid(plan)
        for (effects, clusters), axes in grid.items():
            axes.axvline(0, color="#5a5a5a", lw=0.8, zorder=1)
            here = shown[(shown["effects"] == effects) & (shown["clusters"] == clusters)]
            for each, name in enumerate(kinds):
                offset = (each / max(len(kinds) - 1, 1) - 0.5) * SPREAD * 0.5
                rows = here[here["selection"] == name]
                _points(axes, rows, "bias", ("bias_low", "bias_high"), plan, offset, each)
        ends = [limit for axes in grid.values() for limit in axes.get_xlim()]
        for axes in grid.values():
            axes.set_xlim(min(ends), max(ends))
        _finish(figure, grid, "Bias (log points)", plan)
        _legend(figure, [words_of_selection(plan.selection[name]) for name in kinds])
    return figure


def _grid(plan: Plan) -> tuple[Figure, dict[tuple[str, int], Axes]]:
    """Make axes with a row of them for each kind of effects and a column for each number of clusters."""
    down, across = len(plan.effects), len(plan.clusters)
    height = down * (ROW * len(plan.estimators) + 0.55) + 1.0
    figure, axes = plt.subplots(
        down, across, figsize=(WIDTH, height), layout="constrained", squeeze=False, sharey=True, sharex="row"
    )
    levels = [(effects, clusters) for effects in plan.effects for clusters in plan.clusters]
    grid = dict(zip(levels, axes.flat, strict=True))
    for (effects, clusters), each in grid.items():
        each.set_title(f"{effects.replace('_', ' ').capitalize()}, {clusters} counties")
        names = [_label(name, plan) for name in plan.estimators]
        each.set_yticks(range(len(names)), names)
        each.set_ylim(len(names) - 0.5, -0.5)
        each.grid(axis="y", visible=False)
        for between in range(len(names) - 1):
            each.axhline(between + 0.5, color="#e6e6e6", lw=0.6, zorder=0)
    return figure, grid


def _label(estimator: str, plan: Plan) -> str:
    each = ESTIMATORS[estimator]
    return each.short + ("" if each.has_overall else f", event time {plan.event_time}")


def _points(
    axes: Axes,
    rows: pd.DataFrame,
    value: str,
    ends: tuple[str, str],
    plan: Plan,
    offset: float,
    style: int,
) -> None:
    """Draw one series: a marker and a bar an estimator."""
    heights = [plan.estimators.index(name) + offset for name in rows["estimator"]]
    middle = rows[value].to_numpy()
    low, high = (np.abs(middle - rows[end].to_numpy()) for end in ends)
    axes.errorbar(
        middle,
        heights,
        xerr=[low, high],
        fmt=MARKERS[style % len(MARKERS)],
        color=COLOURS[style % len(COLOURS)],
        markersize=3.6,
        elinewidth=0.9,
        zorder=3,
    )


def _finish(figure: Figure, grid: Mapping[tuple[str, int], Axes], label: str, plan: Plan) -> None:
    """Trim the frame, name the axes below, and mark the figure as simulated."""
    for (effects, _), axes in grid.items():
        sns.despine(ax=axes)
        if effects == list(plan.effects)[-1]:
            axes.set_xlabel(label)
    figure.suptitle(SIMULATED, x=0.995, ha="right", color=WARNING_COLOUR, fontsize=9, fontweight="bold")


def _legend(figure: Figure, words: list[str]) -> None:
    """Put the legend below everything."""
    handles = [
        Line2D(
            [],
            [],
            color=COLOURS[each % len(COLOURS)],
            marker=MARKERS[each % len(MARKERS)],
            markersize=4,
            lw=0.9,
            label=text,
        )
        for each, text in enumerate(words)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2 if len(words) > 3 else len(words))
