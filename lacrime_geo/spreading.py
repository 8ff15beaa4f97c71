"""Weighted places spread onto a grid by a kernel: exactly by stamping, or for the smooth gaussian by Fourier transform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .grid import Grid
from .progress import Progress, advance, within

if TYPE_CHECKING:
    from .density import Kernel

_EVALUATIONS_AT_ONCE = 2_000_000
_SPLINE_PLACES_AT_ONCE = 65_536
# From this many cells per standard deviation on, the aliasing of the quintic splines stays below 1e-7 of the maximum.
_SMOOTH_ENOUGH = 5.0


def density(
    grid: Grid,
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    kernel: Kernel,
    bandwidth: float,
    progress: Progress = None,
) -> np.ndarray:
    """Return Σ wᵢ · c/h² · k(dᵢ²/h²) at the cell centres (rows, columns), per m²."""
    reach = math.ceil(kernel.reach * bandwidth / grid.cell_size) + 1
    row, column = grid.lattice(x, y)
    near = (row > -reach) & (row < grid.rows - 1 + reach) & (column > -reach) & (column < grid.columns - 1 + reach)
    row, column, weight = row[near] + reach, column[near] + reach, weight[near]
    shape = grid.rows + 2 * reach, grid.columns + 2 * reach
    ratio = bandwidth / grid.cell_size
    smooth = not kernel.compact and ratio >= _SMOOTH_ENOUGH
    spread = _gaussian_transform if smooth else _stamp
    values = spread(shape, row, column, weight, ratio, kernel, within(progress, 0.05, 0.95))
    return np.ascontiguousarray(values[reach:-reach, reach:-reach]) / grid.cell_size**2


def _stamp(
    shape: tuple[int, int],
    row: np.ndarray,
    column: np.ndarray,
    weight: np.ndarray,
    ratio: float,
    kernel: Kernel,
    progress: Progress,
) -> np.ndarray:
    """Add each place's kernel to the cells it reaches, many places at once; exact."""
    reach = math.ceil(kernel.reach * ratio)
    offsets = np.arange(-reach, reach + 1)
    padded = shape[0] + 2 * reach + 2, shape[1] + 2 * reach + 2
    total = np.zeros(padded[0] * padded[1])
    stamp = (offsets[:, None] * padded[1] + offsets[None, :]).ravel()
    at_once = max(_EVALUATIONS_AT_ONCE // stamp.size, 1)
    # Neighbours in space stay together, so that each addition touches a small window of the sum.
    order = np.lexsort((column, np.rint(row)))
    scale = kernel.constant / ratio**2
    for begin in range(0, order.size, at_once):
        part = order[begin : begin + at_once]
        values = _kernel_values(row[part], column[part], offsets, ratio, kernel) * (scale * weight[part])[:, None]
        centre = (
            (np.rint(row[part]).astype(np.int64) + reach + 1) * padded[1]
            + np.rint(column[part]).astype(np.int64)
            + reach
            + 1
        )
        _add(total, (centre[:, None] + stamp).ravel(), values.ravel())
        advance(progress, (begin + part.size) / order.size)
    return total.reshape(padded)[reach + 1 : -reach - 1, reach + 1 : -reach - 1]


def _kernel_values(
    row: np.ndarray, column: np.ndarray, offsets: np.ndarray, ratio: float, kernel: Kernel
) -> np.ndarray:
    """Return the kernel's profile (places, cells of the stamp), exactly 0 from its reach on."""
    down = (offsets + (np.rint(row) - row)[:, None]) ** 2 / ratio**2
    across = (offsets + (np.rint(column) - column)[:, None]) ** 2 / ratio**2
    u = (down[:, :, None] + across[:, None, :]).reshape(row.size, -1)
    if not kernel.compact:
        return kernel.profile(u)
    values = kernel.profile(np.minimum(u, 1.0))
    if kernel.profile(np.ones(1))[0] != 0:
        values[u >= 1.0] = 0.0
    return values


def _add(total: np.ndarray, index: np.ndarray, values: np.ndarray) -> None:
    low, high = int(index.min()), int(index.max()) + 1
    total[low:high] += np.bincount(index - low, values, high - low)


def _gaussian_transform(
    shape: tuple[int, int],
    row: np.ndarray,
    column: np.ndarray,
    weight: np.ndarray,
    ratio: float,
    kernel: Kernel,
    progress: Progress,
) -> np.ndarray:
    """Spread by quintic B-splines, multiply the spectrum by the gaussian's over the splines', transform back.

    The splines stand in for exact places on the lattice (Essmann et al. 1995, smooth particle mesh); dividing by
    their transform, sinc⁶, undoes their smoothing.
    """
    from scipy import fft

    rows, columns = fft.next_fast_len(shape[0], real=True), fft.next_fast_len(shape[1], real=True)
    lattice = _splines(rows, columns, row, column, weight, within(progress, 0.0, 0.5))
    spectrum = fft.rfft2(lattice, workers=-1)
    spectrum *= _smoothing(fft.fftfreq(rows), ratio)[:, None]
    spectrum *= _smoothing(fft.rfftfreq(columns), ratio)[None, :]
    advance(progress, 0.8)
    values = fft.irfft2(spectrum, s=(rows, columns), overwrite_x=True, workers=-1)[: shape[0], : shape[1]]
    return clip_noise(values)


def clip_noise(values: np.ndarray) -> np.ndarray:
    """Set the transform's tiny negatives to 0; anything below −1e-6 of the maximum is no noise and raises."""
    lowest, highest = float(values.min()), float(values.max())
    if lowest < -1e-6 * highest:
        raise ArithmeticError(
            f"The density dips to {lowest:g} beside a maximum of {highest:g}; this is a fault of the method."
        )
    return np.maximum(values, 0.0)


def _smoothing(frequency: np.ndarray, ratio: float) -> np.ndarray:
    return np.asarray(np.exp(-2 * (np.pi * frequency * ratio) ** 2) / np.sinc(frequency) ** 6)


def _splines(
    rows: int, columns: int, row: np.ndarray, column: np.ndarray, weight: np.ndarray, progress: Progress
) -> np.ndarray:
    total = np.zeros(rows * columns)
    for begin in range(0, row.size, _SPLINE_PLACES_AT_ONCE):
        part = slice(begin, begin + _SPLINE_PLACES_AT_ONCE)
        base_row, base_column = np.floor(row[part]), np.floor(column[part])
        down = _quintic(row[part] - base_row) * weight[part][:, None]
        across = _quintic(column[part] - base_column)
        at_row = (base_row[:, None] + np.arange(-2, 4)).astype(np.int64) % rows
        at_column = (base_column[:, None] + np.arange(-2, 4)).astype(np.int64) % columns
        index = at_row[:, :, None] * columns + at_column[:, None, :]
        total += np.bincount(index.ravel(), (down[:, :, None] * across[:, None, :]).ravel(), total.size)
        advance(progress, min((begin + _SPLINE_PLACES_AT_ONCE) / row.size, 1.0))
    return total.reshape(rows, columns)


def _quintic(t: np.ndarray) -> np.ndarray:
    """Return the centred quintic B-spline at the six lattice points −2…3 around a fraction t in [0, 1): (n, 6)."""
    distance = np.abs(t[:, None] - np.arange(-2, 4))
    # The spline as a sum of truncated powers (de Boor 1978): Σ (−1)^k C(6, k) (3 − k − |x|)₊⁵ / 120.
    return np.asarray(
        sum((-1) ** k * math.comb(6, k) * np.maximum(3.0 - k - distance, 0.0) ** 5 for k in range(3)) / 120.0
    )
