"""A column whose values have been given their type."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass
class Typed:
    """A column with its type.

    Parameters
    ----------
    values
        The typed values; missing where a cell cannot have the type.
    bad
        True where a cell cannot have the type.
    rule
        What these cells should hold.
    notes
        What the ledger is to say.
    more
        Further cells that are wrong, each kind with what they should hold.
    """

    values: pd.Series
    bad: pd.Series
    rule: str = ""
    notes: list[str] = field(default_factory=list)
    more: list[tuple[pd.Series, str]] = field(default_factory=list)
