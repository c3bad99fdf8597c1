"""Levels of effects and clusters as whole numbers from zero, counted and held against each other without sorting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption.sums import compiled
from ruralpanel.absorption.threads import for_each, stretches
from ruralpanel.arrays import Codes, Numbers

SPAN = 8
"""Whole numbers are numbered by a table of all between the first and the last, of which there may be so many a row."""

MASKED = (pd.Int64Dtype, pd.Float64Dtype, pd.BooleanDtype)
"""Types of pandas that keep what is missing apart."""

SEVERAL = -2
"""What stands in the place of a level where there are several."""

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

    @cached_property
    def counts(self) -> Codes:
        """Rows of each level."""
        return _counted(self.codes, self.number)

    @cached_property
    def has_gaps(self) -> bool:
        """Whether the level of any row is missing."""
        return len(self.codes) > 0 and _ends(self.codes)[0] < 0

    @cached_property
    def is_rising(self) -> bool:
        """Whether no row is of a level before that of the row above it."""
        return bool(in_order(self.codes))

    def within(self, other: Levels) -> bool:
        """Tell whether all rows of each level are in one level of another column; rows without a level are none's."""
        return self.number >= other.number and self.lies_within(other)

    def lies_within(self, other: Levels) -> bool:
        """Tell the same where either column may have missing values."""
        return bool(_lie_within(self.codes, self.number, other.codes))

    @cached_property
    def first_rows(self) -> Codes:
        """The first row of each level."""
        return _first(self.codes, self.number)

    def among(self, rows: np.ndarray) -> int:
        """Count the levels of chosen rows, which a mask of all rows marks."""
        return int(_marked(self.codes, self.number, np.asarray(rows, dtype=bool)))

    def least(self, values: Numbers, rows: np.ndarray | None = None) -> Numbers:
        """Give the smallest of values within each level, infinite where all of them are missing, shape (levels,).

        Parameters
        ----------
        values
            Shape (rows,).
        rows
            Marks those that count; None for all.
        """
        return _least(self.codes, self.number, values, np.empty(0, dtype=bool) if rows is None else rows)

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
        return _spans(self.codes, self.number, values, on)

    def rises_with(self, other: Levels) -> bool:
        """Tell whether each row comes after the one before, by its levels here and then by those of another column."""
        return bool(_rises(self.codes, other.codes))

    def only(self, other: Levels) -> Codes:
        """Give the level of another column that all rows of each level are in, -1 where they have none and
        :data:`SEVERAL` where they are not in the same, shape (levels,).
        """
        return _only(self.codes, self.number, other.codes)

    def kept(self, rows: np.ndarray) -> Levels:
        """Number the levels that chosen rows have, which a mask of all rows marks."""
        codes = self.codes[rows]
        return _with_missing(codes, codes < 0) if (codes < 0).any() else levels_of(codes)

    def by(self, other: Levels) -> Levels:
        """Number pairs of levels."""
        found = _paired(self.codes, other.codes, other.number)
        missing = found < 0
        return _with_missing(found, missing) if missing.any() else levels_of(found)

    def first_rows_with(self, other: Levels) -> Codes:
        """Give the first row that has a level of this and one of another column, shape (levels, levels of the other);
        -1 where no row has both.
        """
        return _first_rows_with(self.codes, self.number, other.codes, other.number)

    def by_lies_within(self, other: Levels, others: Levels) -> bool:
        """Tell whether all rows of a pair of levels, of this and another column, are in one level of a third."""
        if self.number * other.number > SPAN * len(self.codes) + 1024:
            return self.by(other).lies_within(others)
        return bool(_pairs_lie_within(self.codes, self.number, other.codes, other.number, others.codes))


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
        first_rows, number = _rising(whole, codes)
        if number:
            return _in_order(codes, first_rows[:number].copy())
        low, high = _ends(whole)
        if high - low < SPAN * len(whole) + 1024:
            return Levels(codes, int(_numbered(whole, low, high - low + 1, codes)))
    if array.dtype.kind == "f" and len(array):
        numbers = np.ascontiguousarray(array, dtype="float64")
        known, low, high = _whole(numbers)
        if known and high - low < SPAN * len(numbers) + 1024:
            codes = np.empty(len(numbers), dtype="int32")
            return Levels(codes, int(_numbered_if_known(numbers, low, high - low + 1, codes)))
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


@compiled
def _ends(values: Codes) -> tuple[int, int]:
    low, high = values[0], values[0]
    for row in range(len(values)):
        low, high = min(low, values[row]), max(high, values[row])
    return low, high


@compiled
def _rising(values: Codes, into: Codes) -> tuple[Codes, int]:
    """Number whole numbers that never fall from one row to the next; give first rows, and how many; zero if any does.

    Numbers fall early, if they do: little time is lost.
    """
    found = np.empty(len(values), np.int64)
    found[0], into[0] = 0, 0
    number = 0
    for row in range(1, len(values)):
        if values[row] != values[row - 1]:
            if values[row] < values[row - 1]:
                return found, 0
            number += 1
            found[number] = row
        into[row] = number
    return found, number + 1


@compiled
def _ranked(seen: np.ndarray) -> tuple[Codes, int]:
    """Number the places that have been seen, in their order, and give how many there are."""
    rank = np.empty(len(seen), np.int32)
    number = 0
    for place in range(len(seen)):
        rank[place] = number
        number += seen[place]
    return rank, number


@compiled
def _numbered(values: Codes, low: int, span: int, into: Codes) -> int:
    """Number whole numbers in their order, and give how many there are."""
    seen = np.zeros(span, np.uint8)
    for row in range(len(values)):
        seen[np.uint64(values[row] - low)] = 1
    rank, number = _ranked(seen)
    if number == span:
        for row in range(len(values)):
            into[row] = values[row] - low
    else:
        for row in range(len(values)):
            into[row] = rank[np.uint64(values[row] - low)]
    return number


@compiled
def _whole(values: Numbers) -> tuple[bool, int, int]:
    """Tell whether all numbers that are not missing are whole ones, and give the smallest and the largest."""
    low, high = LARGEST, -LARGEST
    for row in range(len(values)):
        value = values[row]
        if np.isnan(value):
            continue
        if not abs(value) < LARGEST or value != np.floor(value):
            return False, 0, 0
        whole = np.int64(value)
        low, high = min(low, whole), max(high, whole)
    return low <= high, low, high


@compiled
def _numbered_if_known(values: Numbers, low: int, span: int, into: Codes) -> int:
    """Do what :func:`_numbered` does where some values are missing, whose number is below zero."""
    seen = np.zeros(span, np.uint8)
    for row in range(len(values)):
        if not np.isnan(values[row]):
            seen[np.uint64(np.int64(values[row]) - low)] = 1
    rank, number = _ranked(seen)
    for row in range(len(values)):
        into[row] = -1 if np.isnan(values[row]) else rank[np.uint64(np.int64(values[row]) - low)]
    return number


@compiled
def _counted(codes: Codes, number: int) -> Codes:
    found = np.zeros(number, np.int64)
    for row in range(len(codes)):
        if codes[row] >= 0:
            found[np.uint32(codes[row])] += 1
    return found


@compiled
def _first(codes: Codes, number: int) -> Codes:
    found = np.full(number, -1, np.int64)
    known = 0
    for row in range(len(codes)):
        level = codes[row]
        if level >= 0 and found[level] < 0:
            found[level] = row
            known += 1
            if known == number:
                break
    return found


@compiled
def _first_rows_with(codes: Codes, number: int, others: Codes, width: int) -> Codes:
    found = np.full((number, width), -1, np.int32)
    for row in range(len(codes)):
        level, other = codes[row], others[row]
        if level >= 0 and other >= 0 and found[level, other] < 0:
            found[level, other] = row
    return found


def spread(values: np.ndarray, codes: Codes) -> np.ndarray:
    """Give every row the value of its level; the last of the values is for rows without one."""
    found = np.empty(len(codes), values.dtype)
    for_each(lambda rows: _spread(values, codes[rows], found[rows]), stretches(len(codes)), len(codes))
    return found


@compiled
def _spread(values: np.ndarray, codes: Codes, into: np.ndarray) -> None:
    for row in range(len(codes)):
        level = codes[row]
        into[row] = values[level] if level >= 0 else values[-1]


@compiled
def _only(codes: Codes, number: int, others: Codes) -> Codes:
    found = np.full(number, -3, np.int64)
    for row in range(len(codes)):
        level = codes[row]
        if level < 0:
            continue
        if found[level] == -3:
            found[level] = others[row]
        elif found[level] != others[row]:
            found[level] = SEVERAL
    return found


@compiled
def _marked(codes: Codes, number: int, rows: np.ndarray) -> int:
    seen = np.zeros(number, np.bool_)
    for row in range(len(codes)):
        if rows[row] and codes[row] >= 0:
            seen[codes[row]] = True
    return int(seen.sum())


@compiled
def _least(codes: Codes, number: int, values: Numbers, rows: np.ndarray) -> Numbers:
    found = np.full(number, np.inf)
    for row in range(len(codes)):
        level = codes[row]
        if len(rows) and not rows[row]:
            continue
        if level >= 0 and values[row] < found[level]:  # which no missing value is
            found[level] = values[row]
    return found


@compiled
def _spans(codes: Codes, number: int, values: Codes, on: np.ndarray) -> tuple[Numbers, Numbers, Numbers]:
    first, begun, last = np.full(number, np.inf), np.full(number, np.inf), np.full(number, -np.inf)
    for row in range(len(codes)):
        level = codes[row]
        if level < 0:
            continue
        value = float(values[row])
        if value < first[level]:  # noqa: PLR1730  (which no missing value is)
            first[level] = value
        if on[row] == 1 and value < begun[level]:
            begun[level] = value
        if on[row] == 0 and value > last[level]:
            last[level] = value
    return first, begun, last


@compiled
def _paired(codes: Codes, others: Codes, number: int) -> Codes:
    """Give a number to every pair, below zero where either is missing."""
    found = np.empty(len(codes), np.int64)
    for row in range(len(codes)):
        missing = codes[row] < 0 or others[row] < 0
        found[row] = -1 if missing else np.int64(codes[row]) * number + others[row]
    return found


@compiled
def _pairs_lie_within(codes: Codes, number: int, beside: Codes, width: int, others: Codes) -> bool:
    of_pair = np.full(number * width, -2, np.int32)
    for row in range(len(codes)):
        if codes[row] < 0 or beside[row] < 0:
            continue
        pair = np.int64(codes[row]) * width + beside[row]
        if of_pair[pair] == -2:
            of_pair[pair] = others[row]
        elif of_pair[pair] != others[row]:
            return False
    return True


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


@compiled
def in_order_of(codes: Codes, others: Codes) -> bool:
    """Tell whether codes never fall from one row to the next, and of rows with the same code others do not."""
    for row in range(1, len(codes)):
        if codes[row] < codes[row - 1] or (codes[row] == codes[row - 1] and others[row] < others[row - 1]):
            return False
    return True


@compiled
def _rises(codes: Codes, others: Codes) -> bool:
    """Tell whether no two rows are alike and each comes after the one before."""
    for row in range(1, len(codes)):
        if codes[row] < codes[row - 1] or (codes[row] == codes[row - 1] and others[row] <= others[row - 1]):
            return False
    return True
