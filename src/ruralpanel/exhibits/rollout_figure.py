"""Units designated by period in the sample, beside published counts."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogFormatter, LogLocator, NullLocator

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.exhibits.period_axis import positions, set_period_ticks
from ruralpanel.exhibits.style import COLOURS, MARKERS, SMALLEST, WIDTH, figure_style, finish
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.panel.lists import UNCERTAIN
from ruralpanel.study.figures_of_places import RolloutFigure
from ruralpanel.words.names import name_words
from ruralpanel.words.sentences import sentence_list

PUBLISHED, SAMPLE, WEIGHTED = "published", "sample", "sample, weighted"
SHARE, SHARE_WEIGHTED = "sample over published", "weighted sample over published"
LIST_ABSENT = "no list in the sample"

AT = "place on the axis"
"""The column of plotted data that holds where a period is drawn, while it is drawn."""


def plotted_data(panel: pd.DataFrame, events: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Count designated units by year.

    Parameters
    ----------
    panel
        With the columns of the designation, in the panel's unit and period.
    events
        What happened to units in list years.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    pandas.DataFrame
        One row a series and year, with the count (units), its source, and what is to be known of the year: in the
        sample that there is no list of it, in the published counts that the definition changed. Shares are in percent.
    """
    exhibit = declaration.of(RolloutFigure)
    published = pd.Series(
        {int(year): float(each.count) for year, each in exhibit.published_counts.items()}, dtype="float64"
    ).sort_index()
    sample = _designated(panel, declaration, None)
    if declaration.minimum_cell is not None:
        sample = _in_large_steps(sample, declaration.minimum_cell)
    series = {PUBLISHED: published, SAMPLE: sample}
    if exhibit.weights is not None:
        series[WEIGHTED] = _designated(panel, declaration, exhibit.weights).loc[sample.index]
    for share, of in ((SHARE, SAMPLE), (SHARE_WEIGHTED, WEIGHTED)):
        if of in series:
            both = series[of].index.intersection(published.index[published > 0])
            series[share] = 100 * series[of][both] / published[both]
    absent = _years_without_list(events, sample.index, exhibit.designation, declaration)
    rows = [
        (name, year, value, "", LIST_ABSENT if year in absent else "")
        for name, values in series.items()
        for year, value in zip(values.index.astype(int), values, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["series", "year", "value", "source", "remark"])
    from_elsewhere = frame["series"] == PUBLISHED
    years = frame.loc[from_elsewhere, "year"].astype(str)
    frame.loc[from_elsewhere, "source"] = years.map(
        {year: each.source for year, each in exhibit.published_counts.items()}
    )
    frame.loc[from_elsewhere, "remark"] = years.map(exhibit.breaks).fillna("")
    return with_labels(frame, {"year": frequency(declaration.frequency)})


def _designated(panel: pd.DataFrame, declaration: ExhibitDeclaration, weights: str | None) -> pd.Series:
    """Add up the units that are treated in each period, or their weights; only from the first treated one on."""
    exhibit = declaration.of(RolloutFigure)
    level = declaration.levels.get(exhibit.designation)
    if level is not None:  # each counts once, whatever units it has
        columns = [exhibit.designation, *([] if weights is None else [weights])]
        panel = panel.groupby([level, declaration.period], as_index=False)[columns].mean()
    treated = panel[exhibit.designation].astype("float64")
    amounts = treated if weights is None else treated * panel[weights].astype("float64")
    sums = amounts.groupby(panel[declaration.period].astype("int64")).sum().sort_index()
    return sums[sums.gt(0).cummax()]


def _in_large_steps(counts: pd.Series, minimum: int) -> pd.Series:
    """Keep the periods in which a count is large enough, and differs enough, or not at all, from the one shown before.

    The difference of two counts is one too: of those who came or went between.
    """
    kept, before = [], 0.0
    for number in counts:
        kept.append(number >= minimum and (number == before or abs(number - before) >= minimum))
        before = number if kept[-1] else before
    return counts[kept]


def _years_without_list(
    events: pd.DataFrame, years: pd.Index, designation: str, declaration: ExhibitDeclaration
) -> set[int]:
    """Find the years that first listings in the next one are uncertain for, back to a year in which units enter."""
    own = events[events["designation"] == designation]
    own = own.assign(year=positions(own["year"], declaration.frequency))
    entering = set(own.loc[own["event"] != UNCERTAIN, "year"].astype(int)) | set(
        own.loc[own["event"] == UNCERTAIN, "year"].astype(int)
    )
    absent: set[int] = set()
    for year in sorted(set(own.loc[own["event"] == UNCERTAIN, "year"].astype(int))):
        before = year - 1
        while before not in entering and before in years:
            absent.add(before)
            before -= 1
    return absent


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw counts on a logarithmic axis, and below them what share the sample is."""
    exhibit = declaration.of(RolloutFigure)
    sampled = f"Sample ({declaration.standing} data)" if declaration.standing == "simulated" else "Sample"
    data = data.assign(**{AT: positions(data["year"], declaration.frequency)})
    labels = {PUBLISHED: exhibit.published_label, SAMPLE: sampled, WEIGHTED: f"{sampled}, weighted"}
    with figure_style(declaration.fonts):
        figure, (above, below) = plt.subplots(
            2, 1, figsize=(WIDTH, 5.2), height_ratios=(2.4, 1), sharex=True, layout="constrained"
        )
        for position, (name, label) in enumerate(labels.items()):
            _draw_line(above, data[data["series"] == name], position, label)
        for position, name in ((1, SHARE), (2, SHARE_WEIGHTED)):
            _draw_line(below, data[data["series"] == name], position, None)
        above.set_yscale("log")
        above.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))
        above.yaxis.set_minor_formatter(LogFormatter())  # in figures, which the usual one writes as mathematics
        whom = declaration.levels.get(exhibit.designation, declaration.unit)
        above.set_ylabel(f"Designated units ({name_words(whom, declaration.labels)})")
        below.set_yscale("log")
        below.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        below.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        below.yaxis.set_minor_locator(NullLocator())
        below.set_ylabel("Share of published (%)")
        below.set_xlabel(declaration.period_label)
        set_period_ticks(below, data[AT], declaration.frequency, 10)
        _label_points(above, data[data["series"] == PUBLISHED])
        _mark_years(above, below, data)
        above.legend(loc="upper left")
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _draw_line(axes: Axes, part: pd.DataFrame, position: int, label: str | None) -> None:
    """Draw one series; years that the sample has no list of are left open."""
    if part.empty:
        return
    style: dict[str, Any] = {"color": COLOURS[position], "marker": MARKERS[position], "markersize": 4.5}
    drawn = part[part["value"] > 0]
    axes.plot(drawn[AT], drawn["value"], linewidth=1.4, linestyle=("-", "--", ":")[position], label=label, **style)
    carried = drawn[drawn["remark"] == LIST_ABSENT]
    axes.plot(carried[AT], carried["value"], linestyle="none", **(style | {"markerfacecolor": "white"}))


def _label_points(axes: Axes, published: pd.DataFrame) -> None:
    for year, value in zip(published[AT], published["value"], strict=True):
        axes.annotate(count(value), (year, value), (0, 6), textcoords="offset points", ha="center", fontsize=SMALLEST)
    axes.margins(y=0.12)


def _mark_years(above: Axes, below: Axes, data: pd.DataFrame) -> None:
    """Mark changed definitions by a line and years without a list by a band, each with words at the top."""
    top = above.get_xaxis_transform()
    for year in sorted(set(data.loc[data["remark"] == LIST_ABSENT, AT])):
        for axes in (above, below):
            axes.axvspan(year - 0.4, year + 0.4, color="#dddddd", linewidth=0, zorder=0)
        above.text(year, 0.02, "no list", transform=top, ha="center", fontsize=SMALLEST, color="#444444")
    breaks = data[(data["series"] == PUBLISHED) & (data["remark"] != "")]
    for year in breaks[AT]:
        for axes in (above, below):
            axes.axvline(year - 0.5, color="#555555", linewidth=0.9, linestyle=":")
        style: dict[str, Any] = {"rotation": 90, "fontsize": SMALLEST, "color": "#444444", "va": "bottom"}
        above.text(year - 0.42, 0.02, "new definition", transform=top, **style)


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    exhibit = declaration.of(RolloutFigure)
    sentences = opening_notes(declaration)
    label = name_words(exhibit.designation, declaration.labels)
    sentences.append(
        f"Sample: units treated in the panel's rows of each {declaration.period_words} ({label}). "
        "Counts on a logarithmic axis, on which equal growth is equal steepness."
    )
    if exhibit.weights is not None:
        weight = name_words(exhibit.weights, declaration.labels)
        sentences.append(f"Weighted: each counts by its {weight[0].lower()}{weight[1:]}.")
    last = data[(data["series"] == SAMPLE)].iloc[-1:]
    of = data[data["series"] == SHARE].iloc[-1:]
    if len(last) and len(of):
        sentences.append(
            f"In {of['year'].iloc[0]} the sample has {count(last['value'].iloc[0])} of them, "
            f"{decimal(of['value'].iloc[0], 1)}% of the published count."
        )
    absent = sorted(set(data.loc[data["remark"] == LIST_ABSENT, "year"]))
    if absent:
        years = sentence_list([str(year) for year in absent])
        sentences.append(f"Shaded, open markers: the sample has no list of {years}, and who entered then counts later.")
    changed = data[(data["series"] == PUBLISHED) & (data["remark"] != "")]
    sentences += [f"Definition of {row.year}: {str(row.remark).rstrip('.')}." for row in changed.itertuples()]
    sources: dict[str, list[str]] = {}
    for row in data[data["series"] == PUBLISHED].itertuples():
        sources.setdefault(str(row.source).rstrip("."), []).append(str(row.year))
    told = "; ".join(f"{sentence_list(years)}: {source}" for source, years in sources.items())
    sentences.append(f"{exhibit.published_label}, as published: {told}.")
    return sentences + closing_notes(declaration)
