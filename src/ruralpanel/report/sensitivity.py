"""What the sensitivity stage found, as tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import MINUS, count
from ruralpanel.reasons import code_of, read
from ruralpanel.study.answer import true_effect
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.facts import file_of_fact
from ruralpanel.study.model import Study
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.frames import in_words
from ruralpanel.words.names import term_words
from ruralpanel.words.sensitivity import FOUND

MOST = 60
"""Rows of a table that the page shows; the file has all."""

DIGITS = 3
"""Digits of a number; the file has all."""

SAID_ONCE = (
    "row",
    "sensitivity",
    "kind",
    "quantity_code",
    "under_code",
    "event_times_fact",
    "reason_code",
    "reason_arguments",
)
"""Columns that are the same in all rows of a file, number them, or say what a sentence says."""


HEADS = {"p_value": "p", "interval_level": "Level of intervals"}
"""What a column is called where its name would not do."""

OF_OUTCOME = {"unit_of_outcome": "", "outcome_per_period": " per {period}"}
"""Units that depend on the outcome, and what stands behind its own."""


def sensitivity_tables(
    found: Mapping[str, pd.DataFrame],
    study: Study | None = None,
    facts: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Print the tables of the sensitivity stage, each as it is.

    Parameters
    ----------
    found
        By the entry of the study's ``sensitivity``, which is the file's name without ending.
    study
        The study, whose labels stand for names; left out: names as they are.
    facts
        The contents of the study's files of facts, by name, for what is true where data are simulated.
    """
    tables = []
    for name, frame in found.items():
        told = in_words(frame, study.labels() if study is not None else None)
        if study is not None and {"unit", "outcome"} <= {*frame}:
            units = [_unit(*cells, study) for cells in zip(frame["unit"], frame["outcome"], strict=True)]
            told["unit"] = pd.Series(units, index=told.index, dtype=object).fillna(told["unit"])
        told = _labelled(told, study)
        told = told.drop(columns=[name for name in SAID_ONCE if name in told]).replace("", None)
        if "estimator" in told:
            told["estimator"] = told["estimator"].map(lambda key: ESTIMATORS[key].short, na_action="ignore")
        full = [column for column in told.columns if told[column].notna().any()]
        # A text that all rows share is said once, above the table, so that a phone shows what differs.
        shared = [
            column for column in full if told[column].notna().all() and len(told) > 1 and _is_one(told[column], column)
        ]
        said = [f"{_head(column)}: {_words(_printed(told[column].iloc[0]))}" for column in shared]
        truth = _truth(frame, study, facts or {})
        full = [column for column in full if column not in shared]
        numeric = [pd.api.types.is_numeric_dtype(frame[column]) for column in full]
        tables.append(
            {
                "name": _title(name, study),
                "file": f"{name}.csv",
                "rows_in_all": count(len(frame)),
                "cut": len(frame) > MOST,
                "shared": "; ".join([*said, *([f"True effect: {_printed(truth)}"] if truth is not None else [])]),
                "heads": [
                    {"text": _head(column), "number": number} for column, number in zip(full, numeric, strict=True)
                ],
                "rows": [[_printed(value) for value in row] for row in told[full].head(MOST).itertuples(index=False)],
            }
        )
    return tables


def _labelled(told: pd.DataFrame, study: Study | None) -> pd.DataFrame:
    """Write labels for names of blocks, specifications, outcomes and terms."""
    if study is None:
        return told
    labels, specifications = study.labels(), study.specification_labels()
    if {"block", "specification"} <= {*told}:
        places = told["block"] + "/" + told["specification"]
        told["specification"] = places.map(specifications).fillna(told["specification"].map(_words)).replace("", None)
    titles = {block: each.title or _words(block) for block, each in study.blocks.items()}
    of = {"block": titles, "outcome": {name: each.label for name, each in study.outcomes.items()}}
    for column, words in of.items():
        if column in told:
            told[column] = told[column].map(lambda each, words=words: words.get(each, each))
    if "term" in told:
        told["term"] = told["term"].map(lambda each: term_words(each, labels), na_action="ignore")
    return told


def _unit(cell: Any, outcome: str, study: Study) -> str | None:
    """Write the unit of a number: for one in that of the outcome, what effects on the outcome are measured in."""
    if not isinstance(cell, str) or outcome not in study.outcomes:
        return None
    unit, code = OutcomeWords.of(study.outcomes[outcome]).effect_unit, code_of(cell)
    if not unit or code not in OF_OUTCOME:
        return None
    return unit + OF_OUTCOME[code].format(period=_words(study.panel.period))


def _truth(frame: pd.DataFrame, study: Study | None, facts: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Give what is true of the one average over event times that all intervals of a table are for."""
    if study is None or not {"quantity", "event_times", "term", "outcome"} <= {*frame}:
        return None
    intervals = frame[frame["quantity"].map(code_of, na_action="ignore") == "interval"]
    of = {*zip(intervals["term"], intervals["outcome"], intervals["event_times"], strict=True)}
    if len(of) != 1:
        return None
    ((term, outcome, cell),) = of
    path = study.true_effects.get(term, {}).get(outcome)
    times = read(cell).arguments
    if not path or file_of_fact(path) not in facts or not {"first", "last"} <= {*times}:
        return None
    truth = true_effect(path, facts)
    by_time = truth.get("by_event_time", {}) if isinstance(truth, Mapping) else {}
    shown = [str(time) for time in range(times["first"], times["last"] + 1)]
    return sum(by_time[time] for time in shown) / len(shown) if {*shown} <= {*by_time} else None


def _title(name: str, study: Study | None) -> str:
    """Say what an analysis finds, and which it is where several find the same."""
    if study is None or name not in study.sensitivity:
        return _head(name)
    kind = study.sensitivity[name].kind
    alike = [each for each in study.sensitivity.values() if each.kind == kind]
    called = FOUND[kind]
    return called if len(alike) == 1 else f"{called} ({_words(name)})"


def _is_one(column: pd.Series, name: str) -> bool:
    """Tell whether all rows have the same text, or are of the same level."""
    return column.nunique(dropna=False) == 1 and (not pd.api.types.is_numeric_dtype(column) or name == "interval_level")


def _head(name: str) -> str:
    words = HEADS.get(name, _words(name))
    return words if name in HEADS else words[0].upper() + words[1:]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _printed(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, str | bool):
        return str(value)
    text = f"{value:.{DIGITS}g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return text.replace("-", MINUS)
