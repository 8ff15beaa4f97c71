"""Weighted places spread onto a grid by a kernel, each time by the fastest of three roads."""

from __future__ import annotations

import math

import numpy as np

from . import gaussian_transform, line_polynomials, stamping
from .grid import Grid
from .kernels import Kernel
from .places import GridPlaces, Places
from .progress import Progress, within

# Costs measured on one machine, in stamped cells: of one line that a kernel crosses, one point of a transform, one place on it.
_LINE, _TRANSFORMED, _SPLINE = 13.0, 4.0, 25.0


def density(
    grid: Grid, places: Places, kernel: Kernel, bandwidth: float | np.ndarray, progress: Progress = None
) -> np.ndarray:
    """Return Σ wᵢ · c/h² · k(dᵢ²/h²) at the cell centres (rows, columns), per m²; bandwidth is one (m) or one per place.

    Places are taken a million at a time, so that memory is bounded by the grid.
    """
    parts = list(places.parts())
    if len(parts) == 1:
        return _density(grid, places, kernel, bandwidth, progress)
    values, done = np.zeros(grid.shape), 0
    for number, part in enumerate(parts):
        own = bandwidth if isinstance(bandwidth, (int, float)) else bandwidth[done : done + part.x.size]
        share = within(progress, number / len(parts), (number + 1) / len(parts))
        values += _density(grid, part, kernel, own, share)
        done += part.x.size
    return values


def _density(
    grid: Grid, places: Places, kernel: Kernel, bandwidth: float | np.ndarray, progress: Progress
) -> np.ndarray:
    row, column = grid.lattice(places.x, places.y)
    ratio = np.broadcast_to(np.asarray(bandwidth, float) / grid.cell_size, row.shape)
    reach = kernel.reach * ratio
    near = (row > -reach) & (row < grid.rows - 1 + reach) & (column > -reach) & (column < grid.columns - 1 + reach)
    seen = GridPlaces(row, column, places.weight, ratio).where(near & (places.weight > 0))
    seen = seen._replace(weight=seen.weight / grid.cell_size**2)
    if not seen.row.size:
        return np.zeros(grid.shape)
    if np.ndim(bandwidth) == 0:
        return _spread(grid.shape, seen, kernel, progress)
    # Bandwidths within a factor of two go together: polynomials along lines lose no digits, and stamps waste no cells.
    octave = np.floor(np.log2(seen.ratio))
    octaves = np.unique(octave)
    values = np.zeros(grid.shape)
    for number, one in enumerate(octaves):
        share = within(progress, number / octaves.size, (number + 1) / octaves.size)
        values += _spread(grid.shape, seen.where(octave == one), kernel, share)
    return values


def _spread(shape: tuple[int, int], places: GridPlaces, kernel: Kernel, progress: Progress) -> np.ndarray:
    """Spread places, all within reach of the grid, by the road that costs least."""
    widest, number = float(places.ratio.max()), places.row.size
    if not kernel.compact and widest == places.ratio.min():
        transformed = math.prod(gaussian_transform.lattice_shape(shape, places))
        if _TRANSFORMED * transformed + _SPLINE * number < number * math.pi * (kernel.reach * widest + 0.5) ** 2:
            return gaussian_transform.spread(shape, places, progress)
    if kernel.power is not None and widest < max(shape) and _LINE * (2 * widest + 1) < math.pi * widest**2:
        return line_polynomials.spread(shape, places, kernel, progress)
    return stamping.spread(shape, places, kernel, progress)
