from __future__ import annotations

import json
from typing import Any

import pytest

from ruralpanel.frames.geojson import Line, lines_of, read_geojson

LINE = {"type": "LineString", "coordinates": [[114, 35], [115.5, 36, 120.0]]}
MULTI = {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]], [[2, 2], [3, 3], [4, 4]]]}
CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def lines_in(text: str) -> list[Line]:
    return lines_of(read_geojson(text))


@pytest.mark.parametrize(
    ("data", "points"),
    [
        (LINE, [2]),
        (MULTI, [2, 3]),
        (feature(LINE), [2]),
        (
            {"type": "FeatureCollection", "crs": CRS, "features": [feature(LINE), feature(None), feature(MULTI)]},
            [2, 2, 3],
        ),
        ({"type": "GeometryCollection", "geometries": [MULTI, LINE]}, [2, 3, 2]),
    ],
)
def test_lines_are_found_wherever_they_may_be(data: dict[str, Any], points: list[int]) -> None:
    assert [len(line) for line in lines_in(json.dumps(data))] == points


def test_points_are_longitude_and_latitude_without_height() -> None:
    assert lines_in("\ufeff" + json.dumps(LINE)) == [[(114.0, 35.0), (115.5, 36.0)]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("[1]", "does not hold an object"),
        ('{"a": 1}', "has no `type`"),
        ('{"type": "FeatureCollection", "features": []}', "holds no line"),
        ('{"type": "FeatureCollection", "features": 1}', "holds no line"),
        ('{"type": "Point", "coordinates": [1, 2]}', "holds a Point; only LineString and MultiLineString are lines"),
        ('{"type": "LineString", "coordinates": [[1, 2]]}', "fewer than two points"),
        ('{"type": "LineString"}', "fewer than two points"),
        ('{"type": "LineString", "coordinates": [[1, 2], ["1", 2]]}', "where a point is expected"),
        ('{"type": "LineString", "coordinates": [1, 2]}', "where a point is expected"),
        ('{"type": "LineString", "coordinates": [[1, 2], [NaN, 2]]}', "which is not on earth"),
        ('{"type": "LineString", "coordinates": [[35, 114], [36, 115]]}', "which is not on earth in degrees"),
        ('{"type": "LineString", "crs": {"properties": {"name": "EPSG:3857"}}}', "reference system EPSG:3857"),
        ('{"type": "LineString", "crs": {"properties": 1}}', "fewer than two points"),
    ],
)
def test_what_holds_no_lines_is_an_error_in_words(text: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:
        lines_in(text)
    assert said in str(raised.value)
