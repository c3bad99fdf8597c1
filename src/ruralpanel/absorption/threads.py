"""Work on parts of large columns beside each other, on as many cores as the process may use.

What is divided are columns, or stretches of rows that are the same whatever the number of threads, and what comes of
these is put together in their order: results do not depend on the number of threads by a bit. Loops are compiled and
hold no lock of the interpreter. Threads end with the work, so that a process can be forked at any time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = "OMP_NUM_THREADS"
"""The variable that says how many threads there may be, as it does for linear algebra; Snakemake sets it to the
``threads`` of each job. Where it is not set there is one for each core that the process may use."""

WORTHWHILE = 400_000
"""Numbers from which on threads save more than it takes to start them."""

STRETCH = 1 << 16
"""Rows of a stretch."""

Part = TypeVar("Part")
Found = TypeVar("Found")


def allowed_threads() -> int:
    """Give how many threads there may be."""
    stated = os.environ.get(THREADS, "").split(",")[0].strip()
    if stated.isdigit() and int(stated) > 0:
        return int(stated)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def for_each(work: Callable[[Part], Found], parts: Sequence[Part], numbers: int) -> list[Found]:
    """Do work on each part, beside each other where there are numbers enough, and give what it gives in their order.

    Parameters
    ----------
    work
        Compiled but for a few lines; it changes nothing that work on another part reads.
    parts
        Columns, or stretches of rows.
    numbers
        How many there are in all parts.
    """
    count = min(allowed_threads(), len(parts)) if numbers >= WORTHWHILE else 1
    if count < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, parts))


def stretches(rows: int, most: int | None = None) -> list[slice]:
    """Divide rows into stretches, of :data:`STRETCH` rows or as many times that as leave no more than ``most``."""
    length = STRETCH if most is None else STRETCH * max(1, -(-rows // (STRETCH * most)))
    return [slice(first, min(first + length, rows)) for first in range(0, rows, length)]
