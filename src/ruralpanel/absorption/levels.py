"""Levels of effects and clusters as whole numbers from zero, counted and held against each other without sorting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption.sums import compiled
from ruralpanel.arrays import Codes, Numbers

SPAN = 8
"""Whole numbers are numbered by a table of all between the first and the last, of which there may be so many a row."""

MASKED = (pd.Int64Dtype, pd.Float64Dtype, pd.BooleanDtype)
"""Types of pandas that keep what is missing apart."""

LARGEST = 1 << 40
"""Numbers from this on are not looked at for whether they are whole."""


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
    if array.dtype.kind == "f" and len(array):
        numbers = np.ascontiguousarray(array, dtype="float64")
        whole, known, low, high = _whole(numbers)
        if known and high - low < SPAN * len(whole) + 1024:
            codes = np.empty(len(whole), dtype="int32")
            return Levels(codes, int(_numbered_if_known(numbers, whole, low, high - low + 1, codes)))
    held = values if isinstance(getattr(values, "dtype", None), MASKED) or array.dtype.kind not in "iufb" else array
    codes, names = pd.factorize(held, sort=True)
    return Levels(np.asarray(codes, dtype="int32"), len(names))


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


@compiled
def _ends(values: Codes) -> tuple[int, int]:
    low, high = values[0], values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
    return low, high


@compiled
def _ranked(seen: Codes) -> int:
    """Number the places that have been seen, in their order and in place, and give how many there are."""
    number = 0
    for place in range(len(seen)):
        if seen[place]:
            seen[place] = number
            number += 1
    return number


@compiled
def _numbered(values: Codes, low: int, span: int, into: Codes) -> int:
    """Number whole numbers in their order, and give how many there are."""
    rank = np.zeros(span, np.int32)
    for value in values:
        rank[value - low] = 1
    number = _ranked(rank)
    for row in range(len(values)):
        into[row] = rank[values[row] - low]
    return number


@compiled
def _whole(values: Numbers) -> tuple[Codes, bool, int, int]:
    """Give numbers as whole ones, whether all that are not missing are such, and the smallest and the largest."""
    found = np.zeros(len(values), np.int64)
    low, high = LARGEST, -LARGEST
    for row in range(len(values)):
        value = values[row]
        if np.isnan(value):
            continue
        if not abs(value) < LARGEST or value != np.floor(value):
            return found, False, 0, 0
        found[row] = np.int64(value)
        low, high = min(low, found[row]), max(high, found[row])
    return found, low <= high, low, high


@compiled
def _numbered_if_known(values: Numbers, whole: Codes, low: int, span: int, into: Codes) -> int:
    """Do what :func:`_numbered` does where some values are missing, whose number is below zero."""
    rank = np.zeros(span, np.int32)
    for row in range(len(whole)):
        if not np.isnan(values[row]):
            rank[whole[row] - low] = 1
    number = _ranked(rank)
    for row in range(len(whole)):
        into[row] = -1 if np.isnan(values[row]) else rank[whole[row] - low]
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
