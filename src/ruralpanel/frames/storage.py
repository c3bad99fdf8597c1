"""Save a table once, with its key; write every file so that the same contents give the same bytes."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, ProblemsFound

SMALL = 10_000_000
"""Cells of a file below which it is loaded at once."""


def save_table(table: pd.DataFrame, path: Path | str, key: Sequence[str], keep_order: bool = False) -> None:
    """Save a table as Parquet or CSV, by the path's ending, sorted by its key unless its order says something.

    Parameters
    ----------
    table
        The table to save.
    path
        Where to; ``.parquet`` keeps types, ``.csv`` can be read by a person. Numbers are written so that
        reading them back gives the same number.
    key
        The columns that identify a row.
    keep_order
        Whether rows stay in the order they have.

    Raises
    ------
    DataError
        If a key value is missing or two rows share one: such a table is not saved.
    """
    path = Path(path)
    problems = key_problems(table, key, str(path))
    if problems:
        raise DataError(problems)
    ordered = table if keep_order else sorted_by(table, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        ordered.to_parquet(path, index=False)
    else:
        without_formulas(ordered).to_csv(path, index=False, lineterminator="\n")


_FORMULA = re.compile(r"'*(?:[=@\t\r]|[+-]\s*[A-Za-z_@=].*[(|!])")
"""How a cell begins that a spreadsheet program would compute: it may be a village's name, and what runs on opening."""


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Put a mark of text, `'`, before cells that a spreadsheet program would take for formulas.

    Parameters
    ----------
    table
        A table that is about to be saved as CSV; :func:`load_table` takes the marks away again.
    """
    written = table
    for place, dtype in enumerate(table.dtypes):
        if pd.api.types.is_object_dtype(dtype) or isinstance(dtype, pd.StringDtype):
            cells = table.iloc[:, place].astype(object)
            marked = cells.map(lambda cell: isinstance(cell, str) and _FORMULA.match(cell) is not None)
            if marked.any():
                written = written.copy() if written is table else written
                written.isetitem(place, cells.mask(marked.astype(bool), "'" + cells.astype("str")).array)
    return written


def load_table(path: Path | str, texts: Sequence[str] = (), columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Load a table that :func:`save_table` wrote.

    Parameters
    ----------
    path
        A Parquet or CSV file.
    texts
        Columns that are text whatever is in them, which a CSV file cannot say of `2005`; those the file does not have
        are passed over.
    columns
        Of a Parquet file, the columns to load; left out: all.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    path = Path(path)
    if path.suffix == ".parquet":
        return _column_by_column(path, columns)
    return _read_csv(path, texts)


def _read_csv(file: Path | BytesIO, texts: Sequence[str]) -> pd.DataFrame:
    """Read a CSV file, and take the marks of cells away that a spreadsheet would read as formulas."""
    table = pd.read_csv(
        file, keep_default_na=False, na_values=[""], dtype=dict.fromkeys(texts, "str"), low_memory=False
    )
    for name in table.columns[table.dtypes == "str"]:
        begins = table[name].str.startswith("'", na=False)
        if begins.any() and (marked := begins & table[name].str.slice(1).str.match(_FORMULA, na=False)).any():
            table[name] = table[name].mask(marked, table[name].str.slice(1))
    return table


def _column_by_column(path: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    """Load a Parquet file one column after the other, so that of no more than one there is a second copy meanwhile."""
    from pyarrow import default_memory_pool, parquet

    loaded: dict[str, pd.Series] = {}
    with parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names if columns is None else list(dict.fromkeys(columns))
        if len(file.schema_arrow.names) == 0 or file.metadata.num_rows * len(names) < SMALL:
            return pd.read_parquet(path, columns=names)
        for name in names:
            loaded[name] = file.read(columns=[name]).to_pandas()[name]
            default_memory_pool().release_unused()
    return pd.DataFrame(loaded, copy=False)


class ColumnsOf(Mapping[str, pd.Series]):
    """The columns of a saved table, each loaded when it is asked for.

    Parameters
    ----------
    path
        A Parquet file.
    """

    def __init__(self, path: Path | str) -> None:
        from pyarrow import parquet

        self.path = path
        self.names: list[str] = parquet.read_schema(path).names

    def __getitem__(self, name: str) -> pd.Series:
        return load_table(self.path, columns=[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def with_types(frame: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Give a table the columns that are declared for it, in their order and with their types.

    Parameters
    ----------
    frame
        Has all these columns.
    columns
        By name, the type and what the column holds; text that is missing is empty. The type ``period`` is
        whole numbers, or text where periods are more than that.
    """
    texts = [name for name, (kind, _) in columns.items() if kind == "str"]
    read = {name: frame[name].array for name in texts if isinstance(frame[name].dtype, pd.StringDtype)}
    typed: dict[str, Any] = {name: cells.fillna("") for name, cells in read.items()}
    others = [name for name in texts if name not in read]
    typed |= _texts({name: frame[name].to_numpy(dtype="object") for name in others}, len(frame)) if others else {}
    for kind in dict.fromkeys(kind for kind, _ in columns.values() if kind != "str"):
        names = [name for name, (each, _) in columns.items() if each == kind]
        if kind == "period":
            typed |= {name: _periods(frame[name]).array for name in names}
        else:
            part = frame[names].astype(kind)  # type: ignore[arg-type]
            typed |= {name: part[name].array for name in names}
    return pd.DataFrame({name: typed[name] for name in columns}, index=frame.index)


def table_of_cells(cells: Mapping[str, Sequence[Any]], columns: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Make the table that :func:`with_types` would of a few cells, by column, at less cost.

    Parameters
    ----------
    cells
        All columns that are declared.
    columns
        As :func:`with_types` takes them.
    """
    rows = len(next(iter(cells.values())))
    texts = _texts({name: cells[name] for name, (kind, _) in columns.items() if kind == "str"}, rows)
    typed = {name: texts[name] if kind == "str" else _typed(cells[name], kind) for name, (kind, _) in columns.items()}
    return pd.DataFrame(typed, copy=False)


def _texts(cells: Mapping[str, Iterable[Any]], rows: int) -> dict[str, Any]:
    """Give columns of text, all in one array, for a table may have many columns and few rows."""
    every = pd.array([_text(cell) for column in cells.values() for cell in column], dtype="str")
    return {name: every[number * rows : (number + 1) * rows] for number, name in enumerate(cells)}


def _typed(cells: Sequence[Any], kind: str) -> Any:
    """Give cells as an array of a type."""
    if kind == "period":
        return _periods(pd.Series(cells, dtype="object")).array
    if kind == "float64":
        return np.array([np.nan if cell is None or cell is pd.NA else cell for cell in cells], dtype="float64")
    if kind == "int64":
        return np.array(cells, dtype="int64")
    return pd.array([pd.NA if cell is None else cell for cell in cells], dtype=kind)  # type: ignore[call-overload]


def _text(cell: object) -> str:
    return "" if cell is None or cell is pd.NA or cell != cell else str(cell)  # noqa: PLR0124  (what is missing)


def _periods(column: pd.Series) -> pd.Series:
    """Give periods as whole numbers where they are, and else as what a reader sees: ``2014Q3``."""
    try:
        return column.astype("Int64")
    except (TypeError, ValueError):
        return column.astype("str").where(column.notna())


def load_typed(paths: Sequence[Path | str], columns: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Load tables with the same declared columns and put them below one another.

    Parameters
    ----------
    paths
        Files that :func:`save_table` wrote; a column that an older run did not write is empty.
    columns
        As :func:`with_types` takes them.
    """
    texts = [name for name, (kind, _) in columns.items() if kind == "str"]
    files = [Path(path) for path in paths]
    if len(files) > 1 and all(path.suffix == ".csv" for path in files):
        contents = [path.read_bytes().partition(b"\n") for path in files]
        if len({header for header, *_ in contents}) == 1:  # one table, which is read at once at a fifth of the cost
            whole = BytesIO(contents[0][0] + b"\n" + b"".join(rows for *_, rows in contents))
            return with_types(_read_csv(whole, texts).reindex(columns=list(columns)), columns)
    frames = [load_table(path, texts).reindex(columns=list(columns)) for path in files]
    return pd.concat([with_types(frame, columns) for frame in frames], ignore_index=True)


def read_records(path: Path, failure: type[ProblemsFound]) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Read a CSV file that people write by hand, with the line of every record.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with a header.
    failure
        The error to raise.

    Returns
    -------
    tuple of (list of str, list of (int, dict))
        The header, and for each record its line and its cells by column.

    Raises
    ------
    ProblemsFound
        Of the class asked for, if the file cannot be read, or a record has not as many cells as the header; all such
        records at once.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restkey="_more", strict=True)
            header = list(reader.fieldnames or [])
            records = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise failure([Problem(str(path), f"cannot be read: {error}")]) from None
    uneven = [line for line, row in records if "_more" in row or None in row.values()]
    if uneven:
        raise failure(Problem(f"{path}, line {line}", "does not have as many cells as the header") for line in uneven)
    return header, records


def is_in_order(table: pd.DataFrame, key: Sequence[str]) -> bool:
    """Tell whether every row comes after the one before by its key, so that none is missing, shared or out of order.

    Parameters
    ----------
    table
        The table.
    key
        The columns of the key.

    Returns
    -------
    bool
        Whether it is so, and can be told of columns of these types: numbers and text.
    """
    later, same = np.zeros(max(len(table) - 1, 0), dtype=bool), np.ones(max(len(table) - 1, 0), dtype=bool)
    for name in key:
        column = table[name]
        is_plain = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"
        if not (is_plain or isinstance(column.dtype, pd.StringDtype)) or column.hasnans:
            return False
        before, after = column.array[:-1], column.array[1:]
        later |= same & np.asarray(after > before, dtype=bool)
        same &= np.asarray(after == before, dtype=bool)
        if not (later | same).all():
            return False
    return bool(later.all())


def sorted_by(table: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Sort a table by its key, with rows numbered from 0; one that is in order stays as it is.

    Parameters
    ----------
    table
        The table.
    key
        The columns of the key.
    """
    ordered = table if is_in_order(table, key) else table.sort_values(list(key), kind="stable")
    return ordered.reset_index(drop=True)


def key_problems(table: pd.DataFrame, key: Sequence[str], where: str, rows: pd.Series | None = None) -> list[Problem]:
    """Find rows whose key is missing or shared.

    Parameters
    ----------
    table
        The table to check.
    key
        The columns that should identify a row.
    where
        The file or table, for the message.
    rows
        The row numbers a user would look for, by the table's index; by default counted from 1.

    Returns
    -------
    list of Problem
        Empty when every row has a key of its own.
    """
    if is_in_order(table, key):
        return []
    numbers = pd.Series(range(1, len(table) + 1), index=table.index) if rows is None else rows
    problems = []
    named = ", ".join(key)
    without = table[list(key)].isna().any(axis=1)
    if without.any():
        problems.append(Problem(where, f"the key ({named}) is missing in {listed_rows(numbers[without])}"))
    shared = table.duplicated(list(key), keep=False) & ~without
    if shared.any():
        groups = numbers[shared].groupby([table.loc[shared, column] for column in key], sort=True)
        examples = [f"{_shown_key(values)} in rows {', '.join(map(str, group))}" for values, group in list(groups)[:5]]
        more = f", … ({groups.ngroups} keys in all)" if groups.ngroups > 5 else ""
        problems.append(Problem(where, f"rows share a key ({named}): {'; '.join(examples)}{more}"))
    return problems


def listed_rows(numbers: pd.Series, most: int = 10) -> str:
    """Name rows by their numbers: ``row 7``, ``rows 7, 9, … (30 in all)``."""
    shown = ", ".join(str(number) for number in numbers.head(most))
    if len(numbers) == 1:
        return f"row {shown}"
    return f"rows {shown}" + (f", … ({len(numbers)} in all)" if len(numbers) > most else "")


def _shown_key(values: Any) -> str:
    return " / ".join(str(value) for value in values) if isinstance(values, tuple) else str(values)


def save_json(contents: Any, path: Path | str) -> None:
    """Save plain values as indented JSON."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(contents, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
