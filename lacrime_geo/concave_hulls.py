"""Concave hulls of places: the triangulation's border, drawn in wherever its edges are long."""

from __future__ import annotations

import heapq

import numpy as np

from .geometry import convex_hull

_Edge = tuple  # of the two corners, the lower number first


def concave_hull(x: np.ndarray, y: np.ndarray, length: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of one simple polygon around all places (n,), anticlockwise, its edges no longer than needed.

    From the convex hull, an edge longer than `length` (m) gives way to the other two sides of its triangle as long as the
    polygon stays simple, the longest first. Places in a line have no more than their convex hull.

    Notes
    -----
    The χ-shape of Duckham, Kulik, Worboys & Galton 2008, on scipy's Delaunay triangulation.

    Examples
    --------
    >>> notched = np.array([[0, 0], [10, 0], [10, 10], [5, 4], [0, 10]], float)
    >>> len(concave_hull(*notched.T, 11.0)[0]), len(concave_hull(*notched.T, 9.0)[0])
    (4, 5)
    """
    from scipy.spatial import Delaunay, QhullError

    places = np.unique(np.column_stack([x, y]), axis=0)
    try:
        # Far from the origin Qhull would lose digits.
        near = places - places.min(axis=0)
        triangles = Delaunay(near).simplices if len(places) > 3 else np.empty((0, 3), dtype=int)
    except QhullError:
        triangles = np.empty((0, 3), dtype=int)
    if len(triangles) == 0:
        return convex_hull(x, y)
    ring = _Border(places, triangles).drawn_in(length)
    return places[ring, 0], places[ring, 1]


class _Border:
    """The border of a triangulation, from which triangles are taken."""

    def __init__(self, places: np.ndarray, triangles: np.ndarray) -> None:
        self.places = places
        self.beside: dict[_Edge, list[tuple[int, int]]] = {}
        for number, (a, b, c) in enumerate(triangles.tolist()):
            for one, other, third in ((a, b, c), (b, c, a), (c, a, b)):
                self.beside.setdefault(_edge(one, other), []).append((number, third))
        self.edges = {edge for edge, triangle in self.beside.items() if len(triangle) == 1}
        self.corners = {corner for edge in self.edges for corner in edge}
        self.taken: set[int] = set()

    def drawn_in(self, length: float) -> list[int]:
        """Take the triangle behind the longest edge again and again; return the corners in turn."""
        queue = [(-self._length(edge), edge) for edge in self.edges]
        heapq.heapify(queue)
        while queue and -queue[0][0] > length:
            _, edge = heapq.heappop(queue)
            number, third = next(entry for entry in self.beside[edge] if entry[0] not in self.taken)
            # A corner that is on the border already would be met twice: the polygon would no longer be simple.
            if third in self.corners:
                continue
            self.taken.add(number)
            self.corners.add(third)
            self.edges.remove(edge)
            for side in (_edge(edge[0], third), _edge(edge[1], third)):
                self.edges.add(side)
                heapq.heappush(queue, (-self._length(side), side))
        return self._in_turn()

    def _length(self, edge: _Edge) -> float:
        (x0, y0), (x1, y1) = self.places[edge[0]], self.places[edge[1]]
        return float(np.hypot(x1 - x0, y1 - y0))

    def _in_turn(self) -> list[int]:
        """Return the corners in their order along the border, anticlockwise."""
        neighbours: dict[int, list[int]] = {}
        for one, other in sorted(self.edges):
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
        ring = [min(neighbours)]
        ring.append(neighbours[ring[0]][0])
        while len(ring) < len(neighbours):
            behind, here = ring[-2:]
            ring.append(next(other for other in neighbours[here] if other != behind))
        x, y = self.places[ring].T
        area = float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())
        return ring if area > 0 else ring[::-1]


def _edge(one: int, other: int) -> _Edge:
    return (one, other) if one < other else (other, one)
