"""Points of converted incidents as well-known binary in an Arrow table, each place once, and back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .loaded import Loaded

# The column of the points, and that of the rectangles around them, by which a reader passes over others.
GEOMETRY, BBOX = "geometry", "bbox"
CORNERS = ("xmin", "ymin", "xmax", "ymax")
# Well-known binary of a point, lowest byte first.
POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("place", "<f8", 2)])


def points(part: Loaded) -> Any:
    """Return the points as a column of binary, null where there is no place."""
    import pyarrow as pa

    placed = part.placed
    made = np.zeros(int(placed.sum()), dtype=POINT)
    made["order"], made["kind"] = 1, 1
    made["place"] = np.column_stack([part.x[placed], part.y[placed]])
    ends = np.concatenate([[0], np.cumsum(placed)]).astype(np.int32) * POINT.itemsize
    bits = np.packbits(placed, bitorder="little").tobytes()
    buffers = [pa.py_buffer(bits), pa.py_buffer(ends.astype(np.int32).tobytes()), pa.py_buffer(made.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(part), buffers)


def places(column: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the coordinates (n,) of points that were written here, NaN where there is none, and the number of each's place."""
    known = column.unify_dictionaries().combine_chunks()
    x, y = (np.append(axis, np.nan) for axis in coordinates(known.dictionary))
    indices = known.indices
    place = np.asarray(indices.fill_null(len(known.dictionary)) if indices.null_count else indices)
    return x[place], y[place], place


def coordinates(column: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates (n,) of points that were written here, NaN where there is none."""
    placed = ~np.asarray(column.is_null())
    _, offsets, bytes_ = column.buffers()
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    size = int(placed.sum()) * POINT.itemsize
    if bytes_ is None or ends[-1] - ends[0] != size:
        if placed.any():
            raise ValueError("its points are no longer as they were written")
        return np.full(len(column), np.nan), np.full(len(column), np.nan)
    points = np.frombuffer(bytes_, POINT, count=int(placed.sum()), offset=int(ends[0]))
    x, y = np.full(len(column), np.nan), np.full(len(column), np.nan)
    x[placed], y[placed] = points["place"].T
    return x, y


def rectangles(x: np.ndarray, y: np.ndarray) -> Any:
    """Return the rectangles around points (n,), which are the points, as a column of GeoParquet; null where there is no place."""
    import pyarrow as pa

    nowhere = pa.array(~(np.isfinite(x) & np.isfinite(y)))
    x, y = pa.array(x), pa.array(y)
    return pa.StructArray.from_arrays([x, y, x, y], names=list(CORNERS), mask=nowhere)


def described(bounds: tuple[float, float, float, float] | None = None, covered: bool = False) -> bytes:
    """Return what GeoParquet 1.0 asks a file to say of its geometry; 1.1 where its rectangles are there too."""
    from pyproj import CRS

    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"], "crs": CRS("EPSG:4326").to_json_dict()}
    if bounds is not None:
        column["bbox"] = bounds
    if covered:
        column["covering"] = {BBOX: {corner: [BBOX, corner] for corner in CORNERS}}
    edition = "1.1.0" if covered else "1.0.0"
    return json.dumps({"version": edition, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}).encode()
