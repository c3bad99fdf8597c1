"""The different cells of a column, each looked at once, and the rows that they stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Rows:
    """Where the different cells of a column stand.

    Parameters
    ----------
    places
        For each row the position of its cell; None where every row is a cell of its own.
    index
        The rows' index.
    """

    places: NDArray[np.integer[Any]] | None = None
    index: pd.Index | None = None

    @cached_property
    def _counts(self) -> NDArray[np.intp]:
        assert self.places is not None
        return np.bincount(self.places)

    def number(self, cells: pd.Series) -> int:
        """Count the rows in which cells stand that are marked."""
        marked = cells.to_numpy(dtype=bool)
        return int(marked.sum() if self.places is None else self._counts[marked].sum())

    def spread(self, cells: pd.Series) -> pd.Series:
        """Put what was found of the different cells into the rows."""
        if self.places is None:
            return cells
        if cells.dtype == bool and not cells.any():
            return pd.Series(False, index=self.index)
        return pd.Series(cells.array.take(self.places), index=self.index, name=cells.name)


EACH = Rows()
"""Every row is a cell of its own."""


def different_cells(column: pd.Series) -> tuple[pd.Series, Rows]:
    """Give the different cells of a column in the order in which they are met, and where each stands.

    Parameters
    ----------
    column
        Text or a category of anything; of a column of another kind, every row is a cell of its own, for 1, 1.0 and True
        are equal and are not written alike.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        used, places = np.unique(column.cat.codes.to_numpy(), return_inverse=True)
        categories = pd.Series(column.cat.categories, dtype=object).reindex(used).reset_index(drop=True)
        categories.name = column.name
        return categories, Rows(places, column.index)
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "string":
        column = column.astype("str")
    if not isinstance(column.dtype, pd.StringDtype):
        return column, EACH
    encoded = as_arrow(column).combine_chunks().dictionary_encode("encode")
    cells = pd.Series(pd.array(encoded.dictionary, dtype="str"), name=column.name)
    return cells, Rows(encoded.indices.to_numpy(), column.index)


def as_arrow(text: pd.Series) -> Any:
    """Give a column of text as Arrow's, in chunks, without a copy of it."""
    import pyarrow as pa

    array = pa.array(text.array)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def mapped(text: pd.Series, function: Callable[[str], str], plain: str) -> pd.Series:
    """Apply a function to every text, but for those that it leaves as they are.

    Parameters
    ----------
    text
        Texts, some of them missing.
    function
        The function.
    plain
        A pattern: texts that fit it are known to stay.
    """
    other = text.notna() & ~text.str.fullmatch(plain, na=True)
    if not other.any():
        return text
    changed = text.copy()
    changed[other] = text[other].map(function)
    return changed
