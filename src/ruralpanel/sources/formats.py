"""Open a raw file of any supported format, exactly as it is written."""

from __future__ import annotations

import codecs
import csv
import io
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.sources.dropped import without_dropped_rows
from ruralpanel.sources.encodings import CUT_HERE, decode_file, is_chinese_in_gb18030, without_halves
from ruralpanel.sources.labelled import read_spss, read_stata
from ruralpanel.sources.number_formats import ShownNumber
from ruralpanel.sources.packages import load_packaged
from ruralpanel.sources.raw import RawTable, ambiguous_when_cut, counted_from
from ruralpanel.sources.sheets import open_book
from ruralpanel.storage import listed_rows
from ruralpanel.study.sources import FORMAT_OF_SUFFIX, Source


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
        return without_dropped_rows(counted_from(load_packaged(source.loader), 1, source.origin), source)
    if path.stat().st_size == 0:
        raise DataError([Problem(source.origin, "the file is empty")])
    if _is_web_page(path):
        hint = "was it saved from a link that has ended? A table saved as HTML has to become .xlsx or .csv"
        raise DataError([Problem(source.origin, "is a web page", hint=hint)])
    if path.suffix.lower() in (".zip", ".whl"):  # a wheel, the file of a Python package, is a zip file
        return _finished(_read_zip(source, path), source)
    return _finished(_READERS[str(source.file_format)](source, path), source)


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


def _without_halves(header: list[str], data: list[list[str]], rows: pd.Series) -> dict[str, Any]:
    """Take out the marks of half characters, in place, and tell where they were and which texts are unsure now."""
    repairs, unsure = [], {}
    header[:] = [without_halves(name) for name in header]
    for position, name in enumerate(header):
        cut = [number for number, row in enumerate(data) if CUT_HERE in row[position]]
        if not cut:
            continue
        written = {row[position] for row in data}
        for number in cut:
            data[number][position] = without_halves(data[number][position])
        where = listed_rows(rows.iloc[cut])
        repairs.append(f"{name}: half a character dropped at the end of {counted(len(cut), 'cell')}: {where}")
        texts = [without_halves(each) for each in written]
        unsure[name] = ambiguous_when_cut([data[number][position] for number in cut], texts)
    return {"repairs": repairs, "unsure": {name: texts for name, texts in unsure.items() if texts}}


def _swallows_rows(row: list[str], delimiter: str) -> bool:
    return any("\n" in cell and cell.count(delimiter) >= len(row) - 1 > 0 for cell in row)


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
            text = path.read_text(encoding=source.encoding)
            _refuse_other_than_declared(source, path.read_bytes(), text)
            return text, source.encoding
        except UnicodeError as error:
            with suppress(UnicodeError):
                return decode_file(path.read_bytes(), source.encoding), source.encoding
            raise DataError([_not_in(source, error)]) from None
        except (LookupError, ValueError):
            what = f"{source.encoding!r} is not an encoding"
            raise DataError([Problem(source.origin, what, hint="common here: utf-8-sig, gb18030")]) from None
    contents = path.read_bytes()
    if contents.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return contents.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise DataError(
                [Problem(source.origin, "begins as UTF-16 text and does not go on so", hint="it may be cut off")]
            ) from None
    try:
        return contents.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        position, cut_off = error.start, error.end == len(contents)
    as_utf8 = contents.decode("utf-8", errors="replace")
    beyond_ascii = sum(ord(character) > 127 for character in as_utf8)
    if beyond_ascii > 2 * as_utf8.count("\ufffd"):
        with suppress(UnicodeDecodeError):
            return decode_file(contents, "utf-8-sig"), "utf-8"
        line = contents[:position].count(b"\n") + 1
        if cut_off:
            what = f"ends within a character of UTF-8, in line {line}"
            raise DataError([Problem(source.origin, what, hint="the file is cut off")])
        what = f"is UTF-8 but for byte {position + 1}, in line {line}"
        raise DataError(
            [Problem(source.origin, what, hint="the file is damaged there, or put together from two encodings")]
        )
    try:
        text = decode_file(contents, "gb18030")
    except UnicodeDecodeError as error:
        text = ""
        if error.end == len(contents) and is_chinese_in_gb18030(contents[: error.start].decode("gb18030")):
            what = "ends within a character of gb18030"
            raise DataError([Problem(source.origin, what, hint="the file is cut off")]) from None
    if is_chinese_in_gb18030(without_halves(text)):
        return text, "gb18030"
    what = f"is neither UTF-8 (byte {position + 1} cannot be) nor Chinese text in GB18030"
    raise DataError([Problem(source.origin, what, hint="declare its `encoding`, such as latin-1 or big5")])


def _refuse_other_than_declared(source: Source, contents: bytes, text: str) -> None:
    """Refuse to read valid UTF-8 as something else: every character beyond ASCII would come out as others."""
    if source.encoding.lower().replace("_", "-").startswith(("utf", "u8")) or contents.isascii():
        return
    try:
        as_utf8 = contents.decode("utf-8")
    except UnicodeDecodeError:
        return
    if as_utf8 != text and sum(ord(character) > 127 for character in as_utf8) > 2:
        what = f"is declared as {source.encoding}, and its bytes are UTF-8 throughout"
        raise DataError([Problem(source.origin, what, hint="leave `encoding` out")])


def _not_in(source: Source, error: UnicodeError) -> Problem:
    if isinstance(error, UnicodeDecodeError) and error.start > 0 and error.end == len(error.object):
        what = f"is not {source.encoding} text to its end: the last character (byte {error.start + 1}) is incomplete"
        return Problem(source.origin, what, hint="the file may be cut off, or of another encoding")
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
        sheets, rows_of, notes = open_book(path)
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
    named = counted_from(values, first + height + 1, f"{source.origin}, sheet {sheet!r}")
    filled = values.notna().any(axis=1)  # rows that are formatted but empty
    shown = [f"{header} has numbers whose format shows others, such as per cent" for header in _formatted(values)]
    return replace(
        named,
        values=values[filled].reset_index(drop=True),
        rows=named.rows[filled].reset_index(drop=True),
        notes=[*notes, *shown],
    )


def _formatted(values: pd.DataFrame) -> list[str]:
    """Name the columns that hold numbers whose format shows others."""
    found = []
    for position, header in enumerate(values.columns):
        if any(isinstance(cell, ShownNumber) for cell in values.iloc[:, position]):
            found.append(str(header))
    return found


def _read_feather(source: Source, path: Path) -> RawTable:
    from pyarrow import feather

    return _from_arrow(source, "Feather", lambda: feather.read_table(path))


def _read_parquet(source: Source, path: Path) -> RawTable:
    from pyarrow import parquet

    return _from_arrow(source, "Parquet", lambda: parquet.read_table(path))


def _from_arrow(source: Source, name: str, read: Callable[[], Any]) -> RawTable:
    """Read a table of Arrow's, checked before anything in it is used: a damaged one can end the whole program."""
    from pyarrow import ArrowException

    try:
        table = read()
        table.validate(full=True)
        values = table.to_pandas()
    except (ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a {name} file: {str(error)[:200]}")]) from None
    if values.index.names != [None]:
        # An index that repeats a column says nothing new.
        levels = [level for level in values.index.names if level not in values.columns]
        values = values.reset_index(level=levels).reset_index(drop=True) if levels else values.reset_index(drop=True)
    return counted_from(values, 1, source.origin)


def _read_features(source: Source, path: Path) -> RawTable:
    """Read points or lines on a map; of lines, every vertex is a row."""
    from ruralpanel.sources.features import feature_table, read_features

    try:
        table = feature_table(read_features(path, source.layer))
    except ValueError as error:
        raise DataError([Problem(source.origin, str(error))]) from None
    where = f"{source.origin}, layer {source.layer!r}" if source.layer else source.origin
    return RawTable(table.values, table.rows, where, notes=table.notes)


_READERS: dict[str, Callable[[Source, Path], RawTable]] = {
    "csv": _read_csv,
    "excel": _read_excel,
    "stata": read_stata,
    "spss": read_spss,
    "parquet": _read_parquet,
    "feather": _read_feather,
    "geojson": _read_features,
    "geopackage": _read_features,
}
