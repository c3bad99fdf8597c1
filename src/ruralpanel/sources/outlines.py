"""Outlines to draw a map on: lines as they are, areas as the lines around them."""

from __future__ import annotations

from pathlib import Path

from ruralpanel.frames.feature_files import read_features
from ruralpanel.frames.geojson import Line, areas_as_lines, lines_of


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
    return lines_of(areas_as_lines(read_features(path)))
