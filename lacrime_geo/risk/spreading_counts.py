"""Counts of places spread to those around by a Gaussian, none lost: what falls outside the study area is shared inside."""

from __future__ import annotations

import numpy as np

from .unit_distances import near_units, width_of
from .units import Units

# In standard deviations: beyond, a Gaussian of the plane has 0.03 % of its mass.
REACH = 4.0


def spread(units: Units, values: np.ndarray, width: float) -> np.ndarray:
    """Spread values by a Gaussian; each place's stay inside the study area, so that the total does too.

    Parameters
    ----------
    units : the places (n,).
    values : what they hold (n,), or several such columns (n, k).
    width : standard deviation in cells, of polygons in roots of their median area; 0 leaves values as they are.
    """
    columns = np.asarray(values, float).reshape(units.size, -1)
    if width > 0:
        columns = (
            _over_cells(units, columns, width) if units.grid is not None else _over_polygons(units, columns, width)
        )
    return columns.reshape(np.shape(values))


def _over_cells(units: Units, columns: np.ndarray, width: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    assert units.grid is not None and units.cell is not None
    row, column, shape, sigma = _lattice(units, width)

    def blurred(values: np.ndarray) -> np.ndarray:
        raster = np.zeros(shape)
        raster[row, column] = values
        return np.asarray(gaussian_filter(raster, sigma, mode="constant", truncate=REACH)[row, column])

    # The kernel is symmetric: the share of a cell's mass that stays inside is what the inside lends to that cell.
    inside = blurred(np.ones(units.size))
    return np.column_stack([blurred(values / inside) for values in columns.T])


def _lattice(units: Units, width: float) -> tuple[np.ndarray, np.ndarray, tuple[int, int], tuple[float, float]]:
    """Return each cell's row and column in a raster, its shape, and the Gaussian's width in rows and columns.

    Rows of hexagons, every other one half a cell to the east, stand in a raster of half cells.
    """
    grid, cell = units.grid, units.cell
    assert grid is not None and cell is not None
    row, column = np.divmod(cell, grid.columns)
    halves = 1 if grid.ROW == 1 else 2
    column = np.rint(halves * (column + grid.stagger(row))).astype(np.int64)
    return row, column, (grid.rows, halves * (grid.columns + 1)), (width / grid.ROW, halves * width)


def _over_polygons(units: Units, columns: np.ndarray, width: float) -> np.ndarray:
    from scipy.sparse import csr_matrix

    deviation = width * width_of(units)
    near = near_units(units, REACH * deviation)
    # A polygon twice as large takes twice as much of the same density.
    weight = np.exp(-((near.distance / deviation) ** 2) / 2) * units.area[near.other]
    lost = np.bincount(near.source, weight, units.size)
    given = csr_matrix((weight / lost[near.source], near.other, near.start), shape=(units.size, units.size))
    return np.asarray(given.T @ columns)
