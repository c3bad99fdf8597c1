"""Capacities and their proxies as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import count, decimal
from ruralpanel.study.legacies import INDEX_WORDS
from ruralpanel.words.names import name_words


def capacity_tables(
    measures: pd.DataFrame, correlations: pd.DataFrame, labels: Mapping[str, str], legacies: Mapping[str, str | None]
) -> dict[str, Any] | None:
    """Print how capacities were measured and how they correlate.

    Parameters
    ----------
    measures, correlations
        From :func:`ruralpanel.panel.legacies.capacities.add_legacies`.
    labels
        What a reader sees for a column.
    legacies
        What a reader sees for a legacy, by its name.

    Returns
    -------
    dict or None
        The columns that measures of groups are told for, a row for each index and each proxy, and the matrix of
        correlations; None for a study without legacies.
    """
    if measures.empty:
        return None
    groups = [name.removeprefix("within_") for name in map(str, measures) if name.startswith("within_")]
    names = list(dict.fromkeys(correlations["capacity"]))
    matrix = correlations.set_index(["capacity", "other"])["correlation"]
    return {
        "groups": [name_words(group, labels) for group in groups],
        "rows": [_row(row, groups, labels, legacies) for row in measures.to_dict("records")],
        "names": [name_words(name, labels) for name in names],
        "correlations": [
            {
                "name": name_words(name, labels),
                "values": [decimal(matrix[name, other], 2) for other in names[: position + 1]],
            }
            for position, name in enumerate(names)
        ],
    }


def _row(
    row: Mapping[Any, Any], groups: list[str], labels: Mapping[str, str], legacies: Mapping[str, str | None]
) -> dict[str, Any]:
    """Print the row of an index or of a proxy."""
    is_index = row["role"] == "index"
    return {
        "label": name_words(row["column"], labels) if pd.isna(row["label"]) else row["label"],
        "legacy": (legacies.get(row["legacy"]) or row["legacy"].replace("_", " ")) if is_index else None,
        "how": _index_words(row) if is_index else _proxy_words(row, labels),
        "units": count(row["units"]),
        "missing": f"{row['missing_share']:.1%}",
        "weight": decimal(row["weight"], 3),
        "rest": decimal(row["item_rest_correlation"], 2),
        "within": ["" if pd.isna(row[f"within_{group}"]) else f"{row[f'within_{group}']:.0%}" for group in groups],
    }


def _index_words(row: Mapping[Any, Any]) -> str:
    words = [INDEX_WORDS[row["method"]]]
    words += [f"alpha {decimal(row['alpha'], 2)}"] if pd.notna(row["alpha"]) else []
    explained = row["explained_by_first_component"]
    words += [f"a first component explains {explained:.0%}"] if pd.notna(explained) else []
    return ", ".join(words)


def _proxy_words(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    words = [row["sign"], str(int(row["vintage"]))]
    words += [f"by {name_words(row['level'], labels)}"] if pd.notna(row["level"]) else []
    return ", ".join(words)
