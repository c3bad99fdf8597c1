"""A raw file's contents before any of them is interpreted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class RawTable:
    """A raw file's contents before any of them is interpreted.

    Parameters
    ----------
    values
        The columns under their raw names. Text formats hold text; others the types of the file.
    rows
        The number of each row as the file's own program counts them.
    where
        The file, and the sheet if there is one, for messages.
    labels
        Columns whose values have labels, as labels, by raw name.
    shared_labels
        Columns in which two values have the same label, so that labels cannot stand for values.
    notes
        For the ledger: what was found out about the file.
    repairs
        For the ledger, a line each: what was done to cells.
    unsure
        By raw name, texts that lost the end of a character and may now be those of several things.
    comma_may_be_decimal
        Whether a comma in a number may be its decimal point, as in files that separate columns by semicolons.
    uneven
        By row, how many cells it has, where that is not as many as the header; missing cells are empty.
    left_out
        How many rows were left out as no data.
    encoding, delimiter
        Of a text file: how characters are stored, and what stands between columns.
    """

    values: pd.DataFrame
    rows: pd.Series
    where: str
    labels: Mapping[str, pd.Series] = field(default_factory=dict)
    shared_labels: frozenset[str] = frozenset()
    notes: Sequence[str] = ()
    repairs: Sequence[str] = ()
    unsure: Mapping[str, frozenset[str]] = field(default_factory=dict)
    comma_may_be_decimal: bool = False
    uneven: Mapping[int, int] = field(default_factory=dict)
    left_out: int = 0
    encoding: str = ""
    delimiter: str = ""


def counted_from(values: pd.DataFrame, first: int, where: str) -> RawTable:
    """Number rows one after another.

    Parameters
    ----------
    values
        The rows.
    first
        The number of the first.
    where
        The file, for messages.
    """
    return RawTable(values, pd.Series(range(first, first + len(values)), dtype="int64"), where)


def ambiguous_when_cut(cut: Sequence[str], texts: Sequence[str]) -> frozenset[str]:
    """Find texts that lost their end and can no longer be told from others of their column.

    Parameters
    ----------
    cut
        The different texts that lost the end of a character.
    texts
        All texts of the column, one for each way in which it is written, those that were cut among them.
    """
    ordered = sorted(texts)

    def several(text: str) -> bool:
        first = bisect_left(ordered, text)
        return first + 1 < len(ordered) and ordered[first + 1].startswith(text)

    return frozenset(text for text in cut if several(text))
