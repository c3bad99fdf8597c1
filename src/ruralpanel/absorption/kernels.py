"""What takes effects out of a column, compiled: in place, in an order that no number of threads changes.

Rows are in the order of the levels of one effect, the *main* one, whose level ``g`` has the rows from ``starts[g]`` to
``starts[g + 1]``. What else is taken out is its *inner* columns, orthonormal within each of its levels, and the *outer*
effects, of which each row has one level each. All are times the square root ``root`` of the row's weight, which is
empty where weights are one.
"""

from __future__ import annotations

import numpy as np

from ruralpanel.absorption.sums import BLOCK, compiled, group_sum, summing
from ruralpanel.arrays import Codes, Numbers

RUN = 512
"""Rows up to which levels that are seen in the same outer levels are added up beside each other."""


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
def runs_alike(starts: Codes, outer: Codes) -> Codes:
    """Divide the levels of the main effect into runs of such as have rows in the same outer levels, of a few rows.

    Returns
    -------
    numpy.ndarray
        The first level of each run, and how many levels there are.
    """
    count = len(starts) - 1
    found = np.empty(count + 1, np.int64)
    number, level = 0, 0
    while level < count:
        found[number] = level
        number += 1
        following = level + 1
        while (
            following < count
            and starts[following + 1] - starts[level] <= RUN
            and _alike(starts, outer, level, following)
        ):
            following += 1
        level = following
    found[number] = count
    return found[: number + 1].copy()


@summing
def plainly_scaled_without_main(
    values: np.ndarray,
    mean: float,
    factor: float,
    column: Numbers,
    starts: Codes,
    sizes: Numbers,
    outer: Codes,
    runs: Codes,
    into: Numbers,
) -> tuple[float, float]:
    """Write deviations of values from their mean, times a factor, into a column, and do what :func:`without_main` does,
    where there are neither weights nor slopes, which is the usual case.

    ``runs`` are from :func:`runs_alike`.

    Returns
    -------
    tuple of (float, float)
        The sum of squares of what is written, and of what is left of it.
    """
    longest = 0
    for level in range(len(starts) - 1):
        longest = max(longest, starts[level + 1] - starts[level])
    together, kept = np.zeros(longest), np.zeros(len(into))
    flush, pending = max(BLOCK, 4 * len(into)), 0
    before = left = 0.0
    for run in range(len(runs) - 1):
        length = starts[runs[run] + 1] - starts[runs[run]]
        here = together[:length]
        here[:] = 0.0
        square = deviation = 0.0
        for level in range(runs[run], runs[run + 1]):
            given, part = values[starts[level] : starts[level + 1]], column[starts[level] : starts[level + 1]]
            total = 0.0
            for row in range(length):
                value = (given[row] - mean) * factor
                part[row] = value
                total += value
                square += value * value
            of_level = total / sizes[level]
            for row in range(length):
                value = part[row] - of_level
                part[row] = value
                deviation += value * value
                here[row] += value
        before += square
        left += deviation
        # An unsigned number is not looked at for whether it counts from the end.
        for effect in range(len(outer)):
            codes = outer[effect, starts[runs[run]] : starts[runs[run] + 1]]
            for row in range(length):
                kept[np.uint32(codes[row])] += here[row]
        pending += length * (runs[run + 1] - runs[run])
        if pending > flush:
            into += kept
            kept[:] = 0.0
            pending = 0
    into += kept
    return before, left


@summing
def plainly_without_outer(
    columns: Numbers,
    starts: Codes,
    sizes: Numbers,
    outer: Codes,
    runs: Codes,
    coefficients: Numbers,
    first: int,
    last: int,
) -> None:
    """Do for some runs what :func:`without_outer` does, without weights and slopes, for columns beside each other.

    Coefficients have the shape (columns, levels of the outer effects).
    """
    longest = 0
    for run in range(first, last):
        longest = max(longest, starts[runs[run] + 1] - starts[runs[run]])
    room = np.empty(longest)
    for number in range(len(columns)):
        column, of_column = columns[number], coefficients[number]
        for run in range(first, last):
            begin = starts[runs[run]]
            length = starts[runs[run] + 1] - begin
            fitted = room[:length]
            fitted[:] = 0.0
            for effect in range(len(outer)):
                codes = outer[effect, begin : begin + length]
                for row in range(length):
                    fitted[row] += of_column[np.uint32(codes[row])]
            total = 0.0
            for row in range(length):
                total += fitted[row]
            mean = total / sizes[runs[run]]
            for row in range(length):
                fitted[row] -= mean
            for level in range(runs[run], runs[run + 1]):
                part = column[starts[level] : starts[level + 1]]
                for row in range(length):
                    part[row] -= fitted[row]


@summing
def without_main(
    column: Numbers,
    starts: Codes,
    sizes: Numbers,
    root: Numbers,
    inner: Numbers,
    outer: Codes,
    values: Numbers,
    into: Numbers,
) -> float:
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

    Returns
    -------
    float
        The sum of squares of what is left.
    """
    plain = len(outer) - len(values)
    weighted = len(root) > 0
    kept = np.zeros(len(into))
    flush = max(BLOCK, 4 * len(into))
    pending = 0
    left = 0.0
    if not weighted and len(inner) == 0 and len(values) == 0:
        runs = runs_alike(starts, outer)
        return plainly_scaled_without_main(column, 0.0, 1.0, column, starts, sizes, outer, runs, into)[1]
    for level in range(len(starts) - 1):
        first, last = starts[level], starts[level + 1]
        part = column[first:last]
        weights = root[first:last]
        total = 0.0
        if weighted and last - first <= BLOCK:  # a call for each level would take longer than its rows
            for row in range(len(part)):
                total += part[row] * weights[row]
        else:
            total = group_sum(part, weights)
        mean = total / sizes[level]
        if weighted:
            for row in range(len(part)):
                part[row] -= mean * weights[row]
        else:
            for row in range(len(part)):
                part[row] -= mean
        for number in range(len(inner)):
            basis = inner[number, first:last]
            share = group_sum(part, basis)
            for row in range(len(part)):
                part[row] -= share * basis[row]
        for row in range(len(part)):
            left += part[row] * part[row]
        # An unsigned number is not looked at for whether it counts from the end.
        for effect in range(plain):
            codes = outer[effect, first:last]
            if weighted:
                for row in range(len(part)):
                    kept[np.uint32(codes[row])] += part[row] * weights[row]
            else:
                for row in range(len(part)):
                    kept[np.uint32(codes[row])] += part[row]
        for effect in range(len(values)):
            codes, slope = outer[plain + effect, first:last], values[effect, first:last]
            for row in range(len(part)):
                kept[np.uint32(codes[row])] += part[row] * slope[row]
        pending += len(part)
        if pending > flush and len(outer):
            into += kept
            kept[:] = 0.0
            pending = 0
    into += kept
    return left


@summing
def without_outer(
    column: Numbers,
    starts: Codes,
    sizes: Numbers,
    root: Numbers,
    inner: Numbers,
    outer: Codes,
    values: Numbers,
    coefficients: Numbers,
) -> float:
    """Take out what coefficients of the outer effects make of the rows, less what the main effect has of that.

    Parameters and what is given are those of :func:`without_main`, with the coefficients by level of the outer effects.
    """
    longest = 0
    for level in range(len(starts) - 1):
        longest = max(longest, starts[level + 1] - starts[level])
    room = np.empty(longest)
    plain = len(outer) - len(values)
    weighted = len(root) > 0
    left = 0.0
    for level in range(len(starts) - 1):
        first, last = starts[level], starts[level + 1]
        part, fitted = column[first:last], room[: last - first]
        weights = root[first:last]
        if plain == 0:
            fitted[:] = 0.0
        for effect in range(plain):
            codes = outer[effect, first:last]
            if effect == 0:
                for row in range(len(part)):
                    fitted[row] = coefficients[np.uint32(codes[row])]
            else:
                for row in range(len(part)):
                    fitted[row] += coefficients[np.uint32(codes[row])]
        if weighted:
            for row in range(len(part)):
                fitted[row] *= weights[row]
        for effect in range(len(values)):
            codes, slope = outer[plain + effect, first:last], values[effect, first:last]
            for row in range(len(part)):
                fitted[row] += coefficients[np.uint32(codes[row])] * slope[row]
        total = 0.0
        if weighted and last - first <= BLOCK:
            for row in range(len(part)):
                total += fitted[row] * weights[row]
        else:
            total = group_sum(fitted, weights)
        mean = total / sizes[level]
        if len(inner):
            for row in range(len(part)):
                fitted[row] -= mean * weights[row] if weighted else mean
            for number in range(len(inner)):
                basis = inner[number, first:last]
                share = group_sum(fitted, basis)
                for row in range(len(part)):
                    fitted[row] -= share * basis[row]
            mean = 0.0
        if weighted:
            for row in range(len(part)):
                part[row] -= fitted[row] - mean * weights[row]
        else:
            for row in range(len(part)):
                part[row] -= fitted[row] - mean
        for row in range(len(part)):
            left += part[row] * part[row]
    return left


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
                mean = group_sum(column[first:last], root[first:last]) / sizes[level]
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
    apart = levels
    for level in range(len(starts) - 1):
        if apart == 1:
            break
        here = _root_of(parent, outer[0, starts[level]])
        for effect in range(len(outer)):
            for row in range(starts[level], starts[level + 1]):
                other = _root_of(parent, outer[effect, row])
                if other != here:
                    low, high = min(here, other), max(here, other)
                    parent[high] = low
                    here = low
                    apart -= 1
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
    touched = np.empty(widest, np.uint32)
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
                at = base + place[np.uint32(outer[effect, row])] * size
                for other in range(len(outer)):
                    beside = weight if other < plain else values[other - plain, row]
                    into[np.uint64(at + place[np.uint32(outer[other, row])])] += times * value * beside
        for number in range(-1, len(inner)):
            found = 0
            for row in range(first, last):
                weight = root[row] if len(root) else 1.0
                basis = weight if number < 0 else inner[number, row]
                for effect in range(len(outer)):
                    value = weight if effect < plain else values[effect - plain, row]
                    here = np.uint32(place[np.uint32(outer[effect, row])])
                    if sums[here] == 0.0:
                        touched[found] = here
                        found += 1
                    sums[here] += basis * value
                    if sums[here] == 0.0:  # it has cancelled: keep it among those touched, once
                        sums[here] = 1e-300
            share = times / sizes[level] if number < 0 else times
            for each in range(found):
                line = into[base + touched[each] * size : base + (touched[each] + 1) * size]
                part = share * sums[touched[each]]
                for other in range(found):
                    line[touched[other]] -= part * sums[touched[other]]
            for each in range(found):
                sums[touched[each]] = 0.0
        level = following
