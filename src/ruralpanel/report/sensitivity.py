"""What the sensitivity stage found, as tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.report.codebook import short
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.words.frames import in_words

MOST = 60
"""Rows of a table that the page shows; the file has all."""

SAID_ONCE = ("row", "sensitivity", "kind", "quantity_code", "under_code", "reason_code", "reason_arguments")
"""Columns that are the same in all rows of a file, number them, or say what a sentence says."""


def sensitivity_tables(found: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Print the tables of the sensitivity stage, each as it is.

    Parameters
    ----------
    found
        By the entry of the study's ``sensitivity``, which is the file's name without ending.
    """
    tables = []
    for name, frame in found.items():
        told = in_words(frame, None)
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


def _is_one_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column) and column.nunique(dropna=False) == 1


def _words(name: str) -> str:
    return name.replace("_", " ")


def _printed(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, str | bool):
        return str(value)
    return short(value)
