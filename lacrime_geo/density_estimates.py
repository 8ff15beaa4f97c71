"""Densities in a window: with one bandwidth or one per place (Abramson), corrected at the edge of the study area."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from . import edges, spreading, study_area
from .features import Features
from .grid import Grid
from .incidents import Incidents
from .kernels import Kernel
from .parameters import Parameters
from .places import Places
from .progress import Progress, within

# A lone incident far from all others would else be smeared over the whole map.
WIDEST_FACTOR = 5.0


@dataclass(frozen=True)
class Window:
    """The grid, a mask of its cells inside the study area (None: there is none), and the places that count.

    `corrected` tells whether densities are divided by the share of the kernel inside the study area.
    """

    grid: Grid
    universe: np.ndarray | None
    places: Places
    corrected: bool = False

    @classmethod
    def around(cls, placed: Incidents, places: Places, cell_size: float, padding: float) -> Window:
        """Lay cells over the places and a padding (m) around them."""
        return cls(_around(places, cell_size, placed.crs, padding), None, places)

    @classmethod
    def of(
        cls,
        area: Features,
        placed: Incidents,
        places: Places,
        cell_size: float,
        corrected: bool,
        parameters: Parameters,
    ) -> Window:
        """Lay cells over a study area, and say how many incidents lie outside it.

        Where densities are corrected for the edge these are left out: the correction is for nothing counted outside.
        """
        grid, universe = study_area.within(area, cell_size, placed)
        fate = "are left out" if corrected else "count towards the cells within their reach"
        inside = grid.inside(universe, placed.easting, placed.northing)
        study_area.note_outside(placed, inside, fate, parameters)
        parameters["boundary"] = area.label
        parameters["edge_correction"] = "divided by the kernel's share inside (Diggle 1985)" if corrected else "none"
        if corrected:
            places = places.where(grid.inside(universe, places.x, places.y))
            if not places.x.size:
                raise ValueError(
                    f"The incidents of {placed.label!r} inside the boundary all weigh 0; there is nothing to map."
                )
        return cls(grid, universe, places, corrected)

    def mass(self, kernel: Kernel, bandwidth: float) -> np.ndarray | None:
        """Return the share of the kernel around each cell that lies inside, None where nothing is corrected."""
        if self.universe is None or not self.corrected:
            return None
        return edges.mass_inside(self.universe, kernel, bandwidth / self.grid.cell_size)

    def widened(self, padding: float) -> Window:
        """Return the window with wider margins (m), where there is no study area."""
        if self.universe is not None:
            return self
        return replace(self, grid=_around(self.places, self.grid.cell_size, self.grid.crs, padding))

    def reaching(self, distance: float) -> Places:
        """Return the places within a distance (m) of the grid's bounds."""
        west, south, east, north = self.grid.bounds
        x, y, weight = self.places
        near = (
            (x > west - distance)
            & (x < east + distance)
            & (y > south - distance)
            & (y < north + distance)
            & (weight > 0)
        )
        return Places(x[near], y[near], weight[near])

    def masked(self, values: np.ndarray) -> np.ndarray:
        """Set the cells outside the study area to NaN, in place."""
        if self.universe is not None:
            values[~self.universe] = np.nan
        return values


def fixed(
    window: Window, kernel: Kernel, bandwidth: float, parameters: Parameters, progress: Progress = None
) -> tuple[Grid, np.ndarray]:
    """Return the density per m² at the cells (rows, columns) for one bandwidth (m), corrected at edges."""
    values = spreading.density(window.grid, window.places, kernel, bandwidth, progress)
    _divide(values, window.mass(kernel, bandwidth))
    return window.grid, window.masked(values)


def adaptive(
    window: Window, kernel: Kernel, bandwidth: float, parameters: Parameters, progress: Progress = None
) -> tuple[Grid, np.ndarray]:
    """Return the density per m² at the cells for bandwidths hᵢ = h₀ (f(sᵢ)/g)^(−1/2), corrected at edges.

    f is the density of the fixed bandwidth h₀ at each place and g its geometric mean over the incidents (Abramson 1982;
    Silverman 1986, eq. 5.7 and 5.8). No bandwidth is more than five times h₀.
    """
    places = window.reaching(WIDEST_FACTOR * kernel.reach * bandwidth).collapsed()
    grid = window.grid if window.corrected else _around(places, window.grid.cell_size, window.grid.crs, bandwidth)
    pilot = spreading.density(grid, places, kernel, bandwidth, within(progress, 0.0, 0.3))
    mass = window.mass(kernel, bandwidth)
    # Where cells are coarse the incident itself may stand between them unseen.
    alone = places.weight * float(kernel.values(np.zeros(1))[0]) * kernel.constant / bandwidth**2
    at_places = np.maximum(_between_cells(grid, pilot, places), alone)
    if mass is not None:
        at_places /= _between_cells(grid, mass, places)
    level = float(np.exp(np.average(np.log(at_places), weights=places.weight)))
    factor = _factors(at_places, level)
    wide = int((factor == WIDEST_FACTOR).sum())
    parameters.note(
        "widest", wide, f"lonely places whose bandwidth is held at {WIDEST_FACTOR:g} times the chosen one: {wide:,}"
    )
    used = [float(bandwidth * factor.min()), float(bandwidth * factor.max())]
    parameters.choose("bandwidths", [round(h) for h in used], "Abramson's square-root law: narrow where dense", " m")
    final = window.widened(kernel.padding * used[1])
    values = spreading.density(final.grid, places, kernel, bandwidth * factor, within(progress, 0.3, 0.9))
    if mass is not None and window.universe is not None:
        _divide(pilot, mass)
        ratio = bandwidth / grid.cell_size * _factors(pilot, level)
        _divide(values, edges.mass_inside_by_bandwidth(window.universe, kernel, ratio))
    return final.grid, final.masked(values)


def _factors(density: np.ndarray, level: float) -> np.ndarray:
    """Return the square-root law's factors, at most `WIDEST_FACTOR`."""
    least = level / WIDEST_FACTOR**2
    return np.where(density > least, np.sqrt(level / np.maximum(density, least)), WIDEST_FACTOR)


def _divide(values: np.ndarray, mass: np.ndarray | None) -> None:
    if mass is not None:
        # Outside the study area, where nothing is kept, a kernel may lie wholly outside.
        np.divide(values, mass, out=values, where=mass > 1e-9)


def _between_cells(grid: Grid, values: np.ndarray, places: Places) -> np.ndarray:
    """Return values at places, linear between the centres of cells."""
    row, column = grid.lattice(places.x, places.y)
    row, column = np.clip(row, 0, grid.rows - 1), np.clip(column, 0, grid.columns - 1)
    top = np.minimum(np.floor(row).astype(np.int64), max(grid.rows - 2, 0))
    left = np.minimum(np.floor(column).astype(np.int64), max(grid.columns - 2, 0))
    below, right = np.minimum(top + 1, grid.rows - 1), np.minimum(left + 1, grid.columns - 1)
    down, across = row - top, column - left
    upper = values[top, left] * (1 - across) + values[top, right] * across
    lower = values[below, left] * (1 - across) + values[below, right] * across
    return np.asarray(upper * (1 - down) + lower * down)


def _around(places: Places, cell_size: float, crs: str, padding: float) -> Grid:
    bounds = places.x.min(), places.y.min(), places.x.max(), places.y.max()
    return Grid.over(bounds, cell_size, crs, padding)
