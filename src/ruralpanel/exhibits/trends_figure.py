"""Raw means by cohort and period."""

from __future__ import annotations

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.period_axis import positions, set_period_ticks
from ruralpanel.exhibits.style import MARKERS, NEVER_COLOUR, axis_label, empty_axes, figure_style, finish, panels
from ruralpanel.frames.periods.frequency import in_order
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.names import name_words

WITHOUT_COHORT = ("never", "all")
LIGHTEST = 0.82
"""How far along the palette the latest cohort is: its end is too light for print in grey."""

STYLES: tuple[Any, ...] = ("-", (0, (5, 1)), (0, (1, 1)), (0, (4, 1, 1, 1)))
"""The dashes of cohorts' lines, in turn: with their markers they tell lines apart where there are no colours."""

WORDS = {"never": "never", "all": "all units"}


def plotted_data(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Pick the means that the figure shows.

    Returns
    -------
    pandas.DataFrame
        One row a cohort and period; equations without an estimate keep their reason.
    """
    return estimates[estimates["estimator"].isin(declaration.exhibit.estimators())].reset_index(drop=True)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw means by period, one line a cohort, one set of axes an outcome and specification."""
    means = data[data["kind"] != "cohort_size"]
    parts = [(key, part) for key, part in means.groupby(["outcome", "block", "specification"], sort=False)]
    palette = _palette(data)
    with figure_style(declaration.fonts):
        figure, all_axes = panels(len(parts), height=3.6 if len(parts) == 1 else 2.9)
        for axes, ((outcome, block, specification), part) in zip(all_axes, parts, strict=True):
            which = declaration.specifications.get(f"{block}/{specification}", "")
            _draw_means(axes, part, which, declaration.outcomes[str(outcome)], declaration, palette)
        handles = [
            Line2D(
                [],
                [],
                color=colour,
                linestyle=_style(number, cohort),
                marker=_marker(number, cohort),
                markersize=3 if cohort in WITHOUT_COHORT else 3.5,
                label=_cohort_words(cohort, data, declaration.minimum_cell),
            )
            for number, (cohort, colour) in enumerate(palette.items())
        ]
        if len(handles) > 1:
            figure.legend(
                handles=handles,
                loc="outside lower center",
                ncols=min(len(handles), 4),
                title="First period treated",
                handlelength=3.2,
            )
        finish(figure, declaration)
    return figure, _notes(declaration)


def _palette(data: pd.DataFrame) -> dict[str, tuple[float, float, float] | str]:
    """Give cohorts colours from dark (early) to light (late), and the never treated dark grey."""
    cohorts = sorted((name for name in data["cohort"].unique() if name and name not in WITHOUT_COHORT), key=in_order)
    colours: dict[str, tuple[float, float, float] | str] = {
        cohort: (colour[0], colour[1], colour[2]) for cohort, colour in zip(cohorts, _shades(len(cohorts)), strict=True)
    }
    return colours | {name: NEVER_COLOUR for name in WITHOUT_COHORT if name in set(data["cohort"])}


def _shades(number: int) -> list[tuple[float, float, float]]:
    """Give colours that are told apart by their lightness, none of them faint."""
    palette = sns.color_palette("viridis", as_cmap=True)
    return [palette(LIGHTEST * each / max(number - 1, 1))[:3] for each in range(number)]


def _style(number: int, cohort: str) -> Any:
    return "--" if cohort in WITHOUT_COHORT else STYLES[number % len(STYLES)]


def _marker(number: int, cohort: str) -> str:
    return "o" if cohort in WITHOUT_COHORT else MARKERS[number % len(MARKERS)]


def _draw_means(
    axes: Axes,
    part: pd.DataFrame,
    specification: str,
    words: OutcomeWords,
    declaration: ExhibitDeclaration,
    palette: dict[str, tuple[float, float, float] | str],
) -> None:
    shown = part[part["estimate"].notna()]
    if shown.empty:
        empty_axes(axes, f"{words.head}: {part['reason'].iloc[0]}")
        return
    for number, (cohort, colour) in enumerate(palette.items()):
        line = shown[shown["cohort"] == cohort]
        sns.lineplot(
            x=positions(line["period"], declaration.frequency),
            y=line["estimate"],
            ax=axes,
            color=colour,
            linestyle=_style(number, cohort),
            linewidth=2.0 if cohort in WITHOUT_COHORT else 1.2,
            marker=_marker(number, cohort),
            markersize=3 if cohort in WITHOUT_COHORT else 3.5,
            markeredgewidth=0,
            legend=False,
        )
    axes.set_title(f"{words.head}, {specification}" if specification else words.head)
    axes.set_xlabel(declaration.period_label)
    axes.set_ylabel(axis_label("Mean", words.level_unit))
    set_period_ticks(axes, positions(shown["period"], declaration.frequency), declaration.frequency, 8)


def _cohort_words(cohort: str, data: pd.DataFrame, minimum: int | None) -> str:
    """Name a cohort with its number of units; a range where it differs between outcomes or specifications."""
    units = data.loc[(data["cohort"] == cohort) & (data["kind"] == "cohort_size"), "units"]
    low, high = count(units.min()), count(units.max())
    if minimum is not None and units.isna().any():
        return f"{WORDS.get(cohort, cohort)} (not shown)"
    return f"{WORDS.get(cohort, cohort)} ({low if low == high else f'{low}–{high}'})"


def _notes(declaration: ExhibitDeclaration) -> list[str]:
    sentences = opening_notes(declaration)
    sentences.append("Means of the rows observed, by cohort, before any regression.")
    whom = name_words(declaration.cohorts_of or declaration.unit, declaration.labels).lower()
    sentences.append(f"Number of units ({whom}) ever seen with the outcome in brackets.")
    return sentences + closing_notes(declaration)
