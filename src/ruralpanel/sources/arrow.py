"""Open files of Arrow's: Parquet and Feather."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruralpanel.errors import DataError, Problem
from ruralpanel.sources.raw import RawTable, counted_from
from ruralpanel.study.sources import Source


def read_feather(source: Source, path: Path) -> RawTable:
    """Read a Feather file.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it cannot be read as one, or is damaged.
    """
    from pyarrow import feather

    return _from_arrow(source, "Feather", lambda: feather.read_table(path))


def read_parquet(source: Source, path: Path) -> RawTable:
    """Read a Parquet file.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it cannot be read as one, or is damaged.
    """
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
