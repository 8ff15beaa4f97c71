"""The places whose risk is told: cells of equal area over the whole study area, or polygons; those without incidents too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..counted_cells import CountedCells
from ..features import Features, as_boundary, as_features
from ..grid import Grid
from ..incidents import Incidents
from ..overlay import polygon_of
from ..parameters import Parameters, incidents_that
from ..polygon_grid import PolygonGrid

CELL_SIZE = 250.0


@dataclass(frozen=True, eq=False)
class Units:
    """Hold places (n,): cells of a grid, or polygons.

    Parameters
    ----------
    x, y : their centres (n,), m.
    area : of each (n,), m².
    crs : the metric CRS.
    grid, cell : the grid and the flat numbers of its cells, of units that are cells.
    polygons : of units that are none.
    """

    x: np.ndarray
    y: np.ndarray
    area: np.ndarray
    crs: str
    grid: Grid | None = None
    cell: np.ndarray | None = None
    polygons: Features | None = None

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.x.size)

    def locate(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the number of the unit in which each point (m) stands, −1 for none."""
        if self.grid is None or self.cell is None:
            assert self.polygons is not None
            return np.asarray(polygon_of(self.polygons, x, y))
        number = np.full(self.grid.size + 1, -1)
        number[self.cell] = np.arange(self.cell.size)
        flat = self.grid.index(x, y)
        return number[np.where(flat < 0, self.grid.size, flat)]

    def counts(self, unit: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        """Return how many incidents stand in each unit (n,), or the sums of their weights; those in none have −1."""
        inside = unit >= 0
        weights = None if weight is None else weight[inside]
        return np.bincount(unit[inside], weights, minlength=self.size)

    def on_grid(self) -> tuple[Grid, np.ndarray]:
        """Return the grid, of polygons one without rows and columns, and the numbers of its cells, on which results stand."""
        if self.grid is None or self.cell is None:
            assert self.polygons is not None
            return PolygonGrid.of(self.polygons), np.arange(self.size)
        return self.grid, self.cell

    def raster(self, values: np.ndarray) -> np.ndarray:
        """Return values of cells as (rows, columns), 0 outside the study area."""
        assert self.grid is not None and self.cell is not None
        whole = np.zeros(self.grid.size)
        whole[self.cell] = values
        return whole.reshape(self.grid.shape)


def cells_over(
    incidents: Incidents, boundary: Any, cell_size: float | None, parameters: Parameters, shape: str = "square"
) -> Units:
    """Return the cells of equal area over a study area; without one, around the incidents.

    Parameters
    ----------
    incidents : all of them, with a place.
    boundary : polygon layer, or None.
    cell_size : side of a cell (m). Default: 250 m, about two blocks.
    parameters : the record, in which is kept how they were chosen.
    shape : "square" or "hex".
    """
    if cell_size is None:
        cell_size = parameters.choose("cell_size", CELL_SIZE, "about two blocks", " m")
    parameters["cell_size"] = side = checks.positive("cell_size", cell_size)
    area = None if boundary is None else as_boundary(boundary, incidents.crs)
    placed = incidents.take(incidents.placed)
    counted = CountedCells.of(placed, area, side, 2 * side, shape)
    counted.announce(placed, area, 2 * side, parameters)
    x, y = counted.grid.centres(counted.cell)
    each = np.full(counted.cell.size, float(side) ** 2 * counted.grid.ROW)
    return Units(x, y, each, placed.crs, counted.grid, counted.cell)


def polygons_as_units(polygons: Any, crs: str) -> Units:
    """Return polygons, such as reporting districts, as units.

    Raises
    ------
    ValueError
        If the layer holds no polygons, or a row has none, or one without an area.
    """
    features = as_features(polygons, crs=crs)
    if not features.are_polygons:
        raise ValueError(f"units must be polygons, and {features.label!r} holds none; give districts, or a cell_size.")
    x, y = features.centres()
    return Units(x, y, PolygonGrid.of(features).areas, features.crs, polygons=features)


def tell_overlaps(units: Units, x: np.ndarray, y: np.ndarray, unit: np.ndarray, parameters: Parameters) -> None:
    """Warn where incidents (m) stand in several polygons: each is counted in the first, and the area of all of them counts.

    `unit` is the first that each stands in, as `locate` tells.
    """
    if units.polygons is None:
        return
    last = polygon_of(Features(units.polygons.wkb[::-1], units.crs), x, y)
    several = int((np.where(last >= 0, units.size - 1 - last, -1) != unit).sum())
    if several:
        parameters["in_several_polygons"] = several
        parameters.warn(
            f"{incidents_that(several, 'stands', 'stand')} in more than one of the polygons, which overlap: each is counted in "
            "the first, and areas twice; mend the layer."
        )
