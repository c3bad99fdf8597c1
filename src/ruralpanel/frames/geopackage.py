"""Read the features of a GeoPackage, a database file of SQLite, as the GeoJSON they would be.

OGC GeoPackage Encoding Standard 1.3 (12-128r17): clause 2.1 for tables of features, 2.1.3 for the binary form of a
geometry, which is a header before well-known binary (OGC Simple Feature Access 06-103r4, clause 8.2).
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from ruralpanel.errors import nearest

DEGREES = {("EPSG", 4326), ("EPSG", 4490)}
"""Reference systems in degrees: WGS84, and CGCS2000, which is the same to within a metre."""

GEOMETRIES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
MULTIPLE = {4: 1, 5: 2}
"""Kinds made of several parts, with the kind of the parts."""

OF_THE_STANDARD = frozenset({"gpkg_geometry_columns", "gpkg_contents", "gpkg_spatial_ref_sys"})

LONGEST = 100 << 20
"""Bytes of a geometry or a text."""

ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
"""Bytes of the envelope in the header, by its code."""


def read_geopackage(path: Path, layer: str | None = None) -> dict[str, Any]:
    """Read one layer of a GeoPackage.

    Parameters
    ----------
    path
        The file.
    layer
        The layer; may be left out where there is one only.

    Returns
    -------
    dict
        A FeatureCollection of GeoJSON. A feature's ``id`` is its number in the file, in whose order they are. Areas
        have no coordinates, for nothing here uses them.

    Raises
    ------
    ValueError
        If it is no GeoPackage, has no such layer, or is not in degrees, with what is wrong in words that follow the
        file's name.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            _only_tables(database)
            name, geometry = _layer(database, layer)
            columns = database.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
            key = next((column[1] for column in columns if column[5]), columns[0][1])
            cursor = database.execute(f"SELECT * FROM {_quoted(name)} ORDER BY {_quoted(key)}")
            names = [column[0] for column in cursor.description]
            features = [_feature(dict(zip(names, row, strict=True)), key, geometry) for row in cursor]
    except sqlite3.Error as error:
        raise ValueError(f"is not a GeoPackage that can be read: {error}") from None
    return {"type": "FeatureCollection", "features": features}


def _only_tables(database: sqlite3.Connection) -> None:
    """Refuse views and tables of extensions, whose queries need not end; triggers do nothing where nothing is written.

    Functions that a schema names, as in a column that is computed, are those that SQLite holds for harmless, and a
    value may have :data:`LONGEST` bytes.
    """
    database.execute("PRAGMA trusted_schema = OFF")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    queries = "SELECT lower(name) FROM sqlite_master WHERE type = 'view' OR sql LIKE 'CREATE VIRTUAL%'"
    views = {str(name) for (name,) in database.execute(queries)}
    if not views & OF_THE_STANDARD:
        views &= {str(name) for (name,) in database.execute("SELECT lower(table_name) FROM gpkg_geometry_columns")}
    if views:
        raise ValueError(f"has {min(views)!r} as a query and not as a table; save it as a table")


def _layer(database: sqlite3.Connection, layer: str | None) -> tuple[str, str]:
    """Choose the layer and give its table with the column of geometries."""
    rows = database.execute(
        "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.srs_name "
        "FROM gpkg_geometry_columns AS g JOIN gpkg_contents AS c ON c.table_name = g.table_name "
        "JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE c.data_type = 'features' ORDER BY g.table_name"
    ).fetchall()
    layers = {row[0]: row[1:] for row in rows}
    if not layers:
        raise ValueError("holds no layer of features")
    if layer is None and len(layers) > 1:
        raise ValueError(f"holds {len(layers)} layers; give `layer`, one of {', '.join(layers)}")
    name = layer or next(iter(layers))
    if name not in layers:
        raise ValueError(f"holds no layer {name!r}; {nearest(name, layers)}")
    geometry, organisation, code, system = layers[name]
    if (str(organisation).upper(), code) not in DEGREES:
        raise ValueError(f"is in the reference system {system} ({organisation}:{code}); degrees of WGS84 are needed")
    return name, geometry


def _feature(row: dict[str, Any], key: str, geometry: str) -> dict[str, Any]:
    number = row[key]
    shape = row.pop(geometry)
    try:
        return {"type": "Feature", "id": number, "geometry": _geometry(shape), "properties": row}
    except (struct.error, LookupError, TypeError, ValueError):
        raise ValueError(f"holds a damaged geometry in the feature {number}") from None


def _geometry(binary: bytes | None) -> dict[str, Any] | None:
    """Read a geometry with its header; nothing where it is missing or empty."""
    if binary is None:
        return None
    flags = binary[3]
    if binary[:2] != b"GP" or flags & 0b100000:
        raise ValueError("not the standard form of a GeoPackage")
    empty = flags & 0b10000
    return None if empty else _well_known(binary, 8 + ENVELOPES[(flags >> 1) & 0b111])[0]


def _well_known(binary: bytes, start: int) -> tuple[dict[str, Any] | None, int]:
    """Read one geometry of well-known binary, heights and measures left out, and tell where it ends."""
    order = "<" if binary[start] == 1 else ">"
    (code,) = struct.unpack_from(f"{order}I", binary, start + 1)
    kind, dimensions = code % 1000, {0: 2, 1: 3, 2: 3, 3: 4}[code // 1000]
    start += 5
    if kind == 1:
        point = np.frombuffer(binary, f"{order}f8", dimensions, start)[:2].tolist()
        shape = None if np.isnan(point).any() else {"type": "Point", "coordinates": point}
        return shape, start + 8 * dimensions
    if kind not in (2, *MULTIPLE):
        return {"type": GEOMETRIES.get(kind, f"geometry of kind {kind}")}, len(binary)
    (number,) = struct.unpack_from(f"{order}I", binary, start)
    start += 4
    if kind == 2:
        points = np.frombuffer(binary, f"{order}f8", number * dimensions, start).reshape(number, dimensions)
        return {"type": "LineString", "coordinates": points[:, :2].tolist()}, start + 8 * number * dimensions
    parts = []
    for _ in range(number):
        part, start = _well_known(binary, start)
        if part is not None:
            parts.append(part["coordinates"])
    return {"type": GEOMETRIES[kind], "coordinates": parts}, start


def _quoted(name: str) -> str:
    """Write a name as SQL does, for names cannot be parameters."""
    return '"' + name.replace('"', '""') + '"'
