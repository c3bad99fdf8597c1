"""Products of columns and what coefficients leave of them: blocks of rows one after another, whatever the threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ruralpanel.absorption import sums
from ruralpanel.absorption.threads import for_each, stretches
from ruralpanel.arrays import Codes, Numbers

ROWS = 4096
"""Rows of which products are computed at a time."""


LANES = 8
"""Stretches at most that rows are divided into where each has sums by group of its own."""


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
        for first in range(rows.start, rows.stop, ROWS):
            part = columns[:, first : min(first + ROWS, rows.stop)]
            if factor is not None:
                part = part * factor[first : first + part.shape[1]]
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
    found = np.zeros((len(columns), number))
    ends = sums.runs(groups, ROWS)

    def add_up(place: int) -> None:
        sums.added_up(np.ascontiguousarray(columns[place]), factor, groups, ends, found[place])

    for_each(add_up, range(len(columns)), columns.size)
    return np.ascontiguousarray(found.T)


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

    def pieces(rows: slice) -> Iterator[tuple[int, Numbers, Numbers]]:
        """Give the first row of each piece, and its mixtures and factor; the next piece is made in the same room."""
        room = np.empty((count, ROWS))
        for first in range(rows.start, rows.stop, ROWS):
            piece = columns[:, first : min(first + ROWS, rows.stop)]
            part = np.matmul(mixed, piece, out=room[:, : piece.shape[1]])
            yield first, part, np.ascontiguousarray(factor[first : first + piece.shape[1]])

    if groups is None:

        def alone(rows: slice) -> tuple[Numbers, Numbers]:
            total, squares = np.zeros(count), np.zeros(count)
            for _, part, times in pieces(rows):
                sizes = np.abs(part) * times
                total += sizes.sum(axis=1)
                squares += (sizes**2).sum(axis=1)
            return total, squares

        found = for_each(alone, stretches(columns.shape[1]), columns.size)
        return np.sum([total for total, _ in found], axis=0), np.sum([squares for _, squares in found], axis=0)
    by_group = _sizes_by_group(pieces, groups, (count, number), columns.size)
    return by_group.sum(axis=1), (by_group**2).sum(axis=1)


def _sizes_by_group(
    pieces: Callable[[slice], Iterator[tuple[int, Numbers, Numbers]]], groups: Codes, shape: tuple[int, int], cells: int
) -> Numbers:
    """Add up absolute values of mixtures times a factor by group, shape (mixtures, groups)."""
    ends = sums.runs(groups, ROWS)

    def add_up(rows: slice) -> tuple[int, Numbers]:
        """Give the first of the groups of these rows, and sums of the groups from there to the last."""
        low, high = int(groups[rows].min()), int(groups[rows].max())
        total, run = np.zeros((shape[0], high - low + 1)), int(np.searchsorted(ends, rows.start, side="right"))
        for first, part, times in pieces(rows):
            run = sums.added_up_sizes(part, times, first, groups, ends, run, low, total)
        return low, total

    found = np.zeros(shape)
    for low, total in for_each(add_up, stretches(len(groups), LANES), cells):
        found[:, low : low + total.shape[1]] += total
    return found
