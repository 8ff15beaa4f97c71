"""Pairs of incidents near each other in space, listed a bounded number at a time, ordered by their band of distance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ..cell_index import expand

_Listed = tuple[np.ndarray, np.ndarray]
METRICS = ("euclidean", "manhattan")
# With two numbers each, and while they are joined: 32 MB.
PAIRS_AT_ONCE = 1_000_000
# Strips are wider than pairs are apart by more than rounding, so that partners are in the next one; and not countless.
_WIDER, _MOST_STRIPS = 1.001, 1e9
# So many are compared one by one sooner than they are searched.
_FEW_EDGES = 16
# So many points of a tile, and of their candidates, tell how many pairs it has.
_POINTS_LOOKED_AT, _CANDIDATES_LOOKED_AT = 256, 131_072


class NearPairs(NamedTuple):
    """Pairs of rows (pairs,), ordered by band; those of band k stand from `begin[k]` to `begin[k + 1]`.

    `fraction` is how much of all is listed with them.
    """

    first: np.ndarray
    second: np.ndarray
    begin: np.ndarray
    fraction: float


class _Strips(NamedTuple):
    """Points sorted by x (n,), in strips from west to east: those of a strip together, in their order, from the south on.

    `order` is the number of each point as it stands in the strips, `key` and `along` tell strip and order, strip and x.
    """

    order: np.ndarray
    x: np.ndarray
    y: np.ndarray
    strip: np.ndarray
    key: np.ndarray
    along: np.ndarray
    width: float
    span: float

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, reach: float) -> _Strips:
        """Sort points into strips that are as wide as pairs are apart."""
        south, height = y.min(), float(np.ptp(y))
        width = max(reach * _WIDER + 1e-14 * float(np.abs(y).max()), height / _MOST_STRIPS)
        strip = ((y - south) / width).astype(np.int64)
        few = strip if height / width > np.iinfo(np.int16).max else strip.astype(np.int16)
        order = np.argsort(few, kind="stable")
        strip = strip[order]
        # Further than partners are, lest the end of one strip be near the beginning of the next.
        span = float(x[-1] - x[0]) + 4 * width
        x, y = x[order], y[order]
        return cls(order, x, y, strip, strip * order.size + order, strip * span + (x - x.min()), width, span)

    def partners(self, rows: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (rows, 3) of the ranges that hold the later points within reach of each of some rows."""
        strip, number, slack = self.strip[rows], self.order[rows], self._slack(reach)
        east, north = self.x[rows] - self.x.min(), self.y[rows] - self.y.min() - strip * self.width
        start, stop = (np.empty((rows.size, 3), dtype=np.int64, order="F") for _ in range(2))
        # The farther a strip is from a point, the less far the point reaches along it.
        for column, (step, apart) in enumerate(((-1, north), (0, 0.0 * north), (1, self.width - north))):
            apart = np.clip(apart - slack, 0.0, reach)
            far = np.sqrt(reach * reach - apart * apart) + slack
            stop[:, column] = np.searchsorted(self.along, (strip + step) * self.span + (east + far), side="right")
            later = np.searchsorted(self.key, (strip + step) * self.order.size + number) if step else rows + 1
            start[:, column] = later
        return start, np.maximum(stop, start)

    def _slack(self, reach: float) -> float:
        """Return by how much rounding may move a point along its strip, or across (m)."""
        return 1e-9 * reach + 1e-14 * float(self.along[-1] + self.span + np.abs(self.x).max() + np.abs(self.y).max())


def near_pairs(
    x: np.ndarray,
    y: np.ndarray,
    edges: np.ndarray,
    metric: str,
    listing: Callable[[float], None],
    own: int | None = None,
) -> Iterator[NearPairs]:
    """Yield all pairs of points (n,), metres, that lie in the bands between finite edges (k + 1,), each pair once.

    Points are sorted by x. The first of a pair is the one that comes first; where only so many are the caller's `own`, it is
    one of these. A distance equal to an edge belongs to the band above it. `listing` is told, again and again, how much is
    listed.
    """
    if edges.size < 2 or x.size < 2 or own == 0:
        return
    listing(0.0)
    strips = _Strips.of(x, y, float(edges[-1]))
    listing(0.0)
    rows = np.arange(x.size) if own is None else np.flatnonzero(strips.order < own)
    ranges = strips.partners(rows, float(edges[-1]))
    listing(0.0)
    held: list[list[_Listed]] = []
    holding = 0
    for listed, fraction in _listed(strips, rows, ranges, edges, metric):
        listing(fraction)
        held.append(listed)
        holding += sum(first.size for first, _ in listed)
        if holding >= PAIRS_AT_ONCE:
            yield _by_band(held, fraction)
            held, holding = [], 0
    if holding:
        yield _by_band(held, 1.0)


def number_of_pairs(x: np.ndarray, y: np.ndarray, edges: np.ndarray, metric: str, own: int) -> float:
    """Return about how many pairs `near_pairs` yields, by those of some points, evenly taken."""
    if edges.size < 2 or x.size < 2 or own == 0:
        return 0.0
    strips = _Strips.of(x, y, float(edges[-1]))
    rows = np.flatnonzero(strips.order < own)
    some = rows[:: -(-rows.size // _POINTS_LOOKED_AT)]
    start, stop = strips.partners(some, float(edges[-1]))
    candidates = (stop - start).sum(axis=1)
    every = max(int(candidates.sum() // _CANDIDATES_LOOKED_AT), 1)
    fewer = some[::every], (start[::every], stop[::every])
    near = sum(first.size for listed, _ in _listed(strips, *fewer, edges, metric) for first, _ in listed)
    share = near / max(candidates[::every].sum(), 1)
    return float(candidates.sum() * share * rows.size / some.size)


def _listed(
    strips: _Strips, rows: np.ndarray, ranges: tuple[np.ndarray, np.ndarray], edges: np.ndarray, metric: str
) -> Iterator[tuple[list[_Listed], float]]:
    """Yield near pairs of some rows of strips with partners in ranges, a list for each band, and the fraction that is listed."""
    for row, partner, fraction in expand(*ranges):
        row = rows[row]
        band = _band_of(strips.x[partner] - strips.x[row], strips.y[partner] - strips.y[row], edges, metric)
        row, partner = strips.order[row], strips.order[partner]
        near = [np.flatnonzero(band == which) for which in range(edges.size - 1)]
        yield [(row[which], partner[which]) for which in near], fraction


def _band_of(east: np.ndarray, north: np.ndarray, edges: np.ndarray, metric: str) -> np.ndarray:
    """Return the number of the band in which each pair lies, −1 below the first."""
    if metric == "manhattan":
        return _reached(np.abs(east) + np.abs(north), edges)
    # Squares are exact where coordinates are whole metres; roots are not.
    return _reached(east * east + north * north, edges**2)


def _reached(apart: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the number of the last edge that each distance reaches, −1 before the first."""
    if edges.size > _FEW_EDGES:
        return np.asarray(np.searchsorted(edges, apart, side="right") - 1, dtype=np.int16)
    reached = np.full(apart.size, -1, dtype=np.int16)
    for edge in edges.tolist():
        reached += apart >= edge
    return reached


def _by_band(held: list[list[_Listed]], fraction: float) -> NearPairs:
    """Join what is listed, band by band."""
    first, second = (np.concatenate([listed[axis] for pieces in zip(*held) for listed in pieces]) for axis in range(2))
    number = [sum(first.size for first, _ in pieces) for pieces in zip(*held)]
    return NearPairs(first, second, np.concatenate([[0], np.cumsum(number)]), fraction)
