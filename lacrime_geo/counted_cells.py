"""Incidents counted in the cells of a study area: what statistics on a grid begin with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import checks, study_area
from .beginning import begin, read_first
from .features import Features, as_boundary
from .grid import Grid
from .hexagons import GRIDS
from .incidents import Incidents
from .inference import LARGEST_TOTAL
from .overlay import polygon_by_place
from .parameters import Parameters
from .partitioned import recognised
from .progress import Progress

MIN_CELLS = 30
# Cells within so many cell sizes are those that touch at a side or a corner.
QUEEN = 1.5
SHAPES = tuple(GRIDS)


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
        """Count incidents in the cells whose centre is inside the area; without one, where gaps up to two bands (m) are closed.

        `shift` moves the cells so many cell sizes to the west and the south.
        """
        x, y = placed.easting, placed.northing
        bounds = (x.min(), y.min(), x.max(), y.max()) if area is None else area.bounds
        west, south = bounds[0] - shift[0] * cell_size, bounds[1] - shift[1] * cell_size
        # Whole cells, so that those at the edge of the data are not cut.
        # A band wider than the data closes no more than all of them.
        band = min(band, max(bounds[2] - west, bounds[3] - south) + cell_size)
        padding = math.ceil(band / cell_size) * cell_size if area is None else 0.0
        grid = GRIDS[shape].over((west, south, bounds[2], bounds[3]), cell_size, placed.crs, padding)
        if area is None:
            universe = grid.closed(grid.total(grid.index(x, y)) > 0, band)
        else:
            universe = grid.covered_by(area)
        _require_cells(int(universe.sum()), cell_size)
        nothing = np.zeros(int(universe.sum()), dtype=np.int64)
        return cls(grid, universe, np.zeros(0, dtype=bool), nothing).holding(placed)

    def holding(self, placed: Incidents) -> CountedCells:
        """Return the same cells with other incidents in them."""
        cell = self.grid.index_within(self.universe, placed.easting, placed.northing)
        count, sums = self.grid.total(cell, placed.frequency)[self.universe], None
        if placed.weight is not None and placed.total_weight is not None:
            sums = self.grid.total(cell, placed.total_weight)[self.universe]
            # Whole weights stay whole numbers, for which there are exact tails.
            whole = (placed.weight % 1 == 0).all() and placed.total_weight.sum() < LARGEST_TOTAL
            sums = sums.astype(np.int64) if whole else sums
        return CountedCells(self.grid, self.universe, cell >= 0, count, sums)

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

    def recounted(self, incidents: Incidents) -> np.ndarray:
        """Return how many of other incidents stand in each of the study area's cells."""
        cell = self.grid.index_within(self.universe, incidents.easting, incidents.northing)
        return np.asarray(self.grid.total(cell)[self.universe])

    def raster(self, values: np.ndarray) -> np.ndarray:
        """Return values of the study area's cells as (rows, columns), 0 elsewhere."""
        whole = np.zeros(self.grid.shape, dtype=values.dtype)
        whole[self.universe] = values
        return whole

    def sums(self, values: np.ndarray, band: float) -> np.ndarray:
        """Return the sum of values over the study area's cells within a band (m) of each, itself included."""
        return self.grid.sums(self.raster(values), band)[self.universe]

    def announce(self, placed: Incidents, area: Features | None, band: float, parameters: Parameters) -> None:
        """Say which cells these are, and which incidents stand in none of them."""
        study_area.note_outside(placed, self.inside, "are not counted", parameters)
        parameters["cells"] = self.count.size
        if area is None:
            reason = "a stand-in for a boundary, which would be better: what lies around the incidents is unknown"
            parameters.choose(
                "universe", f"cells with incidents, and gaps between them up to {2 * band:,.4g} m wide", reason
            )
            return
        parameters["universe"] = f"cells with their centre inside {area.label!r}"
        # In a cell cut off stands only what is near a cell that is not.
        rim = self.grid.sums(self.universe.astype(np.int64), 1.5 * self.grid.cell_size) > 0
        outside = ~self.inside
        outside[outside] = self.grid.inside(rim, placed.easting[outside], placed.northing[outside])
        outside[outside] = polygon_by_place(area, placed.easting[outside], placed.northing[outside]) >= 0
        cut = placed.number_of(outside)
        sentence = f"{cut:,} of the incidents in no cell stand inside the boundary, where a cell is none as its centre is outside"
        parameters.note("in_cells_cut_off", cut, sentence)


@dataclass(frozen=True)
class Gridding:
    """Incidents about to be counted: all, those with a place, those that choose (`usual`), the area, the cells, the record."""

    everything: Incidents
    placed: Incidents
    usual: Incidents
    area: Features | None
    cell_size: float
    shape: str
    parameters: Parameters

    @classmethod
    def of(
        cls,
        incidents: Any,
        weight: Any,
        cell_size: float | None,
        boundary: Any,
        shape: str = "square",
        *,
        chooses: bool = False,
        progress: Progress = None,
    ) -> Gridding:
        """Read incidents and boundary and find the cell size; `chooses` when more than that is chosen from the data."""
        checks.option("shape", shape, SHAPES)
        incidents = recognised(incidents)
        reading, looking = read_first(incidents, progress)
        everything, placed, parameters = begin(incidents, weight, collapses=True, progress=reading)
        parameters["shape"] = shape
        area = as_boundary(boundary, placed.crs)
        study_area.enough_incidents(placed, area)
        study_area.require_places(placed)
        usual = placed
        if chooses or cell_size is None:
            usual = study_area.usual_incidents(placed, parameters, looking)
        size = study_area.cell_size_of(placed, usual, cell_size, parameters)
        return cls(everything, placed, usual, area, size, shape, parameters)

    @property
    def queen(self) -> float:
        """The distance band (m) that reaches the cells around a cell."""
        return QUEEN * self.cell_size

    def usual_cells(self) -> CountedCells:
        """Count the usual incidents in cells by which a distance band is chosen."""
        return CountedCells.of(self.usual, self.area, self.cell_size, self.queen, self.shape)

    def cells(self, band: float) -> CountedCells:
        """Count all incidents in the cells of the study area, and say which these are."""
        cells = CountedCells.of(self.placed, self.area, self.cell_size, band, self.shape)
        cells.announce(self.placed, self.area, band, self.parameters)
        return cells

    def features(self, kind: str) -> tuple[Features, str]:
        """Return the cells as features, titled as a map of a kind, and the name of the column to analyse."""
        cells = self.cells(self.queen)
        polygons = list(cells.grid.polygons(cells.cell))
        columns = cells.columns()
        return Features(polygons, self.placed.crs, columns, self.everything.titled(kind)), list(columns)[-1]


def _require_cells(cells: int, size: float) -> None:
    if cells < MIN_CELLS:
        raise ValueError(
            f"The study area has {cells} cells of {size:g} m; a map of cells needs at least {MIN_CELLS}: lower cell_size."
        )
