"""Coefficients and intervals by event time."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ruralpanel.exhibits.caption import (
    ExhibitDeclaration,
    OutcomeWords,
    closing_notes,
    sentence_list,
)
from ruralpanel.exhibits.numbers import count, decimal, probability
from ruralpanel.exhibits.style import COLOURS, MARKERS, axis_label, empty_axes, figure_style, finish, panels

JOINT_TEST = "leads_jointly_zero"


def plotted_data(estimates: pd.DataFrame) -> pd.DataFrame:
    """Pick the estimates that the figure shows, and the tests its notes quote.

    Parameters
    ----------
    estimates
        The estimates of the exhibit's blocks.

    Returns
    -------
    pandas.DataFrame
        Rows by event time, and the joint tests of the leads; equations without an estimate keep their reason.
    """
    event_studies = estimates[estimates["estimator"] == "event_study"]
    shown = (
        event_studies["event_time"].notna() | (event_studies["term"] == JOINT_TEST) | event_studies["estimate"].isna()
    )
    return event_studies[shown].reset_index(drop=True)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw coefficients by event time, one set of axes an outcome, one series a specification.

    Parameters
    ----------
    data
        From :func:`plotted_data`.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    tuple of (Figure, list of str)
        The figure, and the sentences of its notes.
    """
    by_outcome = [(str(name), part) for name, part in data.groupby("outcome", sort=False)]
    with figure_style():
        figure, all_axes = panels(len(by_outcome), height=3.6 if len(by_outcome) == 1 else 3.0)
        for axes, (outcome, part) in zip(all_axes, by_outcome, strict=True):
            _draw_outcome(axes, part, declaration.outcomes[outcome], declaration)
        finish(figure, declaration)
    return figure, _notes(data, declaration)


def _draw_outcome(axes: Axes, part: pd.DataFrame, words: OutcomeWords, declaration: ExhibitDeclaration) -> None:
    series = [
        (str(name), each[each["event_time"].notna() & each["estimate"].notna()])
        for name, each in part.groupby("specification", sort=False)
    ]
    drawn = [(name, each) for name, each in series if len(each)]
    if not drawn:
        empty_axes(axes, f"{words.label}: {part['reason'].iloc[0]}")
        return
    axes.axhline(0, color="#555555", linewidth=0.8)
    axes.axvline(-0.5, color="#555555", linewidth=0.8, linestyle=":")
    step = 0.7 / max(len(drawn), 2)
    for position, (name, each) in enumerate(drawn):
        shift = (position - (len(drawn) - 1) / 2) * step
        below = each["estimate"] - each["interval_low"]
        above = each["interval_high"] - each["estimate"]
        axes.errorbar(
            each["event_time"].astype(float) + shift,
            each["estimate"],
            yerr=[below.fillna(0), above.fillna(0)],
            fmt=MARKERS[position % len(MARKERS)],
            color=COLOURS[position % len(COLOURS)],
            markersize=4,
            linewidth=1.2,
            capsize=2,
            label=name.replace("_", " "),
        )
    treatment = part["term"].iloc[0]
    axes.set_title(words.label)
    axes.set_xlabel(f"{declaration.period.capitalize()}s since: {declaration.labels.get(treatment, treatment)}")
    axes.set_ylabel(axis_label("Effect", words.effect_unit))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(drawn) > 1:
        axes.legend()


def _notes(data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    exhibit = declaration.exhibit
    sentences = [exhibit.notes] if exhibit.notes else []
    numbers = data[data["standard_error"].notna()]
    if len(numbers):
        level = numbers["interval_level"].iloc[0]
        variances = sentence_list(list(dict.fromkeys(numbers["variance"])))
        reference = data.loc[data["estimate"].eq(0) & data["standard_error"].isna(), "event_time"]
        sentences.append(f"Points are coefficients, bars {level:.0%} intervals; standard errors {variances}.")
        if len(reference):
            zero = decimal(reference.iloc[0], 0)
            sentences.append(f"Measured from event time {zero}, which is zero by construction.")
    tests = data[(data["term"] == JOINT_TEST) & data["p_value"].notna()]
    for row in tests.to_dict("records"):
        label = declaration.outcomes[row["outcome"]].label
        which = "" if row["specification"] == "main" else f", {row['specification'].replace('_', ' ')}"
        test = f"joint test that all leads are zero, p {probability(row['p_value'])}"
        sentences.append(f"{label}{which}: {test}, {count(row['observations'])} observations.")
    without = data[data["estimate"].isna() & data["p_value"].isna()]
    sentences += [
        f"{declaration.outcomes[row['outcome']].label}: {row['reason']}."
        for row in without.drop_duplicates(["outcome", "reason"]).to_dict("records")
    ]
    return sentences + closing_notes(declaration)
