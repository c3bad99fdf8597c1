"""Products of columns and what coefficients leave of them: blocks of rows one after another, whatever the threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ruralpanel.absorption import sums
from ruralpanel.absorption.threads import for_each, stretches
from ruralpanel.arrays import Codes, Numbers

PIECE = 8192
"""Rows of which all columns are gone through together, while they are near the processor."""

FEW = 40
"""Columns up to which their products are added up as quickly as a library for large matrices does it, whose own threads
would be in the way of those here."""

LANES = 8
"""Stretches at most that rows are divided into where each has sums by group of its own."""


def lanes(rows: int, groups: int) -> list[slice]:
    """Divide rows into stretches whose sums by group are no more numbers than there are rows."""
    return stretches(rows, max(1, min(LANES, rows // max(groups, 1))))


def product_into(columns: Numbers, piece: slice, into: Numbers) -> None:
    """Add up inner products of columns, shape (columns, rows), over a piece of rows, into a square of these."""
    if len(columns) <= FEW:
        sums.products(columns, piece.start, piece.stop, into)
    else:
        part = columns[:, piece]
        into += part @ part.T


def products_of(columns: Numbers, factor: Numbers | None = None) -> Numbers:
    """Give inner products of columns, shape (columns, columns).

    Parameters
    ----------
    columns
        Shape (columns, rows).
    factor
        Of each row, by which all columns are multiplied before.
    """

    def of(rows: slice) -> Numbers:
        total = np.zeros((len(columns), len(columns)))
        for piece in _pieces(rows):
            if factor is None:
                product_into(columns, piece, total)
            else:
                part = columns[:, piece] * factor[piece]
                total += part @ part.T
        return total

    found = for_each(of, stretches(columns.shape[1]), columns.size)
    return np.sum(found, axis=0) if found else np.zeros((len(columns), len(columns)))


def shares_of(columns: Numbers, other: Numbers) -> Numbers:
    """Give inner products of columns, shape (columns, rows), with another, shape (rows,)."""
    return np.array(for_each(lambda column: sums.inner_product(column, other), list(columns), columns.size))


def left_by(outcome: Numbers, columns: Numbers, coefficients: Numbers) -> Numbers:
    """Give what coefficients of columns, shape (columns, rows), leave of an outcome."""
    found = np.empty_like(outcome)
    for_each(
        lambda rows: sums.residuals(outcome, columns, coefficients, rows.start, rows.stop, found),
        stretches(len(outcome)),
        columns.size,
    )
    return found


def summed(columns: Numbers, factor: Numbers, groups: Codes, number: int) -> Numbers:
    """Add up products of columns, shape (columns, rows), with another by group, shape (groups, columns)."""

    def made(piece: slice) -> tuple[Numbers, int, Numbers]:
        if columns.flags.c_contiguous:
            return columns, piece.start, factor[piece]
        return np.ascontiguousarray(columns[:, piece]), 0, factor[piece]

    return _by_group(made, groups, (len(columns), number))


def left_and_summed(
    outcome: Numbers, columns: Numbers, coefficients: Numbers, groups: Codes, number: int
) -> tuple[Numbers, Numbers]:
    """Give what :func:`left_by` does, and products of that with the columns by group, while these are at hand.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray)
        Shapes (rows,) and (groups, columns).
    """
    left = np.empty_like(outcome)

    def made(piece: slice) -> tuple[Numbers, int, Numbers]:
        sums.residuals(outcome, columns, coefficients, piece.start, piece.stop, left)
        return columns, piece.start, left[piece]

    return left, _by_group(made, groups, (len(columns), number))


def summed_sizes(
    columns: Numbers, mixing: Numbers, factor: Numbers, groups: Codes | None, number: int
) -> tuple[Numbers, Numbers]:
    """Add up absolute values of mixed columns times a factor: over all rows, and the squares of such sums by group.

    Parameters
    ----------
    columns
        Shape (columns, rows).
    mixing
        Shape (columns, mixtures).
    factor
        Shape (rows,), none below zero.
    groups, number
        The group of each row, and how many there are; None where each row is alone.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray)
        Both of shape (mixtures,).
    """
    count, mixed = mixing.shape[1], np.ascontiguousarray(mixing.T)

    def sizes(piece: slice) -> tuple[Numbers, int, Numbers]:
        return np.abs(mixed @ columns[:, piece]), 0, np.ascontiguousarray(factor[piece])

    if groups is not None:
        by_group = _by_group(sizes, groups, (count, number))
        return by_group.sum(axis=0), (by_group**2).sum(axis=0)

    def alone(rows: slice) -> tuple[Numbers, Numbers]:
        total, squares = np.zeros(count), np.zeros(count)
        for piece in _pieces(rows):
            found, _, times = sizes(piece)
            found *= times
            total += found.sum(axis=1)
            squares += (found**2).sum(axis=1)
        return total, squares

    found = for_each(alone, stretches(columns.shape[1]), columns.size)
    return np.sum([total for total, _ in found], axis=0), np.sum([squares for _, squares in found], axis=0)


def _pieces(rows: slice) -> Iterator[slice]:
    for first in range(rows.start, rows.stop, PIECE):
        yield slice(first, min(first + PIECE, rows.stop))


def _by_group(made: Callable[[slice], tuple[Numbers, int, Numbers]], groups: Codes, shape: tuple[int, int]) -> Numbers:
    """Add up by group, shape (groups, columns), products of columns with another, which are made a piece at a time.

    Parameters
    ----------
    made
        Makes both for a piece of rows: columns, where in them the piece begins, and the other for the piece alone.
    groups
        The group of each row.
    shape
        How many columns and groups there are.
    """

    def add_up(rows: slice) -> tuple[int, Numbers]:
        """Give the first of the groups of these rows, and sums of the groups from there to the last."""
        low, high = int(groups[rows].min()), int(groups[rows].max())
        total = np.zeros((high - low + 1, shape[0]))
        for piece in _pieces(rows):
            sums.added_up(*made(piece), groups[piece], low, total)
        return low, total

    found = np.zeros(shape[::-1])
    for low, total in for_each(add_up, lanes(len(groups), shape[1]), len(groups) * shape[0]):
        found[low : low + len(total)] += total
    return found
