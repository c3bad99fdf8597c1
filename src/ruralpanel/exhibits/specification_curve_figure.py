"""Every estimate of one effect in the order of size, with what each specification chose below it.

References
----------
Simonsohn, Simmons & Nelson (2020), Specification curve analysis, Nature Human Behaviour 4.
"""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import decimal, probability
from ruralpanel.exhibits.specification_choices import CHOICES, Choices, choices_of
from ruralpanel.exhibits.style import COLOURS, SMALLEST, axis_label, empty_axes, figure_style, finish, stacked_panels
from ruralpanel.exhibits.truth import draw_level, truth_notes, truth_of
from ruralpanel.reasons import code_of, read, read_reason
from ruralpanel.study.figures_of_results import SpecificationCurveFigure
from ruralpanel.words.estimates import variances_words
from ruralpanel.words.names import term_words
from ruralpanel.words.sentences import sentence

CURVE_HEIGHT, ROW_HEIGHT = 1.9, 0.14
"""Inches: of the curve, and of a row of choices below it."""

LABEL_CHARACTERS = 42
"""Characters of a choice that fit beside the curve."""

MARKED, EXCLUDING_ZERO, OTHER = COLOURS[1], COLOURS[0], "#8a8a8a"

JOINT = {
    "median_of_specifications": "joint_median",
    "share_with_its_sign": "joint_same_sign",
    "share_significant_with_it": "joint_significant",
}
"""The columns of what a joint test is of; that of its p-value has `_p` behind it."""


def plotted_data(
    estimates: pd.DataFrame, declaration: ExhibitDeclaration, sensitivity: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Pick every estimate of the effect, in the order of size.

    Returns
    -------
    pandas.DataFrame
        One row a specification, with its `position` on the curve; what is the same in numbers and choices in two blocks
        is there once. Those without an estimate come last, with the reason. With an analysis of all together, its
        numbers and p-values are in columns of their own, the same in all rows.
    """
    exhibit = declaration.of(SpecificationCurveFigure)
    overall = (estimates["cohort"] == "") & estimates["period"].isna() & estimates["event_time"].isna()
    found = estimates[
        estimates["estimator"].isin(exhibit.estimators(estimates["estimator"]))
        & (estimates["outcome"] == exhibit.outcome)
        & (overall & (estimates["term"] == exhibit.term))
    ]
    marked = (found["block"] + "/" + found["specification"]) == (exhibit.marked or "")
    found = found.assign(marked=marked).sort_values("marked", ascending=False, kind="stable")
    # Two blocks may add up the same in another order, which changes the last digits.
    numbers = found[["estimate", "standard_error"]].map("{:.10g}".format)
    found = found[~numbers.join(found[[*CHOICES, "small_sample", "reason", "reason_arguments"]]).duplicated()]
    found = found.sort_values(["estimate", "block", "specification", "estimator"], kind="stable").reset_index(drop=True)
    position = pd.Series(range(1, len(found) + 1), dtype="Int64").where(found["estimate"].notna())
    found.insert(0, "position", position)
    if sensitivity is None or sensitivity.empty:
        return found
    return found.assign(**_joint(sensitivity, declaration))


def _joint(sensitivity: pd.DataFrame, declaration: ExhibitDeclaration) -> dict[str, Any]:
    """Give the numbers of the joint test, what they are held against, and why there are none."""
    rows = {code_of(row["quantity"]): row for row in sensitivity.to_dict("records")}
    first = sensitivity.iloc[0]
    reason = sentence(read_reason(first["reason"], first["reason_arguments"]), declaration.labels)
    found: dict[str, Any] = {
        "joint_against": sentence(read(first["under"]), declaration.labels) if first["under"] else "",
        "joint_reason": reason,
    }
    for code, name in JOINT.items():
        of = rows.get(code, {})
        found |= {name: of.get("value", float("nan")), f"{name}_p": of.get("p_value", float("nan"))}
    return found


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw the curve, and below it a row for everything that some specifications have and others have not."""
    shown = data[data["estimate"].notna()]
    chosen = [choices_of(row, declaration.labels) for row in shown.to_dict("records")]
    varying = _varying(chosen)
    rows = sum(len(_lines(value)) for values in varying.values() for value in values)
    with figure_style(declaration.fonts):
        heights = [CURVE_HEIGHT, max(rows + len(varying) * 0.7, 1) * ROW_HEIGHT]
        figure, (curve, matrix) = stacked_panels(heights, share_x=True)
        if shown.empty:
            reason = data["reason"].iloc[0] if len(data) else "no estimate of this effect in these blocks"
            empty_axes(curve, reason)
            matrix.remove()
        else:
            _draw_curve(curve, shown, declaration)
            _draw_choices(matrix, shown, chosen, varying)
        finish(figure, declaration)
        matrix.spines[:].set_visible(False)
    return figure, _notes(data, chosen, varying, declaration)


def _colours(shown: pd.DataFrame) -> list[str]:
    """Colour the marked specification, and those whose interval does not hold zero."""
    excludes = (shown["interval_low"] > 0) | (shown["interval_high"] < 0)
    return [
        MARKED if marked else EXCLUDING_ZERO if away else OTHER
        for marked, away in zip(shown["marked"], excludes, strict=True)
    ]


def _draw_curve(axes: Axes, shown: pd.DataFrame, declaration: ExhibitDeclaration) -> None:
    exhibit = declaration.of(SpecificationCurveFigure)
    words = declaration.outcomes[exhibit.outcome]
    size = max(2.0, min(5.0, 150 / len(shown)))
    axes.axhline(0, color="#555555", linewidth=0.8)
    colours = _colours(shown)
    at = shown["position"].astype(float)
    axes.vlines(at, shown["interval_low"], shown["interval_high"], color=colours, linewidth=size / 4)
    for kind, marker, label in (
        (EXCLUDING_ZERO, "o", "Interval without zero"),
        (OTHER, "o", "Interval with zero"),
        (MARKED, "D", "Marked specification"),
    ):
        here = [colour == kind for colour in colours]
        if any(here):
            axes.plot(
                at[here],
                shown.loc[here, "estimate"],
                linestyle="none",
                marker=marker,
                markersize=size + (1.5 if kind == MARKED else 0),
                color=kind,
                markerfacecolor="white" if kind == OTHER else kind,
                label=_marked_words(declaration) if kind == MARKED else label,
            )
    draw_level(axes, truth_of(declaration, exhibit.term, exhibit.outcome))
    axes.legend(loc="upper left", ncols=2)
    axes.margins(y=0.22)
    axes.set_title(f"{words.head}: {term_words(exhibit.term, declaration.labels)}")
    axes.set_ylabel(axis_label("Effect", words.effect_unit))
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    axes.grid(visible=False, axis="x")


def _marked_words(declaration: ExhibitDeclaration) -> str:
    exhibit = declaration.exhibit
    assert isinstance(exhibit, SpecificationCurveFigure) and exhibit.marked is not None
    return declaration.specifications.get(exhibit.marked) or exhibit.marked


def _draw_choices(axes: Axes, shown: pd.DataFrame, chosen: list[Choices], varying: Choices) -> None:
    """Put a dot where a specification has what the row says."""
    colours = _colours(shown)
    ticks, labels, height = [], [], 0.0
    for group, values in varying.items():
        axes.text(
            0, height, group, transform=axes.get_yaxis_transform(), fontsize=SMALLEST, fontweight="bold", va="center"
        )
        height += 0.8
        for value in values:
            height += (len(_lines(value)) - 1) / 2  # the dots stand at the middle of a label of several lines
            axes.axhline(height, color="#e6e6e6", linewidth=0.6, zorder=0)
            for position, choices, colour in zip(shown["position"], chosen, colours, strict=True):
                if value in choices.get(group, []):
                    axes.plot(
                        float(position),
                        height,
                        marker="D" if colour == MARKED else "s",
                        markersize=max(1.5, min(3.5, 150 / len(shown))),
                        color=colour,
                        markerfacecolor="white" if colour == OTHER else colour,
                        markeredgewidth=0.7,
                    )
            ticks.append(height)
            labels.append("\n".join(_lines(value)))
            height += (len(_lines(value)) + 1) / 2
        height += 0.1
    axes.set_yticks(ticks, labels, fontsize=SMALLEST)
    axes.set_ylim(max(height - 0.4, 0.6), -0.6)
    axes.set_xlim(0.3, len(shown) + 0.7)
    axes.grid(visible=False)
    axes.tick_params(axis="both", length=0, labelbottom=False)


def _lines(words: str) -> list[str]:
    """Divide a label into lines that fit beside the axes."""
    return wrap(words, LABEL_CHARACTERS, break_long_words=True) or [""]


def _varying(chosen: list[Choices]) -> Choices:
    """Keep what differs between specifications, each choice once, the commonest first and `none` last."""
    varying = {}
    for group in chosen[0] if chosen else ():
        counts = pd.Series([value for choices in chosen for value in choices[group]]).value_counts(sort=False)
        values = sorted(counts.index, key=lambda value: (value == "none", -counts[value], _natural(value)))
        if any(counts[value] < len(chosen) for value in values):
            varying[group] = values
    return varying


def _natural(words: str) -> list[str]:
    """Give a key that sorts 25 before 100."""
    runs = ("".join(run) for _, run in groupby(words, str.isdecimal))
    return [run.zfill(9) if run.isdecimal() else run for run in runs]


def _notes(data: pd.DataFrame, chosen: list[Choices], varying: Choices, declaration: ExhibitDeclaration) -> list[str]:
    exhibit = declaration.of(SpecificationCurveFigure)
    known = truth_of(declaration, exhibit.term, exhibit.outcome) is not None
    sentences = opening_notes(declaration) + truth_notes(known)
    shown = data[data["estimate"].notna()]
    if len(shown):
        low, middle, high = (decimal(float(shown["estimate"].quantile(share)), 3) for share in (0, 0.5, 1))
        excludes = int(((shown["interval_low"] > 0) | (shown["interval_high"] < 0)).sum())
        level = shown["interval_level"].dropna()
        with_level = f"{level.iloc[0]:.0%} intervals" if len(level) else "intervals"
        sentences += [
            f"{len(shown)} estimates with {with_level}, in the order of size, from {low} to {high} with the median "
            f"{middle}; {excludes} of the intervals are without zero.",
            "What is the same in numbers and choices in two blocks is shown once.",
        ]
        same = [
            f"{group.lower()}: {', '.join(chosen[0][group])}"
            for group in chosen[0]
            if group not in varying and chosen[0][group] != ["none"]
        ]
        if same:
            sentences.append(f"The same in all: {'; '.join(same)}.")
        if "Standard errors" not in varying:
            sentences.append(f"Standard errors {variances_words(shown, declaration.labels)}.")
    if "joint_median" in data and len(data):
        sentences.append(_joint_words(data.iloc[0]))
    without = data[data["estimate"].isna()]
    sentences += [
        f"{declaration.specifications.get(place) or place}: {reason}."
        for place, reason in zip(without["block"] + "/" + without["specification"], without["reason"], strict=True)
    ]
    return sentences + closing_notes(declaration, data)


def _joint_words(row: pd.Series) -> str:
    """Tell what all specifications say together."""
    if pd.isna(row["joint_median"]):
        return f"No test of all together: {row['joint_reason']}."
    parts = [
        f"a median of {decimal(row['joint_median'], 3)} (p {probability(row['joint_median_p'])})",
        f"{row['joint_same_sign']:.0%} with its sign (p {probability(row['joint_same_sign_p'])})",
        f"{row['joint_significant']:.0%} significant with it (p {probability(row['joint_significant_p'])})",
    ]
    return f"All together, {row['joint_against']}: {', '.join(parts)} (Simonsohn, Simmons and Nelson 2020)."
