"""Levels of effects and clusters as whole numbers from zero, counted and held against each other without sorting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption import level_kernels as kernels
from ruralpanel.absorption.threads import for_each, stretches
from ruralpanel.arrays import Codes, Numbers

SPAN = 8
"""Whole numbers are numbered by a table of all between the first and the last, of which there may be so many a row."""

MASKED = (pd.Int64Dtype, pd.Float64Dtype, pd.BooleanDtype)
"""Types of pandas that keep what is missing apart."""


@dataclass(frozen=True)
class Levels:
    """The levels of a column.

    Parameters
    ----------
    codes
        Of the rows, in the order of the values; below zero where the value is missing.
    number
        How many there are.
    """

    codes: Codes
    number: int

    @cached_property
    def counts(self) -> Codes:
        """Rows of each level."""
        return kernels.counted(self.codes, self.number)

    @cached_property
    def has_gaps(self) -> bool:
        """Whether the level of any row is missing."""
        return len(self.codes) > 0 and kernels.ends(self.codes)[0] < 0

    @cached_property
    def is_rising(self) -> bool:
        """Whether no row is of a level before that of the row above it."""
        return bool(kernels.in_order(self.codes))

    def within(self, other: Levels) -> bool:
        """Tell whether all rows of each level are in one level of another column; rows without a level are none's."""
        return self.number >= other.number and self.lies_within(other)

    def lies_within(self, other: Levels) -> bool:
        """Tell the same where either column may have missing values."""
        return bool(kernels.lie_within(self.codes, self.number, other.codes))

    @cached_property
    def first_rows(self) -> Codes:
        """The first row of each level."""
        return kernels.first_of(self.codes, self.number)

    def among(self, rows: np.ndarray) -> int:
        """Count the levels of chosen rows, which a mask of all rows marks."""
        return int(kernels.marked(self.codes, self.number, np.asarray(rows, dtype=bool)))

    def least(self, values: Numbers, rows: np.ndarray | None = None) -> Numbers:
        """Give the smallest of values within each level, infinite where all of them are missing, shape (levels,).

        Parameters
        ----------
        values
            Shape (rows,).
        rows
            Marks those that count; None for all.
        """
        return kernels.least(self.codes, self.number, values, np.empty(0, dtype=bool) if rows is None else rows)

    def spans(self, values: Codes, on: np.ndarray) -> tuple[Numbers, Numbers, Numbers]:
        """Give for each level the smallest of values, the smallest where something is on and the largest where it is
        off, shape (levels,); infinite, below zero for the last, where there is no such row.

        Parameters
        ----------
        values
            Whole numbers, shape (rows,).
        on
            One where it is on and zero where it is off, shape (rows,).
        """
        return kernels.spans(self.codes, self.number, values, on)

    def rises_with(self, other: Levels) -> bool:
        """Tell whether each row comes after the one before, by its levels here and then by those of another column."""
        return bool(kernels.rises(self.codes, other.codes))

    def only(self, other: Levels) -> Codes:
        """Give the level of another column that all rows of each level are in, -1 where they have none and
        :data:`ruralpanel.absorption.level_kernels.SEVERAL` where they are not in the same, shape (levels,).
        """
        return kernels.only(self.codes, self.number, other.codes)

    def kept(self, rows: np.ndarray) -> Levels:
        """Number the levels that chosen rows have, which a mask of all rows marks."""
        codes = self.codes[rows]
        return _with_missing(codes, codes < 0) if (codes < 0).any() else levels_of(codes)

    def by(self, other: Levels) -> Levels:
        """Number pairs of levels."""
        found = kernels.paired(self.codes, other.codes, other.number)
        missing = found < 0
        return _with_missing(found, missing) if missing.any() else levels_of(found)

    def first_rows_with(self, other: Levels) -> Codes:
        """Give the first row that has a level of this and one of another column, shape (levels, levels of the other);
        -1 where no row has both.
        """
        return kernels.first_together(self.codes, self.number, other.codes, other.number)

    def by_lies_within(self, other: Levels, others: Levels) -> bool:
        """Tell whether all rows of a pair of levels, of this and another column, are in one level of a third."""
        if self.number * other.number > SPAN * len(self.codes) + 1024:
            return self.by(other).lies_within(others)
        return bool(kernels.pairs_lie_within(self.codes, self.number, other.codes, other.number, others.codes))


def levels_of(values: Any) -> Levels:
    """Number the levels of a column.

    Parameters
    ----------
    values
        Of any type, shape (rows,).
    """
    array = values if isinstance(values, np.ndarray) else _as_array(values)
    if array.dtype.kind in "iu" and len(array):
        whole = np.ascontiguousarray(array, dtype=array.dtype if array.dtype in ("int32", "int64") else "int64")
        codes = np.empty(len(whole), dtype="int32")
        first_rows, number = kernels.rising(whole, codes)
        if number:
            return _in_order(codes, first_rows[:number].copy())
        low, high = kernels.ends(whole)
        if high - low < SPAN * len(whole) + 1024:
            return Levels(codes, int(kernels.numbered(whole, low, high - low + 1, codes)))
    if array.dtype.kind == "f" and len(array):
        numbers = np.ascontiguousarray(array, dtype="float64")
        known, low, high = kernels.whole_ends(numbers)
        if known and high - low < SPAN * len(numbers) + 1024:
            codes = np.empty(len(numbers), dtype="int32")
            return Levels(codes, int(kernels.numbered_if_known(numbers, low, high - low + 1, codes)))
    held = values if isinstance(getattr(values, "dtype", None), MASKED) or array.dtype.kind not in "iufb" else array
    codes, names = pd.factorize(held, sort=True)
    return Levels(np.asarray(codes, dtype="int32"), len(names))


def _in_order(codes: Codes, first_rows: Codes) -> Levels:
    """Give levels of rows in their order, of which the first rows tell all."""
    found = Levels(codes, len(first_rows))
    counts = np.diff(first_rows, append=len(codes))
    found.__dict__.update(first_rows=first_rows, counts=counts, is_rising=True, has_gaps=False)  # as if asked for
    return found


def _as_array(values: Any) -> np.ndarray:
    """Give the numbers of a column whose type is one of numpy's; else one that no loop here reads."""
    held = getattr(values, "dtype", None)
    if isinstance(held, MASKED):
        return np.asarray(values.to_numpy(dtype="float64", na_value=np.nan))
    return values.to_numpy() if isinstance(held, np.dtype) else np.empty(0, dtype="object")


def _with_missing(found: Codes, missing: np.ndarray) -> Levels:
    known = levels_of(found[~missing])
    codes = np.full(len(found), -1, dtype="int32")
    codes[~missing] = known.codes
    return Levels(codes, known.number)


def spread(values: np.ndarray, codes: Codes) -> np.ndarray:
    """Give every row the value of its level; the last of the values is for rows without one."""
    found = np.empty(len(codes), values.dtype)
    for_each(lambda rows: kernels.spread(values, codes[rows], found[rows]), stretches(len(codes)), len(codes))
    return found
