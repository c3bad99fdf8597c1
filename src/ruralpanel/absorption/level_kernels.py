"""Loops over the levels of rows, compiled, for :mod:`ruralpanel.absorption.levels`."""

from __future__ import annotations

import numpy as np

from ruralpanel.absorption.sums import compiled
from ruralpanel.arrays import Codes, Numbers

SEVERAL = -2
"""What stands in the place of a level where there are several."""

LARGEST = 1 << 40
"""Numbers from this on are not looked at for whether they are whole."""


@compiled
def ends(values: Codes) -> tuple[int, int]:
    """Give the smallest and the largest code."""
    low, high = values[0], values[0]
    for row in range(len(values)):
        low, high = min(low, values[row]), max(high, values[row])
    return low, high


@compiled
def rising(values: Codes, into: Codes) -> tuple[Codes, int]:
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
def numbered(values: Codes, low: int, span: int, into: Codes) -> int:
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
def whole_ends(values: Numbers) -> tuple[bool, int, int]:
    """Tell whether all numbers that are not missing are whole ones, and give the smallest and the largest."""
    low, high = LARGEST, -LARGEST
    for row in range(len(values)):
        value = values[row]
        if np.isnan(value):
            continue
        if not abs(value) < LARGEST or value != np.floor(value):
            return False, 0, 0
        whole = int(value)
        low, high = min(low, whole), max(high, whole)
    return low <= high, low, high


@compiled
def numbered_if_known(values: Numbers, low: int, span: int, into: Codes) -> int:
    """Do what :func:`numbered` does where some values are missing, whose number is below zero."""
    seen = np.zeros(span, np.uint8)
    for row in range(len(values)):
        if not np.isnan(values[row]):
            seen[np.uint64(np.int64(values[row]) - low)] = 1
    rank, number = _ranked(seen)
    for row in range(len(values)):
        into[row] = -1 if np.isnan(values[row]) else rank[np.uint64(np.int64(values[row]) - low)]
    return number


@compiled
def counted(codes: Codes, number: int) -> Codes:
    """Count the rows of each level."""
    found = np.zeros(number, np.int64)
    for row in range(len(codes)):
        if codes[row] >= 0:
            found[np.uint32(codes[row])] += 1
    return found


@compiled
def first_of(codes: Codes, number: int) -> Codes:
    """Give the first row of each level, -1 where it has none."""
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
def first_together(codes: Codes, number: int, others: Codes, width: int) -> Codes:
    """Give the first row that has a level and one of others, -1 where none has."""
    found = np.full((number, width), -1, np.int32)
    for row in range(len(codes)):
        level, other = codes[row], others[row]
        if level >= 0 and other >= 0 and found[level, other] < 0:
            found[level, other] = row
    return found


@compiled
def spread(values: np.ndarray, codes: Codes, into: np.ndarray) -> None:
    """Write the value of its level for every row; the last of the values is for rows without one."""
    for row in range(len(codes)):
        level = codes[row]
        into[row] = values[level] if level >= 0 else values[-1]


@compiled
def only(codes: Codes, number: int, others: Codes) -> Codes:
    """Give the level of others that all rows of each level are in, -3 for no row and :data:`SEVERAL` for several."""
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
def marked(codes: Codes, number: int, rows: np.ndarray) -> int:
    """Count the levels that have a row which is marked."""
    seen = np.zeros(number, np.bool_)
    for row in range(len(codes)):
        if rows[row] and codes[row] >= 0:
            seen[codes[row]] = True
    return int(seen.sum())


@compiled
def least(codes: Codes, number: int, values: Numbers, rows: np.ndarray) -> Numbers:
    """Give the smallest of the values of each level, of rows that are marked, if any marks are given."""
    found = np.full(number, np.inf)
    for row in range(len(codes)):
        level = codes[row]
        if len(rows) and not rows[row]:
            continue
        if level >= 0 and values[row] < found[level]:  # which no missing value is
            found[level] = values[row]
    return found


@compiled
def spans(codes: Codes, number: int, values: Codes, on: np.ndarray) -> tuple[Numbers, Numbers, Numbers]:
    """Give for each level the smallest value, the smallest of rows where something is on, and the largest where off."""
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
def paired(codes: Codes, others: Codes, number: int) -> Codes:
    """Give a number to every pair, below zero where either is missing."""
    found = np.empty(len(codes), np.int64)
    for row in range(len(codes)):
        missing = codes[row] < 0 or others[row] < 0
        found[row] = -1 if missing else np.int64(codes[row]) * number + others[row]
    return found


@compiled
def pairs_lie_within(codes: Codes, number: int, beside: Codes, width: int, others: Codes) -> bool:
    """Tell whether all rows of each pair of levels are in one level of others."""
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
def lie_within(codes: Codes, number: int, others: Codes) -> bool:
    """Tell whether all rows of each level are in one level of others."""
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
def rises(codes: Codes, others: Codes) -> bool:
    """Tell whether no two rows are alike and each comes after the one before."""
    for row in range(1, len(codes)):
        if codes[row] < codes[row - 1] or (codes[row] == codes[row - 1] and others[row] <= others[row - 1]):
            return False
    return True
