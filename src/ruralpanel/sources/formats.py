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
    shared_labels
        Columns in which two values have the same label, so that labels cannot stand for values.
    notes
        For the ledger: what was found out about the file.
    comma_may_be_decimal
        Whether a comma in a number may be its decimal point, as in files that separate columns by semicolons.
    """

    values: pd.DataFrame
    rows: pd.Series
    where: str
    labels: Mapping[str, pd.Series] = field(default_factory=dict)
    shared_labels: frozenset[str] = frozenset()
    notes: Sequence[str] = ()
    comma_may_be_decimal: bool = False


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
    if _is_web_page(path):
        hint = "was it saved from a link that has ended? A table saved as HTML has to become .xlsx or .csv"
        raise DataError([Problem(source.origin, "is a web page", hint=hint)])
    if path.suffix.lower() in (".zip", ".whl"):  # a wheel, the file of a Python package, is a zip file
        return _read_zip(source, path)
    return _READERS[str(source.file_format)](source, path)


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
    uneven = pd.Series([line for line, row in data if len(row) != len(header)], dtype="int64")
    if len(uneven):
        what = f"{listed_rows(uneven)}: not as many cells as the header, which has {len(header)}"
        hint = "the file may be cut off, or a cell with the delimiter in it unquoted"
        if len(uneven) == len(data):
            hint = "is `header_row` right, or does a line above the header belong to nothing?"
        raise DataError([Problem(where, what, hint=hint)])
    swallowed = pd.Series([line for line, row in data if _swallows_rows(row, delimiter)], dtype="int64")
    if len(swallowed):
        what = f"{listed_rows(swallowed)}: a cell holds line breaks and as many delimiters as a row"
        raise DataError([Problem(where, what, hint="a quotation mark is missing, and rows are swallowed")])
    values = pd.DataFrame([row for _, row in data], columns=header, dtype=object)
    blank = data[-1][0] - numbered[height - 1][0] - len(data) if data else 0
    notes = [f"encoding {encoding}, delimiter {delimiter!r}"]
    notes += [f"{counted(blank, 'line')} blank or within quotation marks"] if blank > 0 else []
    rows = pd.Series([line for line, _ in data], dtype="int64")
    return RawTable(values, rows, where, notes=notes, comma_may_be_decimal=delimiter == ";")


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
        line = contents[:position].count(b"\n") + 1
        if cut_off:
            what = f"ends within a character of UTF-8, in line {line}"
            raise DataError([Problem(source.origin, what, hint="the file is cut off")])
        what = f"is UTF-8 but for byte {position + 1}, in line {line}"
        raise DataError(
            [Problem(source.origin, what, hint="the file is damaged there, or put together from two encodings")]
        )
    try:
        text = contents.decode("gb18030")
    except UnicodeDecodeError as error:
        text = ""
        if error.end == len(contents) and is_chinese_in_gb18030(contents[: error.start].decode("gb18030")):
            what = "ends within a character of gb18030"
            raise DataError([Problem(source.origin, what, hint="the file is cut off")]) from None
    if is_chinese_in_gb18030(text):
        return text, "gb18030"
    what = f"is neither UTF-8 (byte {position + 1} cannot be) nor Chinese text in GB18030"
    raise DataError([Problem(source.origin, what, hint="declare its `encoding`, such as latin-1 or big5")])


def is_chinese_in_gb18030(text: str) -> bool:
    """Tell text that was read as GB18030 and is Chinese from other text that only could be read so.

    Almost any bytes can be read as GB18030. In Chinese, characters are ideographs, full-width signs and punctuation,
    and most are of the old standard with both bytes above 0xA0; in a Western text, the second byte is a plain letter.
    """
    beyond_ascii = [character for character in text if ord(character) > 127]
    chinese = sum(bool(_CHINESE.match(character)) for character in beyond_ascii)
    common = sum(len(coded) == 2 and min(coded) >= 0xA1 for coded in (each.encode("gb18030") for each in beyond_ascii))
    return bool(beyond_ascii) and chinese >= 0.95 * len(beyond_ascii) and common >= 0.5 * len(beyond_ascii)


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


_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2010-\u203b\U00020000-\U0003ffff]")


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
    with path.open("rb") as stream:
        beginning = stream.read(8)
    is_zip = beginning.startswith(b"PK")
    if not is_zip and not beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("by its contents it is no spreadsheet; a text file would be `format: csv`")
    if not is_zip or "content.xml" in ZipFile(path).namelist():  # by contents, for files are renamed
        from python_calamine import CalamineWorkbook

        old = CalamineWorkbook.from_path(str(path))

        def from_old(sheet: str) -> list[list[Any]]:
            cells = old.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            return [[None if cell == "" else cell for cell in row] for row in cells]

        return old.sheet_names, from_old
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions it does not know, which hold no data
        book = load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    return book.sheetnames, lambda sheet: _cells_of(path, book, sheet)


def _cells_of(path: Path, book: Any, sheet: str) -> list[list[Any]]:
    """Give the cells of a sheet; a formula without a stored value is an error, for its value is known to nobody."""
    from openpyxl import load_workbook

    rows = [list(row) for row in book[sheet].iter_rows(values_only=True)]
    with ZipFile(path) as archive:
        has_formulas = any(b"<f" in archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    if has_formulas:
        formulas = load_workbook(io.BytesIO(path.read_bytes()))[sheet].iter_rows(values_only=True)
        for number, (stored, written) in enumerate(zip(rows, formulas, strict=False), start=1):
            for position, formula in enumerate(written[: len(stored)]):
                if stored[position] is None and isinstance(formula, str) and formula.startswith("="):
                    raise ValueError(
                        f"row {number} of sheet {sheet!r} has a formula without a stored value, {formula[:40]}; "
                        "open the file in a spreadsheet program and save it"
                    )
    return rows


def _read_stata(source: Source, path: Path) -> RawTable:
    try:
        values = pd.read_stata(path, convert_categoricals=False)
    except Exception as error:  # a truncated file ends in struct.error, MemoryError or worse, by where it was cut
        first_sentence = str(error).split(". ")[0]
        what = f"cannot be read as a Stata file: {first_sentence or type(error).__name__}"
        raise DataError([Problem(source.origin, what, hint="the file may be cut off, or of another format")]) from None
    labels, shared = (
        _stata_labels(path, [str(name) for name in values])
        if any(column.value_labels for column in source.columns.values())
        else ({}, set())
    )
    raw = replace(_counted(values, 1, source.origin), labels=labels, shared_labels=frozenset(shared))
    with path.open("rb") as stream:
        beginning = stream.read(40)
    # From version 118 (Stata 14) on, text is UTF-8; before, it is in whatever encoding the writer used.
    return raw if re.match(rb"<stata_dta><header><release>1(?:1[89]|[2-9])", beginning) else _with_old_text(raw, source)


def _stata_labels(path: Path, names: list[str]) -> tuple[dict[str, pd.Series], set[str]]:
    """Give the columns of a Stata file that have labels, as labels, and those in which two values share one."""
    shared: set[str] = set()
    try:
        with_labels = pd.read_stata(path)
    except ValueError:  # pandas refuses the whole file for one such column, which the study may not even use
        parts = []
        for name in names:
            try:
                parts.append(pd.read_stata(path, columns=[name]))
            except ValueError:
                shared.add(name)
        with_labels = pd.concat(parts, axis="columns") if parts else pd.DataFrame()
    labelled = [name for name in with_labels if isinstance(with_labels[name].dtype, pd.CategoricalDtype)]
    return {str(name): with_labels[name].astype(object) for name in labelled}, shared


def _with_old_text(raw: RawTable, source: Source) -> RawTable:
    """Read the text of an old Stata file, which pandas takes for Latin-1, in its own encoding."""
    texts = [name for name in raw.values if not pd.api.types.is_numeric_dtype(raw.values[name])]
    cells = [value for name in texts for value in raw.values[name] if isinstance(value, str)]
    cells += [value for labels in raw.labels.values() for value in labels if isinstance(value, str)]
    joined = "".join(cell for cell in cells if not cell.isascii())
    encoding = source.encoding
    if not joined:
        return raw
    if encoding == "detect":
        try:
            as_chinese = joined.encode("latin-1").decode("gb18030")
        except UnicodeError:
            return raw
        if not is_chinese_in_gb18030(as_chinese):
            return raw
        encoding = "gb18030"

    def decoded(value: Any) -> Any:
        return value.encode("latin-1").decode(encoding) if isinstance(value, str) else value

    try:
        values = raw.values.assign(**{str(name): raw.values[name].map(decoded) for name in texts})
        labels = {name: each.map(decoded) for name, each in raw.labels.items()}
    except (UnicodeError, LookupError) as error:
        what = f"its text cannot be read as {encoding}: {error}"
        raise DataError([Problem(source.origin, what, hint="old Stata files do not say their encoding")]) from None
    return replace(raw, values=values, labels=labels, notes=[f"text of an old Stata file read as {encoding}"])


def _read_spss(source: Source, path: Path) -> RawTable:
    """Read an SPSS file with its user-missing codes as they are, so that the study says which mean missing."""
    import pyreadstat

    try:
        values, meta = pyreadstat.read_sav(str(path), user_missing=True)
    except Exception as error:
        raise DataError([Problem(source.origin, f"cannot be read as an SPSS file: {error}")]) from None
    labels = {}
    for name, each in meta.variable_value_labels.items():
        known = values[name].map(each)
        # A value without a label stays as it is, rather than vanish.
        codes = values[name].map(lambda value: f"{value:g}" if isinstance(value, float) else value, na_action="ignore")
        labels[name] = known.where(known.notna(), codes)
    notes = []
    for name, ranges in meta.missing_ranges.items():
        missing = pd.Series(False, index=values.index)
        for bounds in list(ranges):
            low, high = _ends(bounds)
            missing |= values[name].between(low, high) if isinstance(low, float) else values[name] == low
        if missing.any():
            values[name] = values[name].mask(missing)
            notes.append(f"{name}: {counted(int(missing.sum()), 'value')} that the file calls missing")
    return replace(_counted(values, 1, source.origin), labels=labels, notes=notes)


def _ends(bounds: Any) -> tuple[Any, Any]:
    """Give the ends of a range of missing values."""
    return bounds["lo"], bounds["hi"]


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
    return _counted(values, 1, source.origin)


def _read_features(source: Source, path: Path) -> RawTable:
    """Read points or lines on a map; of lines, every vertex is a row."""
    from ruralpanel.sources.features import feature_table, read_features

    try:
        table = feature_table(read_features(path, source.layer))
    except ValueError as error:
        raise DataError([Problem(source.origin, str(error))]) from None
    where = f"{source.origin}, layer {source.layer!r}" if source.layer else source.origin
    return RawTable(table.values, table.rows, where, notes=table.notes)


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
    "geojson": _read_features,
    "geopackage": _read_features,
}
