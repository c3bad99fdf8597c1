"""Columns of text in which every cell is a number as programs write them, missing, or a declared missing code."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ruralpanel.sources.distinct import as_arrow
from ruralpanel.sources.numbers import MISSING_MARKERS, Marks
from ruralpanel.study.source_columns import Scalar

_WHOLE = "[1-9][0-9]{0,14}"
_FRACTION = "[0-9]{1,20}"
_SMALL = "[1-9](?:[{mark}][0-9]{{1,20}})?e-[0-9]{{2}}"
"""A number near zero, as programs write it: ``9.5e-05``."""

_GROUPED = r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$"
"""A number that may as well be a whole one with its thousands separated."""

FIRST = 1000
"""So many cells at the beginning of a column are tried before all."""


class PlainNumbers(NamedTuple):
    """A column of plain numbers.

    Parameters
    ----------
    values
        The numbers.
    coded
        In how many rows a missing code stood.
    markers
        In how many rows a marker of a missing value stood.
    """

    values: pd.Series
    coded: int
    markers: int


def plain_numbers(column: pd.Series, codes: list[Scalar], marks: Marks) -> PlainNumbers | None:
    """Read a column of numbers that nothing can be said of but what they are, all cells at once.

    Such numbers have up to fifteen digits before a point and twenty after it, no zero before another digit, no sign but
    a minus, no exponent but one that makes them small, and nothing else; so no rule for cells that are written in other
    ways has anything to find, and the rules give the same, only slower.

    Parameters
    ----------
    column
        The cells as they are written.
    codes
        Values that mean missing.
    marks
        What commas and points in numbers stand for.

    Returns
    -------
    PlainNumbers or None
        The numbers; None where any cell is another thing, where no cell is a number, or where points may separate
        thousands.
    """
    if not isinstance(column.dtype, pd.StringDtype):
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    mark = "," if marks.decimal == "," else "."
    sizes = rf"{_WHOLE}(?:[{mark}]{_FRACTION})?|0[{mark}][0-9]{{0,19}}[1-9]0{{0,13}}|{_SMALL.format(mark=mark)}"
    pattern = rf"^(?:-?(?:{sizes})|0(?:[{mark}]0{{1,14}})?)$"
    texts = pa.array([code for code in codes if isinstance(code, str)], pa.large_string())
    markers = pa.array(["", *MISSING_MARKERS], pa.large_string())
    cells = as_arrow(column)

    def is_number(part: pa.ChunkedArray) -> pa.ChunkedArray | None:
        """Tell numbers; nothing where there is anything else."""
        number = pc.fill_null(pc.match_substring_regex(part, pattern), False)
        others = part.filter(pc.invert(number))
        absent = pc.or_(pc.is_in(others, markers), pc.is_in(others, texts))
        return number if pc.all(pc.or_(absent, pc.is_null(others)), min_count=0).as_py() else None

    if is_number(cells.slice(0, FIRST)) is None or (number := is_number(cells)) is None:
        return None
    if marks.decimal is None and _may_separate_thousands(cells, number):
        return None
    written = pc.if_else(number, cells, pa.scalar(None, pa.large_string()))
    if mark == ",":
        written = pc.replace_substring(written, ",", ".")
    values = pd.Series(written.cast(pa.float64()).to_numpy(), index=column.index, name=column.name)
    is_text_code = pc.is_in(cells, texts)
    coded = values.isin([float(code) for code in codes if not isinstance(code, str)])
    coded |= is_text_code.to_numpy() if len(texts) else False
    values = values.mask(coded) if coded.any() else values
    if values.isna().all():
        return None
    absent = pc.and_(pc.invert(number), pc.and_(pc.is_in(cells, markers[1:]), pc.invert(is_text_code)))
    return PlainNumbers(values, int(coded.sum()), pc.sum(absent, min_count=0).as_py())


def _may_separate_thousands(cells: object, number: object) -> bool:
    """Tell a column in which every number with a point has three digits after it, and three or less before."""
    import pyarrow.compute as pc

    for part, numbers in ((cells.slice(0, FIRST), number.slice(0, FIRST)), (cells, number)):  # type: ignore[attr-defined]
        with_point = pc.and_(numbers, pc.match_substring(part, "."))
        if pc.any(pc.and_(with_point, pc.invert(pc.match_substring_regex(part, _GROUPED)))).as_py():
            return False
    return bool(pc.any(with_point).as_py())
