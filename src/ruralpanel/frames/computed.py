"""What has been computed of columns, kept beside them so that the equations of a block do not compute it again.

A column is known again by the memory that it lies in: frames share their columns until one is changed, and what is held
here is never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ruralpanel.absorption.levels import Levels
    from ruralpanel.absorption.sums import Facts

REMEMBERED = 2_000_000
"""Rows of the tables of which is known what has been computed, beside the last table."""


@dataclass
class Computed:
    """What has been computed of the columns of tables that follow from each other."""

    _known: dict[str, list[tuple[Sequence[pd.Series], Any]]] = field(default_factory=dict)

    def of(self, what: str, columns: Sequence[pd.Series], compute: Callable[..., Any]) -> Any:
        """Give what is computed of columns, from memory where the same has been computed of the same.

        Parameters
        ----------
        what
            What is computed.
        columns
            Of which; columns that are elsewhere in memory and hold the same are the same.
        compute
            Computes it.
        """
        known = self._known.setdefault(what, [])
        for then, value in known:
            if all(_are_alike(now, column) for now, column in zip(columns, then, strict=True)):
                return value
        value = compute(*columns)
        self.note(what, columns, value)
        return value

    def note(self, what: str, columns: Sequence[pd.Series], value: Any) -> None:
        """Keep what has been computed."""
        known = self._known.setdefault(what, [])
        known.append((columns, value))
        while len(known) > 1 and sum(len(then[0]) for then, _ in known) > REMEMBERED:
            del known[0]

    def known(self, what: str, column: pd.Series) -> Any:
        """Give what has been computed of a column that lies where it did; None where it is not known."""
        place = _place(column)
        for (then, *_), value in self._known.get(what, []):
            if place is not None and place == _place(then):
                return value
        return None

    def levels(self, column: pd.Series) -> Levels:
        """Number the levels of a column."""
        from ruralpanel.absorption.levels import levels_of

        found: Levels = self.of(f"levels of {column.name}", [column], levels_of)
        return found

    def facts(self, column: pd.Series, keep: bool = True) -> Facts:
        """Look through a column of numbers once.

        Parameters
        ----------
        column
            Its numbers.
        keep
            Whether what is found is kept, and with it the column.
        """
        import numpy as np

        from ruralpanel.absorption.sums import facts_of

        what = f"facts of {column.name}"
        found: Facts | None = self.known(what, column)
        if found is None:
            found = facts_of(column.to_numpy(dtype="float64", na_value=np.nan))
            if keep:
                self.note(what, [column], found)
        return found

    def kept(self, before: pd.DataFrame, stay: np.ndarray, after: pd.DataFrame) -> None:
        """Number levels of text in rows that stay by those of the rows before, which is quicker than by the text."""
        for name in after.columns:
            if after[name].dtype.kind == "O":
                levels = self.known(f"levels of {name}", before[name])
                if levels is not None:
                    self.note(f"levels of {name}", [after[name]], levels.kept(stay))


def _are_alike(now: pd.Series, then: pd.Series) -> bool:
    place = _place(now)
    if place is not None and place == _place(then):
        return True
    return len(now) == len(then) and now.equals(then)


def _place(column: pd.Series) -> tuple[Hashable, ...] | None:
    """Say where in memory a column is, if it is numpy's or Arrow's."""
    held = column.array
    whole = getattr(held, "_pa_array", None)
    if whole is not None:
        return ("arrow", id(whole))
    if held.dtype.kind not in "biufO" or not hasattr(held, "to_numpy") or not hasattr(held, "_ndarray"):
        return None
    array = column.to_numpy()
    return (array.__array_interface__["data"][0], array.strides, array.dtype.str, len(array))
