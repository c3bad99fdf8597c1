"""Points and lines of GeoJSON and GeoPackage files as tables. `map.gpkg` was written by GDAL 3.12.4."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.frames.feature_files import read_features, read_lines
from ruralpanel.sources.features import feature_table
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

FILES = Path(__file__).parent / "files"
POINTS: list[dict[str, Any]] = [
    {
        "type": "Feature",
        "properties": {"code": "0371721", "stations": 3, "open": True, "longitude": 1},
        "geometry": {"type": "Point", "coordinates": [115.54, 34.83, 50]},
    },
    {"type": "Feature", "properties": {"code": "037172", "stations": None, "open": False}, "geometry": None},
    {
        "type": "Feature",
        "properties": {"code": None, "stations": 7, "long": 123456789012345678},
        "geometry": {"type": "MultiPoint", "coordinates": [[116, 35]]},
    },
]
RIVER = {"type": "MultiLineString", "coordinates": [[[113, 34.9], [114, 35]], [[115, 35.5], [116, 36], [117, 37]]]}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def source(path: str, **changes: object) -> Source:
    usual = {"path": path, "key": ["name"], "columns": dict.fromkeys(["name", "longitude", "latitude"])}
    return Source.model_validate(usual | changes)


def read(path: Path, **changes: object) -> SourceTable:
    return read_source("places", source(str(path), **changes), path)


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    with ZipFile(FILES / "map.gpkg.zip") as archive:
        archive.extract("map.gpkg", tmp_path)
    return tmp_path / "map.gpkg"


def test_points_are_rows_with_their_properties() -> None:
    table = feature_table(collection(*POINTS))
    assert table.values["longitude"].tolist()[::2] == [115.54, 116.0]
    assert table.values["latitude"].isna().tolist() == [False, True, False]
    assert table.values["code"].tolist() == ["0371721", "037172", None]
    assert table.values["stations"].tolist()[::2] == [3, 7]
    assert table.values["open"].tolist()[:2] == [1, 0]
    assert table.values["long"].tolist() == [None, None, 123456789012345678]
    assert table.values["longitude (property)"].tolist()[0] == 1
    assert table.rows.tolist() == [1, 2, 3]
    assert table.notes == ["3 features", "the property longitude is called `longitude (property)`"]


def test_lines_are_rows_of_vertices() -> None:
    named = {"type": "Feature", "properties": {"name": "Yellow River", "line": "x"}, "geometry": RIVER}
    table = feature_table(collection(POINTS[1], named))
    assert table.values[["line", "vertex"]].to_numpy().tolist() == [[1, 1], [1, 2], [2, 1], [2, 2], [2, 3]]
    assert table.values["longitude"].tolist() == [113, 114, 115, 116, 117]
    assert set(table.values["name"]) == {"Yellow River"}
    assert set(table.values["line (property)"]) == {"x"}
    assert table.rows.tolist() == [2] * 5


def test_areas_are_rows_of_the_vertices_around_them_and_around_their_holes() -> None:
    outer, hole = [[0, 0], [9, 0], [9, 9], [0, 0]], [[2, 1], [8, 1], [8, 7], [2, 1]]
    other = [[20, 0], [21, 0], [21, 1], [20, 0]]
    whole = {"type": "Feature", "properties": {"name": "a"}, "geometry": {"type": "Polygon", "coordinates": [outer]}}
    parts = {"type": "MultiPolygon", "coordinates": [[outer, hole], [other]]}
    table = feature_table(collection(whole, {"properties": {"name": "b", "border": 5}, "geometry": parts}))
    assert list(table.values)[:4] == ["border", "vertex", "longitude", "latitude"]
    assert table.values.groupby("border").size().to_dict() == {1: 4, 2: 4, 3: 4, 4: 4}
    drawn = [own[["longitude", "latitude"]].to_numpy().tolist() for _, own in table.values.groupby("border")]
    assert drawn == [outer, outer, hole, other]
    assert table.values.groupby("border")["name"].first().tolist() == ["a", "b", "b", "b"]
    assert "border (property)" in table.values
    assert table.notes[0] == "2 features, 16 vertices of borders"


def test_the_borders_of_areas_are_no_line_unless_the_study_says_so(tmp_path: Path) -> None:
    area = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]]]}
    (tmp_path / "map.geojson").write_text(json.dumps(area), encoding="utf-8")
    places = dict.fromkeys(["vertex", "longitude", "latitude"])
    with pytest.raises(DataError, match="`line`"):
        read(tmp_path / "map.geojson", key=["line", "vertex"], columns={"line": None} | places)
    table, *_ = read(tmp_path / "map.geojson", key=["line", "vertex"], columns={"line": "border"} | places)
    assert table["line"].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("data", [RIVER, {"type": "Feature", "properties": None, "geometry": RIVER}])
def test_a_geometry_or_a_feature_alone_is_read_too(data: dict[str, Any]) -> None:
    assert len(feature_table(data).values) == 5


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (collection(POINTS[0], {"type": "Feature", "geometry": RIVER}), "holds lines and Point together"),
        (
            collection(POINTS[0], {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}}),
            "holds areas and Point together; a table is of points, of lines or of areas",
        ),
        (
            collection({"type": "Feature", "geometry": RIVER}, {"geometry": {"type": "Polygon", "coordinates": []}}),
            "holds lines and Polygon together",
        ),
        ({"type": "Polygon", "coordinates": []}, "holds no line"),
        ({"type": "GeometryCollection", "geometries": []}, "holds a GeometryCollection; a table is of points"),
        (
            collection({"type": "Feature", "geometry": {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}}),
            "MultiPoint",
        ),
        (collection({"type": "Feature", "geometry": {"coordinates": [1, 2]}}), "a part of it has no `type`"),
        (collection({"type": "Feature", "geometry": {"type": "Point", "coordinates": [35, 114]}}), "not on earth"),
        ({"type": "FeatureCollection", "features": [1]}, "a feature of it is no object"),
    ],
)
def test_what_makes_no_table_is_an_error_with_the_file(tmp_path: Path, data: dict[str, Any], said: str) -> None:
    (tmp_path / "map.geojson").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(DataError) as raised:
        read(tmp_path / "map.geojson")
    assert said in str(raised.value)
    assert "map.geojson" in str(raised.value)


def test_a_source_of_points_is_held_to_its_contract(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text(json.dumps(collection(*POINTS)), encoding="utf-8")
    columns = {"code": {"type": "text"}, "longitude": None, "latitude": None, "stations": {"maximum": 5}}
    with pytest.raises(
        DataError, match=r"`code` is the key and must not be missing; found 'missing' in row 3"
    ) as raised:
        read(tmp_path / "map.json", key=["code"], columns=columns)
    assert "column `stations` must be at most 5; found 7 in row 3" in str(raised.value)
    table, ledger, _ = read(tmp_path / "map.json", key=["code"], columns=columns, on_violation="quarantine")
    assert table["code"].tolist() == ["0371721", "037172"]
    assert ledger.lines[0].reason.startswith("4 of 7 columns declared; 3 features")


def test_a_geopackage_of_another_program_is_read_as_it_was_written(map_file: Path) -> None:
    stations = feature_table(read_features(map_file, "stations")).values
    assert stations["name"].tolist() == ["曹县", "丁集", "Nowhere", "high"]
    assert stations["longitude"].round(6).fillna(-1).tolist() == [115.54, 115.6, -1, 116]
    assert stations["latitude"].fillna(-1).tolist() == [34.83, 34.9, -1, 35]
    assert stations["code"].tolist() == ["0371721", "037172", None, "1"]
    assert stations["share"].fillna(-1).tolist() == [0.25, -1, 1e-7, 2]
    rivers = feature_table(read_features(map_file, "rivers"))
    assert rivers.values[["line", "vertex", "longitude", "latitude"]].to_numpy().tolist() == [
        [1, 1, 113, 34.9],
        [1, 2, 114, 34.95],
        [1, 3, 115, 35.5],
        [2, 1, 115.1, 35.6],
        [2, 2, 116, 36],
        [3, 1, 114.5, 34.8],
        [3, 2, 116, 34.6],
    ]
    assert rivers.rows.tolist() == [1, 1, 1, 1, 1, 2, 2]


def test_a_layer_of_a_zipped_geopackage_is_a_source() -> None:
    table, *_ = read(FILES / "map.gpkg.zip", layer="stations")
    assert table["name"].tolist() == ["曹县", "丁集", "Nowhere", "high"]
    columns = dict.fromkeys(["line", "vertex", "longitude", "latitude"])
    assert len(read(FILES / "map.gpkg.zip", layer="rivers", key=["line", "vertex"], columns=columns)[0]) == 7


def test_layers_are_named_where_one_has_to_be_chosen(map_file: Path) -> None:
    with pytest.raises(DataError, match=r"map.gpkg: holds 2 layers; give `layer`, one of rivers, stations"):
        read(map_file)
    with pytest.raises(DataError, match="holds no layer 'river'; did you mean “rivers”"):
        read(map_file, layer="river")


def changed(path: Path, statement: str, *values: object) -> Path:
    """Change a GeoPackage, whose triggers need functions that only its own programs have."""
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement, values)
        database.commit()
    return path


def header(flags: int, envelope: int = 0) -> bytes:
    return b"GP" + bytes([0, flags]) + struct.pack("<i", 4326) + bytes(envelope)


@pytest.mark.slow(but_each=9)
@pytest.mark.parametrize(
    ("geometry", "found"),
    [
        (header(0b00001) + struct.pack("<BIdd", 1, 1, 10, 20), (10, 20)),
        (header(0b00000) + struct.pack(">BIdd", 0, 1, 10, 20), (10, 20)),
        (header(0b00011, 32) + struct.pack("<BIdd", 1, 1, 10, 20), (10, 20)),
        (header(0b01001, 64) + struct.pack("<BIdddd", 1, 3001, 10, 20, 5, 6), (10, 20)),
        (header(0b00001) + struct.pack("<BIddd", 1, 2001, 10, 20, 5), (10, 20)),
        (header(0b00001) + struct.pack("<BIIBIdd", 1, 4, 1, 1, 1, 10, 20), (10, 20)),
        (header(0b00001) + struct.pack("<BIdd", 1, 1, float("nan"), float("nan")), None),
        (header(0b10001), None),
        (None, None),
    ],
)
def test_every_form_of_a_point_is_read(
    map_file: Path, geometry: bytes | None, found: tuple[float, float] | None
) -> None:
    changed(map_file, "UPDATE stations SET geom = ? WHERE fid = 1", geometry)
    first = feature_table(read_features(map_file, "stations")).values.iloc[0]
    assert pd.isna(first["longitude"]) if found is None else (first["longitude"], first["latitude"]) == found


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize(
    "geometry",
    [
        b"",
        b"XX" + header(1)[2:],
        header(0b100001),
        header(0b01111),
        header(1) + struct.pack("<BId", 1, 1, 10),
        header(1) + struct.pack("<BII", 1, 2, 2**31),
        header(1) + struct.pack("<BI", 1, 9001),
        "text",
    ],
)
def test_a_damaged_geometry_is_an_error_with_its_feature(map_file: Path, geometry: object) -> None:
    changed(map_file, "UPDATE stations SET geom = ? WHERE fid = 2", geometry)
    with pytest.raises(ValueError, match="holds a damaged geometry in the feature 2"):
        read_features(map_file, "stations")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE gpkg_geometry_columns SET srs_id = -1", "is in the reference system Undefined Cartesian"),
        ("DELETE FROM gpkg_geometry_columns", "holds no layer of features"),
        ("DROP TABLE gpkg_contents", "is not a GeoPackage that can be read: no such table: gpkg_contents"),
    ],
)
def test_what_is_no_map_in_degrees_is_an_error(map_file: Path, statement: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_features(changed(map_file, statement), "stations")


def test_a_truncated_geopackage_is_an_error(map_file: Path) -> None:
    map_file.write_bytes(map_file.read_bytes()[:5000])
    with pytest.raises(ValueError, match="is not a GeoPackage that can be read"):
        read_features(map_file)


def test_lines_are_read_from_either_format(map_file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(map_file)) as database:
        database.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = 'stations'")
        database.commit()
    lines = read_lines(map_file)
    assert [len(line) for line in lines] == [3, 2, 2]
    (tmp_path / "river.geojson").write_text(json.dumps({"type": "MultiLineString", "coordinates": lines}))
    assert read_lines(tmp_path / "river.geojson") == lines


@pytest.mark.slow
def test_areas_of_a_geopackage_are_said_not_to_be_read(map_file: Path) -> None:
    square = header(0b00001) + struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, 1, 0, 1, 1, 0, 0)
    data = read_features(changed(map_file, "UPDATE rivers SET geom = ?", square), "rivers")
    with pytest.raises(ValueError, match="areas are read from GeoJSON, not from a GeoPackage"):
        feature_table(data)


def test_a_file_that_is_neither_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "river.geojson").write_bytes("黄河".encode("gb18030"))
    with pytest.raises(ValueError, match="it is not text in UTF-8"):
        read_lines(tmp_path / "river.geojson")


def test_a_layer_is_for_geopackages() -> None:
    with pytest.raises(ValueError, match="`layer` is for GeoPackage files; the format of this one is csv"):
        source("a.csv", layer="stations")
