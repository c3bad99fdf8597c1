"""Open a raw file of any supported format, exactly as it is written."""

from __future__ import annotations

import codecs
import shutil
import zlib
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.frames.storage import listed_rows
from ruralpanel.sources.archives import refuse_bomb
from ruralpanel.sources.dropped import without_dropped_rows
from ruralpanel.sources.headers import declared_positions
from ruralpanel.sources.raw import RawTable
from ruralpanel.study.source_formats import PACKAGE, ZIP, format_of_file, function_named, is_packed
from ruralpanel.study.sources import Source


def read_raw(source: Source, path: Path | None, only_declared: bool = False) -> RawTable:
    """Read a source without interpreting it.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The raw file; None for a data set of a package.
    only_declared
        Whether columns that are not declared may be without their values.

    Returns
    -------
    RawTable
        All its rows.

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
    wanted = {"wanted": partial(declared_positions, source=source)} if only_declared and opened_as.by_column else {}
    return _finished(function_named(opened_as.reader)(source, path, **wanted), source)


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
            refuse_bomb(archive, source.origin)
            target = Path(folder) / f"member{Path(member).suffix}"
            with archive.open(member) as packed, target.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
            raw: RawTable = function_named(file_format.reader)(source, target)
            return raw
    except (BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a zip file: {error}")]) from None


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
