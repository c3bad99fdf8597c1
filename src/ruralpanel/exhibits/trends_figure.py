"""Raw means by cohort and period."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.period_axis import positions, set_period_ticks
from ruralpanel.exhibits.style import NEVER_COLOUR, axis_label, empty_axes, figure_style, finish, panels
from ruralpanel.frames.periods.frequency import in_order
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.names import name_words

WITHOUT_COHORT = ("never", "all")
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
                linestyle="--" if cohort in WITHOUT_COHORT else "-",
                marker="o",
                markersize=3,
                label=_cohort_words(cohort, data),
            )
            for cohort, colour in palette.items()
        ]
        if len(handles) > 1:
            figure.legend(
                handles=handles,
                loc="outside lower center",
                ncols=min(len(handles), 6),
                title="First period treated",
            )
        finish(figure, declaration)
    return figure, _notes(declaration)


def _palette(data: pd.DataFrame) -> dict[str, tuple[float, float, float] | str]:
    """Give cohorts colours from dark (early) to light (late), and the never treated dark grey."""
    cohorts = sorted((name for name in data["cohort"].unique() if name and name not in WITHOUT_COHORT), key=in_order)
    colours: dict[str, tuple[float, float, float] | str] = {
        cohort: tuple(colour)
        for cohort, colour in zip(cohorts, sns.color_palette("viridis", len(cohorts)), strict=True)
    }
    return colours | {name: NEVER_COLOUR for name in WITHOUT_COHORT if name in set(data["cohort"])}


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
    for cohort, colour in palette.items():
        line = shown[shown["cohort"] == cohort]
        sns.lineplot(
            x=positions(line["period"], declaration.frequency),
            y=line["estimate"],
            ax=axes,
            color=colour,
            linestyle="--" if cohort in WITHOUT_COHORT else "-",
            linewidth=2.0 if cohort in WITHOUT_COHORT else 1.2,
            marker="o",
            markersize=3,
            markeredgewidth=0,
            legend=False,
        )
    axes.set_title(f"{words.head}, {specification}" if specification else words.head)
    axes.set_xlabel(declaration.period_label)
    axes.set_ylabel(axis_label("Mean", words.level_unit))
    set_period_ticks(axes, positions(shown["period"], declaration.frequency), declaration.frequency, 8)


def _cohort_words(cohort: str, data: pd.DataFrame) -> str:
    """Name a cohort with its number of units; a range where it differs between outcomes or specifications."""
    units = data.loc[(data["cohort"] == cohort) & (data["kind"] == "cohort_size"), "units"]
    low, high = count(units.min()), count(units.max())
    return f"{WORDS.get(cohort, cohort)} ({low if low == high else f'{low}–{high}'})"


def _notes(declaration: ExhibitDeclaration) -> list[str]:
    sentences = opening_notes(declaration)
    sentences.append("Means of the rows observed, by cohort, before any regression.")
    whom = name_words(declaration.cohorts_of or declaration.unit, declaration.labels).lower()
    sentences.append(f"Number of units ({whom}) ever seen with the outcome in brackets.")
    return sentences + closing_notes(declaration)
