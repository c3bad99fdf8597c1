"""Open a raw file that nobody has declared: find where its header is, and read it with the product's own readers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.frames.storage import listed_rows
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.labelled import labels_of
from ruralpanel.sources.raw import RawTable
from ruralpanel.sources.rules import HINTS, ROUNDED
from ruralpanel.sources.spoilt import rounded_text
from ruralpanel.sources.values import FIRST_ROWS, LAST_ROWS
from ruralpanel.study.source_formats import format_of_file
from ruralpanel.study.sources import Source

MOST_ABOVE = 20
"""A header is looked for in so many rows."""

HEIGHT = 5
"""The most rows a header can have."""

_NUMBER = re.compile(r"[-+−]?[0-9][0-9,]*\.?[0-9]*%?")


@dataclass(frozen=True)
class Opened:
    """A raw file and how it was read.

    Parameters
    ----------
    settings
        The keys of a source that say how to read it, other than their defaults.
    raw
        Its contents.
    labels
        The labels of its columns, by header, where the format has any.
    value_labels
        The labels of values, by header.
    evidence
        Why it was read so.
    """

    settings: dict[str, Any]
    raw: RawTable
    labels: Mapping[str, str]
    value_labels: Mapping[str, Mapping[Any, str]]
    evidence: str


def undeclared(path: str, **settings: Any) -> Source:
    """Declare a file as far as its readers need it.

    Parameters
    ----------
    path
        The file, from the top of the repository.
    **settings
        Further keys of a source.
    """
    return Source.model_validate({"path": path, "key": ["row"], "columns": {"row": None}, **settings})


def readable_members(path: Path) -> dict[str, bool]:
    """List the files in a zip file, each with whether its ending tells a format that can be read.

    Parameters
    ----------
    path
        The zip file.

    Raises
    ------
    DataError
        If it is none.
    """
    try:
        with ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
    except (BadZipFile, OSError) as error:
        raise DataError([Problem(str(path), f"cannot be read as a zip file: {error}")]) from None
    names = [name for name in names if not re.search(r"(?:^|/)(?:__MACOSX/|\.)", name)]  # what a system leaves there
    return {name: format_of_file(name) is not None for name in names}


def open_file(name: str, root: Path, member: str | None = None) -> Opened:
    """Open a raw file.

    Parameters
    ----------
    name
        The file, from the top of the repository.
    root
        The top of the repository.
    member
        Of a zip file, the file inside.

    Returns
    -------
    Opened
        Its contents under its header.

    Raises
    ------
    DataError
        If no header row makes a table of it.
    """
    inside: dict[str, Any] = {} if member is None else {"member": member}
    source, path = undeclared(name, **inside), root / name
    if source.file_format is None or "header_row" not in source.file_format.keys:
        labels, value_labels = labels_of(source, path)
        return Opened(inside, read_raw(source, path), labels, value_labels, "")
    skipped, raw = _first_that_reads(name, path, inside)
    rows = [(skipped + 1, [str(each) for each in raw.values.columns])]
    cells = raw.values.head(MOST_ABOVE).to_numpy().tolist()
    rows += [(int(row), each) for row, each in zip(raw.rows.head(MOST_ABOVE), cells, strict=True)]
    first, height = header_position([each for _, each in rows])
    settings: dict[str, Any] = {}
    if rows[first][0] > 1:
        settings["header_row"] = rows[first][0]
    if height > 1:
        settings["header_height"] = height
    evidence = ""
    if settings:
        raw = read_raw(undeclared(name, **inside, **settings), path)
        evidence = f"the first row with numbers below it is {rows[min(first + height, len(rows) - 1)][0]}"
    return Opened({**inside, **settings}, raw, {}, {}, evidence)


def header_position(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """Find the header among the first rows of a sheet.

    The first row in which at least half of the columns are filled and some are numbers is the first row of data; the
    header is what stands above it, as far up as rows have several filled cells, and a title has one. Years that stand
    side by side, as above the columns of a wide file, are a header.

    Parameters
    ----------
    rows
        Rows of cells, the first rows of the file.

    Returns
    -------
    tuple of (int, int)
        The position of the header's first row, counted from 0, and how many rows it has.
    """
    width = max(len(row) for row in rows)
    filled = [[cell for cell in row if not _is_empty(cell)] for row in rows]
    full = [2 * len(cells) >= width for cells in filled]
    is_data = [
        enough and any(_is_number(cell) for cell in cells) and not _is_row_of_years(cells)
        for enough, cells in zip(full, filled, strict=True)
    ]
    if not any(is_data):
        return (full.index(True) if any(full) else 0), 1
    data = is_data.index(True)
    last = max(0, data - 1)
    top = last
    while top > 0 and last - top + 1 < HEIGHT and len(filled[top - 1]) >= max(2, width / 3) and data > 1:
        top -= 1
    return top, last - top + 1


def unlike_data(raw: RawTable) -> str:
    """Name what of a file is no data, or no longer: units, totals and notes, and codes that are rounded.

    The first are rows below the header and at the foot that are hardly filled.

    Parameters
    ----------
    raw
        The file.

    Returns
    -------
    str
        What to do with them; nothing where there are none.
    """
    filled = (~raw.values.map(_is_empty)).sum(axis="columns").to_numpy()
    ends = [*range(min(FIRST_ROWS, len(filled))), *range(max(FIRST_ROWS, len(filled) - LAST_ROWS), len(filled))]
    found = [at for at in ends if 2 * filled[at] <= raw.values.shape[1]]
    words = ""
    if found and 2 * len(found) <= len(filled):
        words = f"; {listed_rows(raw.rows.iloc[found])} may be of units, totals or notes, which `drop_rows` leaves out"
    for position, header in enumerate(raw.values.columns):
        cells = raw.values.iloc[:, position]
        if rounded_text(cells[cells.map(lambda cell: isinstance(cell, str))].astype("str"), False, False).any():
            words += f"; in {header}, a spreadsheet program has rounded codes: {HINTS[ROUNDED]}"
    return words


def _first_that_reads(name: str, path: Path, inside: Mapping[str, Any]) -> tuple[int, RawTable]:
    """Read with the first row as header, or with a later one where lines of other lengths stand above the table."""
    first_error: DataError | None = None
    for skipped in range(MOST_ABOVE):
        try:
            return skipped, read_raw(undeclared(name, header_row=skipped + 1, **inside), path)
        except DataError as error:
            first_error = first_error or error
    assert first_error is not None
    raise first_error


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and pd.isna(cell)) or str(cell).strip() == ""


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) or bool(_NUMBER.fullmatch(str(cell).strip()))


def _is_row_of_years(cells: Sequence[Any]) -> bool:
    numbers = [str(cell).strip().removesuffix(".0") for cell in cells if _is_number(cell)]
    years = [each for each in numbers if re.fullmatch(r"(?:19|20)[0-9]{2}", each)]
    return len(years) == len(numbers) == len(set(numbers)) and len(years) >= 3
