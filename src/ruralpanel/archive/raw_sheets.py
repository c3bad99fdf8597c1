"""Raw files as sheets of cells, and sheets of cells as files of the same format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ruralpanel.archive.drawn_values import text_of
from ruralpanel.errors import DataError, Problem
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.raw import RawTable
from ruralpanel.study.source_formats import function_named, is_packed
from ruralpanel.study.sources import Source

LABEL = "SYNTHETIC twin: no real values"
"""What files that can carry a label say of themselves."""

STATA_14 = 14

_XPORT_TIME = re.compile(rb"[0-9]{2}[A-Z]{3}[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2}")
"""The times in the head of a transport file: made and changed, of the file and of its one data set."""


@dataclass(frozen=True)
class Sheet:
    """A raw file's cells, and what belongs to its columns.

    Parameters
    ----------
    raw
        The columns under their raw names, as the sources stage reads them.
    encoding
        For text: how characters are stored.
    delimiter
        For text: what stands between columns.
    meta
        For Stata and SPSS: labels and missing values of the columns, as pyreadstat gives them.
    """

    raw: RawTable
    encoding: str = "utf-8"
    delimiter: str = ","
    meta: Any = field(default=None, compare=False)


class TwinFile(NamedTuple):
    """What a twin is written from, and where to.

    Parameters
    ----------
    source
        The declaration of the source.
    sheet
        The original, for its header and labels.
    cells
        The cells, by position.
    original
        The original file; of an Excel file, the rows of the header are copied.
    target
        Where to.
    """

    source: Source
    sheet: Sheet
    cells: pd.DataFrame
    original: Path
    target: Path


def read_sheet(source: Source, path: Path | None) -> Sheet:
    """Read a raw file with all its columns, and those missing values that the sources stage does not tell apart.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The raw file; None for a data set of a package.

    Raises
    ------
    DataError
        If it cannot be read as declared.
    """
    raw = read_raw(source, path)
    of = source.file_format
    if path is None or is_packed(path) or of is None or not of.sheet:
        return Sheet(raw)
    sheet: Sheet = function_named(of.sheet)(source, path, raw)
    return sheet


def sheet_of_text(_source: Source, path: Path, raw: RawTable) -> Sheet:
    """Keep of a text file how its characters are stored and what stands between columns."""
    has_mark = path.read_bytes().startswith(b"\xef\xbb\xbf")
    return Sheet(raw, "utf-8-sig" if has_mark else raw.encoding, raw.delimiter)


def labelled_sheet(source: Source, path: Path, raw: RawTable) -> Sheet:
    """Keep of a Stata or SPSS file the labels, and the missing values that it tells apart."""
    import pyreadstat

    assert source.file_format is not None
    reader = function_named(source.file_format.metadata)
    try:
        values, meta = reader(str(path), user_missing=True)
    except (pyreadstat.ReadstatError, UnicodeDecodeError):  # text that is not in the encoding the file says
        values, meta = reader(str(path), user_missing=True, encoding="LATIN1")
    for position in range(raw.values.shape[1]):
        if not pd.api.types.is_numeric_dtype(values.iloc[:, position]):
            text = raw.values.iloc[:, position]
            if text.map(lambda value: isinstance(value, str), na_action="ignore").all():
                values.isetitem(position, text.array)
    return Sheet(RawTable(values, raw.rows, raw.where), meta=meta)


def missing_in_file(sheet: Sheet, position: int) -> list[float | str]:
    """List the codes that the file itself declares as missing in a column: single values of SPSS, letters of Stata.

    Parameters
    ----------
    sheet
        The raw file.
    position
        The column's, from 0.
    """
    name = sheet.raw.values.columns[position]
    if sheet.meta is None:
        return []
    ranges = (sheet.meta.missing_ranges or {}).get(name, [])
    letters = (sheet.meta.missing_user_values or {}).get(name, [])
    return [each["lo"] for each in ranges if each["lo"] == each["hi"]] + list(letters)


def can_be_written(source: Source) -> bool:
    """Tell whether a twin of a source can be written in its format, with all that it is read with."""
    of, file = source.file_format, str(source.raw_file)
    return of is not None and not is_packed(file) and of.has_twins(file) and source.catalogue is None


def write_sheet(source: Source, sheet: Sheet, cells: pd.DataFrame, original: Path, target: Path) -> None:
    """Write cells as a file that reads like the original.

    Parameters
    ----------
    source
        The declaration of the source.
    sheet
        The original, for its header and labels.
    cells
        The cells, by position.
    original
        The original file; of an Excel file, the rows of the header are copied.
    target
        Where to.

    Raises
    ------
    DataError
        If the format is not one that twins are written in, or the file is of lines.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    of = source.file_format
    if of is None or not of.twin:
        raise DataError([Problem(source.origin, "is of a format that no synthetic twin can be written in")])
    function_named(of.twin)(TwinFile(source, sheet, cells, original, target))


def headed(sheet: Sheet, cells: pd.DataFrame) -> pd.DataFrame:
    """Put the raw headers over the cells, each column of numbers as numbers."""
    columns = []
    for position in range(cells.shape[1]):
        column = cells[position]
        dtype = sheet.raw.values.dtypes.iloc[position]
        if pd.api.types.is_numeric_dtype(dtype):
            numbers = pd.to_numeric(column, errors="coerce")
            whole = pd.api.types.is_integer_dtype(dtype) and bool(numbers.notna().all())
            column = numbers.round().astype("int64") if whole else numbers.astype("float64")
        columns.append(column)
    table = pd.concat(columns, axis="columns")
    table.columns = pd.Index([str(header) for header in sheet.raw.values.columns])
    return table


def _header_lines(source: Source, sheet: Sheet, original: Path) -> list[str]:
    """Give the header's lines as they are, and an empty line for each one above it, which may say anything."""
    lines = original.read_text(encoding=sheet.encoding).splitlines()
    first, height = source.header_row - 1, source.header_height
    return [""] * first + lines[first : first + height]


def write_csv(twin: TwinFile) -> None:
    """Write text below the lines of the original's header."""
    buffer = io.StringIO()
    for line in _header_lines(twin.source, twin.sheet, twin.original):
        buffer.write(line + "\n")
    writer = csv.writer(buffer, delimiter=twin.sheet.delimiter, lineterminator="\n")
    writer.writerows([[text_of(value) for value in row] for row in twin.cells.itertuples(index=False)])
    twin.target.write_bytes(buffer.getvalue().encode(twin.sheet.encoding))


def write_xport(twin: TwinFile) -> None:
    """Write a transport file of SAS, of text in UTF-8, numbers and dates, and a time that never changes."""
    import pyreadstat

    table = headed(twin.sheet, twin.cells)
    for position in range(table.shape[1]):
        if not pd.api.types.is_numeric_dtype(table.dtypes.iloc[position]):
            column = list(table.iloc[:, position])
            of_dates = any(isinstance(each, date) for each in column)
            cells = [(each if isinstance(each, date) else None) if of_dates else text_of(each) for each in column]
            table.isetitem(position, np.array(cells, dtype=object))
    pyreadstat.write_xport(table, str(twin.target), file_label=LABEL[:40], file_format_version=8)
    twin.target.write_bytes(_XPORT_TIME.sub(b"01JAN23:00:00:00", twin.target.read_bytes(), count=4))


def write_parquet(twin: TwinFile) -> None:
    """Write columns with their types as Parquet."""
    headed(twin.sheet, twin.cells).to_parquet(twin.target, index=False)


def write_feather(twin: TwinFile) -> None:
    """Write columns with their types as Feather."""
    headed(twin.sheet, twin.cells).to_feather(twin.target)


def write_excel(twin: TwinFile) -> None:
    """Write a workbook of one sheet: the rows of the header with their merged cells, then the cells."""
    from openpyxl import Workbook, load_workbook

    from ruralpanel.simulation.raw.writers import write_workbook

    old = load_workbook(twin.original)
    wanted = twin.source.sheet or old.sheetnames[0]
    new = Workbook()
    page = new.active
    assert page is not None
    page.title = wanted
    first, last = twin.source.header_row, twin.source.header_row + twin.source.header_height - 1
    for row in old[wanted].iter_rows(min_row=first, max_row=last):
        for cell in row:
            if cell.value is not None:
                page.cell(row=cell.row, column=cell.column, value=cell.value)
    for merged in old[wanted].merged_cells.ranges:
        if first <= merged.min_row and merged.max_row <= last:
            page.merge_cells(str(merged))
    for number, values in enumerate(twin.cells.itertuples(index=False), start=last + 1):
        for position, value in enumerate(values, start=1):
            if text_of(value):
                page.cell(row=number, column=position, value=value)
    write_workbook(new, twin.target)


def write_stata(twin: TwinFile) -> None:
    """Write a Stata file with the labels and missing values of the original, and a time that never changes."""
    import pyreadstat

    from ruralpanel.simulation.raw import writers

    user = {name: letters for name, letters in twin.sheet.meta.missing_user_values.items() if letters}
    table = _with_user_missing(twin.sheet, twin.cells)
    pyreadstat.write_dta(
        table,
        str(twin.target),
        version=STATA_14,
        missing_user_values=user,
        **_labels_of_the_original(twin.sheet, table),
    )
    fixed = b"<timestamp>\x1101 Jan 2023 00:00</timestamp>"
    twin.target.write_bytes(writers._STATA_TIME.sub(fixed, twin.target.read_bytes(), count=1))


def write_spss(twin: TwinFile) -> None:
    """Write an SPSS file with the labels and missing values of the original, and a time that never changes."""
    import pyreadstat

    from ruralpanel.simulation.raw import writers

    table = _with_user_missing(twin.sheet, twin.cells)
    ranges = twin.sheet.meta.missing_ranges
    pyreadstat.write_sav(table, str(twin.target), missing_ranges=ranges, **_labels_of_the_original(twin.sheet, table))
    changed = bytearray(twin.target.read_bytes())
    changed[writers._SPSS_TIME] = b"01 Jan 2300:00:00"
    twin.target.write_bytes(bytes(changed))


def _labels_of_the_original(sheet: Sheet, table: pd.DataFrame) -> dict[str, Any]:
    return {
        "file_label": LABEL,
        "column_labels": [label or "" for label in sheet.meta.column_labels],
        "variable_value_labels": _labels_in_use(sheet, table),
    }


def _labels_in_use(sheet: Sheet, table: pd.DataFrame) -> dict[str, dict[Any, str]]:
    """Give the labels of values that are in a table: the label of a rare value could be a name."""
    labels = {}
    for name, each in (sheet.meta.variable_value_labels or {}).items():
        present = {text_of(value) for value in table[name]}
        kept = {value: label for value, label in each.items() if text_of(value) in present}
        if kept:
            labels[name] = kept
    return labels


def _with_user_missing(sheet: Sheet, cells: pd.DataFrame) -> pd.DataFrame:
    """Put headers over cells; a column with letters for missing values keeps numbers and letters side by side."""
    lettered = set(sheet.meta.missing_user_values) if sheet.meta.missing_user_values else set()
    columns: dict[str, pd.Series] = {}
    for position, header in enumerate(sheet.raw.values.columns):
        column = cells[position]
        original = sheet.raw.values.iloc[:, position]
        if header in lettered:
            columns[str(header)] = column.astype(object)
        elif any(isinstance(value, str) for value in original):
            columns[str(header)] = pd.Series([text_of(value) for value in column], dtype=object)
        else:
            columns[str(header)] = pd.to_numeric(column, errors="coerce").astype("float64")
    return pd.DataFrame(columns)


def write_points(twin: TwinFile) -> None:
    """Write points as GeoJSON, one a line."""
    headers = [str(header) for header in twin.sheet.raw.values.columns]
    if "line" in headers and "vertex" in headers:
        what = "is a file of lines, of which no synthetic twin can be made"
        raise DataError([Problem(twin.source.origin, what, hint="say with `access` how others get it")])
    features = []
    for row in headed(twin.sheet, twin.cells).to_dict("records"):
        place = [row.pop("longitude"), row.pop("latitude")]
        properties = {name: None if text_of(value) == "" else _plain(value) for name, value in row.items()}
        point = {"type": "Point", "coordinates": place}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    lines: Sequence[str] = [json.dumps(feature, ensure_ascii=False) for feature in features]
    head = json.dumps({"type": "FeatureCollection", "name": LABEL})[:-1]
    twin.target.write_bytes((head + ', "features": [\n' + ",\n".join(lines) + "\n]}\n").encode())


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
