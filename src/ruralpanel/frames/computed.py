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


@dataclass(frozen=True, eq=False)
class _Kept:
    """What has been computed of some columns, and where these are."""

    columns: Sequence[pd.Series]
    places: list[tuple[Hashable, ...] | None]
    value: Any

    @property
    def names(self) -> list[Hashable]:
        """The names of the columns."""
        return [column.name for column in self.columns]


@dataclass
class Computed:
    """What has been computed of the columns of tables that follow from each other."""

    _kept: dict[str, list[_Kept]] = field(default_factory=dict)

    def of(self, what: str, columns: Sequence[pd.Series], compute: Callable[..., Any]) -> Any:
        """Give what is computed of columns, from memory where the same has been computed of the same.

        Parameters
        ----------
        what
            What is computed.
        columns
            Of which; columns of the same names that are elsewhere in memory and hold the same are the same.
        compute
            Computes it.
        """
        places = [_place(column) for column in columns]
        kept = self._kept.setdefault(what, [])
        for each in kept:
            if each.places == places and None not in places:
                return each.value
        for each in kept:
            if len(each.columns) == len(columns) and all(map(_hold_the_same, columns, each.columns)):
                return each.value
        value = compute(*columns)
        self.note(what, columns, value)
        return value

    def note(self, what: str, columns: Sequence[pd.Series], value: Any) -> None:
        """Keep what has been computed."""
        kept = self._kept.setdefault(what, [])
        kept.append(_Kept(columns, [_place(column) for column in columns], value))
        alike = [each for each in kept if each.names == kept[-1].names]
        if len(alike) > 1 and sum(len(each.columns[0]) for each in alike) > REMEMBERED:
            kept.remove(alike[0])

    def known(self, what: str, column: pd.Series) -> Any:
        """Give what has been computed of a column that lies where it did; None where it is not known."""
        place = [_place(column)]
        found = (each.value for each in self._kept.get(what, []) if each.places == place)
        return next(found, None) if None not in place else None

    def levels(self, column: pd.Series) -> Levels:
        """Number the levels of a column."""
        from ruralpanel.absorption.levels import levels_of

        found: Levels = self.of("levels", [column], levels_of)
        return found

    def distinct(self, column: pd.Series) -> np.ndarray:
        """Give the values of a column of numbers in their order, each once, without what is missing."""
        return column.to_numpy()[self.levels(column).first_rows]

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

        found: Facts | None = self.known("facts", column)
        if found is None:
            found = facts_of(column.to_numpy(dtype="float64", na_value=np.nan))
            if keep:
                self.note("facts", [column], found)
        return found

    def ahead(self, numbers: Sequence[pd.Series], groups: Sequence[pd.Series]) -> None:
        """Compute what will be asked for of a table, on all cores that there are.

        Parameters
        ----------
        numbers
            Columns whose facts will be.
        groups
            Columns whose levels will be.
        """
        import numpy as np

        from ruralpanel.absorption.levels import levels_of
        from ruralpanel.absorption.sums import facts_of
        from ruralpanel.absorption.threads import for_each

        asked: list[tuple[str, Callable[[np.ndarray], Any], pd.Series]] = []
        for what, compute, columns in (("facts", facts_of, numbers), ("levels", levels_of, groups)):
            asked += [(what, compute, each) for each in columns if isinstance(each.dtype, np.dtype)]
        found = for_each(lambda each: each[1](each[2].to_numpy()), asked, sum(len(each[2]) for each in asked))
        for (what, _, column), value in zip(asked, found, strict=True):
            self.note(what, [column], value)

    def kept(self, before: pd.DataFrame, stay: np.ndarray, after: pd.DataFrame) -> None:
        """Number levels of text in rows that stay by those of the rows before, which is quicker than by the text."""
        for name in after.columns:
            if after[name].dtype.kind == "O":
                levels = self.known("levels", before[name])
                if levels is not None:
                    self.note("levels", [after[name]], levels.kept(stay))


def _hold_the_same(now: pd.Series, then: pd.Series) -> bool:
    """Tell whether columns of the same name hold the same."""
    return now.name == then.name and len(now) == len(then) and now.equals(then)


def _place(column: pd.Series) -> tuple[Hashable, ...] | None:
    """Say where in memory a column is, if it is numpy's or Arrow's."""
    dtype = column.dtype
    if not hasattr(dtype, "byteorder"):  # which only those of numpy have
        held = column.array
        whole = getattr(held, "_pa_array", None)
        if whole is not None:
            return ("arrow", id(whole))
        if dtype.kind not in "biufO" or not hasattr(held, "to_numpy") or not hasattr(held, "_ndarray"):
            return None
    elif dtype.kind not in "biufO":
        return None
    array = column.to_numpy()
    return (array.__array_interface__["data"][0], array.strides, array.dtype.str, len(array))
