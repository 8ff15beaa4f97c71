"""Grid: square cells over an area, row 0 in the north; counting, masks, polygons, neighbourhood sums."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from . import checks, geometry
from .features import Features
from .neighbourhoods import Reach, disk, neighbourhood_sums
from .parameters import two_digits

MAX_CELLS = 50_000_000


@dataclass(frozen=True)
class Grid:
    """Lay square cells from a lower left corner; cells are closed on the west and south.

    Parameters
    ----------
    west, south : lower left corner (m).
    cell_size : side of a cell (m).
    rows, columns : numbers of cells; row 0 is the northernmost.
    crs : the metric CRS.

    Examples
    --------
    >>> grid = Grid(0.0, 0.0, 100.0, rows=2, columns=3, crs="EPSG:32611")
    >>> grid.bounds, grid.index(np.array([0.0, 299.0]), np.array([0.0, 100.0])).tolist()
    ((0.0, 0.0, 300.0, 200.0), [3, 2])
    """

    west: float
    south: float
    cell_size: float
    rows: int
    columns: int
    crs: str

    # The distance of rows, in cell sizes.
    ROW: ClassVar[float] = 1.0

    @classmethod
    def over(cls, bounds: tuple[float, float, float, float], cell_size: float, crs: str, padding: float = 0.0) -> Grid:
        """Cover bounds (west, south, east, north; m) widened by padding; the origin is not snapped.

        Raises
        ------
        ValueError
            If the cell size is not above 0, or there would be more than 50,000,000 cells.
        """
        cell_size = checks.positive("cell_size", cell_size)
        west, south = bounds[0] - padding, bounds[1] - padding
        width, height = bounds[2] + padding - west, bounds[3] + padding - south
        # A point on the very east or north edge belongs to the next cell, hence one cell more than the quotient's floor.
        columns, rows = math.floor(width / cell_size) + 1, math.floor(height / (cls.ROW * cell_size)) + 1
        if rows * columns > MAX_CELLS:
            enough = two_digits(1.05 * math.sqrt(max(width * height, 1.0) / cls.ROW / MAX_CELLS))
            raise ValueError(
                f"cell_size {cell_size:g} m would make {rows * columns:,} cells over {width / 1000:,.1f} × "
                f"{height / 1000:,.1f} km, more than {MAX_CELLS:,}; raise cell_size to {enough:g} m or more, or correct "
                "places that lie far from the rest."
            )
        return cls(west, south, cell_size, rows, columns, crs)

    @classmethod
    def of_raster(
        cls, transform: tuple[float, float, float, float, float, float], rows: int, columns: int, crs: str
    ) -> Grid:
        """Return the grid of a raster with a transform (a, b, c, d, e, f) from (column, row) to (x, y).

        Raises
        ------
        ValueError
            If its cells are not square with north up, or are more than 50,000,000.
        """
        a, b, c, d, e, f = transform
        # Tools write sizes of cells rounded to some digits.
        if b or d or not 0 < a or abs(a + e) > 1e-6 * a:
            raise ValueError(
                f"The cells of the raster are {abs(a):g} by {abs(e):g} m{', turned' if b or d else ''}; warp it to square "
                "cells with north up first."
            )
        if rows * columns > MAX_CELLS:
            raise ValueError(
                f"The raster has {rows * columns:,} cells, more than {MAX_CELLS:,}; warp it to larger cells."
            )
        return cls(c, f - rows * a, a, rows, columns, crs)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.rows, self.columns

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.rows * self.columns

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in metres."""
        return self.west, self.south, self.west + self.columns * self.cell_size, self.north

    @property
    def north(self) -> float:
        """The northern edge (m)."""
        return self.south + self.rows * self.row_height

    @property
    def row_height(self) -> float:
        """The distance of rows (m)."""
        return self.ROW * self.cell_size

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """The affine transform (a, b, c, d, e, f) from (column, row) to (x, y), as rasterio writes it."""
        return self.cell_size, 0.0, self.west, 0.0, -self.cell_size, self.north

    def lattice(self, easting: np.ndarray, northing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return fractional (row, column), whole numbers at cell centres."""
        column = (easting - self.west) / self.cell_size - 0.5
        return self.rows - 0.5 - (northing - self.south) / self.row_height, column

    def stagger(self, row: np.ndarray) -> np.ndarray:
        """Return how far east the centres of rows are moved, in cells: not at all."""
        return np.zeros(row.shape)

    def index(self, easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
        """Return the flat cell number of each point (n,), −1 outside."""
        column, up = easting - self.west, northing - self.south
        # Whole numbers in place: what is missing or far away becomes a number outside the grid.
        with np.errstate(invalid="ignore"):
            column, up = (np.floor(part, out=part).astype(np.int64) for part in self._in_cells(column, up))
        # Negative numbers are huge ones when taken as unsigned.
        inside = (column.view(np.uint64) < self.columns) & (up.view(np.uint64) < self.rows)
        up *= -self.columns
        up += (self.rows - 1) * self.columns
        up += column
        up[~inside] = -1
        return up

    def _in_cells(self, east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return metres from the lower left corner in cells, written over them."""
        return np.divide(east, self.cell_size, out=east), np.divide(north, self.cell_size, out=north)

    def index_within(self, mask: np.ndarray, easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
        """Return the flat cell number of each point (n,) that stands in a cell of a mask (rows, columns), else −1."""
        cell = self.index(easting, northing)
        cell[(cell >= 0) & ~mask.ravel()[cell]] = -1
        return cell

    def inside(self, mask: np.ndarray, easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
        """Mark the points (n,) that stand in a cell of a mask (rows, columns)."""
        return np.asarray(self.index_within(mask, easting, northing) >= 0)

    def total(self, cell: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        """Sum points by cell number (−1 is left out) to (rows, columns): integer counts, or sums of weights of their own kind."""
        inside = cell >= 0
        weights = None if weight is None else weight[inside]
        sums = np.bincount(cell[inside], weights, self.size).reshape(self.shape)
        # Whole numbers are added up as floats, exactly up to 2^53.
        return sums if weight is None or weight.dtype.kind == "f" else sums.astype(np.int64)

    def centres(self, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the centre of cells by flat number (m)."""
        return self.coordinates(*np.divmod(cell, self.columns))

    def coordinates(self, row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the place (m) of fractional rows and columns, whole numbers at cell centres: `lattice` turned round."""
        return self.west + (column + 0.5) * self.cell_size, self.north - (row + 0.5) * self.row_height

    def polygons(self, cell: np.ndarray) -> np.ndarray:
        """Return cells by flat number as WKB polygons, in an object array."""
        x, y = self.centres(cell)
        half = self.cell_size / 2
        return geometry.rectangles_wkb(x - half, y - half, self.cell_size, self.cell_size)

    def covered_by(self, area: Features) -> np.ndarray:
        """Mark the cells (rows, columns) whose centre lies inside any polygon."""
        layer = geometry.rings(area.wkb)
        mask = np.zeros(self.shape, dtype=bool)
        first = geometry.edges(layer)
        feature = layer.feature[np.searchsorted(layer.start, first, side="right") - 1]
        row, column = self.lattice(layer.x, layer.y)
        stagger = self.stagger(np.arange(self.rows))
        for number in np.unique(feature):
            edge = first[feature == number]
            _fill(mask, stagger, row[edge], column[edge], row[edge + 1], column[edge + 1])
        return mask

    def near(self, easting: np.ndarray, northing: np.ndarray, distance: float) -> np.ndarray:
        """Mark the cells (rows, columns) whose centre lies within a distance (m) of any of the points."""
        row, column = self.lattice(easting, northing)
        nearest = np.rint(row).astype(np.int64)
        reach = distance / self.cell_size
        change = np.zeros((self.rows, self.columns + 1), dtype=np.int64)
        rows = math.ceil(reach / self.ROW)
        for offset in range(-rows, rows + 1):
            at = nearest + offset
            up = self.ROW * (at - row)
            half, middle = np.sqrt(np.maximum(reach**2 - up**2, 0.0)), column - self.stagger(at)
            start = np.clip(np.ceil(middle - half), 0, self.columns)
            stop = np.clip(np.floor(middle + half) + 1, 0, self.columns)
            use = (at >= 0) & (at < self.rows) & (np.abs(up) <= reach) & (start < stop)
            for edge, sign in ((start, 1), (stop, -1)):
                np.add.at(change, (at[use], edge[use].astype(np.int64)), sign)
        return np.asarray(np.cumsum(change[:, :-1], axis=1) > 0)

    def reaches(self, distance: float) -> list[Reach]:
        """Return the cells within a distance (m) of a cell, itself included, row by row."""
        return disk(self._reach(distance))

    def sums(self, values: np.ndarray, distance: float) -> np.ndarray:
        """Sum values (rows, columns) over the cells within a distance (m) of each, itself included; whole numbers exactly."""
        return neighbourhood_sums(values, self.reaches(distance))

    def closed(self, mask: np.ndarray, distance: float) -> np.ndarray:
        """Return a mask (rows, columns) with gaps of up to twice a distance (m) filled: widened by it, then narrowed again.

        The mask must keep that distance from the rim of the grid.
        """
        widened = (self.sums(mask.astype(np.int64), distance) > 0).astype(np.int64)
        whole = sum(reach.last - reach.first + 1 for reach in self.reaches(distance) if reach.parity != 1)
        return np.asarray(self.sums(widened, distance) == whole)

    def require_raster(self) -> None:
        """Raise where the cells make no raster: square ones do."""

    def _reach(self, distance: float) -> float:
        # A disk wider than the grid covers no more of it.
        return min(distance / self.cell_size, float(sum(self.shape)))


def _fill(
    mask: np.ndarray, stagger: np.ndarray, r0: np.ndarray, c0: np.ndarray, r1: np.ndarray, c1: np.ndarray
) -> None:
    """Mark the lattice points inside one polygon, given by its edges in (row, column), by the even-odd rule.

    `stagger` (rows,) is how far east each row's lattice points are moved.
    """
    rows, columns = mask.shape
    low, high = np.minimum(r0, r1), np.maximum(r0, r1)
    # An edge crosses the lattice rows in [low, high): half-open, so that a vertex on a row is crossed once.
    first, last = np.clip(np.ceil(low), 0, rows).astype(int), np.clip(np.ceil(high), 0, rows).astype(int)
    if not (last > first).any():
        return
    count = last - first
    edge = np.repeat(np.arange(count.size), count)
    row = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    crossing = c0[edge] + (row - r0[edge]) * (c1[edge] - c0[edge]) / (r1[edge] - r0[edge])
    column = np.clip(np.ceil(crossing - stagger[row]), 0, columns).astype(int)
    top, bottom = int(first[count > 0].min()), int(last[count > 0].max())
    flips = np.bincount((row - top) * (columns + 1) + column, minlength=(bottom - top) * (columns + 1))
    inside = np.cumsum(flips.reshape(bottom - top, columns + 1)[:, :-1], axis=1) % 2 == 1
    mask[top:bottom] |= inside
