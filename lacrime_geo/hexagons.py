"""Hexagonal cells behind the same face as square ones: rows of hexagons, every other one moved half a cell to the east."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from . import geometry
from .grid import Grid
from .neighbourhoods import Reach, staggered_disk

# The corners of a hexagon with a corner in the north, from the north-east one on, anticlockwise, in sizes of a cell.
_EAST = np.array([0.5, 0.0, -0.5, -0.5, 0.0, 0.5])
_NORTH = np.array([0.5, 1.0, 0.5, -0.5, -1.0, -0.5]) / math.sqrt(3)


@dataclass(frozen=True)
class HexagonalGrid(Grid):
    """Lay hexagons with a corner in the north; `cell_size` is the distance of the centres of neighbours (m).

    Centres of odd rows stand half a cell east of those of even ones. A point belongs to the nearest centre; of several
    equally near ones, to the northernmost and easternmost.

    Examples
    --------
    >>> grid = HexagonalGrid.over((0, 0, 1000, 1000), 100, "EPSG:32611")
    >>> cell = np.arange(grid.size)
    >>> bool((grid.index(*grid.centres(cell)) == cell).all())
    True
    """

    ROW: ClassVar[float] = math.sqrt(0.75)

    @classmethod
    def over(
        cls, bounds: tuple[float, float, float, float], cell_size: float, crs: str, padding: float = 0.0
    ) -> HexagonalGrid:
        """Cover bounds (west, south, east, north; m) widened by padding, and by a cell, whose corners leave gaps at the rim."""
        return super().over(bounds, cell_size, crs, padding + float(cell_size))  # type: ignore[return-value]  # a cls

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of the hexagons in metres, their corners and staggered rows included."""
        beyond = self.cell_size / math.sqrt(3) - self.row_height / 2
        east = self.west + (self.columns + (0.5 if self.rows > 1 else 0.0)) * self.cell_size
        return self.west, self.south - beyond, east, self.north + beyond

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Raise: hexagons have no transform."""
        return self.require_raster()  # type: ignore[return-value,func-returns-value]  # it raises

    def require_raster(self) -> None:
        """Raise: hexagons make no raster."""
        raise ValueError("Hexagonal cells make no raster; save them as .gpkg, or take square cells (shape='square').")

    def stagger(self, row: np.ndarray) -> np.ndarray:
        """Return how far east the centres of rows are moved, in cells: odd ones by a half."""
        return 0.5 * (np.asarray(row) % 2)

    def index(self, easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
        """Return the flat cell number of each point (n,), −1 outside."""
        row, column = self.lattice(np.asarray(easting, float), np.asarray(northing, float))
        north = np.floor(row)
        found = [self._nearest_in(row, column, at) for at in (north, north + 1)]
        (north_column, north_distance), (south_column, south_distance) = found
        upper = north_distance <= south_distance
        at, beside = np.where(upper, north, north + 1), np.where(upper, north_column, south_column)
        inside = (beside >= 0) & (beside < self.columns) & (at >= 0) & (at < self.rows)
        return np.where(inside, at * self.columns + beside, -1).astype(np.int64)

    def _nearest_in(self, row: np.ndarray, column: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the column of the nearest centre in a row, and its squared distance in cells."""
        moved = column - self.stagger(at)
        nearest = np.floor(moved + 0.5)
        return nearest, (self.ROW * (row - at)) ** 2 + (moved - nearest) ** 2

    def coordinates(self, row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the place (m) of the centres of whole rows and columns."""
        return super().coordinates(row, column + self.stagger(row))

    def polygons(self, cell: np.ndarray) -> np.ndarray:
        """Return cells by flat number as WKB polygons, in an object array."""
        x, y = self.centres(cell)
        return geometry.alike_wkb(x, y, _EAST * self.cell_size, _NORTH * self.cell_size)

    def reaches(self, distance: float) -> list[Reach]:
        """Return the cells within a distance (m) of a cell, itself included, row by row."""
        return staggered_disk(self._reach(distance), self.ROW)


GRIDS = {"square": Grid, "hex": HexagonalGrid}
