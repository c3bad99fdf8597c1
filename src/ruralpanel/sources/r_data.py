"""Open files of R: workspaces (.RData, .rda) and single objects (.rds)."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from ruralpanel.errors import DataError, Problem, nearest
from ruralpanel.sources.archives import refuse_packed_bomb
from ruralpanel.sources.raw import RawTable, counted_from
from ruralpanel.study.sources import Source


def read_r(source: Source, path: Path) -> RawTable:
    """Read a data frame of an R file: values as R has them, and a factor as its labels.

    Row names are left out; a study that needs them has them as a column in R.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file. What it holds is read as data, and no code in it is run.

    Raises
    ------
    DataError
        If it cannot be read as one, or which data frame is meant cannot be told.
    """
    try:
        refuse_packed_bomb(path, source.origin)
        frames = _data_frames(path)
    except DataError:
        raise
    except Exception as error:  # a truncated file ends in EOFError, zlib.error or worse, by where it was cut
        what = f"cannot be read as an R file: {str(error)[:200] or type(error).__name__}"
        raise DataError([Problem(source.origin, what, hint="the file may be cut off, or of another format")]) from None
    wanted = source.object
    if wanted is not None and wanted not in frames:
        raise DataError([Problem(source.origin, f"holds no data frame {wanted!r}", hint=nearest(wanted, frames))])
    if not frames:
        raise DataError([Problem(source.origin, "holds no data frame")])
    if wanted is None and len(frames) > 1:
        hint = f"give `object`: {', '.join(frames)}"
        raise DataError([Problem(source.origin, f"holds {len(frames)} data frames", hint=hint)])
    values = frames[wanted] if wanted is not None else next(iter(frames.values()))
    return counted_from(values.reset_index(drop=True).apply(_plain), 1, source.origin)


def _data_frames(path: Path) -> dict[str, pd.DataFrame]:
    """Give the data frames of a file by name; that of an .rds file has none."""
    from rdata.conversion import convert
    from rdata.parser import RObjectType, parse_file

    node = parse_file(path).object
    objects = {} if node.info.type is RObjectType.LIST else {"": node}
    while node.info.type is RObjectType.LIST:  # a workspace is a chain of objects, each with its name
        assert node.tag is not None
        symbol = node.tag.referenced_object or node.tag
        objects[symbol.value.value.decode("utf-8")], node = node.value
    frames = {}
    for each, found in objects.items():
        if found.info.type is not RObjectType.VEC:  # a data frame is a vector of columns; functions are not converted
            continue
        with warnings.catch_warnings():  # of classes that are not known, such as that of a tibble
            warnings.simplefilter("ignore")
            converted = convert(found, default_encoding="utf-8")
        if isinstance(converted, pd.DataFrame):
            frames[each] = converted
    return frames


def _plain(column: pd.Series) -> pd.Series:
    """Give a column the type that other formats give it: factors are text, whole numbers with gaps are numbers."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype("object")
    if pd.api.types.is_bool_dtype(column):  # R's TRUE and FALSE, as 1 and 0
        return column.astype("Int64").astype("float64") if column.hasnans else column.astype("int64")
    if pd.api.types.is_float_dtype(column):  # R tells NA from NaN by bits that other programs warn of
        return column.where(column.notna())
    if pd.api.types.is_extension_array_dtype(column.dtype) and pd.api.types.is_integer_dtype(column):
        return column.astype("float64") if column.hasnans else column.astype("int64")
    return column
