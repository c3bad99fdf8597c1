"""Open text with a delimiter between columns: CSV and its like, in whatever encoding."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import suppress
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.storage import listed_rows
from ruralpanel.sources.encodings import CUT_HERE, beyond_ascii, decode_file, is_chinese_in_gb18030, without_halves
from ruralpanel.sources.headers import joined_header
from ruralpanel.sources.plain_text import Wanted, read_plain
from ruralpanel.sources.raw import RawTable, ambiguous_when_cut, counted_from
from ruralpanel.study.sources import Source


def read_csv(source: Source, path: Path, wanted: Wanted | None = None) -> RawTable:
    """Read text cell by cell: a row with a cell too many or too few is found, and every row has its line.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.
    wanted
        Which columns to read, where all may be read at once; left out: all.

    Raises
    ------
    DataError
        If it is not text in the declared encoding, or no table.
    """
    encoding = "utf-8" if source.encoding == "detect" else source.encoding
    if encoding in ("utf-8", "utf-8-sig"):
        with path.open("rb") as stream:
            contents = mmap(stream.fileno(), 0, access=ACCESS_READ)
        has_mark = contents[: len(codecs.BOM_UTF8)] == codecs.BOM_UTF8
        if not has_mark or source.encoding != "utf-8":
            plain = _plain(source, path, contents, encoding, wanted, len(codecs.BOM_UTF8) if has_mark else 0)
            if plain is not None:
                return plain
    text, encoding = _decoded(source, path)
    if encoding not in ("utf-8", "utf-8-sig") and CUT_HERE not in text:
        with suppress(UnicodeEncodeError):
            plain = _plain(source, path, text.encode("utf-8"), encoding, wanted)
            if plain is not None:
                return plain
    return _row_by_row(source, path, text, encoding)


def _plain(
    source: Source, path: Path, contents: bytes | mmap, encoding: str, wanted: Wanted | None, start: int = 0
) -> RawTable | None:
    """Read a file in one go, where nothing in it could be read in another way."""
    line = start
    for _ in range(source.header_row - 1):
        line = contents.find(b"\n", line) + 1
    delimiter = _delimiter(source, path, contents[line : contents.find(b"\n", line) + 1].decode("utf-8", "replace"))
    values = read_plain(contents, start, source.header_row, source.header_height, delimiter, wanted)
    if values is None:
        return None
    raw = counted_from(values, source.header_row + source.header_height, source.origin)
    notes = [f"encoding {encoding}, delimiter {delimiter!r}"]
    return replace(raw, notes=notes, encoding=encoding, delimiter=delimiter, comma_may_be_decimal=delimiter == ";")


def _row_by_row(source: Source, path: Path, text: str, encoding: str) -> RawTable:
    """Read text as Python does, which has something to say of every row that is odd."""
    where = source.origin
    lines = io.StringIO(text, newline="")
    for _ in range(source.header_row - 1):
        lines.readline()
    start = lines.tell()
    delimiter = _delimiter(source, path, lines.readline())
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
    header, data = joined_header([row for _, row in numbered[:height]]), numbered[height:]
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
    if len(beyond_ascii(as_utf8)) > 2 * as_utf8.count("\ufffd"):
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
    if as_utf8 != text and len(beyond_ascii(as_utf8)) > 2:
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


def _delimiter(source: Source, path: Path, header: str) -> str:
    """Give the delimiter: the declared one, the one of the file's ending, or the candidate that splits most often."""
    if source.delimiter or path.suffix.lower() == ".tsv":
        return source.delimiter or "\t"
    counts = {candidate: header.count(candidate) for candidate in (",", ";", "\t", "|")}
    return max(counts, key=lambda candidate: counts[candidate])
