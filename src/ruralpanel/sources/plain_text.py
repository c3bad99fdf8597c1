"""Text files that Arrow's reader and Python's take for the same table, told by their bytes, and read by Arrow's."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.sources.headers import joined_header

CHUNK = 1 << 24
"""So many bytes are looked at together."""

LONGEST_LINE = 131_072
"""Bytes: Python's reader refuses longer cells."""

Wanted = Callable[[Sequence[str]], Collection[int] | None]
"""Gives the positions of the columns that are wanted, from the header; None for all."""


def read_plain(
    contents: Any, start: int, first: int, height: int, delimiter: str, wanted: Wanted | None
) -> pd.DataFrame | None:
    """Read a table of text of which it can be told that there is one way to read it.

    Its rows end in line feeds, with carriage returns before them or without; no line is blank; every quotation mark
    stands at the beginning or the end of a cell, and both of a cell in one line; every row has as many cells as the
    header. Then the line of a row is its number, and nothing in a cell has to be taken out but the marks around it.

    Parameters
    ----------
    contents
        The bytes of the file, in UTF-8.
    start
        Where they begin, after a byte-order mark.
    first
        The line in which the header begins, from 1.
    height
        How many rows the header has.
    delimiter
        What stands between columns.
    wanted
        Which columns to read.

    Returns
    -------
    pandas.DataFrame or None
        The columns under the header's names, all text; those that are not wanted without a value. None where the file
        may not be so simple.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow

    size, mark = _end_of_rows(contents), delimiter.encode()
    breaks = [start]
    for _ in range(first - 1 + height):
        breaks.append(contents.find(b"\n", breaks[-1], size) + 1)
        if breaks[-1] == 0:
            return None
    top, data = breaks[first - 1], breaks[-1]
    if data >= size or len(mark) != 1 or not _is_text(contents[start:top]) or not _is_plain(contents, top, size, mark):
        return None
    lines = io.StringIO(contents[top:data].decode("utf-8"), newline="")
    header = joined_header(list(csv.reader(lines, delimiter=delimiter)))
    names = [str(position) for position in range(len(header))]
    positions = wanted(header) if wanted is not None else None
    kept = names if positions is None else [names[position] for position in sorted(positions)]
    try:
        table = arrow.read_csv(
            pa.BufferReader(pa.py_buffer(memoryview(contents)[data:size])),
            arrow.ReadOptions(column_names=names, block_size=CHUNK),
            arrow.ParseOptions(delimiter=delimiter),
            arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                include_columns=kept or names[:1],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:  # a row with a cell too many or too few, which is told by its line elsewhere
        return None
    read = {name: pd.array(table[name], dtype="str") for name in kept}
    others = without_values(len(table))
    values = pd.DataFrame({name: read.get(name, others) for name in names}, copy=False)
    values.columns = pd.Index(header, dtype=object)
    return values


def without_values(rows: int) -> Any:
    """Stand in the place of a column that was not read."""
    import pyarrow as pa

    return pd.array(pa.nulls(rows), dtype=pd.ArrowDtype(pa.null()))


def _is_text(contents: bytes) -> bool:
    try:
        return contents.isascii() or bool(contents.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _end_of_rows(contents: Any) -> int:
    """Find where the last row ends, its line feed counted; what follows are blank lines."""
    size = len(contents)
    while size and contents[size - 1 : size] in (b"\n", b"\r"):
        size -= 1
    end: int = contents.find(b"\n", size)
    return len(contents) if end < 0 else end + 1


def _is_plain(contents: Any, start: int, size: int, delimiter: bytes) -> bool:
    """Look at whole lines, several megabytes at a time, for anything that could be read in another way."""
    while start < size:
        end = contents.rfind(b"\n", start, min(start + CHUNK, size)) + 1
        end = size if end == 0 and start + CHUNK >= size else end
        if end <= start or not _are_plain(contents[start:end], delimiter):
            return False
        start = end
    return True


def _are_plain(lines: bytes, delimiter: bytes) -> bool:
    if b"\0" in lines or not _is_text(lines) or lines.count(b"\r") != lines.count(b"\r\n"):
        return False
    if lines.startswith((b"\n", b"\r")) or b"\n\n" in lines or b"\n\r" in lines:
        return False
    each = np.frombuffer(lines, dtype=np.uint8)
    breaks = np.flatnonzero(each == ord("\n"))
    if np.diff(breaks, prepend=-1, append=len(lines)).max() > LONGEST_LINE:
        return False
    marks = np.flatnonzero(each == ord('"'))
    if len(marks) == 0:
        return True
    if len(marks) % 2:
        return False
    opening, closing = marks[::2], marks[1::2]
    same_line = np.searchsorted(breaks, opening) == np.searchsorted(breaks, closing)
    around = np.concatenate([[ord("\n")], each, [ord("\n")]])
    before, after = around[opening], around[closing + 2]
    begins = (before == ord("\n")) | (before == ord(delimiter))
    ends = (after == ord("\n")) | (after == ord("\r")) | (after == ord(delimiter))
    return bool((same_line & begins & ends).all())
