"""A result in words: as text, and as HTML for a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ruralpanel.exhibits.numbers import count, decimal, interval_words, probability
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.vcovs import VCOVS
from ruralpanel.words.estimates import short_variance
from ruralpanel.words.frames import in_words

if TYPE_CHECKING:
    from ruralpanel.face.result import Result

LONGEST = 40
"""Rows of a summary; of more, the first are shown and the others counted."""

HEADS = ("estimate", "std. error", "p", "interval")


def decimals_for(errors: pd.Series, estimates: pd.Series) -> int:
    """Choose how many decimals a table has: three digits of the usual standard error, or of the usual estimate."""
    sizes = errors.dropna() if errors.notna().any() else estimates.dropna()
    sizes = sizes.astype("float64").abs()
    sizes = sizes[sizes > 0]
    if sizes.empty:
        return 3
    return int(np.clip(2 - np.floor(np.log10(sizes.median())), 0, 8))


def place_words(row: pd.Series) -> str:
    """Say which coefficient a row of a tidy table is."""
    words = str(row["term"]).replace("*", " × ")
    if pd.notna(row["event_time"]):
        words = f"event time {decimal(float(row['event_time']), 0)} {row['event_time_bin']}".strip()
    if row["cohort"]:
        words += f", cohort {row['cohort']}" if row["cohort"] != "never" else ", never treated"
    return words + (f", {row['period']}" if pd.notna(row["period"]) else "")


def shown_rows(result: Result) -> list[tuple[str, list[str], str]]:
    """Give the lines of a summary: what each is, its numbers, and the reason where there is none."""
    rows = result.summary_rows
    digits = decimals_for(rows["std.error"], rows["estimate"])
    lines = []
    for _, row in rows.head(LONGEST).iterrows():
        numbers = ["", "", "", ""]
        if pd.notna(row["estimate"]):
            numbers[0] = decimal(row["estimate"], digits)
            numbers[1] = decimal(row["std.error"], digits)
        numbers[2] = probability(row["p.value"], "")
        if pd.notna(row["conf.low"]):
            numbers[3] = interval_words(row["conf.low"], row["conf.high"], digits)
        lines.append((place_words(row), numbers, row["reason"]))
    return lines


def head_of(result: Result) -> str:
    """Say what was estimated, by what, on what."""
    words = ESTIMATORS[result.estimator].words
    return f"{result.outcome}: {words}"


def notes_of(result: Result) -> list[str]:
    """Say on what it was estimated, and what is to be known of it."""
    facts = result.glance().iloc[0]
    counts = [f"{count(facts['nobs'])} observations" if pd.notna(facts["nobs"]) else ""]
    counts += [f"{count(facts['n_units'])} units" if pd.notna(facts["n_units"]) else ""]
    counts += [f"{count(facts['clusters'])} clusters" if pd.notna(facts["clusters"]) else ""]
    effects = f"fixed effects: {facts['fixed_effects']}"
    error = f"standard errors: {_errors(result)}"
    within = facts["r.squared"]
    notes = [", ".join(part for part in counts if part)]
    notes += [effects] if result.fixed_effects else []
    notes += [error] if facts["variance"] else []
    notes += [f"R² within: {decimal(within, 3)}"] if pd.notna(within) else []
    notes += [f"weights: {facts['weights']}"] if facts["weights"] != "none" else []
    notes += [f"sample: {facts['sample']}"] if facts["sample"] != "all rows" else []
    left = len(result.summary_rows) - LONGEST
    notes += [f"{count(left)} more rows are in .tidy()"] if left > 0 else []
    renamed = [f"{name} is {shown!r}" for name, shown in result.declared.names.items() if name != shown]
    has_words = facts["sample"] != "all rows" or (result.estimates["reason"] != "").any()
    return notes + ([f"in reasons and samples, {', '.join(renamed)}"] if renamed and has_words else [])


def _errors(result: Result) -> str:
    """Say how standard errors were computed: ``clustered by county, CR2``."""
    rows = in_words(result.estimates, result.declared.names)
    known = rows[rows["variance"].astype("str") != ""]
    if not len(known):
        return ""
    row = known.iloc[0].to_dict()
    kind = VCOVS.get(row["variance"])
    clustered = "clustered " if kind is not None and kind.clusters else ""
    return clustered + short_variance(row, result.declared.names, "in_table")


def summary_text(result: Result) -> str:
    """Write a result as text."""
    lines = shown_rows(result)
    stub = max(len(place) for place, _, _ in lines)
    widths = [max(len(head), *(len(numbers[at]) for _, numbers, _ in lines)) for at, head in enumerate(HEADS)]
    written = [head_of(result), ""]
    written.append(" " * stub + "".join(f"  {head:>{width}}" for head, width in zip(HEADS, widths, strict=True)))
    for place, numbers, reason in lines:
        cells = "".join(f"  {cell:>{width}}" for cell, width in zip(numbers, widths, strict=True))
        written.append(f"{place:<{stub}}{cells}".rstrip() + (f"  {reason}" if reason else ""))
    return "\n".join([*written, "", *notes_of(result)])


def summary_html(result: Result) -> str:
    """Write a result as HTML in which every word of the user's is escaped."""
    head = "".join(f"<th>{escape(each)}</th>" for each in HEADS)
    body = []
    for place, numbers, reason in shown_rows(result):
        cells = "".join(f"<td>{escape(each)}</td>" for each in numbers)
        body.append(f'<tr><th style="text-align:left">{escape(place)}</th>{cells}<td>{escape(reason)}</td></tr>')
    notes = "<br>".join(escape(each) for each in notes_of(result))
    return (
        f'<table><caption style="text-align:left">{escape(head_of(result))}</caption>'
        f"<thead><tr><th></th>{head}<th></th></tr></thead><tbody>{''.join(body)}</tbody></table><p>{notes}</p>"
    )
