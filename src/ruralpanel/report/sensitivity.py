"""What the sensitivity stage found, as tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import MINUS, count
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.model import Study
from ruralpanel.words.frames import in_words
from ruralpanel.words.names import term_words

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


def sensitivity_tables(found: Mapping[str, pd.DataFrame], study: Study | None = None) -> list[dict[str, Any]]:
    """Print the tables of the sensitivity stage, each as it is.

    Parameters
    ----------
    found
        By the entry of the study's ``sensitivity``, which is the file's name without ending.
    study
        The study, whose labels stand for names; left out: names as they are.
    """
    tables = []
    for name, frame in found.items():
        told = _labelled(in_words(frame, study.labels() if study is not None else None), study)
        told = told.drop(columns=[name for name in SAID_ONCE if name in told]).replace("", None)
        if "estimator" in told:
            told["estimator"] = told["estimator"].map(lambda key: ESTIMATORS[key].short, na_action="ignore")
        full = [column for column in told.columns if told[column].notna().any()]
        # A text that all rows share is said once, above the table, so that a phone shows what differs.
        shared = [
            column for column in full if told[column].notna().all() and len(told) > 1 and _is_one_text(told[column])
        ]
        full = [column for column in full if column not in shared]
        numeric = [pd.api.types.is_numeric_dtype(frame[column]) for column in full]
        tables.append(
            {
                "name": _words(name),
                "file": f"{name}.csv",
                "rows_in_all": count(len(frame)),
                "cut": len(frame) > MOST,
                "shared": "; ".join(f"{_words(column)}: {_words(str(told[column].iloc[0]))}" for column in shared),
                "heads": [
                    {"text": _words(column), "number": number} for column, number in zip(full, numeric, strict=True)
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


def _is_one_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column) and column.nunique(dropna=False) == 1


def _words(name: str) -> str:
    return name.replace("_", " ")


def _printed(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, str | bool):
        return str(value)
    text = f"{value:.{DIGITS}g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return text.replace("-", MINUS)
