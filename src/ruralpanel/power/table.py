"""Every design with its standard error and detectable effect, as a table and as a figure."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ruralpanel.exhibits.style import COLOURS, MARKERS, figure_style, legend_below, panels
from ruralpanel.power.assumptions import Assumptions, Errors
from ruralpanel.power.variance import Design, detectable_effect, standard_error

FACTORS = ["villages", "counties", "waves", "treated", "adoption", "assigned", "estimator"]
"""What designs differ in, in the order of the table's columns."""

LINES = len(COLOURS)
"""Lines that can be told apart in one figure."""


def design_table(assumptions: Assumptions, errors: Errors) -> pd.DataFrame:
    """Compute every design.

    Parameters
    ----------
    assumptions
        The designs, and the power and size of the test.
    errors
        What is assumed, or was measured, of the outcome.

    Returns
    -------
    pandas.DataFrame
        One row a design: :data:`FACTORS`, the ``clusters`` that are drawn for treatment, the number of those
        ``clusters_treated``, the ``standard_error`` and the ``detectable`` effect in the outcome's unit, and the same
        as a share of its standard deviation. Missing where the design identifies no effect.
    """
    rows: list[dict[str, Any]] = []
    levels = (
        assumptions.villages,
        assumptions.counties,
        assumptions.waves,
        assumptions.treated,
        assumptions.adoption.items(),
        assumptions.assigned,
        assumptions.estimators,
    )
    for villages, counties, waves, treated, (adoption, parts), assigned, estimator in product(*levels):
        begins = tuple(min(max(round(part * waves), 1), waves - 1) for part in parts)
        design = Design(villages, counties, waves, treated, begins, assigned, estimator)
        detectable = detectable_effect(design, errors, assumptions.power, assumptions.level)
        values = (villages, counties, waves, treated, adoption, assigned, estimator)
        rows.append(
            dict(zip(FACTORS, values, strict=True))
            | {
                "clusters": design.clusters,
                "clusters_treated": round(design.clusters * treated),
                "standard_error": standard_error(design, errors) if design.is_identified else float("nan"),
                "detectable": detectable,
                "detectable_in_sd": detectable / errors.sd,
            }
        )
    return pd.DataFrame(rows)


def varying(table: pd.DataFrame) -> list[str]:
    """Name the factors in which the designs of a table differ."""
    return [name for name in FACTORS if table[name].nunique() > 1]


def along_and_apart(table: pd.DataFrame) -> tuple[str, str, list[str]]:
    """Choose what a figure has along its axis, what its axes stand apart by, and what its lines tell apart.

    Returns
    -------
    tuple of (str, str, list of str)
        The number with the most levels; another factor, or nothing, so that lines can be told apart; and the rest.
    """
    differing = varying(table)
    numbers = [name for name in ("counties", "villages", "waves", "treated") if name in differing]
    along = max(numbers, key=lambda name: table[name].nunique(), default="counties")
    rest = [name for name in differing if name != along]
    words = [name for name in rest if name in ("assigned", "adoption", "estimator")]
    apart = next(iter(words or rest), "")
    return along, apart, [name for name in rest if name != apart]


def design_figure(table: pd.DataFrame, assumptions: Assumptions, unit: str) -> Figure:
    """Draw detectable effects along one factor, a line for each level of the others.

    Parameters
    ----------
    table
        From :func:`design_table`.
    assumptions
        Power and size, for the axis.
    unit
        What effects are measured in; may be empty.

    Returns
    -------
    matplotlib.figure.Figure
        One set of axes for each level of one more factor.
    """
    along, apart, lines = along_and_apart(table)
    groups = list(table.groupby(apart, sort=False)) if apart else [("", table)]
    with figure_style():
        figure, axes = panels(len(groups))
        for place, (level, of_level) in zip(axes, groups, strict=True):
            by_line = list(of_level.groupby(lines, sort=False)) if lines else [((), of_level)]
            for number, (levels, rows) in enumerate(by_line):
                label = ", ".join(f"{name} {value}" for name, value in zip(lines, levels, strict=True))
                shown = rows.sort_values(along)
                look: dict[str, Any] = {
                    "color": COLOURS[number % LINES],
                    "marker": MARKERS[number % LINES],
                    "markersize": 4,
                }
                place.plot(
                    shown[along], shown["detectable"], label=label, linestyle="-" if number < LINES else ":", **look
                )
            place.set_title(f"{apart.capitalize()}: {str(level).replace('_', ' ')}" if apart else "")
            place.set_xlabel(along.capitalize())
            place.set_ylim(bottom=0)
            if along != "treated":
                place.xaxis.set_major_locator(MaxNLocator(integer=True))
            place.set_ylabel(f"Effect found with a power of {assumptions.power:.0%}" + (f"\n({unit})" if unit else ""))
        legend_below(figure)
    return figure
