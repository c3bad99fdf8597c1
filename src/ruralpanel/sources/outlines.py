"""Outlines to draw a map on: lines as they are, areas as the lines around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruralpanel.sources.features import read_features
from ruralpanel.sources.geojson import Line, lines_of


def read_outlines(path: Path) -> list[Line]:
    """Read the lines of a GeoJSON file, and the borders of its areas.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    list of list of tuple of (float, float)
        For each line or border its points, as longitude and latitude in degrees.

    Raises
    ------
    ValueError
        If it holds neither, with what is wrong in words that follow the file's name.
    """
    return lines_of(_as_lines(read_features(path)))


def _as_lines(part: Any) -> Any:
    """Give an object of GeoJSON with its areas as lines."""
    if not isinstance(part, dict):
        return part
    coordinates = part.get("coordinates")
    match part.get("type"):
        case "Polygon":
            return {"type": "MultiLineString", "coordinates": coordinates}
        case "MultiPolygon":
            areas = coordinates if isinstance(coordinates, list) else []
            borders = [border for area in areas if isinstance(area, list) for border in area]
            return {"type": "MultiLineString", "coordinates": borders}
        case "Feature":
            return part | {"geometry": _as_lines(part.get("geometry"))}
        case "FeatureCollection" | "GeometryCollection" as kind:
            key = "features" if kind == "FeatureCollection" else "geometries"
            inside = part.get(key)
            return part | {key: [_as_lines(each) for each in inside] if isinstance(inside, list) else inside}
    return part
