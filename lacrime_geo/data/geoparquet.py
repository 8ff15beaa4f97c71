"""Points of GeoParquet files as columns of degrees, read from their bytes: no geopandas, no shapely."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from .geometry_columns import DEGREES, columns_of
from .tables import Column

KINDS = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
# Well-known binary of a point in two dimensions, lowest byte first, as nearly all are; EWKB's mark of an SRID.
PLAIN_POINT, PLAIN_LENGTH, HAS_SRID = b"\x01\x01\x00\x00\x00", 21, 0x20000000


def places(table: Any) -> tuple[dict[str, Column], str]:
    """Return the points of an Arrow table of a GeoParquet file as columns, and the name of the column they stand in.

    Raises
    ------
    ValueError
        If the geometries are no points, their CRS is not known, or the file's description of them is damaged.
    """
    name, geometry = _described(table.schema)
    column, crs = table[name], described_crs(table.schema)
    x, y, others = _of_struct(column) if geometry.get("encoding") == "point" else binary_points(column)
    return columns_of(x, y, crs, others), name


def described_crs(schema: Any) -> str:
    """Return the CRS of the geometry of a GeoParquet file; raise where it does not say."""
    crs = _described(schema)[1].get("crs", DEGREES[1])
    if crs is None:
        raise ValueError("it does not say which CRS its geometry is in; write it again with one")
    return _named(crs)


def geometry_column(schema: Any) -> str:
    """Return the name of the column that holds the geometry of a GeoParquet file."""
    return _described(schema)[0]


def _described(schema: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the column of the geometry, and what the file says of it."""
    try:
        described = json.loads(schema.metadata[b"geo"])
        name = described["primary_column"]
        geometry = described["columns"][name]
        known = isinstance(geometry, dict) and name in schema.names
    except (KeyError, TypeError, ValueError):
        known = False
    if not known:
        raise ValueError("its description of the geometry is damaged")
    return name, geometry


def _named(crs: Any) -> str:
    """Return the authority's name of a CRS that is described as JSON, else the description."""
    own = crs.get("id") if isinstance(crs, Mapping) else None
    if isinstance(own, Mapping) and {"authority", "code"} <= set(own):
        return f"{own['authority']}:{own['code']}"
    return crs if isinstance(crs, str) else json.dumps(crs)


def _of_struct(column: Any) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """Return x and y of a column of the two, as GeoArrow keeps points."""
    from pyarrow import compute

    x, y = (np.asarray(compute.struct_field(column, axis).to_numpy(), dtype=float) for axis in ("x", "y"))
    return x, y, {}


def binary_points(column: Any) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """Return x and y of a column of well-known binary, NaN where there is no point, and what is no point by its kind."""
    values = column.to_pylist()
    plain = [value is not None and len(value) == PLAIN_LENGTH and value[:5] == PLAIN_POINT for value in values]
    joined = b"".join(value[5:] for value, is_plain in zip(values, plain) if is_plain)
    place, others = np.full((len(values), 2), np.nan), dict[str, int]()
    place[np.array(plain, dtype=bool)] = np.frombuffer(joined, "<f8").reshape(-1, 2)
    for row, value in enumerate(values):
        if not plain[row] and value is not None:
            point, kind = _point(value)
            place[row] = point
            if kind:
                others[kind] = others.get(kind, 0) + 1
    return place[:, 0], place[:, 1], others


def _point(value: bytes, within: bool = False) -> tuple[tuple[float, float], str]:
    """Return the point of well-known binary, or what else it is; within others it must be a point."""
    nowhere = (np.nan, np.nan)
    try:
        order = "<" if value[0] == 1 else ">"
        (code,) = struct.unpack_from(f"{order}I", value, 1)
        start = 9 if code & HAS_SRID else 5
        kind = (code & 0xFFFF) % 1000
        if kind == 1:
            return struct.unpack_from(f"{order}2d", value, start), ""
        if within:
            raise IndexError(kind)
        (parts,) = struct.unpack_from(f"{order}I", value, start)
    except (struct.error, IndexError):
        raise ValueError("its geometry is damaged") from None
    if kind == 4 and parts <= 1:
        return _point(value[start + 4 :], within=True) if parts else (nowhere, "")
    return nowhere, KINDS.get(kind, "collections")
