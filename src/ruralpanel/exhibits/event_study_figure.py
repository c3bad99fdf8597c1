"""Coefficients and intervals by event time."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.coefficients import bars
from ruralpanel.exhibits.numbers import count, decimal, probability
from ruralpanel.exhibits.regression_table import event_time_words
from ruralpanel.exhibits.style import (
    COLOURS,
    MARKERS,
    axis_label,
    empty_axes,
    figure_style,
    finish,
    panels,
    stacked_panels,
)
from ruralpanel.exhibits.truth import draw_path, truth_notes, truth_of_rows
from ruralpanel.reasons import read_reason
from ruralpanel.study.estimators import ESTIMATORS, Estimator, described
from ruralpanel.words.estimates import OutcomeWords, interval_notes, missing_outcomes
from ruralpanel.words.names import name_words
from ruralpanel.words.sentences import ALL_ROWS, sentence_list, whose_words

CROWDED = 4
"""Series up to which axes can stand two abreast, with caps on the bars."""

LEGEND_WIDTH, MARKER_WIDTH = 90, 6
"""Characters for which a legend has room below two axes side by side, and those that a marker takes of them."""


def plotted_data(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Pick the estimates that the figure shows, and the tests its notes quote.

    Returns
    -------
    pandas.DataFrame
        Rows by event time, and the joint tests of the leads; equations without an estimate keep their reason.
    """
    event_studies = estimates[estimates["estimator"].isin(declaration.exhibit.estimators(estimates["estimator"]))]
    apart = event_studies["cohort"] != ""
    shown = event_studies["kind"].isin(("event_time", "lead_test")) | event_studies["estimate"].isna()
    return event_studies[shown & ~apart].reset_index(drop=True)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw coefficients by event time, one set of axes an outcome, one series a specification."""
    by_outcome = [(str(name), part) for name, part in data.groupby("outcome", sort=False)]
    with figure_style(declaration.fonts):
        if len(_series(data)) > CROWDED:
            figure, all_axes = stacked_panels([3.6 if len(by_outcome) == 1 else 3.0] * len(by_outcome))
        else:
            figure, all_axes = panels(len(by_outcome), height=3.6 if len(by_outcome) == 1 else 3.0)
        for axes, (outcome, part) in zip(all_axes, by_outcome, strict=True):
            _draw_outcome(axes, part, declaration.outcomes[outcome], declaration)
        handles, labels = max((axes.get_legend_handles_labels() for axes in all_axes), key=lambda pair: len(pair[1]))
        if len(labels) > 1:
            longest = max(len(label) for label in labels)
            columns = min(4, max(1, LEGEND_WIDTH // (longest + MARKER_WIDTH)))
            figure.legend(handles, labels, loc="outside lower center", ncols=columns)
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _draw_outcome(axes: Axes, part: pd.DataFrame, words: OutcomeWords, declaration: ExhibitDeclaration) -> None:
    shown = part[part["event_time"].notna() & part["estimate"].notna()]
    if shown.empty:
        empty_axes(axes, f"{words.head}: {part['reason'].iloc[0]}")
        return
    axes.axhline(0, color="#555555", linewidth=0.8)
    axes.axvline(-0.5, color="#555555", linewidth=0.8, linestyle=":")
    names = _series(part)
    crowded = len(names) > CROWDED
    step = (0.86 if crowded else 0.7) / max(len(names), 2)
    if crowded:
        _band_event_times(axes, shown)
    for position, name in enumerate(names):
        each = shown[_place(shown) == name]
        shift = (position - (len(names) - 1) / 2) * step
        axes.errorbar(
            each["event_time"].astype(float) + shift,
            each["estimate"],
            yerr=bars(each),
            fmt=MARKERS[position % len(MARKERS)],
            color=COLOURS[position % len(COLOURS)],
            markersize=3.2 if crowded else 4,
            markerfacecolor="white" if crowded and position % 2 else None,  # neighbours differ in grey too
            linewidth=0.9 if crowded else 1.2,
            capsize=0 if crowded else 2,
            label=_series_words(name, part, declaration, lambda each: each.short),
        )
        _draw_band(axes, each, each["event_time"].astype(float) + shift, COLOURS[position % len(COLOURS)])
    draw_path(axes, truth_of_rows(declaration, shown), shown["event_time"])
    treatment = shown["term"].iloc[0]
    anticipation = declaration.anticipation.get(treatment, 0)
    if anticipation:
        axes.axvspan(-anticipation - 0.5, -0.5, color="#dddddd", linewidth=0, zorder=0)
    axes.set_title(words.head)
    axes.set_xlabel(f"Event time in {declaration.periods_words} ({name_words(treatment, declaration.labels)})")
    axes.set_ylabel(axis_label("Effect", words.effect_unit))
    _label_bins(axes, shown)


def _draw_band(axes: Axes, each: pd.DataFrame, at: pd.Series, colour: str) -> None:
    """Draw the band over all event times as thin bars beyond the intervals, where there is one."""
    banded = each["interval_low_simultaneous"].notna()
    low, high = each.loc[banded, "interval_low_simultaneous"], each.loc[banded, "interval_high_simultaneous"]
    axes.vlines(at[banded], low, high, color=colour, linewidth=0.5)


def _place(part: pd.DataFrame) -> pd.Series:
    return part["block"] + "/" + part["specification"] + "/" + part["estimator"]


def _series_words(
    name: str,
    data: pd.DataFrame,
    declaration: ExhibitDeclaration,
    words: Callable[[Estimator], str] = lambda each: each.words,
) -> str:
    """Name a series by its specification, and by its estimator where there are several of these."""
    place, estimator = name.rsplit("/", 1)
    several = data["estimator"].nunique() > 1
    parts = (
        declaration.specifications.get(place, ""),
        words(described(estimator, declaration.labels)) if several else "",
    )
    return ": ".join(part for part in parts if part)


def _band_event_times(axes: Axes, shown: pd.DataFrame) -> None:
    """Shade every other event time, so that series crowded around one are not taken for those of the next."""
    first, last = int(shown["event_time"].min()), int(shown["event_time"].max())
    axes.grid(visible=False, axis="x")
    for event_time in range(first, last + 1):
        if event_time % 2:
            axes.axvspan(event_time - 0.5, event_time + 0.5, color="#f4f4f4", linewidth=0, zorder=0)
    axes.set_xlim(first - 0.6, last + 0.6)


def _series(part: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(_place(part)))


def _label_bins(axes: Axes, shown: pd.DataFrame) -> None:
    """Put ticks on whole event times, with ≤ and ≥ where one stands for all beyond it in every series."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    times = shown.groupby("event_time")["event_time_bin"].agg(lambda bins: bins.iloc[0] if bins.nunique() == 1 else "")
    binned = {int(str(value)): str(name) for value, name in times.items() if name}
    low, high = int(shown["event_time"].min()), int(shown["event_time"].max())
    ticks = sorted({int(tick) for tick in axes.get_xticks() if low < tick < high} | {low, high})
    axes.set_xticks(ticks, [event_time_words(tick, binned.get(tick, "")) for tick in ticks])


def _bin_notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    """Say what the signs at the ticks mean, and where some series are binned that have no sign of their own."""
    shown = data[data["event_time"].notna() & data["estimate"].notna()]
    differing = shown.groupby(["outcome", "event_time"])["event_time_bin"].transform("nunique") > 1
    binned = shown["event_time_bin"] != ""
    sentences = ["Event times marked ≤ and ≥ stand for all beyond them."] if (binned & ~differing).any() else []
    for event_time, rows in shown[binned & differing].groupby("event_time"):
        names = [_series_words(name, data, declaration, lambda each: each.head) for name in _series(rows)]
        sentences.append(
            f"Event time {decimal(float(str(event_time)), 0)} stands for all beyond it in {sentence_list(names)}."
        )
    return sentences


def _time_words(zero: pd.DataFrame) -> str:
    """Write the event times of rows, each once, with the signs of bins."""
    pairs = sorted(set(zip(zero["event_time"].astype(int), zero["event_time_bin"], strict=True)))
    return sentence_list([event_time_words(time, binned) for time, binned in pairs])


def _measured_notes(zero: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    """Say what effects are measured from, and for whom where it is not the same for all."""
    if zero.empty:
        return []
    times = _time_words(zero)
    if zero["event_time"].nunique() == 1:
        found = [f"Measured from event time {times}, which is zero by construction."]
    else:
        found = [f"Measured from event times {times}, which are zero by construction."]
    for row in zero.drop_duplicates(["event_time", "reason"]).to_dict("records"):
        reason = read_reason(row["reason_code"], row["reason_arguments"])
        if reason is not None and (whose := whose_words(reason, declaration.labels)):
            found.append(f"Event time {decimal(row['event_time'], 0)}: {whose}.")
    return found


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    timed = data[data["event_time"].notna()]
    known = [truth_of_rows(declaration, part) for _, part in timed.groupby("outcome")]
    sentences = opening_notes(declaration) + truth_notes(any(each is not None for each in known))
    numbers = data[data["standard_error"].notna()]
    if len(numbers):
        level = numbers["interval_level"].iloc[0]
        sentences += interval_notes(numbers, declaration.labels)
        if numbers["interval_low_simultaneous"].notna().any():
            sentences.append(
                f"Thin bars: band that covers all event times at once with {level:.0%} (sup-t, Montiel Olea and "
                "Plagborg-Møller 2019)."
            )
        zero = data[data["estimate"].eq(0) & data["standard_error"].isna()]
        apart = zero["estimator"].map(lambda name: ESTIMATORS[name].leads_apart).astype(bool)
        sentences += _measured_notes(zero[~apart], declaration)
        for estimator, leads in zero[apart].groupby("estimator", sort=False):
            number = "time" if leads["event_time"].nunique() == 1 else "times"
            whose, times = ESTIMATORS[str(estimator)].method, _time_words(leads)
            said = f"Leads of {whose} are measured from event {number} {times}, effects from what is imputed."
            sentences.append(said)
    longest = max((declaration.anticipation.get(str(term), 0) for term in data["term"]), default=0)
    if longest:
        times = decimal(-1, 0) if longest == 1 else f"{decimal(-longest, 0)} to {decimal(-1, 0)}"
        sentences.append(f"Shaded: event time {times}, when an effect may already begin; leads are tested before it.")
    from_base = set(data.loc[data["estimate"].eq(0) & data["standard_error"].isna(), "estimator"])
    moving = {ESTIMATORS[name].moving_base: None for name in numbers["estimator"].unique() if name not in from_base}
    sentences += [said for said in moving if said]
    sentences += _bin_notes(data, declaration)
    for row in data[data["kind"] == "lead_test"].to_dict("records"):
        place = f"{row['block']}/{row['specification']}/{row['estimator']}"
        which = _series_words(place, data, declaration)
        name = declaration.outcomes[row["outcome"]].head + (f", {which}" if which else "")
        sample = "" if row["sample"] == ALL_ROWS else f" ({row['sample']})"
        counts = f"{count(row['observations'])} observations{sample}"
        test = (
            f"joint test that all leads are zero, p {probability(row['p_value'])}"
            if pd.notna(row["p_value"])
            else row["reason"]
        )
        sentences.append(f"{name}: {counts}; {test}.")
    sentences += missing_outcomes(data[data["kind"] != "lead_test"], declaration.outcomes)
    return sentences + closing_notes(declaration, data)
