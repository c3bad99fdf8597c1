"""Open files of Arrow's: Parquet and Feather."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.sources.archives import DENSEST, LARGE
from ruralpanel.sources.plain_text import Wanted, without_values
from ruralpanel.sources.raw import RawTable, counted_from
from ruralpanel.study.sources import Source


def read_feather(source: Source, path: Path, wanted: Wanted | None = None) -> RawTable:
    """Read a Feather file.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.
    wanted
        Which columns to read; left out: all.

    Raises
    ------
    DataError
        If it cannot be read as one, or is damaged.
    """
    from pyarrow import feather, ipc

    def header() -> Any:
        with path.open("rb") as stream:
            return ipc.open_file(stream).schema

    return _from_arrow(source, "Feather", header, lambda columns: feather.read_table(path, columns), wanted)


def read_parquet(source: Source, path: Path, wanted: Wanted | None = None) -> RawTable:
    """Read a Parquet file.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.
    wanted
        Which columns to read; left out: all.

    Raises
    ------
    DataError
        If it cannot be read as one, or is damaged.
    """
    from pyarrow import parquet

    def header() -> Any:
        return _refused_bomb(parquet.read_metadata(path), path, source.origin).schema.to_arrow_schema()

    return _from_arrow(
        source,
        "Parquet",
        header,
        lambda columns: parquet.read_table(path, columns=columns),
        wanted,
    )


def _refused_bomb(metadata: Any, path: Path, origin: str) -> Any:
    """Refuse a file that says one value so often that it would fill memory; of others give what it says of itself."""
    size = path.stat().st_size
    if metadata.num_rows * 8 > max(LARGE, DENSEST * size):
        what = f"is {size:,} bytes and says that it has {metadata.num_rows:,} rows"
        raise DataError([Problem(origin, what, hint="no table is packed so densely; write the file anew")])
    return metadata


def _from_arrow(
    source: Source,
    name: str,
    header: Callable[[], Any],
    read: Callable[[list[str] | None], Any],
    wanted: Wanted | None,
) -> RawTable:
    """Read a table of Arrow's, checked before anything in it is used: a damaged one can end the whole program."""
    from pyarrow import ArrowException

    try:
        names = _columns(header()) if wanted is not None else None
        positions = wanted(names) if wanted is not None and names is not None else None
        table = read([names[position] for position in positions] if names and positions else None)
        table.validate(full=True)
        values = table.to_pandas(split_blocks=True, self_destruct=True)
    except (ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        raise DataError([Problem(source.origin, f"cannot be read as a {name} file: {str(error)[:200]}")]) from None
    if values.index.names != [None]:
        # An index that repeats a column says nothing new.
        levels = [level for level in values.index.names if level not in values.columns]
        values = values.reset_index(level=levels).reset_index(drop=True) if levels else values.reset_index(drop=True)
    if names and positions:
        others = without_values(len(values))
        values = pd.DataFrame({each: values.get(each, others) for each in names}, copy=False)
    return counted_from(values, 1, source.origin)


def _columns(schema: Any) -> list[str] | None:
    """Give the names of columns, where each is a column of its own and none an index that pandas kept."""
    names = list(schema.names)
    kept = (schema.pandas_metadata or {}).get("index_columns", [])
    simple = len(set(names)) == len(names) and not any(isinstance(each, str) for each in kept)
    return names if simple else None
