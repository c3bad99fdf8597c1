"""Open a raw file of any supported format, exactly as it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from ruralpanel.errors import DataError, Problem, nearest
from ruralpanel.sources.packages import load_packaged
from ruralpanel.storage import listed_rows
from ruralpanel.study.sources import Source


@dataclass(frozen=True)
class RawTable:
    """A raw file's contents before any of them is interpreted.

    Parameters
    ----------
    values
        The columns under their raw names. Text formats hold text; others the types of the file.
    rows
        The number of each row as the file's own program counts them.
    where
        The file, and the sheet if there is one, for messages.
    labels
        Columns whose values have labels, as labels, by raw name.
    """

    values: pd.DataFrame
    rows: pd.Series
    where: str
    labels: Mapping[str, pd.Series] = field(default_factory=dict)


def read_raw(source: Source, path: Path | None) -> RawTable:
    """Read a source without interpreting it.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The raw file; None for a data set of a package.

    Returns
    -------
    RawTable
        All its rows, and at least the columns that are declared.

    Raises
    ------
    DataError
        If the file cannot be read as declared.
    """
    if path is None:
        assert source.loader is not None
        return _counted(load_packaged(source.loader), 1, source.origin)
    if path.stat().st_size == 0:
        raise DataError([Problem(source.origin, "the file is empty")])
    readers = {"csv": _read_csv, "excel": _read_excel, "stata": _read_stata, "parquet": _read_parquet}
    assert source.file_format is not None
    return readers[source.file_format](source, path)


def _read_csv(source: Source, path: Path) -> RawTable:
    """Read text cell by cell: a row with a cell too many or too few is found, and every row has its line."""
    where = source.origin
    try:
        text = path.read_text(encoding=source.encoding)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise DataError([_not_in(source, error)]) from None
        what = f"{source.encoding!r} is not an encoding"
        raise DataError([Problem(where, what, hint="common here: utf-8-sig, gb18030")]) from None
    lines = io.StringIO(text, newline="")
    above = "".join(lines.readline() for _ in range(source.header_row - 1))
    start = lines.tell()
    delimiter = source.delimiter or ("\t" if path.suffix.lower() == ".tsv" else _delimiter_of(lines.readline()))
    lines.seek(start)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        numbered = [(reader.line_num + above.count("\n"), row) for row in reader if row]
    except csv.Error as error:
        line = reader.line_num + above.count("\n")
        what = f"line {line} cannot be read with the delimiter {delimiter!r}: {error}"
        raise DataError([Problem(where, what, hint="a quotation mark may be missing")]) from None
    if not numbered:
        raise DataError([Problem(where, f"has no header in row {source.header_row}")])
    (_, header), data = numbered[0], numbered[1:]
    uneven = pd.Series([line for line, row in data if len(row) != len(header)], dtype="int64")
    if len(uneven):
        what = f"{listed_rows(uneven)}: not as many cells as the header, which has {len(header)}"
        raise DataError(
            [Problem(where, what, hint="the file may be cut off, or a cell with the delimiter in it unquoted")]
        )
    values = pd.DataFrame([row for _, row in data], columns=header, dtype=object)
    return RawTable(values, pd.Series([line for line, _ in data], dtype="int64"), where)


def _not_in(source: Source, error: UnicodeError) -> Problem:
    is_unicode = source.encoding.lower().startswith("utf")
    hint = "Chinese files are often `encoding: gb18030`" if is_unicode else "try `encoding: utf-8-sig`"
    byte = f" (byte {error.start + 1})" if isinstance(error, UnicodeDecodeError) else ""
    return Problem(source.origin, f"is not {source.encoding} text{byte}", hint=hint)


def _delimiter_of(header: str) -> str:
    """Find the delimiter from the header: the candidate that splits it most often."""
    counts = {candidate: header.count(candidate) for candidate in (",", ";", "\t", "|")}
    return max(counts, key=lambda candidate: counts[candidate])


def _read_excel(source: Source, path: Path) -> RawTable:
    """Read a sheet cell by cell, with formula errors such as #DIV/0! as the text they show."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, data_only=True)
        sheet = source.sheet or book.sheetnames[0]
        rows = [list(row) for row in book[sheet].iter_rows(values_only=True)] if sheet in book.sheetnames else None
    except Exception as error:  # a damaged file ends in errors of zip, XML or openpyxl, by where it was damaged
        raise DataError([Problem(source.origin, f"cannot be read as an Excel file: {error}")]) from None
    if rows is None:
        raise DataError([Problem(source.origin, f"has no sheet {sheet!r}", hint=nearest(sheet, book.sheetnames))])
    if len(rows) < source.header_row:
        what = f"sheet {sheet!r} has no row {source.header_row} to be the header"
        raise DataError([Problem(source.origin, what, hint=f"sheets: {', '.join(book.sheetnames)}")])
    header = ["" if name is None else str(name) for name in rows[source.header_row - 1]]
    values = pd.DataFrame(rows[source.header_row :], columns=header, dtype=object)
    named = _counted(values, source.header_row + 1, f"{source.origin}, sheet {sheet!r}")
    filled = values.notna().any(axis=1)  # rows that are formatted but empty
    return replace(named, values=values[filled].reset_index(drop=True), rows=named.rows[filled].reset_index(drop=True))


def _read_stata(source: Source, path: Path) -> RawTable:
    try:
        values = pd.read_stata(path, convert_categoricals=False)
        labelled = [
            column.raw_name or name
            for name, column in source.columns.items()
            if column.value_labels and (column.raw_name or name) in values
        ]
        labels: dict[str, pd.Series] = {}
        if labelled:
            with_labels = pd.read_stata(path, columns=labelled)
            labels = {name: with_labels[name].astype(object) for name in labelled}
    except Exception as error:  # a truncated file ends in struct.error, MemoryError or worse, by where it was cut
        first_sentence = str(error).split(". ")[0]
        what = f"cannot be read as a Stata file: {first_sentence or type(error).__name__}"
        raise DataError([Problem(source.origin, what, hint="the file may be cut off, or of another format")]) from None
    return replace(_counted(values, 1, source.origin), labels=labels)


def _read_parquet(source: Source, path: Path) -> RawTable:
    from pyarrow import ArrowException

    try:
        values = pd.read_parquet(path)
    except (ArrowException, OSError, ValueError) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a Parquet file: {error}")]) from None
    values = values.reset_index() if values.index.names != [None] else values
    return _counted(values, 1, source.origin)


def _counted(values: pd.DataFrame, first: int, where: str) -> RawTable:
    """Number rows one after another."""
    return RawTable(values, pd.Series(range(first, first + len(values)), dtype="int64"), where)
