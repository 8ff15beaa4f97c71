"""The area that polygons of two layers share, exactly and without GEOS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import geometry
from ..cell_index import expand
from ..features import Features
from ..polygon_grid import polygon_areas
from ..progress import Progress, advance, within

# Shared areas below this share of the smaller polygon are rounding, as where two polygons only touch.
_TOUCH = 1e-9


class Shared(NamedTuple):
    """Pairs (m,) of a feature and an area that share some ground: their rows, and how much (m²)."""

    feature: np.ndarray
    area: np.ndarray
    size: np.ndarray


def shared_areas(features: Features, areas: Features, progress: Progress = None) -> Shared:
    """Return the area that each polygon of one layer shares with each of another, pairs by feature and then by area.

    Polygons must be valid: where parts of one lie upon each other, that ground counts twice.

    Notes
    -----
    A point stands in a polygon when, of the edges above it, one more runs one way than the other. So above any x the length that
    polygons A and B share is Σₑ Σ_f sₑ s_f min(yₑ, y_f) over their edges e and f there, with s = ±1 the way that an edge runs.
    With min(a, b) = (a + b)/2 − |a − b|/2, and as the ways of the edges above any x add up to 0, what is left is

        |A ∩ B| = −½ Σₑ Σ_f sₑ s_f ∫ |yₑ(x) − y_f(x)| dx,

    each of which is known in closed form. No corner of the shared polygon is ever computed, so that edges that touch,
    cross in a corner or lie upon each other need no care. Edges are cut at upright lines, so that only those that stand
    in one slab are held against each other.
    """
    layers = [geometry.rings(layer.wkb) for layer in (features, areas)]
    # Measured from a corner, places far from the origin keep their digits.
    origin = float(layers[0].x[:1].sum()), float(layers[0].y[:1].sum())
    edges = [_edges_of(layer, origin) for layer in layers]
    if not all(edge.x0.size for edge in edges):
        return Shared(*(np.empty(0, dtype=kind) for kind in (np.int64, np.int64, float)))
    steps = np.concatenate([edge.x1 - edge.x0 for edge in edges])
    west, width = float(min(edge.x0.min() for edge in edges)), float(steps.mean())
    one, other = (_Slabs(edge, west, width) for edge in edges)
    feature, area, size = _added_up(one, other, areas.size, progress)
    some = size > _TOUCH * np.minimum(polygon_areas(features)[feature], polygon_areas(areas)[area])
    return Shared(feature[some], area[some], size[some])


class _Edges(NamedTuple):
    """Edges from west to east: ends, the way each runs (1: the polygon is below it), and its polygon."""

    x0: np.ndarray
    y0: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    way: np.ndarray
    polygon: np.ndarray


def _edges_of(layer: geometry.Rings, origin: tuple[float, float]) -> _Edges:
    """Return the edges of polygons that are not upright."""
    first = geometry.edges(layer)
    ring = np.searchsorted(layer.start, first, side="right") - 1
    x, y = layer.x - origin[0], layer.y - origin[1]
    x0, y0, x1, y1 = x[first], y[first], x[first + 1], y[first + 1]
    # Files do not keep to one winding: a shell counts as positive and a hole as negative, whatever its own sign.
    turned = np.sign(geometry.ring_areas(layer)) * np.where(layer.hole, -1.0, 1.0)
    way = np.where(x1 < x0, 1.0, -1.0) * turned[ring]
    back, some = x1 < x0, (x1 != x0) & (way != 0)
    west, east = (np.where(back, x1, x0), np.where(back, y1, y0)), (np.where(back, x0, x1), np.where(back, y0, y1))
    (x0, y0), (x1, y1) = ((x[some], y[some]) for x, y in (west, east))
    return _Edges(x0, y0, x1, y1, way[some], layer.feature[ring][some])


class _Slabs:
    """Edges cut at upright lines `width` apart, and groups of those of one polygon in one slab."""

    def __init__(self, edges: _Edges, west: float, width: float) -> None:
        first, last = (np.floor((x - west) / width).astype(np.int64) for x in (edges.x0, edges.x1))
        row, slab = map(np.concatenate, zip(*[part[:2] for part in expand(first[:, None], last[:, None] + 1)]))
        low, high = west + slab * width, west + (slab + 1) * width
        x0, x1 = np.maximum(edges.x0[row], low), np.minimum(edges.x1[row], high)
        order = np.lexsort((edges.polygon[row], slab))
        order = order[x1[order] > x0[order]]
        self.x0, self.x1, row, slab = x0[order], x1[order], row[order], slab[order]
        self.slope = ((edges.y1 - edges.y0) / (edges.x1 - edges.x0))[row]
        # From the nearer end, steep edges keep their digits.
        self.y0 = edges.y0[row] + self.slope * (self.x0 - edges.x0[row])
        self.y1 = edges.y1[row] - self.slope * (edges.x1[row] - self.x1)
        self.way, polygon = edges.way[row], edges.polygon[row]
        new = np.flatnonzero(np.r_[True, (np.diff(slab) != 0) | (np.diff(polygon) != 0)])
        self.start, self.stop = new, np.r_[new[1:], slab.size]
        self.slab, self.polygon = slab[new], polygon[new]
        self.south = np.minimum.reduceat(np.minimum(self.y0, self.y1), new)
        self.north = np.maximum.reduceat(np.maximum(self.y0, self.y1), new)


def _added_up(one: _Slabs, other: _Slabs, areas: int, progress: Progress) -> Shared:
    """Hold the groups of edges in each slab against each other, and add up what polygons share over the slabs."""
    start, stop = (np.searchsorted(other.slab, one.slab, side=side)[:, None] for side in ("left", "right"))
    key, size, before = [], [], 0.0
    for mine, theirs, done in expand(start, stop):
        near = (one.south[mine] < other.north[theirs]) & (other.south[theirs] < one.north[mine])
        mine, theirs = mine[near], theirs[near]
        key.append(one.polygon[mine] * areas + other.polygon[theirs])
        size.append(_of_groups(one, other, (mine, theirs), within(progress, before, done)))
        before = done
    pair, number = np.unique(np.concatenate(key), return_inverse=True)
    total = np.bincount(number.ravel(), np.concatenate(size), pair.size)
    return Shared(pair // areas, pair % areas, total)


def _of_groups(one: _Slabs, other: _Slabs, pairs: tuple[np.ndarray, np.ndarray], progress: Progress) -> np.ndarray:
    """Return the area (m²) that each pair of groups shares in its slab."""
    mine, theirs = pairs
    total = np.zeros(mine.size)
    for pair, edge, _ in expand(one.start[mine][:, None], one.stop[mine][:, None]):
        against = theirs[pair]
        for which, partner, done in expand(other.start[against][:, None], other.stop[against][:, None]):
            between = _between(one, edge[which], other, partner)
            total += np.bincount(pair[which], between, mine.size)
            advance(progress, done)
    return -total / 2


def _between(one: _Slabs, e: np.ndarray, other: _Slabs, f: np.ndarray) -> np.ndarray:
    """Return the area between pairs of edges where both are, positive where they run the same way."""
    low, high = np.maximum(one.x0[e], other.x0[f]), np.minimum(one.x1[e], other.x1[f])
    wide = np.maximum(high - low, 0.0)
    at_low = one.y0[e] + one.slope[e] * (low - one.x0[e]) - other.y0[f] - other.slope[f] * (low - other.x0[f])
    at_high = at_low + (one.slope[e] - other.slope[f]) * wide
    both = np.abs(at_low) + np.abs(at_high)
    crossed = at_low * at_high < 0
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(crossed, (at_low**2 + at_high**2) / (2 * both), both / 2)
    return one.way[e] * other.way[f] * wide * mean
