"""The rows of a frame one by one, where words are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the workflow reads rooms of words whenever it starts
    import pandas as pd


def records(frame: pd.DataFrame, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Give rows as dictionaries of plain values, as ``to_dict("records")`` does, but a column at a time.

    Text is kept in Arrow, which takes long to give one value, and gives all of a column at once.

    Parameters
    ----------
    frame
        The frame.
    columns
        The columns that are wanted; None for all.

    Returns
    -------
    list of dict
        One for each row, in their order.
    """
    names = list(frame.columns if columns is None else columns)
    values = [_plain(frame[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    return column.astype(object).tolist() if column.dtype == "str" else column.tolist()
