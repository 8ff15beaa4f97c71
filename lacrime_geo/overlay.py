"""Which polygon each point stands in, without GEOS."""

from __future__ import annotations

import numpy as np

from . import geometry
from .cell_index import expand
from .features import Features
from .places import collapse
from .progress import Progress, advance, within

_PAIRS = 8_000_000
_LEVELS = 2_048  # by which the edges of a large polygon are sorted from south to north
# Polygons with more edges are worth a turn of their own, those with fewer, such as cells, are tested many at once.
_FEW_EDGES = 64


def polygon_of(areas: Features, x: np.ndarray, y: np.ndarray, progress: Progress = None) -> np.ndarray:
    """Return the row of the polygon each point (n,) stands in, −1 for none; the first of several.

    By crossings of a ray to the east, so that a point on a border that two polygons share belongs to one of them.
    """
    return Finder(areas).polygon_of(x, y, progress)


def polygon_by_place(areas: Features, x: np.ndarray, y: np.ndarray, progress: Progress = None) -> np.ndarray:
    """Return the same for points (n,), all finite, of which many stand on one place: each place is looked up once."""
    first, place = collapse(x, y)
    return polygon_of(areas, x[first], y[first], progress)[place]


class Finder:
    """Polygons made ready to be asked again and again which of them points stand in."""

    def __init__(self, areas: Features) -> None:
        self.none = areas.size
        self.edges = _Edges(areas)
        self.turned = self.edges.turned()

    def polygon_of(self, x: np.ndarray, y: np.ndarray, progress: Progress = None) -> np.ndarray:
        """Return the row of the polygon each point (n,) stands in, −1 for none; the first of several."""
        edges = self.edges
        if edges.overlaps(x, y, "east") < edges.overlaps(x, y, "north"):
            # Long shapes from south to north are told apart by what lies west and east: turn the map.
            edges, x, y = self.turned, y, x
        order = np.argsort(y, kind="stable")
        start = np.searchsorted(y, edges.south, side="left", sorter=order)
        stop = np.searchsorted(y, edges.north, side="right", sorter=order)
        few = edges.count <= _FEW_EDGES
        found = np.full(x.size, self.none, dtype=np.int64)
        for number in np.flatnonzero(~few):
            rows = order[start[number] : stop[number]]
            rows = rows[(x[rows] >= edges.west[number]) & (x[rows] <= edges.east[number])]
            inside = rows[edges.around(int(number), x[rows], y[rows])]
            found[inside] = np.minimum(found[inside], edges.feature[number])
            advance(progress, 0.5 * (number + 1) / few.size)
        small = np.flatnonzero(few)
        _in_small(edges, small, (start[small], stop[small], order), (x, y), found, within(progress, 0.5, 1.0))
        return np.where(found < self.none, found, -1)


class _Edges:
    """The edges of polygons, end to end, and of each polygon that has any: its row, first edge, number of edges, bounds."""

    def __init__(self, areas: Features) -> None:
        self.heights: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        layer = geometry.rings(areas.wkb)
        vertex = geometry.edges(layer)
        self.x0, self.y0, self.x1, self.y1 = layer.x[vertex], layer.y[vertex], layer.x[vertex + 1], layer.y[vertex + 1]
        owner = layer.feature[np.searchsorted(layer.start, vertex, side="right") - 1]
        self.feature, self.first, self.count = np.unique(owner, return_index=True, return_counts=True)
        bounds = (np.minimum, self.x0), (np.minimum, self.y0), (np.maximum, self.x0), (np.maximum, self.y0)
        # Each ring is closed: where its edges begin are all its corners.
        none = np.empty(0)
        found = [edge.reduceat(values, self.first) if self.first.size else none for edge, values in bounds]
        self.west, self.south, self.east, self.north = found

    def overlaps(self, x: np.ndarray, y: np.ndarray, axis: str) -> float:
        """Return about how many points lie beside each polygon, summed, between its ends along an axis."""
        values, low, high = (x, self.west, self.east) if axis == "east" else (y, self.south, self.north)
        some = np.sort(values[:: max(values.size // 10_000, 1)])
        return float((np.searchsorted(some, high, side="right") - np.searchsorted(some, low)).sum())

    def turned(self) -> _Edges:
        """Return the same edges with east and north changed for each other."""
        other = _Edges.__new__(_Edges)
        other.heights = {}
        other.x0, other.y0, other.x1, other.y1 = self.y0, self.x0, self.y1, self.x1
        other.feature, other.first, other.count = self.feature, self.first, self.count
        other.west, other.south, other.east, other.north = self.south, self.west, self.north, self.east
        return other

    def around(self, number: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Tell whether points (n,) stand in one polygon: each is held against the edges at its height only."""
        level, slab, edge = self._by_height(number)
        at = np.searchsorted(level, y, side="right") - 1
        odd = np.zeros(x.size, dtype=bool)
        start, stop = (np.searchsorted(slab, at, side=side)[:, None] for side in ("left", "right"))
        for point, place, _ in expand(start, stop):
            low = int(point[0]) if point.size else 0
            crossed = self.crossed(x[point], y[point], edge[place])
            crossings = np.bincount(point - low, crossed)
            odd[low : low + crossings.size] ^= crossings % 2 == 1
        return odd

    def _by_height(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return levels from south to north, and every edge of a polygon in each of the slabs between them that it touches."""
        if number not in self.heights:
            own = slice(self.first[number], self.first[number] + self.count[number])
            low, high = np.minimum(self.y0[own], self.y1[own]), np.maximum(self.y0[own], self.y1[own])
            # Long edges stand in many slabs: fewer levels keep the pairs in bounds.
            spanned = float(((high - low) / max(np.ptp(self.y0[own]), np.finfo(float).tiny)).sum())
            levels = int(min(low.size, _LEVELS, max(_PAIRS / max(spanned, 1.0), 1)))
            level = np.unique(np.quantile(low, np.linspace(0, 1, levels)))
            bottom = np.maximum(np.searchsorted(level, low, side="right") - 1, 0)[:, None]
            above = np.searchsorted(level, high, side="right")[:, None]
            edge, slab = map(np.concatenate, zip(*[part[:2] for part in expand(bottom, above)]))
            order = np.argsort(slab, kind="stable")
            self.heights[number] = level, slab[order], edge[order] + own.start
        return self.heights[number]

    def crossed(self, x: np.ndarray, y: np.ndarray, edge: np.ndarray | slice) -> np.ndarray:
        """Tell whether a ray from each point to the east crosses an edge; holes have edges as well."""
        y0, y1 = self.y0[edge], self.y1[edge]
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = self.x0[edge] + (y - y0) * ((self.x1[edge] - self.x0[edge]) / (y1 - y0))
        return np.asarray(((y0 <= y) != (y1 <= y)) & (x < crossing))


def _in_small(
    edges: _Edges,
    small: np.ndarray,
    ranges: tuple[np.ndarray, np.ndarray, np.ndarray],
    points: tuple[np.ndarray, np.ndarray],
    found: np.ndarray,
    progress: Progress,
) -> None:
    """Mark the points in polygons of few edges: those between south and north in `ranges`, then between west and east."""
    (start, stop, order), (x, y) = ranges, points
    for which, place, done in expand(start[:, None], stop[:, None]):
        number, row = small[which], order[place]
        near = (x[row] >= edges.west[number]) & (x[row] <= edges.east[number])
        number, row = number[near], row[near]
        begin = edges.first[number][:, None]
        odd = np.zeros(row.size, dtype=bool)
        for pair, edge, _ in expand(begin, begin + edges.count[number][:, None]):
            crossings = np.bincount(pair, edges.crossed(x[row[pair]], y[row[pair]], edge), row.size)
            odd ^= crossings % 2 == 1
        np.minimum.at(found, row[odd], edges.feature[number[odd]])
        advance(progress, done)
