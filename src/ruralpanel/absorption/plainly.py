"""What takes effects out of columns where there are neither weights nor slopes, which is the usual case.

Rows are in the order of the levels of the main effect, as in :mod:`ruralpanel.absorption.kernels`. Columns are read as
they come, once for their sums by level and once to be written without the effects, a piece of rows for all columns
while it is near the processor; its products are added up then, too. Levels have often few rows and not the same number
of them: four columns are gone through beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ruralpanel.absorption.products import PIECE, lanes, product_into
from ruralpanel.absorption.sums import compiled, scaled
from ruralpanel.absorption.threads import for_each, stretches
from ruralpanel.arrays import Codes, Numbers


class Raw(NamedTuple):
    """A column as it comes, and what is subtracted from it and what it is divided by, a power of two.

    Parameters
    ----------
    values
        Numbers of any type, shape (rows,).
    mean, unit
        Of theirs.
    square
        Their weighted mean square about that mean.
    """

    values: np.ndarray
    mean: float
    unit: float
    square: float


class Parts(NamedTuple):
    """The rows of the main effect's levels, and the levels of the others.

    Parameters
    ----------
    starts, sizes
        First rows of levels, shape (levels + 1,), and their rows.
    outer
        Levels of the outer effects, shape (effects, rows).
    """

    starts: Codes
    sizes: Numbers
    outer: Codes

    def pieces(self, rows: slice) -> Iterator[tuple[int, int, slice]]:
        """Divide the levels that begin in a stretch of rows: the first and the last of a piece, and its rows."""
        ends = np.append(np.arange(rows.start, rows.stop, PIECE), rows.stop)
        for first, last in pairwise(np.unique(np.searchsorted(self.starts, ends)).tolist()):
            yield first, last, slice(int(self.starts[first]), int(self.starts[last]))


def sums_by_outer(raw: Sequence[Raw], parts: Parts, levels: int) -> Numbers:
    """Add up by level of the outer effects what the main effect leaves of columns, shape (columns, levels)."""
    rows, none = parts.outer.shape[1], np.empty(0)

    def add_up(stretch: slice) -> Numbers:
        found, room = np.zeros((len(raw), levels)), np.empty((len(raw), 0))
        for first, last, piece in parts.pieces(stretch):
            length = piece.stop - piece.start
            if room.shape[1] < length:
                room = np.empty((len(raw), length))
            for each, column in zip(raw, room, strict=True):
                scaled(each.values[piece], each.mean, each.unit, none, column[:length])
            _sums_by_outer(room, *parts, first, last, found)
        return found

    return np.asarray(np.sum(for_each(add_up, lanes(rows, levels), len(raw) * rows), axis=0))


def written(raw: Sequence[Raw], columns: Numbers, coefficients: Numbers, parts: Parts) -> Numbers:
    """Write what the main effect and coefficients of the outer effects, shape (columns, levels), leave of columns.

    Returns
    -------
    numpy.ndarray
        Products of what is left, shape (columns, columns).
    """

    def write(stretch: slice) -> Numbers:
        products = np.zeros((len(raw), len(raw)))
        for first, last, piece in parts.pieces(stretch):
            for each, column, of_column in zip(raw, columns, coefficients, strict=True):
                values, into = each.values[piece], column[piece]
                _without_outer(values, each.mean, 1 / each.unit, parts.outer, piece.start, of_column, into)
            _without_main(columns, parts.starts, parts.sizes, first, last)
            product_into(columns, piece, products)
        return products

    return np.asarray(np.sum(for_each(write, stretches(columns.shape[1]), columns.size), axis=0))


@compiled
def _sums_by_outer(
    columns: Numbers, starts: Codes, sizes: Numbers, outer: Codes, first: int, last: int, into: Numbers
) -> None:
    """Add up by level of the outer effects, shape (columns, levels), what some levels of the main effect leave.

    Their rows are the first of the columns.
    """
    base, fours = starts[first], len(columns) // 4 * 4
    for number in range(0, fours, 4):
        one, two, three, four = columns[number], columns[number + 1], columns[number + 2], columns[number + 3]
        to_one, to_two, to_three, to_four = into[number], into[number + 1], into[number + 2], into[number + 3]
        for level in range(first, last):
            a = b = c = d = 0.0
            for row in range(starts[level] - base, starts[level + 1] - base):
                a += one[row]
                b += two[row]
                c += three[row]
                d += four[row]
            share = 1.0 / sizes[level]
            a, b, c, d = a * share, b * share, c * share, d * share
            for effect in range(len(outer)):
                codes = outer[effect, base:]
                for row in range(starts[level] - base, starts[level + 1] - base):
                    code = np.uint32(codes[row])  # which is not looked at for whether it counts from the end
                    to_one[code] += one[row] - a
                    to_two[code] += two[row] - b
                    to_three[code] += three[row] - c
                    to_four[code] += four[row] - d
    for number in range(fours, len(columns)):
        one, to_one = columns[number], into[number]
        for level in range(first, last):
            a = 0.0
            for row in range(starts[level] - base, starts[level + 1] - base):
                a += one[row]
            a *= 1.0 / sizes[level]  # as above, for a column is the same whatever stands beside it
            for effect in range(len(outer)):
                codes = outer[effect, base:]
                for row in range(starts[level] - base, starts[level + 1] - base):
                    to_one[np.uint32(codes[row])] += one[row] - a


@compiled
def _without_outer(
    values: np.ndarray, mean: float, factor: float, outer: Codes, begin: int, coefficients: Numbers, column: Numbers
) -> None:
    """Write deviations of values from their mean, times a factor, less coefficients of the outer effects.

    The first of the values is that of the row ``begin``.
    """
    if len(outer) == 0:
        for row in range(len(values)):
            column[row] = (values[row] - mean) * factor
        return
    codes = outer[0, begin : begin + len(values)]
    for row in range(len(values)):
        column[row] = (values[row] - mean) * factor - coefficients[np.uint32(codes[row])]
    for effect in range(1, len(outer)):
        codes = outer[effect, begin : begin + len(values)]
        for row in range(len(values)):
            column[row] -= coefficients[np.uint32(codes[row])]


@compiled
def _without_main(columns: Numbers, starts: Codes, sizes: Numbers, first: int, last: int) -> None:
    """Take the means of some levels out of columns."""
    fours = len(columns) // 4 * 4
    for number in range(0, fours, 4):
        one, two, three, four = columns[number], columns[number + 1], columns[number + 2], columns[number + 3]
        for level in range(first, last):
            a = b = c = d = 0.0
            for row in range(starts[level], starts[level + 1]):
                a += one[row]
                b += two[row]
                c += three[row]
                d += four[row]
            share = 1.0 / sizes[level]
            a, b, c, d = a * share, b * share, c * share, d * share
            for row in range(starts[level], starts[level + 1]):
                one[row] -= a
                two[row] -= b
                three[row] -= c
                four[row] -= d
    for number in range(fours, len(columns)):
        one = columns[number]
        for level in range(first, last):
            a = 0.0
            for row in range(starts[level], starts[level + 1]):
                a += one[row]
            a *= 1.0 / sizes[level]
            for row in range(starts[level], starts[level + 1]):
                one[row] -= a
