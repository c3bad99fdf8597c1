"""Products of columns and what coefficients leave of them: blocks of rows one after another, whatever the threads."""

from __future__ import annotations

import numpy as np

from ruralpanel.absorption import sums
from ruralpanel.arrays import Codes, Numbers

ROWS = 4096
"""Rows of which products are computed at a time."""


def products_of(columns: Numbers, factor: Numbers | None = None) -> Numbers:
    """Give inner products of columns, shape (columns, columns).

    Parameters
    ----------
    columns
        Shape (columns, rows).
    factor
        Of each row, by which all columns are multiplied before.
    """
    total = np.zeros((len(columns), len(columns)))
    for first in range(0, columns.shape[1], ROWS):
        part = columns[:, first : first + ROWS]
        if factor is not None:
            part = part * factor[first : first + ROWS]
        total += part @ part.T
    return total


def shares_of(columns: Numbers, other: Numbers) -> Numbers:
    """Give inner products of columns, shape (columns, rows), with another, shape (rows,)."""
    return np.array([sums.inner_product(column, other) for column in columns])


def left_by(outcome: Numbers, columns: Numbers, coefficients: Numbers) -> Numbers:
    """Give what coefficients of columns, shape (columns, rows), leave of an outcome."""
    found = np.empty_like(outcome)
    sums.residuals(outcome, columns, coefficients, found)
    return found


def summed(columns: Numbers, factor: Numbers, groups: Codes, number: int) -> Numbers:
    """Add up products of columns, shape (columns, rows), with another by group, shape (groups, columns)."""
    found = np.zeros((len(columns), number))
    ends = sums.runs(groups, ROWS)
    for place, column in enumerate(columns):
        sums.added_up(np.ascontiguousarray(column), factor, groups, ends, found[place])
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
    total, squares = np.zeros(mixing.shape[1]), np.zeros(mixing.shape[1])
    found = np.zeros((mixing.shape[1], number))
    ends = None if groups is None else sums.runs(groups, ROWS)
    run = 0
    mixed, room = np.ascontiguousarray(mixing.T), np.empty((mixing.shape[1], ROWS))  # in which each piece is made
    for first in range(0, columns.shape[1], ROWS):
        piece = columns[:, first : first + ROWS]
        part = np.matmul(mixed, piece, out=room[:, : piece.shape[1]])
        times = factor[first : first + ROWS]
        if groups is None or ends is None:
            part = np.abs(part) * times
            total += part.sum(axis=1)
            squares += (part**2).sum(axis=1)
        else:
            run = sums.added_up_sizes(part, times, first, groups, ends, run, found)
    return (total, squares) if groups is None else (found.sum(axis=1), (found**2).sum(axis=1))
