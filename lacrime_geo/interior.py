"""The inside of a study area as trapezoids: points drawn evenly over it, and which points stand in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import geometry
from .cell_index import expand
from .features import Features


class Interior(NamedTuple):
    """Trapezoids between levels (m) where corners stand: their slab, and the ends of their foot and top.

    Of two polygons that overlap, what they share counts as outside, as on a grid.
    """

    level: np.ndarray
    slab: np.ndarray
    foot: np.ndarray
    top: np.ndarray

    @classmethod
    def of(cls, area: Features) -> Interior:
        """Cut polygons along the height of every corner, so that no two edges cross within a slab."""
        layer = geometry.rings(area.wkb)
        first = geometry.edges(layer)
        x0, y0, x1, y1 = layer.x[first], layer.y[first], layer.x[first + 1], layer.y[first + 1]
        level = np.unique(layer.y)
        bottom, above = np.searchsorted(level, np.minimum(y0, y1)), np.searchsorted(level, np.maximum(y0, y1))
        edges, slabs = [], []
        for edge, slab, _ in expand(bottom[:, None], above[:, None]):
            edges.append(edge)
            slabs.append(slab)
        edge, slab = np.concatenate([[], *edges]).astype(int), np.concatenate([[], *slabs]).astype(int)
        slope = (x1[edge] - x0[edge]) / (y1[edge] - y0[edge])
        foot, top = (x0[edge] + (level[at] - y0[edge]) * slope for at in (slab, slab + 1))
        order = np.lexsort((foot + top, slab))
        # Rings are closed: as many edges go up through a slab as come down, every second gap between them is inside.
        pairs = order.reshape(-1, 2)
        return cls(level, slab[pairs[:, 0]], foot[pairs], top[pairs])

    @property
    def areas(self) -> np.ndarray:
        """The area of each trapezoid (m²)."""
        width = np.diff(self.foot, axis=1) + np.diff(self.top, axis=1)
        height = self.level[self.slab + 1] - self.level[self.slab]
        return np.asarray(np.maximum(width[:, 0], 0.0) * height / 2)

    def draw(self, number: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return easting and northing of so many points, drawn evenly and independently."""
        sums = np.cumsum(self.areas)
        which = np.searchsorted(sums, random.random(number) * sums[-1], side="right")
        which = np.minimum(which, sums.size - 1)
        share, across = random.random((2, number))
        foot, top = self.foot[which], self.top[which]
        below, above = np.diff(foot, axis=1)[:, 0], np.diff(top, axis=1)[:, 0]
        # How far up a point stands: the share of the trapezoid's area below it, solved for the height.
        root = np.sqrt(np.maximum(below**2 + share * (above**2 - below**2), 0.0))
        up = share * (below + above) / np.maximum(below + root, np.finfo(float).tiny)
        west, east = (foot + up[:, None] * (top - foot)).T
        low, high = self.level[self.slab[which]], self.level[self.slab[which] + 1]
        return west + across * (east - west), low + up * (high - low)

    def contains(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return which points (n,) stand inside; on the border those on its west and south."""
        slab = np.searchsorted(self.level, y, side="right") - 1
        start, stop = (np.searchsorted(self.slab, slab, side=side)[:, None] for side in ("left", "right"))
        inside = np.zeros(x.size, dtype=bool)
        for point, at, _ in expand(start, stop):
            low, high = self.level[self.slab[at]], self.level[self.slab[at] + 1]
            up = ((y[point] - low) / (high - low))[:, None]
            west, east = (self.foot[at] + up * (self.top[at] - self.foot[at])).T
            inside[point[(west <= x[point]) & (x[point] < east)]] = True
        return inside
