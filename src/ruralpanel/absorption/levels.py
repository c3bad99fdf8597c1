"""Levels of effects and clusters as whole numbers from zero, counted and held against each other without sorting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption.kernels import compiled
from ruralpanel.arrays import Codes

SPAN = 8
"""Whole numbers are numbered by a table of all between the first and the last, of which there may be so many a row."""


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

    @property
    def counts(self) -> Codes:
        """Rows of each level."""
        return np.bincount(self.codes, minlength=self.number)

    def within(self, other: Levels) -> bool:
        """Tell whether all rows of each level are in one level of another column; rows without a level are none's."""
        return self.number >= other.number and self.lies_within(other)

    def lies_within(self, other: Levels) -> bool:
        """Tell the same where either column may have missing values."""
        return bool(_lie_within(self.codes, self.number, other.codes))

    def first_rows(self) -> Codes:
        """Give the first row of each level."""
        found = np.empty(self.number, dtype="int64")
        found[self.codes[::-1]] = np.arange(len(self.codes))[::-1]
        return found

    def among(self, rows: np.ndarray) -> int:
        """Count the levels of chosen rows, which a mask of all rows marks."""
        return int(np.count_nonzero(np.bincount(self.codes[rows], minlength=self.number)))

    def by(self, other: Levels) -> Levels:
        """Number pairs of levels."""
        missing = (self.codes < 0) | (other.codes < 0)
        found = self.codes.astype("int64") * other.number + other.codes
        return levels_of(np.where(missing, -1, found)) if not missing.any() else _with_missing(found, missing)


def levels_of(values: Any) -> Levels:
    """Number the levels of a column.

    Parameters
    ----------
    values
        Of any type, shape (rows,).
    """
    array = values if isinstance(values, np.ndarray) else _as_array(values)
    if array.dtype.kind in "iu" and len(array):
        whole = np.ascontiguousarray(array, dtype="int64")
        low, high = _ends(whole)
        if high - low < SPAN * len(whole) + 1024:
            codes = np.empty(len(whole), dtype="int32")
            return Levels(codes, int(_numbered(whole, low, high - low + 1, codes)))
    codes, names = pd.factorize(array if array.dtype.kind in "iufb" else values, sort=True)
    return Levels(np.asarray(codes, dtype="int32"), len(names))


def _as_array(values: Any) -> np.ndarray:
    """Give the numbers of a column whose type is one of numpy's; else one that no loop here reads."""
    held = getattr(values, "dtype", None)
    return values.to_numpy() if isinstance(held, np.dtype) else np.empty(0, dtype="object")


def _with_missing(found: Codes, missing: np.ndarray) -> Levels:
    known = levels_of(found[~missing])
    codes = np.full(len(found), -1, dtype="int32")
    codes[~missing] = known.codes
    return Levels(codes, known.number)


@compiled
def _ends(values: Codes) -> tuple[int, int]:
    low, high = values[0], values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
    return low, high


@compiled
def _numbered(values: Codes, low: int, span: int, into: Codes) -> int:
    """Number whole numbers in their order, and give how many there are."""
    rank = np.zeros(span, np.int32)
    for value in values:
        rank[value - low] = 1
    number = 0
    for place in range(span):
        if rank[place]:
            rank[place] = number
            number += 1
    for row in range(len(values)):
        into[row] = rank[values[row] - low]
    return number


@compiled
def _lie_within(codes: Codes, number: int, others: Codes) -> bool:
    of_level = np.full(number, -2, np.int64)
    for row in range(len(codes)):
        level = codes[row]
        if level < 0:
            continue
        if of_level[level] == -2:
            of_level[level] = others[row]
        elif of_level[level] != others[row]:
            return False
    return True


@compiled
def in_order(codes: Codes) -> bool:
    """Tell whether codes never fall from one row to the next."""
    for row in range(1, len(codes)):  # noqa: SIM110  (a generator would not be compiled)
        if codes[row] < codes[row - 1]:
            return False
    return True
