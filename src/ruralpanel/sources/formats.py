"""Open a raw file of any supported format, exactly as it is written."""

from __future__ import annotations

import codecs
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.sources.dropped import without_dropped_rows
from ruralpanel.sources.raw import RawTable
from ruralpanel.storage import listed_rows
from ruralpanel.study.source_formats import PACKAGE, ZIP, format_of_file, function_named, is_packed
from ruralpanel.study.sources import Source


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
        return _finished(function_named(PACKAGE.reader)(source, path), source)
    if path.stat().st_size == 0:
        raise DataError([Problem(source.origin, "the file is empty")])
    if _is_web_page(path):
        hint = "was it saved from a link that has ended? A table saved as HTML has to become .xlsx or .csv"
        raise DataError([Problem(source.origin, "is a web page", hint=hint)])
    opened_as = ZIP if is_packed(path) else source.file_format
    assert opened_as is not None  # which the model of a study sees to
    return _finished(function_named(opened_as.reader)(source, path), source)


def _finished(raw: RawTable, source: Source) -> RawTable:
    """Leave out the rows that are declared to be no data, and hold the others to the header."""
    kept = without_dropped_rows(raw, source)
    _refuse_uneven_rows(kept)
    return kept


def _is_web_page(path: Path) -> bool:
    """Tell by its beginning a page that a server gave instead of a file; a table in HTML is no format of ours."""
    with path.open("rb") as stream:
        beginning = stream.read(200).removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return beginning.startswith((b"<!doctype html", b"<html"))


def read_zip(source: Source, path: Path) -> RawTable:
    """Unpack the one file of an archive, or the one declared, and read it.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The archive.

    Raises
    ------
    DataError
        If it is none, or the file inside cannot be told or read.
    """
    try:
        with ZipFile(path) as archive, TemporaryDirectory() as folder:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if source.member is None and len(names) != 1:
                what = f"holds {counted(len(names), 'file')}"
                raise DataError([Problem(source.origin, what, hint=f"give `member`: {', '.join(names[:10])}")])
            member = source.member or names[0]
            if member not in names:
                raise DataError([Problem(source.origin, f"holds no file {member!r}", hint=nearest(member, names))])
            file_format = source.file_format if source.format is not None else format_of_file(member)
            if file_format is None:
                raise DataError(
                    [Problem(source.origin, f"the ending of {member!r} does not tell its format", hint="give `format`")]
                )
            target = Path(folder) / f"member{Path(member).suffix}"
            target.write_bytes(archive.read(member))
            raw: RawTable = function_named(file_format.reader)(source, target)
            return raw
    except (BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a zip file: {error}")]) from None


def _read_csv(source: Source, path: Path) -> RawTable:
    """Read text cell by cell: a row with a cell too many or too few is found, and every row has its line."""
    where = source.origin
    text, encoding = _decoded(source, path)
    lines = io.StringIO(text, newline="")
    for _ in range(source.header_row - 1):
        lines.readline()
    start = lines.tell()
    delimiter = source.delimiter or ("\t" if path.suffix.lower() == ".tsv" else _delimiter_of(lines.readline()))
    lines.seek(start)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        numbered = [(reader.line_num + source.header_row - 1, row) for row in reader if row]
    except csv.Error as error:
        line = reader.line_num + source.header_row - 1
        what = f"line {line} cannot be read with the delimiter {delimiter!r}: {error}"
        raise DataError([Problem(where, what, hint="a quotation mark may be missing")]) from None
    if not numbered:
        raise DataError([Problem(where, f"has no header in row {source.header_row}")])
    height = source.header_height
    header, data = _joined_header([row for _, row in numbered[:height]]), numbered[height:]
    width = len(header)
    uneven = {line: len(row) for line, row in data if len(row) != width}
    if uneven:
        data = [(line, [*row, *[""] * (width - len(row))][:width]) for line, row in data]
    swallowed = pd.Series([line for line, row in data if _swallows_rows(row, delimiter)], dtype="int64")
    if len(swallowed):
        what = f"{listed_rows(swallowed)}: a cell holds line breaks and as many delimiters as a row"
        raise DataError([Problem(where, what, hint="a quotation mark is missing, and rows are swallowed")])
    rows = pd.Series([line for line, _ in data], dtype="int64")
    repairs = _without_halves(header, [row for _, row in data], rows) if CUT_HERE in text else {}
    values = pd.DataFrame([row for _, row in data], columns=header, dtype=object)
    blank = data[-1][0] - numbered[height - 1][0] - len(data) if data else 0
    notes = [f"encoding {encoding}, delimiter {delimiter!r}"]
    notes += [f"{counted(blank, 'line')} blank or within quotation marks"] if blank > 0 else []
    how: dict[str, Any] = {"encoding": encoding, "delimiter": delimiter, "comma_may_be_decimal": delimiter == ";"}
    return RawTable(values, rows, where, notes=notes, uneven=uneven, **how, **repairs)


def _refuse_uneven_rows(raw: RawTable) -> None:
    """Refuse rows with more or fewer cells than the header, which are no rows of the table, or are cut off."""
    if not raw.uneven:
        return
    header = list(raw.values.columns)
    lines = pd.Series(sorted(raw.uneven), dtype="int64")
    what = f"{listed_rows(lines)}: not as many cells as the header, which has {len(header)}"
    hint = "the file may be cut off, or a cell with the delimiter in it unquoted"
    at_the_end = raw.rows.tail(len(lines)).tolist() == lines.tolist()
    if len(lines) == len(raw.rows):
        hint = "is `header_row` right, or does a line above the header belong to nothing?"
    elif at_the_end and len(lines) <= 20 and all(cells < len(header) for cells in raw.uneven.values()):
        hint += "; lines of notes are left out with " + f"`drop_rows: [{{last: {len(lines)}, reason: notes}}]`"
    raise DataError([Problem(raw.where, what, hint=hint)])
