"""Incidents by the cell they stand in: sums of weights, the gravest of each cell, and incidents drawn again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..counted_cells import CountedCells
from ..grid import Grid
from ..incidents import Incidents


@dataclass(frozen=True, eq=False)
class CelledIncidents:
    """Hold incidents in the order of their cells.

    Parameters
    ----------
    grid : the grid, and `universe` the flat numbers of the study area's cells.
    occupied : which of these (c,) hold an incident, as places in `universe`.
    rows : the incidents' rows in the layer (n,), cell by cell.
    start : where each occupied cell's begin among them (c,).
    """

    grid: Grid
    universe: np.ndarray
    occupied: np.ndarray
    rows: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, cells: CountedCells, placed: Incidents) -> CelledIncidents:
        """Sort the incidents that stand in the study area's cells."""
        flat = cells.grid.index_within(cells.universe, placed.easting, placed.northing)
        order = np.argsort(flat, kind="stable")
        order = order[np.searchsorted(flat[order], 0) :]
        held, start = np.unique(flat[order], return_index=True)
        universe = cells.cell
        return cls(cells.grid, universe, np.searchsorted(universe, held), order, start)

    @property
    def empty(self) -> int:
        """How many cells of the study area hold no incident."""
        return self.universe.size - self.occupied.size

    def spread(self, values: np.ndarray, empty: float) -> np.ndarray:
        """Return values of the occupied cells (c,) on all of the study area's cells, the others with the value for empty."""
        column = np.full(self.universe.size, empty)
        column[self.occupied] = values
        return column

    def sums(self, weight: np.ndarray) -> np.ndarray:
        """Return the sum of the weights (n,) in each occupied cell (c,)."""
        return np.asarray(np.add.reduceat(weight, self.start))

    def gravest(self, weight: np.ndarray) -> np.ndarray:
        """Return the largest of the weights (n,) in each occupied cell (c,)."""
        return np.asarray(np.maximum.reduceat(weight, self.start))

    def drawn_again(self, number: int, seed: int) -> Iterator[np.ndarray]:
        """Yield how often each incident (n,) is drawn when as many are drawn with replacement, the same for the same seed."""
        random, size = np.random.default_rng(seed), self.rows.size
        for _ in range(number):
            yield np.bincount(random.integers(size, size=size), minlength=size).astype(float)
