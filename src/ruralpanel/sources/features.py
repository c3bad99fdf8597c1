"""Features on a map → a table: one row a point, or one row a vertex of a line or border."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ruralpanel.errors import DataError, Problem
from ruralpanel.frames.feature_files import read_features
from ruralpanel.frames.geojson import areas_as_lines, lines_of, point_of

if TYPE_CHECKING:
    import pandas as pd

    from ruralpanel.sources.raw import RawTable
    from ruralpanel.study.sources import Source

PLACE = ["longitude", "latitude"]
LINES = {"line": ("LineString", "MultiLineString"), "border": ("Polygon", "MultiPolygon")}
"""What has vertices, by the column that numbers it. Borders are called so because nobody who measures a distance to an
area should take that to its border for it."""


class FeatureTable(NamedTuple):
    """What a file of features holds.

    Parameters
    ----------
    values
        The properties of the features, and their coordinates in degrees.
    rows
        For each row the number of its feature, from 1 in GeoJSON, as the file has it in a GeoPackage.
    notes
        For the ledger.
    """

    values: pd.DataFrame
    rows: pd.Series
    notes: list[str]


def read_table(source: Source, path: Path) -> RawTable:
    """Read points, lines or areas on a map; of lines and areas, every vertex is a row.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it cannot be read as features, or holds features of several kinds.
    """
    from ruralpanel.sources.raw import RawTable

    try:
        table = feature_table(read_features(path, source.layer))
    except ValueError as error:
        raise DataError([Problem(source.origin, str(error))]) from None
    where = f"{source.origin}, layer {source.layer!r}" if source.layer else source.origin
    return RawTable(table.values, table.rows, where, notes=table.notes)


def feature_table(data: dict[str, Any]) -> FeatureTable:
    """Lay features out as a table.

    Parameters
    ----------
    data
        An object of GeoJSON: a collection of features, one feature, or a geometry alone.

    Returns
    -------
    FeatureTable
        Points give a row each, with `longitude` and `latitude`, missing where a feature is nowhere. Lines give a row
        for each vertex, with `line` and `vertex` (numbers from 1, in the file's order), `longitude` and `latitude`, and
        areas a row for each vertex of the lines around them and around their holes, with `border` in place of `line`. A
        property called like one of these columns is renamed, `line (property)`.

    Raises
    ------
    ValueError
        If features are of more than one of these kinds.
    """
    import pandas as pd

    features = _features(data)
    kinds = {str(shape.get("type")) for shape in (each.get("geometry") for each in features) if isinstance(shape, dict)}
    drawn = next((name for name, own in LINES.items() if kinds & set(own)), None)
    if drawn is not None:
        others = sorted(kinds - set(LINES[drawn]))
        if others:
            together = f"{'lines' if drawn == 'line' else 'areas'} and {', '.join(others)} together"
            raise ValueError(f"holds {together}; a table is of points, of lines or of areas")
        shapes = [each["geometry"] for each in features if each.get("geometry") is not None]
        if any("coordinates" not in shape for shape in shapes):
            raise ValueError("holds areas without coordinates; areas are read from GeoJSON, not from a GeoPackage")
        rows, added = _vertices(features), [drawn, "vertex", *PLACE]
    else:
        rows, added = [(index, point_of(each.get("geometry"))) for index, each in enumerate(features)], PLACE
    names: dict[str, None] = {}
    for each in features:
        names |= dict.fromkeys(_properties(each))
    columns: dict[str, pd.Series] = {
        name: pd.Series([numbers[position] for _, numbers in rows], dtype="float64" if name in PLACE else "int64")
        for position, name in enumerate(added)
    }
    for name in names:
        values = [_properties(features[index]).get(name) for index, _ in rows]
        columns[f"{name} (property)" if name in added else name] = _column(values)
    taken = [name for name in names if name in added]
    notes = [f"{len(features)} features" + (f", {len(rows)} vertices of {drawn}s" if drawn else "")]
    notes += [f"the property {name} is called `{name} (property)`" for name in taken]
    numbers = [features[index].get("id") for index, _ in rows]
    in_file = all(isinstance(number, int) for number in numbers)
    counted = numbers if in_file else [index + 1 for index, _ in rows]
    return FeatureTable(pd.DataFrame(columns), pd.Series(counted, dtype="int64"), notes)


def _features(data: dict[str, Any]) -> list[dict[str, Any]]:
    if data.get("type") == "Feature":
        return [data]
    if data.get("type") != "FeatureCollection":
        return [{"geometry": data}]
    inside = data.get("features")
    features = inside if isinstance(inside, list) else []
    if not all(isinstance(each, dict) for each in features):
        raise ValueError("is not GeoJSON: a feature of it is no object")
    return features


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _vertices(features: list[dict[str, Any]]) -> list[tuple[int, tuple[float, ...]]]:
    rows: list[tuple[int, tuple[float, ...]]] = []
    number = 0
    for index, each in enumerate(features):
        for line in lines_of(areas_as_lines(each["geometry"])) if each.get("geometry") is not None else []:
            number += 1
            rows += [(index, (number, vertex, *point)) for vertex, point in enumerate(line, start=1)]
    return rows


def _column(values: list[Any]) -> pd.Series:
    """Keep numbers as numbers where none is lost; truth values are 1 and 0; anything else is as it is written."""
    import pandas as pd

    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return pd.Series([None if value is None else int(value) for value in values], dtype="float64")
    exact = all(
        isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**53 for value in known
    )
    return pd.Series(values, dtype="float64" if known and exact else object)
