"""A map of the units, with lines and a shaded region."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.spatial import Delaunay, cKDTree

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.exhibits.style import COLOURS, MARKERS, WIDTH, figure_style, finish
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.study.figures_of_places import MapFigure
from ruralpanel.treatment_columns import cohort_column
from ruralpanel.words.names import name_words

UNIT, LINE, OUTLINE = "unit", "line", "outline"
FRAME = 5.65
"""Inches: the width of the frame of a map with its legend below."""

CLASSES = 5
"""Cohorts or amounts beyond this number are put together, so that a reader can tell them apart without colour."""
NEVER_SHADE, SHADE_COLOUR, LINE_COLOURS = "#9a9a9a", "#efe6d0", ("#2b6ea6", "#7a4a9e", "#444444")
OUTLINE_COLOUR = "#bdbdbd"
"""Lighter than the lightest points, also in grey."""
SHADE_CELLS = 400
"""Cells of the shade along the longer side of the map."""

POINTS_AS_DRAWING = 10_000
"""More points of a class than this are a picture within a PDF or SVG, which else weighs a hundred bytes a point."""


def plotted_data(
    panel: pd.DataFrame, lines: pd.DataFrame, outlines: pd.DataFrame, declaration: ExhibitDeclaration
) -> pd.DataFrame:
    """Lay out what is on the map, without the names of the units.

    Parameters
    ----------
    panel
        With coordinates in degrees.
    lines, outlines
        One row a vertex, with the number of its file, its `line` and `vertex`, and its place in degrees.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    pandas.DataFrame
        One row a unit or vertex: its layer, what the legend calls it (`class`, in the order `order`), its place in
        degrees to as many decimals as the study says, the number that is shown, and whether it is in the shaded region.
    """
    exhibit = declaration.of(MapFigure)
    units = _units(panel, declaration, exhibit)
    decimals = exhibit.decimals
    if declaration.minimum_cell is not None:
        units, decimals = _places_of_several(units, declaration.minimum_cell, decimals)
    vertices = [_vertices(units, decimals)]
    for position, (label, latitude, longitude) in enumerate(declaration.lines, start=1):
        own = lines[lines["file"] == position]
        drawn = {"class": label, "order": position, "line": own["line"].astype(str), "vertex": own["vertex"]}
        places = {"longitude": own[longitude], "latitude": own[latitude]}
        vertices.append(_vertices(pd.DataFrame({**places, **drawn}).assign(layer=LINE), exhibit.decimals))
    if len(outlines):
        vertices.append(_vertices(outlines.assign(layer=OUTLINE, line=outlines["line"].astype(str)), 5))
    return pd.concat(vertices, ignore_index=True)


def _places_of_several(units: pd.DataFrame, minimum: int, decimals: int) -> tuple[pd.DataFrame, int]:
    """Give one point a class and place with enough units, without its number, to as few decimals as that takes.

    Where even whole degrees have fewer, nothing is drawn there. With each decimal less, a place is ten times as wide.
    """
    keys = ["layer", "class", "order", "longitude", "latitude"]
    for places in range(decimals, -1, -1):
        rounded = units.assign(**{name: units[name].round(places) for name in ("longitude", "latitude")})
        sizes = rounded.groupby(keys)["longitude"].transform("size")
        if places == 0 or 2 * (sizes >= minimum).sum() >= len(units):
            break
    return rounded[sizes >= minimum][keys].drop_duplicates(), places


def _vertices(frame: pd.DataFrame, decimals: int) -> pd.DataFrame:
    columns = ["layer", "class", "order", "longitude", "latitude", "value", "shaded", "line", "vertex"]
    laid_out = frame.reindex(columns=columns)
    places = laid_out[["longitude", "latitude"]].astype("float64").round(decimals)
    whole = {name: laid_out[name].astype("Int64") for name in ("order", "shaded", "vertex")}
    return laid_out.assign(longitude=places["longitude"], latitude=places["latitude"], **whole)


def _units(panel: pd.DataFrame, declaration: ExhibitDeclaration, exhibit: MapFigure) -> pd.DataFrame:
    """Give each unit its place, the number shown and the class that it falls into."""
    period = declaration.period
    latitude, longitude = declaration.coordinates
    rows = panel.sort_values([declaration.unit, period], kind="stable")
    shown = _shown_period(rows, declaration, exhibit)
    if shown is not None:
        rows = rows[rows[period] == shown]
    columns = {"longitude": rows[longitude], "latitude": rows[latitude]}
    name = exhibit.column or str(exhibit.designation)
    columns["value"] = rows[cohort_column(name) if exhibit.show == "cohort" else name].astype("float64")
    if exhibit.shade is not None:
        columns["shaded"] = rows[exhibit.shade]
        others = sorted(set(rows[exhibit.shade].dropna().unique()) - {0, 1}, key=str)
        if others:
            what = f"`{exhibit.shade}` has the value {others[0]}, and a region is shaded by a column of 0 and 1"
            raise DataError([Problem(f"exhibit {declaration.name}", what, "shade")])
    units = pd.DataFrame(columns | {"unit": rows[declaration.unit]})
    units = units.groupby("unit", sort=True).last().dropna(subset=["longitude", "latitude"])
    names, order = _classes(units["value"], exhibit, declaration)
    if exhibit.show == "cohort":
        units = with_labels(units, {"value": frequency(declaration.frequency)})
    # Points of large classes are drawn first, so that the few and early ones are on top.
    return units.assign(layer=UNIT, **{"class": names, "order": order}).sort_values(
        ["order", "longitude", "latitude", "value"], kind="stable"
    )


def _shown_period(rows: pd.DataFrame, declaration: ExhibitDeclaration, exhibit: MapFigure) -> int | None:
    if exhibit.show == "cohort":
        return None
    periods = rows[declaration.period]
    shown = int(periods.max()) if exhibit.period is None else exhibit.period
    if shown not in set(periods):
        have = " to ".join(map(declaration.label, (periods.min(), periods.max())))
        what = f"the panel has no row in {declaration.label(shown)}"
        raise DataError([Problem(f"exhibit {declaration.name}", what, "period", f"it has {have}")])
    return shown


def _classes(values: pd.Series, exhibit: MapFigure, declaration: ExhibitDeclaration) -> tuple[pd.Series, pd.Series]:
    """Put units into classes: 0 for nothing, then from the first cohort or least amount on."""
    if exhibit.show == "treated":
        order = values.fillna(0).gt(0).astype("int64")
        return order.map({0: "Not treated", 1: "Treated"}), order
    if exhibit.show == "cohort":
        order = _grouped(values)
        nothing = "Never"
    else:
        order = _grouped(values.where(values > 0))
        nothing = "None"
    labels = {0: nothing}
    for each in sorted(set(order) - {0}):
        low, high = values[order == each].min(), values[order == each].max()
        places = 0 if exhibit.show == "cohort" or (values.dropna() % 1 == 0).all() else 2
        ends = [declaration.label(end) if exhibit.show == "cohort" else decimal(end, places) for end in (low, high)]
        labels[each] = ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"
    return order.map(labels), order


def _grouped(values: pd.Series) -> pd.Series:
    """Number classes of about as many units each, from 1; equal values stay together, and missing ones are 0."""
    known = values.dropna()
    distinct = np.sort(known.unique())
    if len(distinct) <= CLASSES:
        cuts = distinct
    else:
        cuts = np.unique(np.quantile(known, np.arange(1, CLASSES + 1) / CLASSES, method="inverted_cdf"))
    order = pd.Series(0, index=values.index, dtype="int64")
    order.loc[known.index] = np.searchsorted(cuts, known.to_numpy(), side="left") + 1
    return order


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw the map."""
    exhibit = declaration.of(MapFigure)
    units = data[data["layer"] == UNIT]
    with figure_style(declaration.fonts):
        middle = float(units["latitude"].mean())
        shrink = float(np.cos(np.radians(middle)))
        width, height = np.ptp(units["longitude"]) * shrink, np.ptp(units["latitude"])
        broad = bool(width > 1.2 * height)  # the legend then goes below
        tall = float(np.clip((6.4 if broad else 5.2) * height / max(width, 1e-6), 2.6, 7.5))
        figure, axes = plt.subplots(figsize=(WIDTH, tall + (1.3 if broad else 0.5)), layout="constrained")
        axes.set_aspect(1 / shrink)
        axes.grid(visible=True, linewidth=0.4)
        _draw_shade(axes, units, shrink, declaration, exhibit)
        for _, part in data[data["layer"] == OUTLINE].groupby("line", sort=False):
            axes.plot(part["longitude"], part["latitude"], color=OUTLINE_COLOUR, linewidth=0.6, zorder=1)
        points = _draw_units(axes, units, exhibit, declaration)
        _draw_lines(axes, data[data["layer"] == LINE])
        _frame(axes, units)
        if broad:  # as tall as the frame is, so that no white is left above and below
            (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
            figure.set_size_inches(WIDTH, FRAME * (north - south) / ((east - west) * shrink) + 1.2)
        title = declaration.labels.get(str(exhibit.designation or exhibit.column), None)
        others = [handle for handle in axes.get_legend_handles_labels()[0] if handle not in points]
        handles = [*points, *others]
        words = [str(handle.get_label()) for handle in handles]
        figure.legend(
            handles,
            words,
            loc="outside lower center" if broad else "outside right center",
            ncols=4 if broad else 1,
            title=_legend_title(title, exhibit),
            markerscale=1.4,
        )
        finish(figure, declaration)
    return figure, _notes(data, declaration, middle)


def _legend_title(label: str | None, exhibit: MapFigure) -> str:
    words = label or str(exhibit.designation or exhibit.column)
    return f"{words},\nfirst period" if exhibit.show == "cohort" else words


def _draw_shade(
    axes: Axes, units: pd.DataFrame, shrink: float, declaration: ExhibitDeclaration, exhibit: MapFigure
) -> None:
    """Shade cells whose nearest unit is in the region, among those near a unit or between units of the region."""
    known = units[units["shaded"].notna()]
    if exhibit.shade is None or known.empty:
        return
    places = np.column_stack([known["longitude"] * shrink, known["latitude"]])
    tree = cKDTree(places)
    among = min(len(places), 12)
    near = 1.5 * float(np.quantile(tree.query(places, k=among)[0].reshape(len(places), -1)[:, -1], 0.95))
    region = places[known["shaded"].to_numpy(dtype="int64") == 1]
    low, high = places.min(axis=0) - near, places.max(axis=0) + near
    step = float((high - low).max() / SHADE_CELLS)
    across, up = np.arange(low[0], high[0], step), np.arange(low[1], high[1], step)
    cells = np.stack(np.meshgrid(across, up), axis=-1)
    distance, index = tree.query(cells)
    among_them = (distance <= near) | _within_outline(region, cells)
    inside = among_them & (known["shaded"].to_numpy(dtype="int64")[index] == 1)
    if inside.any():
        axes.contourf(across / shrink, up, inside.astype(float), levels=[0.5, 1.5], colors=[SHADE_COLOUR], zorder=0.5)
        label = exhibit.shade_label or name_words(exhibit.shade, declaration.labels)
        axes.fill([], [], color=SHADE_COLOUR, label=label)


def _within_outline(region: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Tell which cells are within the smallest convex outline around places."""
    if np.linalg.matrix_rank(region - region.mean(axis=0)) < 2:  # one place, or several in a row, have no area
        return np.zeros(cells.shape[:-1], dtype=bool)
    return np.asarray(Delaunay(region).find_simplex(cells) >= 0)


def _draw_units(axes: Axes, units: pd.DataFrame, exhibit: MapFigure, declaration: ExhibitDeclaration) -> list[Artist]:
    """Draw the units, the few and large ones on top, and give what the legend shows of them, the first class first."""
    small, step = (2.0, 3.0) if len(units) > 1000 else (5.0, 5.0)
    groups = [(int(str(order)), part) for order, part in units.groupby("order")]
    highest = max(order for order, _ in groups)
    colours: list[Any] = sns.color_palette("viridis", max(highest, 1))
    early_last = sorted(groups, key=lambda pair: (pair[0] != 0, -pair[0] if exhibit.show == "cohort" else pair[0]))
    handles: dict[int, tuple[Artist, str]] = {}
    for order, part in early_last:
        amount = highest - order if exhibit.show == "cohort" else order
        dark_first = order - 1 if exhibit.show == "cohort" else highest - order
        colour = COLOURS[1] if exhibit.show == "treated" or order == 0 else colours[dark_first]
        style: dict[str, Any] = (
            {"s": small, "color": NEVER_SHADE, "marker": "o", "linewidth": 0}
            if order == 0
            else {
                "s": 9 + step * amount,
                "color": colour,
                "marker": MARKERS[(order - 1) % len(MARKERS)],
                "linewidth": 0.3,
                "edgecolor": "white",
            }
        )
        style["rasterized"] = len(part) > POINTS_AS_DRAWING
        label = str(part["class"].iloc[0])
        if declaration.minimum_cell is None:  # else points are places of several units, and not units
            label += f" ({count(len(part))})"
        handles[order] = (
            axes.scatter(part["longitude"], part["latitude"], zorder=3 + 0.1 * len(handles), **style),
            label,
        )
    for handle, label in handles.values():
        handle.set_label(label)
    return [handles[order][0] for order in sorted(handles, key=lambda order: (order == 0, order))]


def _draw_lines(axes: Axes, lines: pd.DataFrame) -> None:
    for (order, label), own in lines.groupby(["order", "class"], sort=True):
        position = (int(str(order)) - 1) % len(LINE_COLOURS)
        style = {"color": LINE_COLOURS[position], "linestyle": ("-", "--", ":")[position], "linewidth": 1.8}
        for index, (_, part) in enumerate(own.groupby("line", sort=False)):
            ordered = part.sort_values("vertex")
            axes.plot(
                ordered["longitude"],
                ordered["latitude"],
                label=label if index == 0 else None,
                zorder=2.5,
                **style,  # type: ignore[arg-type]
            )


def _frame(axes: Axes, units: pd.DataFrame) -> None:
    """Show the units and a margin around them, whatever outlines and lines reach to; write degrees at the axes."""
    for name, setter, axis, signs in (
        ("longitude", axes.set_xlim, axes.xaxis, "EW"),
        ("latitude", axes.set_ylim, axes.yaxis, "NS"),
    ):
        low, high = float(units[name].min()), float(units[name].max())
        margin = max(0.04 * (high - low), 0.05)
        setter(low - margin, high + margin)
        axis.set_major_locator(MaxNLocator(nbins=6))
        axis.set_major_formatter(
            FuncFormatter(lambda value, _, signs=signs: f"{abs(value):g}° {signs[0] if value >= 0 else signs[1]}")
        )


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration, middle: float) -> list[str]:
    exhibit = declaration.of(MapFigure)
    sentences = opening_notes(declaration)
    units = data[data["layer"] == UNIT]
    unit = declaration.unit_words
    sentences.append(f"A point is a {unit}; {counted(len(units), 'point')}, with the number of each kind in brackets.")
    if exhibit.period is not None:
        sentences.append(f"As in {declaration.label(exhibit.period)}.")
    if exhibit.decimals < 2:
        sentences.append(f"Places are to {counted(exhibit.decimals, 'decimal')} of a degree.")
    sentences.append(f"A degree of longitude is drawn as long as it is at {decimal(abs(middle), 0)}°.")
    if exhibit.shade is not None:
        sentences.append(
            "Shaded: places near the region's points or between them whose nearest point is in it; no official border."
        )
    if exhibit.outlines is not None:
        sentences += [f"Outlines: {declaration.outlines.rstrip('.')}.", exhibit.outlines.disclaimer]
    return sentences + closing_notes(declaration)
