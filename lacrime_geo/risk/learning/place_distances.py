"""How far places are from the nearest of a layer's points or polygons, and how many of its points are near: risk terrain."""

from __future__ import annotations

import numpy as np

from ... import geometry
from ...features import Features, as_features
from ...incidents import Incidents
from ...overlay import polygon_of

# Edges are cut to pieces of that many metres, so that the nearest middle of a piece is nearly the nearest edge.
PIECE = 50.0
_AT_FIRST = 8


def distances(x: np.ndarray, y: np.ndarray, layer: Features | Incidents) -> np.ndarray:
    """Return how far each point (n,) is from the nearest of a layer (m); 0 within a polygon.

    Raises
    ------
    ValueError
        If the layer has no geometry.
    """
    features = as_features(layer)
    if not features.known.any():
        raise ValueError(f"None of the {features.size:,} places of {features.label!r} has a geometry; leave it out.")
    if not features.are_polygons:
        return _from_points(x, y, *features.centres())
    found = edge_distances(x, y, features)
    return np.where(polygon_of(features, x, y) >= 0, 0.0, found)


def edge_distances(x: np.ndarray, y: np.ndarray, polygons: Features) -> np.ndarray:
    """Return how far each point (n,) is from the nearest border of polygons (m), inside as outside."""
    return _from_edges(x, y, *_edges(polygons))


def numbers_within(x: np.ndarray, y: np.ndarray, layer: Features | Incidents, reach: float) -> np.ndarray:
    """Return how many points of a layer are within a distance (m) of each point (n,)."""
    from scipy.spatial import cKDTree

    easting, northing = as_features(layer).centres()
    known = ~np.isnan(easting)
    tree = cKDTree(np.column_stack([easting[known], northing[known]]))
    return np.asarray(tree.query_ball_point(np.column_stack([x, y]), reach, return_length=True), dtype=float)


def _from_points(x: np.ndarray, y: np.ndarray, easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
    from scipy.spatial import cKDTree

    known = ~np.isnan(easting)
    tree = cKDTree(np.column_stack([easting[known], northing[known]]))
    return np.asarray(tree.query(np.column_stack([x, y]))[0])


def _edges(features: Features) -> tuple[np.ndarray, np.ndarray]:
    """Return the two ends (edges, 2) of each polygon's edges, long ones cut to pieces."""
    layer = geometry.rings(features.wkb)
    first = geometry.edges(layer)
    place = np.column_stack([layer.x, layer.y])
    begin, step = place[first], place[first + 1] - place[first]
    pieces = np.maximum(np.ceil(np.hypot(*step.T) / PIECE).astype(np.int64), 1)
    edge = np.repeat(np.arange(first.size), pieces)
    number = np.arange(edge.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = begin[edge] + step[edge] * (number / pieces[edge])[:, None]
    return start, start + step[edge] / pieces[edge][:, None]


def _from_edges(x: np.ndarray, y: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the exact distance (n,) to the nearest edge: of the pieces whose middle is near, until no other can be nearer."""
    from scipy.spatial import cKDTree

    tree, half = cKDTree((start + end) / 2), float(np.hypot(*(end - start).T).max()) / 2
    places, found = np.column_stack([x, y]), np.full(x.size, np.inf)
    open_rows, several = np.arange(x.size), min(_AT_FIRST, len(start))
    while open_rows.size:
        far, piece = tree.query(places[open_rows], k=several)
        far, piece = far.reshape(open_rows.size, -1), piece.reshape(open_rows.size, -1)
        exact = _to_pieces(places[open_rows][:, None], start[piece], end[piece]).min(axis=1)
        found[open_rows] = exact
        # A piece reaches half its length towards a point.
        unsure = (far[:, -1] - half < exact) & (several < len(start))
        open_rows, several = open_rows[unsure], min(4 * several, len(start))
    return found


def _to_pieces(place: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the distances of places to straight pieces, the last axis being x and y."""
    step, away = end - start, place - start
    length = np.maximum((step**2).sum(axis=-1), np.finfo(float).tiny)
    along = np.clip((step * away).sum(axis=-1) / length, 0.0, 1.0)
    return np.sqrt(((away - along[..., None] * step) ** 2).sum(axis=-1))
