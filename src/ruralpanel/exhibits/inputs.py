"""What exhibits read: the files of earlier stages, as frames under the names that the kinds of exhibits declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.frames.storage import load_table
from ruralpanel.sensitivity.results import load_results
from ruralpanel.sources.outlines import read_outlines

DRAWN = ("lines", "outlines")
"""Inputs that are drawn on a map: files of GeoJSON, or tables of sources that hold lines or areas."""


def load_inputs(files: Mapping[str, Sequence[str | Path] | str | Path]) -> dict[str, pd.DataFrame]:
    """Load what an exhibit reads.

    Parameters
    ----------
    files
        By the name of the input, its file or files: those of :attr:`ruralpanel.study.exhibits.Exhibit.reads`.

    Returns
    -------
    dict of str to pandas.DataFrame
        One frame an input; several files of one input are put below one another.
    """
    frames = {}
    for name, paths in files.items():
        listed = [paths] if isinstance(paths, str | Path) else list(paths)
        if name == "estimates":
            frames[name] = load_estimates(listed)
        elif name == "draws":
            # The rows that draws belong to are counted within a block, whose name is that of the file.
            parts = [load_table(path).assign(block=Path(path).name.split(".")[0]) for path in listed]
            frames[name] = pd.concat(parts, ignore_index=True)
        elif name == "sources":
            frames[name] = pd.concat([extent(Path(path).stem, load_table(path)) for path in listed], ignore_index=True)
        elif name in DRAWN:
            frames[name] = _vertices(listed)
        elif name == "sensitivity":
            frames[name] = load_results(listed)
        else:
            frames[name] = pd.concat([load_table(path) for path in listed], ignore_index=True)
    return frames


def extent(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Say how far a table goes: its rows, and the smallest and largest number of every column.

    Parameters
    ----------
    name
        The source.
    table
        Its table.

    Returns
    -------
    pandas.DataFrame
        One row a column: ``source``, ``rows``, ``column``, ``minimum`` and ``maximum``, missing for text.
    """
    numbers = table.select_dtypes("number")
    found = pd.DataFrame({"source": name, "rows": len(table), "column": table.columns})
    return found.assign(
        minimum=found["column"].map(numbers.min()).astype("float64"),
        maximum=found["column"].map(numbers.max()).astype("float64"),
    )


def _vertices(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Load lines as one row a vertex, with the number of its file from 1; areas give the lines around them."""
    frames = [pd.DataFrame({"file": [], "line": [], "vertex": [], "longitude": [], "latitude": []})]
    for number, path in enumerate(map(Path, paths), start=1):
        if path.suffix == ".parquet":
            table = load_table(path).rename(columns={"border": "line"})
        else:
            try:
                lines = read_outlines(path)
            except ValueError as error:
                raise DataError([Problem(str(path), str(error))]) from None
            places = [
                (line, vertex, *place)
                for line, points in enumerate(lines, start=1)
                for vertex, place in enumerate(points, start=1)
            ]
            table = pd.DataFrame(places, columns=["line", "vertex", "longitude", "latitude"])
        frames.append(table.assign(file=number))
    return pd.concat(frames[1:], ignore_index=True) if len(frames) > 1 else frames[0]
