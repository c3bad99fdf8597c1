"""The loops over rows, compiled: each runs over one column, in place, in an order that no number of threads changes.

Rows are in the order of the levels of one effect, the *main* one, whose level ``g`` has the rows from ``starts[g]`` to
``starts[g + 1]``. What else is taken out is its *inner* columns, orthonormal within each of its levels, and the *outer*
effects, of which each row has one level each. All are times the square root ``root`` of the row's weight, which is
empty where weights are one. Sums over many rows are made of sums over few, so that rounding does not grow with them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ruralpanel.arrays import Codes, Numbers

BLOCK = 512
"""Rows that are added up before their sum is added to that of others."""

compiled = njit(cache=True, error_model="numpy", nogil=True)


@compiled
def facts(values: Numbers) -> tuple[float, float, float, float, float]:
    """Give mean, the mean of what is left, the mean square about both, the smallest and the largest value."""
    rows = len(values)
    low, high = values[0], values[0]
    total = 0.0
    for first in range(0, rows, BLOCK):
        part = 0.0
        for row in range(first, min(first + BLOCK, rows)):
            value = values[row]
            part += value
            low, high = min(low, value), max(high, value)
        total += part
    mean = total / rows
    total = squares = 0.0
    for first in range(0, rows, BLOCK):
        part = square = 0.0
        for row in range(first, min(first + BLOCK, rows)):
            deviation = values[row] - mean
            part += deviation
            square += deviation * deviation
        total += part
        squares += square
    second = total / rows
    return mean, second, max(squares / rows - second * second, 0.0), low, high


@compiled
def scaled(values: Numbers, mean: float, second: float, unit: float, root: Numbers, out: Numbers) -> None:
    """Write deviations from the mean in a unit of their own, times the root of the weights."""
    for row in range(len(values)):
        out[row] = (values[row] - mean - second) / unit
    for row in range(len(root)):
        out[row] *= root[row]


@compiled
def group_sum(column: Numbers, first: int, last: int, root: Numbers) -> float:
    """Add up the rows of one level, times the root of their weights."""
    total = 0.0
    for start in range(first, last, BLOCK):
        part = 0.0
        end = min(start + BLOCK, last)
        if len(root):
            for row in range(start, end):
                part += column[row] * root[row]
        else:
            for row in range(start, end):
                part += column[row]
        total += part
    return total


@compiled
def without_main(
    column: Numbers,
    starts: Codes,
    sizes: Numbers,
    root: Numbers,
    inner: Numbers,
    outer: Codes,
    values: Numbers,
    into: Numbers,
) -> None:
    """Take the main effect and its inner columns out, and add what is left up by level of the outer effects.

    Parameters
    ----------
    column
        Shape (rows,); changed.
    starts, sizes
        First rows of levels, shape (levels + 1,), and sums of their weights.
    root, inner
        Shape (rows,) or empty, and (columns, rows).
    outer, values
        Levels of the outer effects, shape (effects, rows), and what stands in the place of one for the last of these,
        which are slopes.
    into
        Shape (levels of the outer effects,); added to.
    """
    plain = len(outer) - len(values)
    kept = np.zeros(len(into))
    flush = max(BLOCK, 4 * len(into))
    pending = 0
    for level in range(len(starts) - 1):
        first, last = starts[level], starts[level + 1]
        mean = group_sum(column, first, last, root) / sizes[level]
        if len(root):
            for row in range(first, last):
                column[row] -= mean * root[row]
        else:
            for row in range(first, last):
                column[row] -= mean
        for number in range(len(inner)):
            share = 0.0
            for row in range(first, last):
                share += inner[number, row] * column[row]
            for row in range(first, last):
                column[row] -= share * inner[number, row]
        if len(root):
            for effect in range(plain):
                for row in range(first, last):
                    kept[outer[effect, row]] += column[row] * root[row]
        else:
            for effect in range(plain):
                for row in range(first, last):
                    kept[outer[effect, row]] += column[row]
        for effect in range(len(values)):
            for row in range(first, last):
                kept[outer[plain + effect, row]] += column[row] * values[effect, row]
        pending += last - first
        if pending > flush and len(outer):
            into += kept
            kept[:] = 0.0
            pending = 0
    into += kept


@compiled
def without_outer(
    column: Numbers,
    starts: Codes,
    sizes: Numbers,
    root: Numbers,
    inner: Numbers,
    outer: Codes,
    values: Numbers,
    coefficients: Numbers,
) -> None:
    """Take out what coefficients of the outer effects make of the rows, less what the main effect has of that.

    Parameters are those of :func:`without_main`, with the coefficients by level of the outer effects.
    """
    longest = 0
    for level in range(len(starts) - 1):
        longest = max(longest, starts[level + 1] - starts[level])
    fitted = np.empty(longest)
    plain = len(outer) - len(values)
    for level in range(len(starts) - 1):
        first, last = starts[level], starts[level + 1]
        rows = last - first
        if plain == 0:
            fitted[:rows] = 0.0
        for effect in range(plain):
            if effect == 0:
                for row in range(rows):
                    fitted[row] = coefficients[outer[effect, first + row]]
            else:
                for row in range(rows):
                    fitted[row] += coefficients[outer[effect, first + row]]
        if len(root):
            for row in range(rows):
                fitted[row] *= root[first + row]
        for effect in range(len(values)):
            for row in range(rows):
                fitted[row] += coefficients[outer[plain + effect, first + row]] * values[effect, first + row]
        total = 0.0
        for start in range(0, rows, BLOCK):
            part = 0.0
            end = min(start + BLOCK, rows)
            if len(root):
                for row in range(start, end):
                    part += fitted[row] * root[first + row]
            else:
                for row in range(start, end):
                    part += fitted[row]
            total += part
        mean = total / sizes[level]
        if len(inner):
            for row in range(rows):
                fitted[row] -= mean * (root[first + row] if len(root) else 1.0)
            for number in range(len(inner)):
                share = 0.0
                for row in range(rows):
                    share += inner[number, first + row] * fitted[row]
                for row in range(rows):
                    fitted[row] -= share * inner[number, first + row]
            mean = 0.0
        if len(root):
            for row in range(rows):
                column[first + row] -= fitted[row] - mean * root[first + row]
        else:
            for row in range(rows):
                column[first + row] -= fitted[row] - mean


@compiled
def orthonormal_within(inner: Numbers, starts: Codes, sizes: Numbers, root: Numbers) -> None:
    """Make slopes orthonormal within each level of the main effect, to its intercept too; where nothing is left, zero.

    Parameters are those of :func:`without_main`; ``inner``, times the root of the weights, is changed.
    """
    for level in range(len(starts) - 1):
        first, last = starts[level], starts[level + 1]
        for number in range(len(inner)):
            column = inner[number]
            before = 0.0
            for row in range(first, last):
                before += column[row] * column[row]
            for _ in range(2):  # twice is enough (Parlett 1980)
                mean = group_sum(column, first, last, root) / sizes[level]
                for row in range(first, last):
                    column[row] -= mean * (root[row] if len(root) else 1.0)
                for other in range(number):
                    share = 0.0
                    for row in range(first, last):
                        share += inner[other, row] * column[row]
                    for row in range(first, last):
                        column[row] -= share * inner[other, row]
            after = 0.0
            for row in range(first, last):
                after += column[row] * column[row]
            length = np.sqrt(after) if after > 1e-20 * before else 0.0
            for row in range(first, last):
                column[row] = column[row] / length if length > 0.0 else 0.0


@compiled
def _root_of(parent: Codes, level: int) -> int:
    while parent[level] != level:
        parent[level] = parent[parent[level]]
        level = parent[level]
    return level


@compiled
def connected(starts: Codes, outer: Codes, levels: int) -> Codes:
    """Number the sets of outer levels that levels of the main effect connect, in the order of their first levels."""
    parent = np.arange(levels)
    for level in range(len(starts) - 1):
        here = _root_of(parent, outer[0, starts[level]])
        for effect in range(len(outer)):
            for row in range(starts[level], starts[level + 1]):
                other = _root_of(parent, outer[effect, row])
                if other != here:
                    low, high = min(here, other), max(here, other)
                    parent[high] = low
                    here = low
    number = np.full(levels, -1)
    found = 0
    for level in range(levels):
        top = _root_of(parent, level)
        if number[top] < 0:
            number[top] = found
            found += 1
        parent[level] = top
    return number[parent]


@compiled
def _alike(starts: Codes, outer: Codes, level: int, other: int) -> bool:
    """Tell whether two levels of the main effect have rows in the same outer levels."""
    first, second = starts[level], starts[other]
    if starts[level + 1] - first != starts[other + 1] - second:
        return False
    for effect in range(len(outer)):
        for row in range(starts[level + 1] - first):
            if outer[effect, first + row] != outer[effect, second + row]:
                return False
    return True


@compiled
def products_of_outer(
    starts: Codes,
    sizes: Numbers,
    root: Numbers,
    inner: Numbers,
    outer: Codes,
    values: Numbers,
    place: Codes,
    corner: Codes,
    width: Codes,
    into: Numbers,
) -> None:
    """Add up the products of outer levels, less what the main effect has of them, by set of connected levels.

    Parameters
    ----------
    starts, sizes, root, inner, outer, values
        As in :func:`without_main`.
    place
        Of each outer level within its set.
    corner, width
        Of each outer level, where the matrix of its set begins and how many levels it has.
    into
        All these matrices; added to.
    """
    plain = len(outer) - len(values)
    widest = 0
    for level in range(len(width)):
        widest = max(widest, width[level])
    sums = np.zeros(widest)
    touched = np.empty(widest, np.int64)
    repeated = len(root) == 0 and len(inner) == 0 and len(values) == 0
    level, count = 0, len(starts) - 1
    while level < count:
        following = level + 1
        while repeated and following < count and _alike(starts, outer, level, following):
            following += 1
        times = float(following - level)
        first, last = starts[level], starts[level + 1]
        base, size = corner[outer[0, first]], width[outer[0, first]]
        for row in range(first, last):
            weight = root[row] if len(root) else 1.0
            for effect in range(len(outer)):
                value = weight if effect < plain else values[effect - plain, row]
                at = base + place[outer[effect, row]] * size
                for other in range(len(outer)):
                    beside = weight if other < plain else values[other - plain, row]
                    into[at + place[outer[other, row]]] += times * value * beside
        for number in range(-1, len(inner)):
            found = 0
            for row in range(first, last):
                weight = root[row] if len(root) else 1.0
                basis = weight if number < 0 else inner[number, row]
                for effect in range(len(outer)):
                    value = weight if effect < plain else values[effect - plain, row]
                    here = place[outer[effect, row]]
                    if sums[here] == 0.0:
                        touched[found] = here
                        found += 1
                    sums[here] += basis * value
                    if sums[here] == 0.0:  # it has cancelled: keep it among those touched, once
                        sums[here] = 1e-300
            share = times / sizes[level] if number < 0 else times
            for each in range(found):
                for other in range(found):
                    into[base + touched[each] * size + touched[other]] -= (
                        share * sums[touched[each]] * sums[touched[other]]
                    )
            for each in range(found):
                sums[touched[each]] = 0.0
        level = following


@compiled
def residuals(outcome: Numbers, columns: Numbers, coefficients: Numbers, out: Numbers) -> None:
    """Write what coefficients of columns (columns, rows) leave of an outcome."""
    rows = len(outcome)
    for first in range(0, rows, BLOCK):
        last = min(first + BLOCK, rows)
        for row in range(first, last):
            out[row] = outcome[row]
        for number in range(len(columns)):
            coefficient = coefficients[number]
            if coefficient != 0.0:
                for row in range(first, last):
                    out[row] -= coefficient * columns[number, row]


@compiled
def added_up(values: Numbers, factor: Numbers, groups: Codes, into: Numbers) -> None:
    """Add up products of two columns by group."""
    for row in range(len(values)):
        into[groups[row]] += values[row] * factor[row]


@compiled
def added_up_rows(values: Numbers, first: int, groups: Codes, into: Numbers) -> None:
    """Add up rows of a block (rows, columns), which is of the rows from ``first`` on, by group."""
    for row in range(values.shape[0]):
        group = groups[first + row]
        for number in range(values.shape[1]):
            into[group, number] += values[row, number]


@compiled
def square(column: Numbers) -> float:
    """Add up squares."""
    total = 0.0
    for first in range(0, len(column), BLOCK):
        part = 0.0
        for row in range(first, min(first + BLOCK, len(column))):
            part += column[row] * column[row]
        total += part
    return total


@compiled
def inner_product(column: Numbers, other: Numbers) -> float:
    """Add up products of two columns."""
    total = 0.0
    for first in range(0, len(column), BLOCK):
        part = 0.0
        for row in range(first, min(first + BLOCK, len(column))):
            part += column[row] * other[row]
        total += part
    return total
