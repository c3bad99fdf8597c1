"""Read points, lines and the borders of areas from GeoJSON, whose coordinates are degrees of WGS84."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Line = list[tuple[float, float]]
"""The points of a line in order, each with longitude and latitude in degrees."""


def read_geojson(text: str) -> dict[str, Any]:
    """Read a GeoJSON file without looking at what it holds.

    Parameters
    ----------
    text
        What the file holds.

    Returns
    -------
    dict
        The object.

    Raises
    ------
    ValueError
        If it is no GeoJSON or not in degrees of WGS84, with what is wrong in words that follow the file's name.
    """
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise ValueError("is not GeoJSON: it cannot be read as JSON") from None
    if not isinstance(data, dict):
        raise ValueError("is not GeoJSON: it does not hold an object")
    _require_degrees(data.get("crs"))
    return data


def lines_of(data: dict[str, Any]) -> list[Line]:
    """Read every line of an object of GeoJSON.

    Parameters
    ----------
    data
        A LineString or MultiLineString, or features or collections of them.

    Returns
    -------
    list of list of tuple of (float, float)
        For each line its points, as longitude and latitude in degrees; heights are left out.

    Raises
    ------
    ValueError
        If it holds anything but lines, or a point is not on earth, with what is wrong in words that follow the file's
        name.
    """
    lines = list(_lines_of(data))
    if not lines:
        raise ValueError("holds no line")
    return lines


def areas_as_lines(part: Any) -> Any:
    """Give an object of GeoJSON with the lines around areas in place of the areas; anything else stays as it is.

    Parameters
    ----------
    part
        A geometry, or features or collections of them.
    """
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
            return part | {"geometry": areas_as_lines(part.get("geometry"))}
        case "FeatureCollection" | "GeometryCollection" as kind:
            key = "features" if kind == "FeatureCollection" else "geometries"
            inside = part.get(key)
            return part | {key: [areas_as_lines(each) for each in inside] if isinstance(inside, list) else inside}
    return part


def point_of(geometry: Any) -> tuple[float, float]:
    """Read the longitude and latitude of a point; missing where a feature is nowhere.

    Raises
    ------
    ValueError
        If it is anything but one point, or not on earth.
    """
    if geometry is None:
        return float("nan"), float("nan")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind is None:
        raise ValueError("is not GeoJSON: a part of it has no `type`")
    coordinates = geometry.get("coordinates")
    if kind == "MultiPoint" and isinstance(coordinates, list) and len(coordinates) == 1:
        return _point(coordinates[0])
    if kind != "Point":
        raise ValueError(f"holds a {kind}; a table is of points, of lines or of areas")
    return _point(coordinates) if coordinates else (float("nan"), float("nan"))


def _require_degrees(system: Any) -> None:
    """Refuse a reference system other than WGS84, which older files can name."""
    properties = system.get("properties") if isinstance(system, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and "CRS84" not in name and not name.endswith("4326"):
        raise ValueError(f"is in the reference system {name}; degrees of WGS84 are needed")


def _lines_of(part: Any) -> Iterator[Line]:
    """Give the lines of an object of GeoJSON and of those in it."""
    kind = part.get("type") if isinstance(part, dict) else None
    match kind:
        case "FeatureCollection" | "GeometryCollection":
            inside = part.get("features" if kind == "FeatureCollection" else "geometries")
            for each in inside if isinstance(inside, list) else []:
                yield from _lines_of(each)
        case "Feature":
            if part.get("geometry") is not None:  # a feature that is nowhere
                yield from _lines_of(part["geometry"])
        case "LineString":
            yield _line(part.get("coordinates"))
        case "MultiLineString":
            coordinates = part.get("coordinates")
            for each in coordinates if isinstance(coordinates, list) else []:
                yield _line(each)
        case None:
            raise ValueError("is not GeoJSON: a part of it has no `type`")
        case _:
            raise ValueError(f"holds a {kind}; only LineString and MultiLineString are lines")


def _line(coordinates: Any) -> Line:
    points = [_point(each) for each in coordinates] if isinstance(coordinates, list) else []
    if len(points) < 2:
        raise ValueError("holds a line of fewer than two points")
    return points


def _point(coordinates: Any) -> tuple[float, float]:
    numbers = coordinates[:2] if isinstance(coordinates, list) else []
    if len(numbers) < 2 or not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in numbers):
        raise ValueError(f"holds {str(coordinates)[:40]!r} where a point is expected, [longitude, latitude]")
    longitude, latitude = map(float, numbers)
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(
            f"holds the point [{longitude:g}, {latitude:g}], which is not on earth in degrees, longitude first"
        )
    return longitude, latitude
