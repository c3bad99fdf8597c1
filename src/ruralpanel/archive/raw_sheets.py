"""Raw files as sheets of cells, and sheets of cells as files of the same format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.archive.drawn_values import text_of
from ruralpanel.errors import DataError, Problem
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.raw import RawTable
from ruralpanel.study.sources import Source

LABEL = "SYNTHETIC twin: no real values"
"""What files that can carry a label say of themselves."""

STATA_14 = 14


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
    if path is None or path.suffix.lower() in (".zip", ".whl"):
        return Sheet(raw)
    if source.file_format == "csv":
        has_mark = path.read_bytes().startswith(b"\xef\xbb\xbf")
        return Sheet(raw, "utf-8-sig" if has_mark else raw.encoding, raw.delimiter)
    if source.file_format in ("stata", "spss"):
        import pyreadstat

        reader = pyreadstat.read_dta if source.file_format == "stata" else pyreadstat.read_sav
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
    return Sheet(raw)


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
    """Tell whether a twin of a source can be written in its format."""
    packed = str(source.raw_file).lower().endswith((".zip", ".whl"))
    old = str(source.raw_file).lower().endswith((".xls", ".ods"))
    return source.file_format != "geopackage" and not packed and not old


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
    match source.file_format:
        case "csv":
            _write_csv(sheet, cells, _header_lines(source, sheet, original), target)
        case "excel":
            _write_excel(source, cells, original, target)
        case "stata" | "spss":
            _write_labelled(source, sheet, cells, target)
        case "parquet":
            _headed(sheet, cells).to_parquet(target, index=False)
        case "feather":
            _headed(sheet, cells).to_feather(target)
        case _:
            _write_points(source, sheet, cells, target)


def _headed(sheet: Sheet, cells: pd.DataFrame) -> pd.DataFrame:
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


def _write_csv(sheet: Sheet, cells: pd.DataFrame, header: Sequence[str], target: Path) -> None:
    buffer = io.StringIO()
    for line in header:
        buffer.write(line + "\n")
    writer = csv.writer(buffer, delimiter=sheet.delimiter, lineterminator="\n")
    writer.writerows([[text_of(value) for value in row] for row in cells.itertuples(index=False)])
    target.write_bytes(buffer.getvalue().encode(sheet.encoding))


def _write_excel(source: Source, cells: pd.DataFrame, original: Path, target: Path) -> None:
    """Write a workbook of one sheet: the rows of the header with their merged cells, then the cells."""
    from openpyxl import Workbook, load_workbook

    from ruralpanel.simulation.raw.writers import write_workbook

    old = load_workbook(original)
    wanted = source.sheet or old.sheetnames[0]
    new = Workbook()
    page = new.active
    assert page is not None
    page.title = wanted
    first, last = source.header_row, source.header_row + source.header_height - 1
    for row in old[wanted].iter_rows(min_row=first, max_row=last):
        for cell in row:
            if cell.value is not None:
                page.cell(row=cell.row, column=cell.column, value=cell.value)
    for merged in old[wanted].merged_cells.ranges:
        if first <= merged.min_row and merged.max_row <= last:
            page.merge_cells(str(merged))
    for number, values in enumerate(cells.itertuples(index=False), start=last + 1):
        for position, value in enumerate(values, start=1):
            if text_of(value):
                page.cell(row=number, column=position, value=value)
    write_workbook(new, target)


def _write_labelled(source: Source, sheet: Sheet, cells: pd.DataFrame, target: Path) -> None:
    """Write a Stata or SPSS file with the labels and missing values of the original."""
    import pyreadstat

    table = _with_user_missing(sheet, cells)
    labels = [label or "" for label in sheet.meta.column_labels]
    shared: Mapping[str, Any] = {
        "file_label": LABEL,
        "column_labels": labels,
        "variable_value_labels": _labels_in_use(sheet, table),
    }
    if source.file_format == "stata":
        user = {name: letters for name, letters in sheet.meta.missing_user_values.items() if letters}
        pyreadstat.write_dta(table, str(target), version=STATA_14, missing_user_values=user, **shared)
    else:
        pyreadstat.write_sav(table, str(target), missing_ranges=sheet.meta.missing_ranges, **shared)
    _with_fixed_time(target, str(source.file_format))


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


def _with_fixed_time(target: Path, file_format: str) -> None:
    """Set the time of writing, so that the same cells give the same bytes."""
    from ruralpanel.simulation.raw import writers

    contents = target.read_bytes()
    if file_format == "stata":
        contents = writers._STATA_TIME.sub(b"<timestamp>\x1101 Jan 2023 00:00</timestamp>", contents, count=1)
    else:
        changed = bytearray(contents)
        changed[writers._SPSS_TIME] = b"01 Jan 2300:00:00"
        contents = bytes(changed)
    target.write_bytes(contents)


def _write_points(source: Source, sheet: Sheet, cells: pd.DataFrame, target: Path) -> None:
    """Write points as GeoJSON, one a line."""
    headers = [str(header) for header in sheet.raw.values.columns]
    if "line" in headers and "vertex" in headers:
        what = "is a file of lines, of which no synthetic twin can be made"
        raise DataError([Problem(source.origin, what, hint="say with `access` how others get it")])
    features = []
    for row in _headed(sheet, cells).to_dict("records"):
        place = [row.pop("longitude"), row.pop("latitude")]
        properties = {name: None if text_of(value) == "" else _plain(value) for name, value in row.items()}
        point = {"type": "Point", "coordinates": place}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    lines: Sequence[str] = [json.dumps(feature, ensure_ascii=False) for feature in features]
    head = json.dumps({"type": "FeatureCollection", "name": LABEL})[:-1]
    target.write_bytes((head + ', "features": [\n' + ",\n".join(lines) + "\n]}\n").encode())


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
