"""Sums over the rows of columns, compiled: in pieces, in an order that no number of threads changes.

Sums over many rows are made of sums over few, so that rounding does not grow with them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from ruralpanel.arrays import Codes, Numbers

BLOCK = 512
"""Rows that are added up before their sum is added to that of others."""

compiled = njit(cache=True, error_model="numpy", nogil=True)


summing = njit(cache=True, error_model="numpy", nogil=True, fastmath={"reassoc", "nsz"})
"""For sums: several are added up beside each other, as many as the processor takes at once, and then these."""

comparing = njit(cache=True, error_model="numpy", nogil=True, fastmath={"nnan", "nsz"})
"""The same for the smallest and largest of numbers none of which is missing."""


@comparing
def _ends(values: Numbers) -> tuple[float, float]:
    """Give the smallest and the largest of a few numbers: of every fourth, and then of these, for none waits so."""
    low, high = values[0], values[0]
    lows = highs = (low, low, low, low)
    fours = len(values) // 4 * 4
    for row in range(0, fours, 4):
        a, b, c, d = values[row], values[row + 1], values[row + 2], values[row + 3]
        lows = (min(lows[0], a), min(lows[1], b), min(lows[2], c), min(lows[3], d))
        highs = (max(highs[0], a), max(highs[1], b), max(highs[2], c), max(highs[3], d))
    low, high = min(lows[0], lows[1], lows[2], lows[3]), max(highs[0], highs[1], highs[2], highs[3])
    for row in range(fours, len(values)):
        low, high = min(low, values[row]), max(high, values[row])
    return low, high


@summing
def _total(values: Numbers) -> float:
    """Add up a few numbers."""
    total = 0.0
    for row in range(len(values)):
        total += values[row]
    return total


@summing
def _about(values: Numbers, mean: float) -> tuple[float, float]:
    """Add up a few deviations from a number, and their squares."""
    total = square = 0.0
    for row in range(len(values)):
        deviation = values[row] - mean
        total += deviation
        square += deviation * deviation
    return total, square


@summing
def _square_of_few(values: Numbers) -> float:
    total = 0.0
    for row in range(len(values)):
        total += values[row] * values[row]
    return total


@summing
def _product_of_few(values: Numbers, others: Numbers) -> float:
    """Add up products of two short columns."""
    total = 0.0
    for row in range(len(values)):
        total += values[row] * others[row]
    return total


@summing
def products(columns: Numbers, start: int, stop: int, into: Numbers) -> None:
    """Add up inner products of columns, shape (columns, rows), over some rows, into a square of these.

    Two columns are multiplied with two others at a time, so that each number is fetched half as often.
    """
    count = len(columns)
    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        for one in range(0, count, 2):
            two = min(one + 1, count - 1)  # of an odd number the last is its own neighbour
            left, below = columns[one, first:last], columns[two, first:last]
            for three in range(one, count, 2):
                four = min(three + 1, count - 1)
                right, beside = columns[three, first:last], columns[four, first:last]
                a = b = c = d = 0.0
                for row in range(len(left)):
                    a += left[row] * right[row]
                    b += left[row] * beside[row]
                    c += below[row] * right[row]
                    d += below[row] * beside[row]
                into[one, three] += a
                if four > three:
                    into[one, four] += b
                if two > one and three > one:
                    into[two, three] += c
                if two > one and four > three:
                    into[two, four] += d
    for one in range(count):
        for two in range(one):
            into[one, two] = into[two, one]


@compiled
def square(column: Numbers) -> float:
    """Add up squares."""
    if len(column) <= BLOCK:
        return _square_of_few(column)
    total = 0.0
    for first in range(0, len(column), BLOCK):
        total += _square_of_few(column[first : first + BLOCK])
    return total


@compiled
def inner_product(column: Numbers, other: Numbers) -> float:
    """Add up products of two columns."""
    if len(column) <= BLOCK:
        return _product_of_few(column, other)
    total = 0.0
    for first in range(0, len(column), BLOCK):
        total += _product_of_few(column[first : first + BLOCK], other[first : first + BLOCK])
    return total


class Facts(NamedTuple):
    """What is asked of a column before anything is done with it.

    Parameters
    ----------
    low, high
        The smallest and the largest value; neither where one is missing.
    mean, square
        Of the values, and their mean square about it.
    """

    low: float
    high: float
    mean: float
    square: float

    @property
    def largest(self) -> float:
        """The largest size of a value."""
        return max(abs(self.low), abs(self.high))


def facts_of(values: np.ndarray) -> Facts:
    """Look through numbers once; where there are none, nothing is known of them.

    Parameters
    ----------
    values
        Numbers or truth values, shape (rows,).
    """
    if len(values) == 0:
        return Facts(np.nan, np.nan, np.nan, np.nan)
    return Facts(*_facts(np.ascontiguousarray(values, dtype="float64")))


@compiled
def _facts(values: Numbers) -> tuple[float, float, float, float]:
    """Look through a column, whose deviations from its first value are added up, for they lose no digits."""
    low, high, first = values[0], values[0], values[0]
    total = squares = 0.0
    for start in range(0, len(values), BLOCK):
        part = values[start : start + BLOCK]
        deviations, square = _about(part, first)
        if np.isnan(deviations) and np.isnan(part).any():
            return np.nan, np.nan, np.nan, np.nan
        smallest, largest = _ends(part)
        low, high = min(low, smallest), max(high, largest)
        total += deviations
        squares += square
    shift = total / len(values)
    return low, high, first + shift, max(squares / len(values) - shift * shift, 0.0)


@compiled
def scaled(values: np.ndarray, mean: float, unit: float, root: Numbers, out: Numbers) -> None:
    """Write deviations from the mean in a unit of their own, a power of two, times the root of the weights."""
    factor = 1 / unit
    for row in range(len(values)):
        out[row] = (values[row] - mean) * factor
    for row in range(len(root)):
        out[row] *= root[row]


@compiled
def group_sum(part: Numbers, root: Numbers) -> float:
    """Add up the rows of one level, times the root of their weights."""
    if len(root):
        return inner_product(part, root)
    if len(part) <= BLOCK:
        return _total(part)
    total = 0.0
    for first in range(0, len(part), BLOCK):
        total += _total(part[first : first + BLOCK])
    return total


@compiled
def residuals(outcome: Numbers, columns: Numbers, coefficients: Numbers, start: int, stop: int, out: Numbers) -> None:
    """Write what coefficients of columns (columns, rows) leave of an outcome, for some rows."""
    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        left, whole = out[first:last], outcome[first:last]
        for row in range(len(left)):  # copied as a slice, it takes ten times as long to compile
            left[row] = whole[row]
        for number in range(len(columns)):
            coefficient = coefficients[number]
            if coefficient != 0.0:
                part = columns[number, first:last]
                for row in range(len(part)):
                    left[row] -= coefficient * part[row]


@summing
def added_up(columns: Numbers, start: int, factor: Numbers, groups: Codes, low: int, into: Numbers) -> None:
    """Add up products of columns, shape (columns, rows), from a row on with another by group from ``low`` on.

    Rows of a group that are next to each other are gone through for four columns beside each other. What is added to
    has the shape (groups, columns).
    """
    count, rows = len(columns), len(factor)
    fours, first = count // 4 * 4, 0
    while first < rows:
        last, longest = first + 1, min(first + BLOCK, rows)
        while last < longest and groups[last] == groups[first]:
            last += 1
        times, of_group = factor[first:last], into[np.uint32(groups[first] - low)]
        for number in range(0, fours, 4):
            one, two = columns[number, start + first : start + last], columns[number + 1, start + first : start + last]
            three = columns[number + 2, start + first : start + last]
            four = columns[number + 3, start + first : start + last]
            a = b = c = d = 0.0
            for row in range(len(times)):
                a += one[row] * times[row]
                b += two[row] * times[row]
                c += three[row] * times[row]
                d += four[row] * times[row]
            of_group[number] += a
            of_group[number + 1] += b
            of_group[number + 2] += c
            of_group[number + 3] += d
        for number in range(fours, count):
            one = columns[number, start + first : start + last]
            a = 0.0
            for row in range(len(times)):
                a += one[row] * times[row]
            of_group[number] += a
        first = last
