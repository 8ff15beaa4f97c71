"""The inside of a study area: which points stand in it, and points drawn evenly over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import geometry
from .features import Features
from .overlay import Finder
from .progress import Progress, advance

_CELLS = 128  # on either side of the grid that keeps most draws from being tested
_TRIES = 10_000


@dataclass(frozen=True, eq=False)
class Interior:
    """A study area, and the cells of a grid over its bounds that an edge passes, or that lie wholly inside.

    Where polygons overlap, what they share counts once.
    """

    finder: Finder
    west: float
    south: float
    width: float
    height: float
    full: np.ndarray
    crossed: np.ndarray

    @classmethod
    def of(cls, area: Features) -> Interior:
        """Sort the cells; raise when the area has no extent."""
        layer = geometry.rings(area.wkb)
        if not np.abs(geometry.ring_areas(layer)).sum() > 0:
            raise ValueError(f"The boundary {area.label!r} has no area; give the outline of the study area.")
        west, south, east, north = area.bounds
        width, height = (east - west) / _CELLS, (north - south) / _CELLS
        crossed = _passed(layer, west, south, width, height)
        rest = np.flatnonzero(~crossed)
        row, column = np.divmod(rest, _CELLS)
        finder = Finder(area)
        inside = finder.polygon_of(west + (column + 0.5) * width, south + (row + 0.5) * height) >= 0
        return cls(finder, west, south, width, height, rest[inside], np.flatnonzero(crossed))

    def contains(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return which points (n,) stand inside."""
        return self.finder.polygon_of(x, y) >= 0

    def draw(
        self, number: int, random: np.random.Generator, progress: Progress = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return easting and northing of so many points, drawn evenly and independently.

        They are drawn over the cells; in those that an edge passes, what stands outside is drawn anew.
        """
        x, y = np.empty(number), np.empty(number)
        left = np.arange(number)
        cells = np.concatenate([self.full, self.crossed])
        for _ in range(_TRIES):
            advance(progress, 1.0 - left.size / max(number, 1))
            which = random.integers(0, cells.size, left.size)
            row, column = np.divmod(cells[which], _CELLS)
            across, up = random.random((2, left.size))
            x[left] = self.west + (column + across) * self.width
            y[left] = self.south + (row + up) * self.height
            left = left[which >= self.full.size]
            left = left[~self.contains(x[left], y[left])]
            if left.size == 0:
                return x, y
        raise ValueError("The boundary has next to no area; give the outline of the study area.")


def _passed(layer: geometry.Rings, west: float, south: float, width: float, height: float) -> np.ndarray:
    """Return which cells an edge passes, and some beside it: those in the boxes of its pieces, each no longer than a cell."""
    first = geometry.edges(layer)
    x, y = (layer.x - west) / width, (layer.y - south) / height
    east, north = x[first + 1] - x[first], y[first + 1] - y[first]
    pieces = np.maximum(np.ceil(np.maximum(np.abs(east), np.abs(north))), 1).astype(np.int64)
    edge = np.repeat(np.arange(first.size), pieces)
    share = (np.arange(edge.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[edge]
    crossed = np.zeros((_CELLS, _CELLS), dtype=bool)
    begin = x[first][edge] + share * east[edge], y[first][edge] + share * north[edge]
    end = begin[0] + (east / pieces)[edge], begin[1] + (north / pieces)[edge]
    # A hair wider, so that rounding hides no cell.
    for one, other in ((np.minimum, -1e-6), (np.maximum, 1e-6)):
        for another, margin in ((np.minimum, -1e-6), (np.maximum, 1e-6)):
            column = np.floor(one(begin[0], end[0]) + other).clip(0, _CELLS - 1).astype(np.int64)
            row = np.floor(another(begin[1], end[1]) + margin).clip(0, _CELLS - 1).astype(np.int64)
            crossed[row, column] = True
    return crossed.ravel()
