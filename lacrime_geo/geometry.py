"""Polygons and points taken from WKB without GEOS: rings, centres, areas, hulls."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

POINT, POLYGON, MULTIPOINT, MULTIPOLYGON = 1, 3, 4, 6
NAMES = {
    1: "points",
    2: "lines",
    3: "polygons",
    4: "multipoints",
    5: "multilines",
    6: "multipolygons",
    7: "collections",
}
_MANY = 1_000
_CORNERS = 72
_POINT_HEAD = b"\x01\x01\x00\x00\x00"  # little endian, a point
_POINTS = np.dtype([("head", "S5"), ("x", "<f8"), ("y", "<f8")])
_HAS_SRID = 0x20000000  # EWKB: an SRID follows the type


class Rings(NamedTuple):
    """All rings of a layer, end to end: vertices, where each ring starts (and the end), its feature, hole or shell."""

    x: np.ndarray
    y: np.ndarray
    start: np.ndarray
    feature: np.ndarray
    hole: np.ndarray


def kind(wkb: bytes) -> int:
    """Return the WKB geometry type without its Z and M flags (ISO and EWKB)."""
    order = "<" if wkb[0] == 1 else ">"
    return int(struct.unpack_from(order + "I", wkb, 1)[0] & 0xFFFF) % 1000


def point(wkb: bytes) -> tuple[float, float]:
    """Return the coordinates of a WKB point, or of a multipoint with a single part; an empty point is (nan, nan).

    Raises
    ------
    ValueError
        If a multipoint has several parts: it has no one place.
    """
    order = "<" if wkb[0] == 1 else ">"
    (code,) = struct.unpack_from(order + "I", wkb, 1)
    offset = 9 if code & _HAS_SRID else 5
    if kind(wkb) == MULTIPOINT:
        (parts,) = struct.unpack_from(order + "I", wkb, offset)
        if parts > 1:
            raise ValueError(f"A multipoint has {parts} parts; take centroids or explode the parts first.")
        return point(wkb[offset + 4 :]) if parts else (np.nan, np.nan)
    x, y = struct.unpack_from(order + "2d", wkb, offset)
    return x, y


def points(geometry: Sequence[bytes | None]) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates (n,) of WKB points or multipoints with a single part, NaN where geometry is missing."""
    together = b"".join(wkb for wkb in geometry if wkb is not None)
    if len(together) == len(geometry) * _POINTS.itemsize:
        read = np.frombuffer(together, dtype=_POINTS)
        if (read["head"] == _POINT_HEAD).all():  # each the one way in which all are written here
            return read["x"].copy(), read["y"].copy()
    pairs = [(np.nan, np.nan) if wkb is None else point(wkb) for wkb in geometry]
    xy = np.array(pairs, dtype=float).reshape(-1, 2)
    return xy[:, 0], xy[:, 1]


def points_wkb(x: np.ndarray, y: np.ndarray) -> list[bytes | None]:
    """Return points (n,) as WKB, None where a coordinate is missing."""
    written = np.empty(x.size, dtype=_POINTS)
    written["head"], written["x"], written["y"] = _POINT_HEAD, x, y
    together, size = written.tobytes(), _POINTS.itemsize
    shapes: list[bytes | None] = [together[at : at + size] for at in range(0, len(together), size)]
    for row in np.flatnonzero(np.isnan(x) | np.isnan(y)):
        shapes[row] = None
    return shapes


def rings(geometry: Sequence[bytes | None]) -> Rings:
    """Read every ring of every polygon and multipolygon; missing geometry has none."""
    coordinates: list[np.ndarray] = []
    feature: list[int] = []
    hole: list[bool] = []
    for number, wkb in enumerate(geometry):
        for ring, is_hole in _rings_of(wkb, 0)[0] if wkb is not None else ():
            coordinates.append(ring)
            feature.append(number)
            hole.append(is_hole)
    start = np.concatenate([[0], np.cumsum([len(ring) for ring in coordinates])]).astype(np.int64)
    vertices = np.concatenate(coordinates) if coordinates else np.empty((0, 2))
    return Rings(vertices[:, 0], vertices[:, 1], start, np.array(feature, dtype=np.int64), np.array(hole, dtype=bool))


def _rings_of(wkb: bytes, offset: int) -> tuple[list[tuple[np.ndarray, bool]], int]:
    order = "<" if wkb[offset] == 1 else ">"
    code, parts = struct.unpack_from(order + "2I", wkb, offset + 1)
    # EWKB keeps Z in the top bit and an SRID after the type; ISO WKB adds 1000 for Z, 2000 for M, 3000 for both.
    dimensions = 2 + bool(code & 0x80000000) + bool(code & 0x40000000) + (0, 1, 1, 2)[(code & 0xFFFF) // 1000 % 4]
    offset += 9
    if code & _HAS_SRID:
        (parts,) = struct.unpack_from(order + "I", wkb, offset)
        offset += 4
    found: list[tuple[np.ndarray, bool]] = []
    for part in range(parts):
        if (code & 0xFFFF) % 1000 == POLYGON:
            (length,) = struct.unpack_from(order + "I", wkb, offset)
            values = np.frombuffer(wkb, order + "f8", length * dimensions, offset + 4)
            found.append((values.reshape(length, dimensions)[:, :2], part > 0))
            offset += 4 + 8 * length * dimensions
        else:
            inner, offset = _rings_of(wkb, offset)
            found.extend(inner)
    return found, offset


def centroids(layer: Rings, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the area-weighted centre of each polygon (m), holes taken out; NaN where there is none.

    A polygon collapsed to a line or a point has the length-weighted centre of its edges.
    """
    # Far from the origin the products below would lose digits; measure from the first vertex.
    x0, y0 = layer.x[:1].sum(), layer.y[:1].sum()
    x, y = layer.x - x0, layer.y - y0
    first = edges(layer)
    ring = np.searchsorted(layer.start, first, side="right") - 1
    cross = x[first] * y[first + 1] - x[first + 1] * y[first]
    # Files do not keep to one winding: a shell counts as positive and a hole as negative, whatever its own sign.
    signed = np.bincount(ring, cross, layer.feature.size)
    cross = cross * (np.where(layer.hole, -1.0, 1.0) * np.sign(signed))[ring]
    feature = layer.feature[ring]
    area = np.bincount(feature, cross, features) / 2
    moment_x = np.bincount(feature, (x[first] + x[first + 1]) * cross, features) / 6
    moment_y = np.bincount(feature, (y[first] + y[first + 1]) * cross, features) / 6
    length = np.maximum(np.hypot(x[first + 1] - x[first], y[first + 1] - y[first]), np.finfo(float).tiny)
    border = np.bincount(feature, length, features)
    flat = area <= 1e-12 * border**2
    with np.errstate(invalid="ignore", divide="ignore"):
        middle_x = np.bincount(feature, (x[first] + x[first + 1]) * length, features) / (2 * border)
        middle_y = np.bincount(feature, (y[first] + y[first + 1]) * length, features) / (2 * border)
        centre_x, centre_y = moment_x / area, moment_y / area
    return np.where(flat, middle_x, centre_x) + x0, np.where(flat, middle_y, centre_y) + y0


def ring_areas(layer: Rings) -> np.ndarray:
    """Return the area of each ring (m²), positive where it runs anticlockwise."""
    first = edges(layer)
    ring = np.searchsorted(layer.start, first, side="right") - 1
    # Measured from the ring's own beginning, small rings far from the origin keep their digits.
    x, y = layer.x - np.repeat(layer.x[layer.start[:-1]], np.diff(layer.start)), layer.y
    cross = (x[first] + x[first + 1]) * (y[first + 1] - y[first])
    return np.bincount(ring, cross, layer.start.size - 1) / 2


def edges(layer: Rings) -> np.ndarray:
    """Return the index of each edge's first vertex: every vertex but the last of each ring."""
    keep = np.ones(layer.x.size, dtype=bool)
    keep[layer.start[1:] - 1] = False
    return np.flatnonzero(keep)


def polygon_wkb(x: np.ndarray, y: np.ndarray) -> bytes:
    """Return a polygon of one ring (closed here when it is not) as little-endian WKB."""
    if x[0] != x[-1] or y[0] != y[-1]:
        x, y = np.append(x, x[0]), np.append(y, y[0])
    return struct.pack("<BIII", 1, POLYGON, 1, x.size) + np.column_stack([x, y]).astype("<f8").tobytes()


def multipolygon_wkb(layer: Rings) -> bytes:
    """Return polygons as one little-endian WKB multipolygon: `feature` numbers them; closed rings, each shell first."""
    number, first = np.unique(layer.feature, return_index=True)
    parts = [struct.pack("<BII", 1, MULTIPOLYGON, number.size)]
    vertices = np.column_stack([layer.x, layer.y]).astype("<f8")
    for begin, stop in zip(first, [*first[1:], layer.feature.size]):
        parts.append(struct.pack("<BII", 1, POLYGON, stop - begin))
        for start, end in zip(layer.start[begin:stop], layer.start[begin + 1 : stop + 1]):
            parts += [struct.pack("<I", end - start), vertices[start:end].tobytes()]
    return b"".join(parts)


def rectangles_wkb(west: np.ndarray, south: np.ndarray, width: float, height: float) -> np.ndarray:
    """Return one rectangle per row as WKB, in an object array."""
    return alike_wkb(west, south, np.array([0, width, width, 0]), np.array([0, 0, height, height]))


def alike_wkb(x: np.ndarray, y: np.ndarray, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Return a polygon around each place (n,), its corners east and north of it, as WKB in an object array.

    The corners are the same for all (m,), or those of each (m, n).
    """
    corners = len(east) + 1
    record = np.zeros(x.size, dtype=[("head", "u1"), ("ints", "<u4", 3), ("xy", "<f8", (corners, 2))])
    record["head"], record["ints"] = 1, (POLYGON, 1, corners)
    for corner in range(corners):
        record["xy"][:, corner, 0] = x + east[corner % len(east)]
        record["xy"][:, corner, 1] = y + north[corner % len(east)]
    size, raw = record.dtype.itemsize, record.tobytes()
    out = np.empty(x.size, dtype=object)
    out[:] = [raw[i * size : (i + 1) * size] for i in range(x.size)]
    return out


def circles_wkb(x: np.ndarray, y: np.ndarray, radius: Any) -> np.ndarray:
    """Return circles (n,) of one radius, or of one each, as WKB polygons of 72 corners in an object array."""
    turn = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    radii = np.broadcast_to(radius, x.shape)
    return alike_wkb(x, y, np.multiply.outer(np.cos(turn), radii), np.multiply.outer(np.sin(turn), radii))


def convex_hull(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the convex hull, anticlockwise (Andrew 1979, monotone chain); one or two when degenerate."""
    if x.size > _MANY:
        rest = _not_inside(x, y)
        x, y = x[rest], y[rest]
    points = np.unique(np.column_stack([x, y]), axis=0)
    if len(points) < 3:
        return points[:, 0], points[:, 1]
    lower, upper = _half_hull(points), _half_hull(points[::-1])
    corners = np.array(lower[:-1] + upper[:-1])
    return corners[:, 0], corners[:, 1]


def _not_inside(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return which points are not well inside the polygon of those outermost in sixteen directions (Akl & Toussaint 1978)."""
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    outermost = np.array([np.argmax(x * np.cos(a) + y * np.sin(a)) for a in angle])
    corner_x, corner_y = convex_hull(x[outermost], y[outermost])
    inside = np.full(x.size, corner_x.size > 2)
    margin = 1e-9 * (np.ptp(x) + np.ptp(y)) ** 2
    for i in range(corner_x.size):
        x0, y0, x1, y1 = corner_x[i - 1], corner_y[i - 1], corner_x[i], corner_y[i]
        inside &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > margin
    return ~inside


def _half_hull(points: np.ndarray) -> list[np.ndarray]:
    chain: list[np.ndarray] = []
    for p in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
            chain.pop()
        chain.append(p)
    return chain


def _turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def around(x: np.ndarray, y: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the convex hull of circles of a radius around places."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return convex_hull(
        np.add.outer(x, radius * np.cos(angle)).ravel(),
        np.add.outer(y, radius * np.sin(angle)).ravel(),
    )


def thickness(x: np.ndarray, y: np.ndarray) -> float:
    """Return a polygon's area divided by its length (m): about how thick it is; 0 of one or two corners."""
    if x.size < 3:
        return 0.0
    # Measured from a corner, thin polygons far from the origin keep their digits.
    x, y = x - x[0], y - y[0]
    area = abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2
    return area / float(np.hypot(np.ptp(x), np.ptp(y)))
