"""Files of features on a map, GeoJSON or GeoPackage → objects of GeoJSON; and lines, for distances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruralpanel.frames.geojson import Line, lines_of, read_geojson


def read_features(path: Path, layer: str | None = None) -> dict[str, Any]:
    """Read a GeoJSON file or a layer of a GeoPackage, told apart by their first bytes.

    Parameters
    ----------
    path
        The file.
    layer
        The layer of a GeoPackage; may be left out where there is one only.

    Returns
    -------
    dict
        An object of GeoJSON.

    Raises
    ------
    ValueError
        If it is neither, with what is wrong in words that follow the file's name.
    """
    with path.open("rb") as stream:
        if stream.read(16) == b"SQLite format 3\x00":
            from ruralpanel.frames.geopackage import read_geopackage

            return read_geopackage(path, layer)
    try:
        return read_geojson(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError("is not GeoJSON: it is not text in UTF-8") from None


def read_lines(path: Path) -> list[Line]:
    """Read the lines of a GeoJSON file or of a GeoPackage with one layer.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    list of list of tuple of (float, float)
        For each line its points, as longitude and latitude in degrees.

    Raises
    ------
    ValueError
        If it holds anything but lines, with what is wrong in words that follow the file's name.
    """
    return lines_of(read_features(path))
