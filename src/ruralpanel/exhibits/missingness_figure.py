"""What is missing, where and when: values by column, and units by cohort."""

from __future__ import annotations

from math import ceil

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.exhibits.period_axis import positions, set_period_ticks
from ruralpanel.exhibits.style import MARKERS, NEVER_COLOUR, SMALLEST, empty_axes, figure_style, finish, stacked_panels
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.study.figures_of_results import MissingnessFigure
from ruralpanel.words.names import name_words

ALL, NEVER = "all", "never"
"""All units together, and those never treated, as :mod:`ruralpanel.panel.codebook` calls them."""

TICKS = 10
"""Periods up to which each has a label; of more, every second or so has."""

VALUES, UNITS = "values missing", "units not there"
"""The two parts of the plotted data."""


def plotted_data(missingness: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Add up what is missing by what the figure has on its axes.

    Parameters
    ----------
    missingness
        From :func:`ruralpanel.panel.codebook.missingness`.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    pandas.DataFrame
        `shown` (the part of the figure), `column`, `cohort`, `period`, `units`, `present`, `missing` and `share`: for
        values, of those that the units there could have; for units, of the cohort.
    """
    exhibit = declaration.of(MissingnessFigure)
    by_cohort = missingness[missingness["designation"] == (exhibit.designation or ALL)]
    there = list(dict.fromkeys(by_cohort["column"]))
    in_order = [name for name in declaration.labels if name in there]  # labels are in the order of the study file
    columns = exhibit.columns or list(dict.fromkeys([*in_order, *there]))
    of_columns = by_cohort[by_cohort["column"].isin(columns)]
    over = "cohort" if exhibit.over == "cohort" else "period"
    values = of_columns.groupby(["column", over], as_index=False)[["present", "missing"]].sum()
    values["share"] = (values["missing"] / values["present"]).where(values["present"] > 0)
    order = {name: position for position, name in enumerate(columns)}
    values = values.sort_values(["column", over], key=lambda each: each.map(order) if each.name == "column" else each)
    units = by_cohort.drop_duplicates(["cohort", "period"])[["cohort", "period", "units", "present", "attrition"]]
    units = units.rename(columns={"attrition": "share"}).sort_values(["cohort", "period"])
    found = pd.concat([values.assign(shown=VALUES), units.assign(shown=UNITS)], ignore_index=True)
    found["cohort"] = found["cohort"].astype("object")
    typed = dict.fromkeys(("units", "present", "missing"), "Int64")
    typed |= {"period": "Int64"} if frequency(declaration.frequency).is_plain else {}
    order_of_columns = ["shown", "column", "cohort", "period", "units", "present", "missing", "share"]
    return found.reindex(columns=order_of_columns).astype(typed)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw shares of missing values as cells, and below them the share of units not there, one line a cohort."""
    values, units = data[data["shown"] == VALUES], data[data["shown"] == UNITS]
    gone = bool((units["share"] > 0).any())
    heights = [0.2 * max(values["column"].nunique(), 3) + 0.8, *([2.2] if gone else [])]
    with figure_style(declaration.fonts):
        figure, all_axes = stacked_panels(heights)
        _draw_values(all_axes[0], values, declaration)
        if gone:
            _draw_units(all_axes[1], units, declaration)
        finish(figure, declaration)
    return figure, _notes(units, declaration)


def _draw_values(axes: Axes, values: pd.DataFrame, declaration: ExhibitDeclaration) -> None:
    exhibit = declaration.of(MissingnessFigure)
    if values.empty:
        empty_axes(axes, "no columns to look at")
        return
    over = "cohort" if exhibit.over == "cohort" else "period"
    wide = values.pivot_table("share", "column", over, aggfunc="first", dropna=False)
    wide = wide.reindex(values["column"].unique())
    wide = wide.astype("float64")
    texts = wide.map(_share_words)
    sns.heatmap(
        wide,
        ax=axes,
        cmap=sns.light_palette("#0072B2", as_cmap=True),
        vmin=0,
        vmax=1,
        annot=texts,
        fmt="",
        annot_kws={"fontsize": SMALLEST},
        linewidths=0.5,
        linecolor="white",
        cbar_kws={"format": PercentFormatter(1), "label": "Missing", "pad": 0.015, "aspect": 14},
    )
    axes.patch.set(facecolor="white", hatch="////", edgecolor="#cccccc", linewidth=0)
    axes.set_yticks(
        [at + 0.5 for at in range(len(wide))],
        _column_words([str(name) for name in wide.index], declaration),
        rotation=0,
        fontsize=SMALLEST,
    )
    every = ceil(wide.shape[1] / TICKS)
    ticks = range(0, wide.shape[1], every)
    axes.set_xticks([at + 0.5 for at in ticks], [str(wide.columns[at]) for at in ticks], fontsize=SMALLEST)
    axes.tick_params(axis="x", rotation=0)
    axes.set_title("Values missing among the units that are there")
    axes.set_ylabel("")
    axes.set_xlabel(declaration.period_label if over == "period" else "First period treated")
    axes.grid(visible=False)


def _column_words(columns: list[str], declaration: ExhibitDeclaration) -> list[str]:
    """Label columns, with their units behind labels that several have, or their names where units do not differ."""
    labels = [name_words(name, declaration.labels) for name in columns]
    units = [declaration.columns[name].unit if name in declaration.columns else None for name in columns]
    measured = list(zip(labels, units, strict=True))
    words = []
    for name, label, unit in zip(columns, labels, units, strict=True):
        behind = unit if unit and measured.count((label, unit)) == 1 else name_words(name, {})
        words.append(f"{label} ({behind})" if labels.count(label) > 1 else label)
    return words


def _share_words(share: float) -> str:
    """Write a share in per cent for a small cell: nothing for none, and never 0 or 100 for what is not exactly that."""
    if pd.isna(share) or share == 0:
        return ""
    if share == 1:
        return "all"  # for which there is room
    if share < 0.01:
        return "<1"
    return ">99" if 0.99 < share < 1 else decimal(100 * share, 0)


def _draw_units(axes: Axes, units: pd.DataFrame, declaration: ExhibitDeclaration) -> None:
    cohorts = sorted(units["cohort"].unique(), key=lambda name: (not name.isdigit(), name))
    colours = sns.color_palette("viridis", len(cohorts))
    for position, (cohort, colour) in enumerate(zip(cohorts, colours, strict=True)):
        line = units[units["cohort"] == cohort]
        together = cohort in (ALL, NEVER)
        axes.plot(
            positions(line["period"], declaration.frequency),
            line["share"].astype(float),
            color=NEVER_COLOUR if together else colour,
            linestyle="--" if together else "-",
            linewidth=2.0 if together else 1.2,
            marker=MARKERS[position % len(MARKERS)],
            markersize=3,
            label=f"{'all units' if cohort == ALL else cohort} ({count(line['units'].iloc[0])})",
        )
    axes.set_title("Units not there")
    axes.set_ylabel("Share of the cohort" if len(cohorts) > 1 else "Share of all units")
    axes.set_xlabel(declaration.period_label)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    set_period_ticks(axes, positions(units["period"], declaration.frequency), declaration.frequency, 10)
    axes.set_ylim(bottom=0)
    if len(cohorts) > 1:
        title = "First period treated\n(units)"
        axes.legend(
            loc="center left", bbox_to_anchor=(1.0, 0.5), title=title, fontsize=SMALLEST, title_fontsize=SMALLEST
        )


def _notes(units: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    exhibit = declaration.of(MissingnessFigure)
    sentences = opening_notes(declaration)
    sentences.append("Cells: per cent of values missing; an empty cell has none missing, a hatched one no units.")
    if exhibit.designation is not None:
        sentences.append(f"Cohorts are those of {name_words(exhibit.designation, declaration.labels)}.")
        level = declaration.levels.get(exhibit.designation)
        if level is not None:
            sentences.append(f"Units not there are counted by {name_words(level, declaration.labels).lower()}.")
    if (units["share"] == 0).all():
        total = count(int(units.drop_duplicates("cohort")["units"].sum()))
        whom = name_words(
            declaration.levels.get(exhibit.designation or "", declaration.unit), declaration.labels
        ).lower()
        sentences.append(f"All {total} units ({whom}) are there in all periods.")
    return sentences + closing_notes(declaration)
