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

KINDS = 1 << 14
"""Places in the table of levels that are seen alike."""


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
    return _numbered(parent, levels)


@compiled
def connected_labels(labels: Codes, count: int, levels: Codes, number: int) -> Codes:
    """Number the sets of labels that rows of the same level of an effect connect, in the order of their first labels.

    Parameters
    ----------
    labels, count
        Of the rows, and how many there are.
    levels, number
        Of each effect, shape (effects, rows), and how many all effects have together.
    """
    parent = np.arange(count + number)
    for effect in range(len(levels)):
        for row in range(len(labels)):
            one, other = _root_of(parent, labels[row]), _root_of(parent, count + levels[effect, row])
            parent[max(one, other)] = min(one, other)
    return _numbered(parent, count)


@compiled
def _numbered(parent: Codes, count: int) -> Codes:
    """Number the sets of the first levels, in their order."""
    number, found = np.full(count, -1), 0
    sets = np.empty(count, np.int64)
    for level in range(count):
        top = _root_of(parent, level)
        if number[top] < 0:
            number[top] = found
            found += 1
        sets[level] = number[top]
    return sets


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
def _kinds(starts: Codes, outer: Codes) -> tuple[Codes, Numbers]:
    """Give a level of the main effect of each kind that has rows in the same outer levels, and how many are of it.

    Kinds are looked up in a table by a number made of their rows; once it is half full, a level may be a kind again.
    """
    count = len(starts) - 1
    levels, counts = np.empty(count, np.int64), np.zeros(count)
    table, number = np.full(KINDS, -1, np.int64), 0
    for level in range(count):
        mixed = np.uint64(starts[level + 1] - starts[level])
        for effect in range(len(outer)):
            for row in range(starts[level], starts[level + 1]):
                mixed = (mixed ^ np.uint64(outer[effect, row])) * np.uint64(0x9E3779B97F4A7C15)
                mixed ^= mixed >> np.uint64(29)
        place = np.int64(mixed % np.uint64(KINDS))
        while table[place] >= 0 and not _alike(starts, outer, levels[table[place]], level):
            place = (place + 1) % KINDS
        kind = table[place]
        if kind < 0:
            kind = number
            levels[kind] = level
            number += 1
            if 2 * number < KINDS:
                table[place] = kind
        counts[kind] += 1
    return levels[:number].copy(), counts[:number].copy()


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
    levels, counts = np.arange(len(starts) - 1), np.ones(len(starts) - 1)
    if len(root) == 0 and len(inner) == 0 and len(values) == 0:
        levels, counts = _kinds(starts, outer)
    for kind in range(len(levels)):
        level, times = levels[kind], counts[kind]
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
