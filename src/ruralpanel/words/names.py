"""Names of a study as a reader sees them: by their labels.

Estimates and ledgers speak of columns by their names, so that they can be found in the study file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ruralpanel.reasons import read

if TYPE_CHECKING:  # the workflow reads rooms of words whenever it starts
    import pandas as pd


def name_words(name: str, labels: Mapping[str, str]) -> str:
    """Write a name as a reader sees it: its label, or its words where the study gives it none.

    Parameters
    ----------
    name
        Of a column, a family of tests or another part of the study.
    labels
        What a reader sees for a name.
    """
    return labels.get(name) or name.replace("_", " ")


def within_a_sentence(label: str) -> str:
    """Write a label as it stands within a sentence: `County` as `county`, and `GDP` as it is.

    Parameters
    ----------
    label
        What a reader sees at an axis or at the head of a row.
    """
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def term_words(term: str, labels: Mapping[str, str]) -> str:
    """Write a name, or an interaction with a multiplication sign, ``A × B``, as a reader sees it."""
    return " × ".join(name_words(part, labels) for part in term.split("*"))


def row_words(row: Mapping[Any, Any] | pd.Series, labels: Mapping[str, str]) -> str:
    """Write what a row of the estimates is of as a reader sees it, without event time, cohort and period.

    Parameters
    ----------
    row
        Its ``term``, ``kind``, ``effect_of`` and ``at``.
    labels
        What a reader sees for a name.
    """
    at = (read(row["at"]) if isinstance(row["at"], str) else None) or {}
    if row["kind"] == "mean":
        return str(row["term"])
    words = term_words(row["effect_of"], labels)
    if row["kind"] == "first_stage":
        return f"First stage of {term_words(at['endogenous'], labels)}: {words}"
    if row["kind"] == "average":
        return f"{words}, {at['average']}"
    if row["kind"] == "effect_at":
        value = "" if at["value"] is None else f" = {at['value']!r}".replace("-", "\N{MINUS SIGN}")
        return f"{words} at {name_words(at['moderator'], labels)}{value}"
    if row["kind"] == "density_test":
        return f"Density of {words} at the threshold"
    if row["kind"] == "response_at":
        return f"{words} per unit of {name_words(at['dose'], labels)} at {at['value']!r}"
    return words
