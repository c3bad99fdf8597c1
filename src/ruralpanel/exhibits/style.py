"""One look for all figures: colour-blind safe, legible in grey, units on the axes, the same bytes when rebuilt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from ruralpanel.errors import FigureError, Problem
from ruralpanel.exhibits.caption import SIMULATED, ExhibitDeclaration
from ruralpanel.fonts import REMEDY, characters_in, chinese_sans_file, named, without_glyph

# Okabe & Ito's palette without its yellow, which is faint on white, and a wine red of Tol's; ordered so that neighbours
# also differ in lightness, with markers for print in grey.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222", "#882255"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "p"]
NEVER_COLOUR = "#333333"
WARNING_COLOUR = "#B00020"
WIDTH = 6.3
"""Inches: the width of the paper's text block, so that letters are printed in the size that they have here."""
SMALLEST = 8
"""Points: the size of the smallest letters."""
LABEL_WIDTH = 34
"""Characters that fit beside one set of axes."""


LATIN = "DejaVu Sans"
"""The font of the figures, with Latin, Greek, Cyrillic and Arabic letters; it comes with matplotlib."""


@contextmanager
def figure_style(fonts: Sequence[str] = ()) -> Iterator[None]:
    """Draw with the house style.

    Parameters
    ----------
    fonts
        Files of fonts for characters that neither :data:`LATIN` nor the Chinese font has.
    """
    settings: dict[Any, Any] = {
        "figure.dpi": 100,
        "savefig.dpi": 300,
        "font.family": [LATIN, *map(_family, [str(chinese_sans_file()), *fonts])],
        "font.size": 8.5,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.labelsize": 8.5,
        "xtick.labelsize": SMALLEST,
        "ytick.labelsize": SMALLEST,
        "legend.fontsize": SMALLEST,
        "legend.frameon": False,
        "axes.unicode_minus": True,
        "text.parse_math": False,  # a dollar sign in a label is money
        "pdf.fonttype": 42,
        "svg.hashsalt": "ruralpanel",  # else the names within a file differ from run to run
    }
    with sns.axes_style("ticks", {"axes.grid": True, "grid.color": "#e6e6e6"}), mpl.rc_context(settings):
        yield


def panels(count: int, height: float = 3.2) -> tuple[Figure, list[Axes]]:
    """Make a figure with one set of axes for each outcome, two abreast.

    Parameters
    ----------
    count
        How many axes.
    height
        Of one row, in inches.

    Returns
    -------
    tuple of (Figure, list of Axes)
        Axes beyond ``count`` are removed.
    """
    across = min(count, 2)
    down = -(-count // across)
    figure, axes = plt.subplots(down, across, figsize=(WIDTH, height * down + 0.3), layout="constrained", squeeze=False)
    flat = list(axes.flat)
    for spare in flat[count:]:
        spare.remove()
    return figure, flat[:count]


def stacked_panels(heights: list[float], share_x: bool = False) -> tuple[Figure, list[Axes]]:
    """Make a figure of the width of a text block with axes of different heights below one another.

    Parameters
    ----------
    heights
        Of the axes with what is written around them, in inches.
    share_x
        Whether they have one horizontal axis.
    """
    figure, grid = plt.subplots(
        len(heights),
        1,
        figsize=(WIDTH, sum(heights) + 0.3),
        height_ratios=heights,
        sharex=share_x,
        layout="constrained",
        squeeze=False,
    )
    return figure, list(grid[:, 0])


def axis_label(text: str, unit: str) -> str:
    """Put a unit behind the words on an axis, on a line of its own when both are long."""
    if not unit:
        return text
    label = f"{text} ({unit})"
    return label if len(label) <= LABEL_WIDTH else f"{text}\n({unit})"


def legend_below(figure: Figure, columns: int = 3, least: int = 2) -> None:
    """Put one legend for all axes below them, where there are several things to tell apart.

    Parameters
    ----------
    figure
        What is drawn on several of its axes under the same label is in the legend once.
    columns
        How many labels stand abreast at the most.
    least
        The number of labels from which on there is a legend.
    """
    handles = {
        label: handle for axes in figure.axes for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    if len(handles) >= least:
        places = min(len(handles), columns)
        figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=places)


def finish(figure: Figure, declaration: ExhibitDeclaration) -> None:
    """Trim the frame, and mark figures from simulated data on their face."""
    finish_standing(figure, declaration.standing)


def finish_standing(figure: Figure, standing: str) -> None:
    """Do what :func:`finish` does where no exhibit is drawn.

    Parameters
    ----------
    figure
        The figure.
    standing
        Of the study's data.
    """
    for axes in figure.axes:
        sns.despine(ax=axes)
    if standing == "simulated":
        figure.suptitle(SIMULATED, x=0.995, ha="right", color=WARNING_COLOUR, fontsize=9, fontweight="bold")


def save_figure(figure: Figure, png: Path | str, pdf: Path | str, svg: Path | str, fonts: Sequence[str] = ()) -> None:
    """Save a figure as PNG, PDF and SVG in the house style, the same bytes every time.

    Resolution and kinds of fonts are settings of the moment of saving, and labels of ticks are not written before a
    figure is drawn, when constrained layout has already made room for them: so it is drawn once before it is saved.

    Parameters
    ----------
    figure
        The figure; closed afterwards.
    png, pdf, svg
        Where to.
    fonts
        The files of fonts it was drawn with, beside those that are always there.

    Raises
    ------
    FigureError
        If a character of its text is in none of the fonts; all such texts at once. Nothing is saved.
    """
    problems = missing_characters(figure, Path(png).stem, fonts)
    if problems:
        plt.close(figure)
        raise FigureError(problems)
    with figure_style(fonts):
        figure.draw_without_rendering()
        figure.savefig(png, metadata={"Software": None})
        figure.set_layout_engine("none")  # which has found its layout, and would find another one at other dots an inch
        figure.savefig(pdf, metadata={"CreationDate": None, "Producer": None, "Creator": None})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def missing_characters(figure: Figure, name: str, fonts: Sequence[str] = ()) -> list[Problem]:
    """Find the texts of a figure that would have boxes in place of characters.

    Parameters
    ----------
    figure
        The figure.
    name
        What it is called, for the message.
    fonts
        As in :func:`save_figure`.

    Returns
    -------
    list of Problem
        One for every text, with the characters that no font has.
    """
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_ticklabels()  # which are written only now
    always: list[Path | str] = [chinese_sans_file(), *fonts]
    of_style: dict[tuple[str, Any], frozenset[int]] = {}
    problems = {}
    for text in figure.findobj(Text):
        if not text.get_visible():
            continue
        style = (text.get_fontstyle(), text.get_fontweight())
        if style not in of_style:  # slanted letters are a font of their own, with fewer characters
            latin = findfont(FontProperties(family=LATIN, style=style[0], weight=style[1]))
            of_style[style] = characters_in([latin, *always])
        missing = without_glyph(text.get_text(), of_style[style])
        if missing:
            shown = " ".join(text.get_text().split())
            what = f"no font at hand has {named(missing)}, in the text “{shown}”"
            problems[what] = Problem(f"the figure `{name}`", what, hint=REMEDY)
    return list(problems.values())


def _family(file: str) -> str:
    """Make a font known to matplotlib, and give the name it has there.

    A font that has one weight stands for the bold one too, for which there would be a warning else.
    """
    family = FT2Font(file).family_name
    if not any(Path(each.fname) == Path(file) for each in fontManager.ttflist):
        fontManager.addfont(file)
        plain = fontManager.ttflist[-1]
        if not any(each.name == plain.name and each.weight in (700, "bold") for each in fontManager.ttflist):
            fontManager.ttflist.append(replace(plain, weight=700))
    return str(family)


def empty_axes(axes: Axes, reason: str) -> None:
    """Say on the axes why nothing is drawn there."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, reason, ha="center", va="center", wrap=True, transform=axes.transAxes, fontsize=SMALLEST)
