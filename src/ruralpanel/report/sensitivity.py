"""What the sensitivity stage found, as tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.report.codebook import short

MOST = 60
"""Rows of a table that the page shows; the file has all."""

SAID_ONCE = ("row", "sensitivity", "kind")
"""Columns that are the same in all rows of a file, or number them."""


def sensitivity_tables(found: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Print the tables of the sensitivity stage, each as it is.

    Parameters
    ----------
    found
        By the entry of the study's ``sensitivity``, which is the file's name without ending.
    """
    tables = []
    for name, frame in found.items():
        told = frame.drop(columns=[name for name in SAID_ONCE if name in frame]).replace("", None)
        full = [column for column in told.columns if told[column].notna().any()]
        numeric = [pd.api.types.is_numeric_dtype(frame[column]) for column in full]
        tables.append(
            {
                "name": name.replace("_", " "),
                "file": f"{name}.csv",
                "rows_in_all": count(len(frame)),
                "cut": len(frame) > MOST,
                "heads": [
                    {"text": column.replace("_", " "), "number": number}
                    for column, number in zip(full, numeric, strict=True)
                ],
                "rows": [[_printed(value) for value in row] for row in told[full].head(MOST).itertuples(index=False)],
            }
        )
    return tables


def _printed(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, str | bool):
        return str(value)
    return short(value)
