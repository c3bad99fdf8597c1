"""Open a raw file of any supported format, exactly as it is written."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.sources.packages import load_packaged
from ruralpanel.storage import listed_rows
from ruralpanel.study.sources import FORMAT_OF_SUFFIX, Source


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
    notes
        For the ledger: what was found out about the file.
    """

    values: pd.DataFrame
    rows: pd.Series
    where: str
    labels: Mapping[str, pd.Series] = field(default_factory=dict)
    notes: Sequence[str] = ()


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
    if path.suffix.lower() == ".zip":
        return _read_zip(source, path)
    return _READERS[str(source.file_format)](source, path)


def _read_zip(source: Source, path: Path) -> RawTable:
    """Unpack the one file of an archive, or the one declared, and read it."""
    try:
        with ZipFile(path) as archive, TemporaryDirectory() as folder:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if source.member is None and len(names) != 1:
                what = f"holds {counted(len(names), 'file')}"
                raise DataError([Problem(source.origin, what, hint=f"give `member`: {', '.join(names[:10])}")])
            member = source.member or names[0]
            if member not in names:
                raise DataError([Problem(source.origin, f"holds no file {member!r}", hint=nearest(member, names))])
            file_format = source.format or FORMAT_OF_SUFFIX.get(Path(member).suffix.lower())
            if file_format is None:
                raise DataError(
                    [Problem(source.origin, f"the ending of {member!r} does not tell its format", hint="give `format`")]
                )
            target = Path(folder) / f"member{Path(member).suffix}"
            target.write_bytes(archive.read(member))
            return _READERS[file_format](source, target)
    except (BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a zip file: {error}")]) from None


def _read_csv(source: Source, path: Path) -> RawTable:
    """Read text cell by cell: a row with a cell too many or too few is found, and every row has its line."""
    where = source.origin
    text, encoding = _decoded(source, path)
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
    height = source.header_height
    header, data = _joined_header([row for _, row in numbered[:height]]), numbered[height:]
    uneven = pd.Series([line for line, row in data if len(row) != len(header)], dtype="int64")
    if len(uneven):
        what = f"{listed_rows(uneven)}: not as many cells as the header, which has {len(header)}"
        hint = "the file may be cut off, or a cell with the delimiter in it unquoted"
        raise DataError([Problem(where, what, hint=hint)])
    values = pd.DataFrame([row for _, row in data], columns=header, dtype=object)
    notes = (f"encoding {encoding}, delimiter {delimiter!r}",)
    return RawTable(values, pd.Series([line for line, _ in data], dtype="int64"), where, notes=notes)


def _joined_header(rows: list[list[str]]) -> list[str]:
    """Join a header of several rows; a name over several columns, left empty after the first, counts for each."""
    if len(rows) == 1:
        return rows[0]
    width = max(len(row) for row in rows)
    filled = []
    for row in [row + [""] * (width - len(row)) for row in rows[:-1]]:
        above = ""
        filled.append([above := (cell if cell.strip() else above) for cell in row])
    filled.append(rows[-1] + [""] * (width - len(rows[-1])))
    return [
        "-".join(dict.fromkeys(part.strip() for part in parts if part.strip())) for parts in zip(*filled, strict=True)
    ]


def _decoded(source: Source, path: Path) -> tuple[str, str]:
    """Read a text file in the declared encoding, or in the one found out."""
    if source.encoding != "detect":
        try:
            return path.read_text(encoding=source.encoding), source.encoding
        except UnicodeError as error:
            raise DataError([_not_in(source, error)]) from None
        except (LookupError, ValueError):
            what = f"{source.encoding!r} is not an encoding"
            raise DataError([Problem(source.origin, what, hint="common here: utf-8-sig, gb18030")]) from None
    contents = path.read_bytes()
    if contents.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return contents.decode("utf-16"), "utf-16"
    try:
        return contents.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        position = error.start
    try:
        text = contents.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    # Any two bytes can be GB18030; only text that then is Chinese is taken for it.
    beyond_ascii = [character for character in text if ord(character) > 127]
    chinese = sum(bool(_CHINESE.match(character)) for character in beyond_ascii)
    if beyond_ascii and chinese >= 0.95 * len(beyond_ascii):
        return text, "gb18030"
    what = f"is neither UTF-8 (byte {position + 1} cannot be) nor Chinese text in GB18030"
    raise DataError([Problem(source.origin, what, hint="declare its `encoding`, such as latin-1 or big5")])


_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2010-\u203b\U00020000-\U0003ffff]")


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
    try:
        sheets, rows_of = _open_book(path)
        sheet = source.sheet or sheets[0]
        rows = rows_of(sheet) if sheet in sheets else None
    except Exception as error:  # a damaged file ends in errors of zip, XML or the reader, by where it was damaged
        raise DataError([Problem(source.origin, f"cannot be read as an Excel file: {error}")]) from None
    if rows is None:
        raise DataError([Problem(source.origin, f"has no sheet {sheet!r}", hint=nearest(sheet, sheets))])
    first, height = source.header_row - 1, source.header_height
    if len(rows) < first + height:
        what = f"sheet {sheet!r} has no row {first + height} to be the header"
        raise DataError([Problem(source.origin, what, hint=f"sheets: {', '.join(sheets)}")])
    header = _joined_header(
        [["" if name is None else str(name) for name in row] for row in rows[first : first + height]]
    )
    values = pd.DataFrame(rows[first + height :], columns=header, dtype=object)
    named = _counted(values, first + height + 1, f"{source.origin}, sheet {sheet!r}")
    filled = values.notna().any(axis=1)  # rows that are formatted but empty
    return replace(named, values=values[filled].reset_index(drop=True), rows=named.rows[filled].reset_index(drop=True))


def _open_book(path: Path) -> tuple[list[str], Callable[[str], list[list[Any]]]]:
    """Open a workbook: its sheets, and how to read one. openpyxl keeps formula errors; older formats need calamine."""
    if path.suffix.lower() in (".xls", ".ods"):
        from python_calamine import CalamineWorkbook

        old = CalamineWorkbook.from_path(str(path))

        def from_old(sheet: str) -> list[list[Any]]:
            cells = old.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            return [[None if cell == "" else cell for cell in row] for row in cells]

        return old.sheet_names, from_old
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions it does not know, which hold no data
        book = load_workbook(path, data_only=True)
    return book.sheetnames, lambda sheet: [list(row) for row in book[sheet].iter_rows(values_only=True)]


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


def _read_spss(source: Source, path: Path) -> RawTable:
    """Read an SPSS file with its user-missing codes as they are, so that the study says which mean missing."""
    import pyreadstat

    try:
        values, meta = pyreadstat.read_sav(str(path), user_missing=True)
    except Exception as error:
        raise DataError([Problem(source.origin, f"cannot be read as an SPSS file: {error}")]) from None
    labels = {
        name: values[name].map(each).where(values[name].notna(), None)
        for name, each in meta.variable_value_labels.items()
    }
    return replace(_counted(values, 1, source.origin), labels=labels)


def _read_feather(source: Source, path: Path) -> RawTable:
    from pyarrow import ArrowException

    try:
        return _counted(pd.read_feather(path), 1, source.origin)
    except (ArrowException, OSError, ValueError) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a Feather file: {error}")]) from None


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


_READERS: dict[str, Callable[[Source, Path], RawTable]] = {
    "csv": _read_csv,
    "excel": _read_excel,
    "stata": _read_stata,
    "spss": _read_spss,
    "parquet": _read_parquet,
    "feather": _read_feather,
}
