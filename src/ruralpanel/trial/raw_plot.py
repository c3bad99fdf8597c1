"""A quick look at raw data: means of columns over time, by groups or around treatment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ruralpanel.errors import Problem, nearest
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.period_axis import set_period_ticks
from ruralpanel.exhibits.style import (
    COLOURS,
    MARKERS,
    NEVER_COLOUR,
    axis_label,
    figure_style,
    finish_standing,
    panels,
)
from ruralpanel.study.model import Study
from ruralpanel.treatment_columns import cohort_column, event_time_column
from ruralpanel.trial.errors import TrialError
from ruralpanel.words.names import name_words

MOST_LINES = 8
"""Lines of groups that are told apart; of more, the largest are, and the others are grey."""

GROUPS = 3
"""Groups of equal size that a column of many numbers is put into."""

AROUND = 8
"""Periods before and after treatment that are shown."""

EVENTS = ("listing", "treatment", "designation", "adoption", "event")
"""Words for the beginning of a treatment, whatever a study calls it."""

USAGE = "such as `income`, `income by cohort`, `income and resident by province`, `income around listing`"


@dataclass(frozen=True)
class Request:
    """What is to be drawn.

    Parameters
    ----------
    shown
        By column of the panel, its label and its unit.
    by
        The column of groups; empty for none.
    groups
        How it is grouped: by its ``values``, as ``cohort`` or as ``treated``.
    around
        The treatment around whose beginning means are shown; empty for means by period.
    """

    shown: Mapping[str, tuple[str, str]]
    by: str = ""
    groups: str = "values"
    around: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns that are read beside unit and period."""
        return list(dict.fromkeys([*self.shown, *([self.by] if self.by else []), *self._event_time]))

    @property
    def _event_time(self) -> list[str]:
        return [event_time_column(self.around)] if self.around else []


def read_request(words: Sequence[str], study: Study) -> Request:
    """Read what somebody wants to see.

    Parameters
    ----------
    words
        Such as ``["income", "by", "cohort"]``.
    study
        The study, whose outcomes and columns are meant.

    Raises
    ------
    TrialError
        With all names that are not there.
    """
    text = " ".join(words).strip()
    found = re.fullmatch(r"(?P<what>.+?)(?:\s+(?P<how>by|around)\s+(?P<which>\w+))?", text)
    if found is None:
        raise TrialError([Problem("plot", "does not say what to draw", hint=USAGE)])
    problems: list[Problem] = []
    parts = [each for each in re.split(r"\s*,\s*|\s+and\s+", found["what"]) if each]
    shown = dict(_meant(each, study, problems) for each in parts)
    which, how = found["which"] or "", found["how"]
    by, groups, around = "", "values", ""
    if how == "around":
        around = _treatment(which, study, problems)
    elif which in ("cohort", "treated"):
        treatment = _treatment("", study, problems)
        by, groups = cohort_column(treatment), which
    elif which in study.designation:
        by, groups = cohort_column(which), "treated"
    elif how == "by":
        by, _ = _meant(which, study, problems)
    if problems:
        raise TrialError(problems)
    return Request(shown, by, groups, around)


def _meant(name: str, study: Study, problems: list[Problem]) -> tuple[str, tuple[str, str]]:
    """Find the column that a name means: an outcome's, one of the panel, or the one whose label has the word."""
    outcome = study.outcomes.get(name)
    if outcome is not None and outcome.adoption is None:
        return outcome.column or name, (outcome.label, outcome.unit or "")
    columns, labels = study.panel_columns(), study.labels()
    if name not in columns:
        of_outcomes = {each.column or key: each.label for key, each in study.outcomes.items() if each.adoption is None}
        word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
        for source in (of_outcomes, {key: labels[key] for key in columns if key in labels}):
            meant = [key for key, label in source.items() if word.search(label)]
            if len(meant) == 1:
                name = meant[0]
                break
            if meant:
                listed = ", ".join(f"{key} ({source[key]})" for key in meant[:6])
                problems.append(Problem("plot", f"`{name}` could be several columns", hint=f"one of {listed}"))
                return name, (name, "")
        else:
            hint = nearest(name, [*columns, *study.outcomes, "cohort", "treated"])
            problems.append(Problem("plot", f"the panel has no column `{name}`", hint=hint))
            return name, (name, "")
    of_column = [each for key, each in study.outcomes.items() if (each.column or key) == name and not each.adoption]
    unit = study.column_origins()[name].unit or next((each.unit for each in of_column if each.unit), "") or ""
    return name, (labels.get(name) or next((each.label for each in of_column), "") or name_words(name, {}), unit)


def _treatment(word: str, study: Study, problems: list[Problem]) -> str:
    """Find the treatment that a word means; the first of the study, where it is one for any."""
    if word in study.designation:
        return word
    if not study.designation:
        problems.append(Problem("plot", "the study has no treatment", hint=USAGE))
        return "none"
    if word not in ("", *EVENTS):
        hint = nearest(word, [*study.designation, *EVENTS])
        problems.append(Problem("plot", f"`{word}` is no treatment of this study", hint=hint))
    return next(iter(study.designation))


def means(panel: pd.DataFrame, request: Request, study: Study) -> pd.DataFrame:
    """Average columns by period and group.

    Parameters
    ----------
    panel
        The panel, with the columns of the request.
    request
        What is drawn.
    study
        The study.

    Returns
    -------
    pandas.DataFrame
        One row a column, group and period: ``column``, ``group``, ``at``, ``mean``, ``low`` and ``high`` (the
        quartiles), ``units``.
    """
    at = panel[event_time_column(request.around)] if request.around else panel[study.panel.period]
    group, order = _groups(panel, request, study)
    keep = at.notna() & group.notna() & ((at.abs() <= AROUND) if request.around else True)
    parts = []
    for column in request.shown:
        values = pd.to_numeric(panel[column], errors="coerce").astype("float64")
        frame = pd.DataFrame({"group": group, "at": at, "value": values, "unit": panel[study.panel.unit]})[
            keep & values.notna()
        ]
        cells = frame.groupby(["group", "at"])["value"].agg(
            mean="mean", low=lambda each: each.quantile(0.25), high=lambda each: each.quantile(0.75)
        )
        found = cells.reset_index().assign(column=column)
        found["units"] = found["group"].map(frame.groupby("group")["unit"].nunique())
        parts.append(found)
    table = pd.concat(parts, ignore_index=True)
    rank = {name: place for place, name in enumerate(order)}
    return table.assign(rank=table["group"].map(rank)).sort_values(["column", "rank", "at"], kind="stable")


def _groups(panel: pd.DataFrame, request: Request, study: Study) -> tuple[pd.Series, list[str]]:
    """Say which group every row is in, and in which order groups are listed."""
    if not request.by:
        return pd.Series("all", index=panel.index), ["all"]
    values = panel[request.by]
    if request.groups == "treated":
        treatment = request.by.removesuffix("_cohort")
        words = name_words(treatment, study.labels())
        names = [f"{words}, sooner or later", "never"]
        return values.notna().map({True: names[0], False: names[1]}), names
    if request.groups == "cohort":
        label = study.frequency.label
        named = values.map(label, na_action="ignore").fillna("never")
        cohorts = [label(each) for each in sorted(values.dropna().unique())]
        return named, [*cohorts, "never"]
    distinct = values.dropna().unique()
    if pd.api.types.is_numeric_dtype(values) and len(distinct) > MOST_LINES and (distinct != np.round(distinct)).any():
        cuts = pd.qcut(values, GROUPS, duplicates="drop")
        codes = cuts.cat.codes
        edges = [f"{each.left:.3g} to {each.right:.3g}" for each in cuts.cat.categories]
        return codes.map(lambda code: edges[code] if code >= 0 else None), edges
    return values.astype("str").where(values.notna()), [str(each) for each in sorted(distinct.tolist())]


def draw(table: pd.DataFrame, request: Request, study: Study) -> Figure:
    """Draw means, one set of axes a column and one line a group.

    Parameters
    ----------
    table
        From :func:`means`.
    request
        What is drawn.
    study
        The study.
    """
    labels = study.labels()
    with figure_style(study.fonts):
        figure, all_axes = panels(len(request.shown), height=3.4 if len(request.shown) == 1 else 2.9)
        for axes, (column, (label, unit)) in zip(all_axes, request.shown.items(), strict=True):
            part = table[table["column"] == column]
            _draw_lines(axes, part, request)
            axes.set_title(label)
            what = "Mean and middle half" if not request.by and not request.around else "Mean"
            axes.set_ylabel(axis_label(what, unit))
            if request.around:
                axes.axvline(-0.5, color="#555555", linewidth=0.8, linestyle=(0, (4, 2)))
                axes.set_xlabel(f"{name_words(study.panel.period, labels)}s since {name_words(request.around, labels)}")
            else:
                axes.set_xlabel(name_words(study.panel.period, labels))
                set_period_ticks(axes, part["at"], study.panel.frequency, 8 if len(request.shown) == 1 else 5)
            top = float(part[["mean", "high"]].max().max()) if not request.by else float(part["mean"].max())
            if top >= 1000:
                axes.yaxis.set_major_formatter(lambda value, _: count(value))
        handles = {
            text: handle for axes in figure.axes for handle, text in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        if request.by and handles:
            title = "First period treated" if request.groups == "cohort" else name_words(request.by, labels)
            figure.legend(
                list(handles.values()),
                list(handles),
                loc="outside lower center",
                ncols=min(len(handles), 2 if max(map(len, handles)) > 30 else 5),
                title=title if request.groups != "treated" else None,
                handlelength=3.0,
            )
        finish_standing(figure, study.data_standing)
    return figure


def _draw_lines(axes: Axes, part: pd.DataFrame, request: Request) -> None:
    groups = part.drop_duplicates("group")[["group", "units"]]
    limit = 12 if request.groups == "cohort" else MOST_LINES
    largest = set(groups.nlargest(limit, "units", keep="first")["group"])
    others = len(groups) - len(largest)
    number = 0
    for group, units in groups.itertuples(index=False):
        line = part[part["group"] == group]
        if group not in largest:
            axes.plot(line["at"], line["mean"], color="#b8b8b8", linewidth=0.7, zorder=1)
            continue
        is_never = request.groups in ("cohort", "treated") and group == "never"
        axes.plot(
            line["at"],
            line["mean"],
            color=NEVER_COLOUR if is_never else COLOURS[number % len(COLOURS)],
            linestyle="--" if is_never else ("-", (0, (5, 1)), (0, (1, 1)))[number // len(COLOURS) % 3],
            marker="o" if is_never else MARKERS[number % len(MARKERS)],
            markersize=3.2,
            linewidth=1.8 if is_never else 1.3,
            label=f"{group} ({count(units)})" if request.by else "",
            zorder=2,
        )
        number += not is_never
        if not request.by and not request.around:
            axes.fill_between(line["at"], line["low"], line["high"], color=COLOURS[0], alpha=0.15, linewidth=0)
    if others:
        axes.plot([], [], color="#b8b8b8", linewidth=0.9, label=f"{others} others")
