"""Incidents counted in the cells of a study area: what statistics on a grid begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import study_area
from .features import Features, as_boundary
from .grid import Grid
from .hexagons import GRIDS
from .incidents import Incidents, begin
from .overlay import polygon_of
from .parameters import Parameters
from .places import collapse

MIN_CELLS = 30


@dataclass(frozen=True, eq=False)
class CountedCells:
    """A grid, which of its cells belong to the study area (`universe`, a mask), and what each of these holds.

    `inside` (n,) marks the incidents that stand in one of them; `weight_sum` is there only when incidents have weights.
    """

    grid: Grid
    universe: np.ndarray
    inside: np.ndarray
    count: np.ndarray
    weight_sum: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        placed: Incidents,
        area: Features | None,
        cell_size: float,
        band: float,
        shape: str = "square",
        shift: tuple[float, float] = (0.0, 0.0),
    ) -> CountedCells:
        """Count incidents in the cells whose centre is inside the area, or within a band (m) of an incident without one.

        `shift` moves the cells so many cell sizes to the west and the south.
        """
        x, y = placed.easting, placed.northing
        bounds = (x.min(), y.min(), x.max(), y.max()) if area is None else area.bounds
        west, south = bounds[0] - shift[0] * cell_size, bounds[1] - shift[1] * cell_size
        padding = band if area is None else 0.0
        grid = GRIDS[shape].over((west, south, bounds[2], bounds[3]), cell_size, placed.crs, padding)
        if area is None:
            first, _ = collapse(x, y)
            universe = grid.near(x[first], y[first], band)
        else:
            universe = grid.covered_by(area)
        _require_cells(int(universe.sum()), cell_size)
        cell = grid.index(x, y)
        inside = (cell >= 0) & universe.ravel()[cell]
        cell[~inside] = -1
        count, sums = grid.total(cell)[universe], None
        if placed.weight is not None:
            sums = grid.total(cell, placed.weight)[universe]
            # Whole weights stay whole numbers, for which there are exact tails.
            sums = sums.astype(np.int64) if (placed.weight % 1 == 0).all() else sums
        return cls(grid, universe, inside, count, sums)

    @property
    def values(self) -> np.ndarray:
        """What is analysed: the sums of weights, or the counts."""
        return self.count if self.weight_sum is None else self.weight_sum

    @property
    def cell(self) -> np.ndarray:
        """The flat numbers of the study area's cells."""
        return np.flatnonzero(self.universe)

    def columns(self) -> dict[str, np.ndarray]:
        """Return the count, and the sum of weights where there are any, as columns."""
        return (
            {"count": self.count} if self.weight_sum is None else {"count": self.count, "weight_sum": self.weight_sum}
        )

    def raster(self, values: np.ndarray) -> np.ndarray:
        """Return values of the study area's cells as (rows, columns), 0 elsewhere."""
        whole = np.zeros(self.grid.shape, dtype=values.dtype)
        whole[self.universe] = values
        return whole

    def sums(self, values: np.ndarray, band: float) -> np.ndarray:
        """Return the sum of values over the study area's cells within a band (m) of each, itself included."""
        return self.grid.sums(self.raster(values), band)[self.universe]

    def announce(self, placed: Incidents, area: Features | None, parameters: Parameters) -> None:
        """Say which cells these are, and which incidents stand in none of them."""
        study_area.note_outside(placed, self.inside, "are not counted", parameters)
        parameters["cells"] = self.count.size
        if area is None:
            parameters.choose(
                "universe", "cells within one distance band of an incident", "a stand-in; give a boundary for better"
            )
            return
        parameters["universe"] = f"cells with their centre inside {area.label!r}"
        x, y = placed.easting[~self.inside], placed.northing[~self.inside]
        cut = int((polygon_of(area, x, y) >= 0).sum()) if x.size else 0
        sentence = f"{cut:,} of these stand inside the boundary, in cells whose centre is outside it"
        parameters.note("in_cells_cut_off", cut, sentence)


def counted_in_cells(incidents: Any, cell_size: float | None, boundary: Any, kind: str) -> tuple[Features, Parameters]:
    """Return square cells as features with a column of counts (and sums of weights), and the record of the choices made.

    Their label says of which incidents a map of this kind is.
    """
    everything, placed, parameters = begin(incidents, None)
    area = as_boundary(boundary, placed.crs)
    study_area.enough_incidents(placed, area)
    size = study_area.cell_size_of(placed, cell_size, parameters)
    cells = CountedCells.of(placed, area, size, 1.5 * size)
    cells.announce(placed, area, parameters)
    polygons = list(cells.grid.polygons(cells.cell))
    return Features(polygons, placed.crs, cells.columns(), everything.titled(kind)), parameters


def _require_cells(cells: int, size: float) -> None:
    if cells < MIN_CELLS:
        raise ValueError(
            f"The study area has {cells} cells of {size:g} m; Gi* needs at least {MIN_CELLS}: lower cell_size."
        )
