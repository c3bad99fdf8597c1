"""Open a raw file of any supported format, exactly as it is written."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ruralpanel.errors import DataError, Problem, nearest
from ruralpanel.sources.packages import load_packaged
from ruralpanel.study.sources import Source


@dataclass(frozen=True)
class RawTable:
    """A raw file's contents before any of them is interpreted.

    Parameters
    ----------
    values
        The columns under their raw names. Text formats hold text; others the types of the file.
    first_row
        The number of the first data row as the file's own program counts rows.
    where
        The file, and the sheet if there is one, for messages.
    """

    values: pd.DataFrame
    first_row: int
    where: str


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
        return RawTable(load_packaged(source.loader), 1, source.origin)
    if path.stat().st_size == 0:
        raise DataError([Problem(source.origin, "the file is empty")])
    readers = {"csv": _read_csv, "excel": _read_excel, "stata": _read_stata, "parquet": _read_parquet}
    assert source.file_format is not None
    return readers[source.file_format](source, path)


def _read_csv(source: Source, path: Path) -> RawTable:
    where = source.origin
    try:
        with path.open(encoding=source.encoding, newline="") as stream:
            before_header = [stream.readline() for _ in range(source.header_row)]
            for _ in stream:
                pass  # a wrong encoding must show now, with a message, and not in the middle of parsing
    except LookupError:
        raise DataError(
            [Problem(where, f"{source.encoding!r} is not an encoding", hint="common here: utf-8-sig, gb18030")]
        ) from None
    except UnicodeDecodeError as error:
        hint = (
            "Chinese files are often `encoding: gb18030`"
            if source.encoding.lower().startswith("utf")
            else "try `encoding: utf-8-sig`"
        )
        raise DataError(
            [
                Problem(
                    where,
                    f"is not {source.encoding} text (byte {error.start + 1} of a block cannot be read)",
                    hint=hint,
                )
            ]
        ) from None
    header = before_header[-1]
    delimiter = source.delimiter or ("\t" if path.suffix.lower() == ".tsv" else _delimiter_of(header))
    try:
        values = pd.read_csv(
            path,
            sep=delimiter,
            encoding=source.encoding,
            dtype=str,
            keep_default_na=False,
            skiprows=source.header_row - 1,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise DataError(
            [Problem(where, f"cannot be read as CSV with the delimiter {delimiter!r}: {str(error).strip()}")]
        ) from None
    first_row = source.header_row + 1
    short = values.isna().any(axis=1)  # nothing else is missing yet: an empty cell is empty text
    if short.any():
        rows = [str(index + first_row) for index in values.index[short][:10]]
        raise DataError(
            [
                Problem(
                    where,
                    f"{int(short.sum())} rows have fewer cells than the header: row {', '.join(rows)}",
                    hint="the file may be cut off, or a delimiter may be missing",
                )
            ]
        )
    return RawTable(values, first_row, where)


def _delimiter_of(header: str) -> str:
    """Find the delimiter from the header: the candidate that splits it most often."""
    counts = {candidate: header.count(candidate) for candidate in (",", ";", "\t", "|")}
    return max(counts, key=lambda candidate: counts[candidate])


def _read_excel(source: Source, path: Path) -> RawTable:
    from zipfile import BadZipFile

    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            sheets = [str(name) for name in book.sheet_names]
            sheet = source.sheet or sheets[0]
            if sheet not in sheets:
                raise DataError([Problem(source.origin, f"has no sheet {sheet!r}", hint=nearest(sheet, sheets))])
            values = book.parse(
                sheet, header=source.header_row - 1, dtype=object, keep_default_na=False, na_values=[""]
            )
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise DataError([Problem(source.origin, f"cannot be read as an Excel file: {error}")]) from None
    return RawTable(values, source.header_row + 1, f"{source.origin}, sheet {sheet!r}")


def _read_stata(source: Source, path: Path) -> RawTable:
    try:
        values = pd.read_stata(path, convert_categoricals=False, convert_dates=False)
        labelled = [
            column.raw_name or name
            for name, column in source.columns.items()
            if column.value_labels and (column.raw_name or name) in values
        ]
        if labelled:
            with_labels = pd.read_stata(path, columns=labelled, convert_dates=False)
            values = values.assign(**{name: with_labels[name].astype(object) for name in labelled})
    except (ValueError, OSError, IndexError, KeyError, UnicodeDecodeError, EOFError) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a Stata file: {error}")]) from None
    except Exception as error:  # a truncated file ends in struct.error, MemoryError or worse, by where it was cut
        raise DataError(
            [
                Problem(
                    source.origin,
                    f"cannot be read as a Stata file: {type(error).__name__}: {error}",
                    hint="the file may be cut off",
                )
            ]
        ) from None
    return RawTable(values, 1, source.origin)


def _read_parquet(source: Source, path: Path) -> RawTable:
    from pyarrow import ArrowException

    try:
        values = pd.read_parquet(path)
    except (ArrowException, OSError, ValueError) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a Parquet file: {error}")]) from None
    return RawTable(values.reset_index() if values.index.names != [None] else values, 1, source.origin)
