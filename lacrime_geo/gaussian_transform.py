"""The gaussian spread over a lattice by Fourier transform, through B-splines; to 1e-7 of the maximum."""

from __future__ import annotations

import math

import numpy as np

from .kernels import KERNELS
from .places import GridPlaces
from .progress import Progress, advance, within
from .stamping import by_row

_PLACES_AT_ONCE = 4_096
_ROWS_AT_ONCE = 256
# With this many lattice steps per standard deviation the aliasing of quintic splines stays below 1e-7 of the maximum.
_SMOOTH_ENOUGH = 5.0
_GAUSSIAN = KERNELS["gaussian"]
# A spline touches six lattice points, the first of them two before the place.
_AROUND, _BEFORE = np.arange(6), 2


def lattice_step(ratio: float) -> float:
    """Return the lattice's step in cells, for a standard deviation of `ratio` cells: a whole number, or one over it."""
    return (
        float(math.floor(ratio / _SMOOTH_ENOUGH)) if ratio >= _SMOOTH_ENOUGH else 1 / math.ceil(_SMOOTH_ENOUGH / ratio)
    )


def lattice_shape(shape: tuple[int, int], places: GridPlaces) -> tuple[int, int]:
    """Return the size of the lattice: long enough that nothing within reach comes round to the other side."""
    from scipy.fft import next_fast_len

    ratio = float(places.ratio[0])
    step = lattice_step(ratio)
    reach = _GAUSSIAN.reach * ratio
    rows, columns = (max(at.max(), cells - 1 - at.min(), cells - 1) + reach for cells, at in zip(shape, places[:2]))
    # The last axis is even: then its highest frequency stands alone.
    rows, columns = (math.ceil(length / step) + _AROUND.size for length in (rows, columns))
    return next_fast_len(rows, True), 2 * next_fast_len(math.ceil(columns / 2), True)


def spread(shape: tuple[int, int], places: GridPlaces, progress: Progress = None) -> np.ndarray:
    """Return Σ wᵢ · gaussian at the cells (rows, columns), per cell, of places within reach with one bandwidth.

    Quintic B-splines stand in for exact places on the lattice (Essmann et al. 1995, smooth particle mesh); dividing by
    their transform, sinc⁶, undoes their smoothing. A lattice coarser than the cells is enough for a wide gaussian: its
    spectrum, zero above the coarse lattice's highest frequency, is transformed back at the cells. One finer than the
    cells serves a narrow gaussian, and every so many of its points is a cell.
    """
    from scipy import fft

    ratio = float(places.ratio[0])
    step = lattice_step(ratio)
    rows, columns = lattice_shape(shape, places)
    on_lattice = places.row / step, places.column / step, places.weight / step**2
    lattice = _splines(rows, columns, *on_lattice, within(progress, 0.0, 0.5))
    spectrum = fft.rfft2(lattice, workers=-1)
    # What a full lattice point would make as a density: noise is in proportion to it, also where places are off the cells.
    fullest = float(lattice.max()) * _GAUSSIAN.constant / (ratio / step) ** 2
    del lattice
    spectrum *= _smoothing(fft.fftfreq(rows), ratio / step)[:, None]
    spectrum *= _smoothing(fft.rfftfreq(columns), ratio / step)[None, :]
    advance(progress, 0.6)
    return _at_cells(spectrum, columns, shape, step, fullest, within(progress, 0.6, 1.0))


def _at_cells(
    spectrum: np.ndarray, columns: int, shape: tuple[int, int], step: float, fullest: float, progress: Progress
) -> np.ndarray:
    """Transform a lattice's spectrum back at the cells, a band of rows at a time."""
    from scipy import fft

    finer, skip = (int(step), 1) if step >= 1 else (1, round(1 / step))
    early = _BEFORE * finer
    down, across = (slice(early, early + cells * skip, skip) for cells in shape)
    if finer > 1:
        spectrum = _with_higher_frequencies(spectrum, finer)
    by_row = fft.ifft(spectrum, axis=0, overwrite_x=True, workers=-1)[down]
    values = np.empty(shape)
    lowest = 0.0
    for begin in range(0, shape[0], _ROWS_AT_ONCE):
        part = slice(begin, begin + _ROWS_AT_ONCE)
        # More columns than the spectrum has: the frequencies above are taken as 0.
        band = fft.irfft(by_row[part], columns * finer, axis=1, workers=-1)[:, across]
        lowest = min(lowest, float(band.min()))
        np.maximum(band, 0.0, out=values[part])
        # Each axis of the inverse transform divides by its own length, not by the coarse lattice's.
        values[part] *= finer**2
        advance(progress, (begin + len(band)) / shape[0])
    require_noise(lowest * finer**2, max(float(values.max()), fullest))
    return values


def _with_higher_frequencies(spectrum: np.ndarray, finer: int) -> np.ndarray:
    """Return a spectrum with as many more rows, of frequencies that are 0, as a finer lattice has."""
    rows = spectrum.shape[0]
    positive = (rows + 1) // 2
    wide = np.zeros((rows * finer, spectrum.shape[1]), dtype=spectrum.dtype)
    wide[:positive] = spectrum[:positive]
    wide[wide.shape[0] - (rows - positive) :] = spectrum[positive:]
    return wide


def require_noise(lowest: float, highest: float) -> None:
    """Raise when a transform dips lower than its noise, 1e-6 of the maximum: what is clipped at 0 is noise alone."""
    if lowest < -1e-6 * highest:
        raise ArithmeticError(
            f"The density dips to {lowest:g} beside a maximum of {highest:g}; this is a fault of the method."
        )


def _smoothing(frequency: np.ndarray, ratio: float) -> np.ndarray:
    return np.asarray(np.exp(-2 * (np.pi * frequency * ratio) ** 2) / np.sinc(frequency) ** 6)


def _splines(
    rows: int, columns: int, row: np.ndarray, column: np.ndarray, weight: np.ndarray, progress: Progress
) -> np.ndarray:
    """Spread weights by quintic B-splines over a lattice whose ends meet; it begins `_BEFORE` points early."""
    wide = columns + _AROUND.size - 1
    total = np.zeros((rows + _AROUND.size - 1) * wide)
    base_row, base_column = np.floor(row), np.floor(column)
    down, across = row - base_row, column - base_column
    first_row = (base_row % rows).astype(np.int32)
    first = first_row.astype(np.int64) * wide + (base_column % columns).astype(np.int64)
    around = (_AROUND[:, None] * wide + _AROUND).reshape(-1, 1)
    order = by_row(first_row)
    for begin in range(0, row.size, _PLACES_AT_ONCE):
        part = order[begin : begin + _PLACES_AT_ONCE]
        vertical = quintic(down[part]) * weight[part]
        values = vertical[:, None] * quintic(across[part])
        low = int(first[part].min())
        sums = np.bincount((first[part] - low + around).ravel(), values.ravel())
        total[low : low + sums.size] += sums
        advance(progress, (begin + part.size) / row.size)
    lattice = total.reshape(-1, wide)
    lattice[: _AROUND.size - 1] += lattice[rows:]
    lattice[:, : _AROUND.size - 1] += lattice[:, columns:]
    return lattice[:rows, :columns]


def _quintic_coefficients() -> np.ndarray:
    """Return the polynomials in t (lattice point, power) that the quintic B-spline is at the points −2…3 around t."""
    # The spline is Σ (−1)^k C(6, k) (x + 3 − k)₊⁵ / 120 (de Boor 1978); at point j, x = t − j.
    coefficients = np.zeros((6, 6))
    for number, point in enumerate(range(-2, 4)):
        for k in range(7):
            offset = 3 - k - point
            if offset >= 0:
                sign = (-1) ** k * math.comb(6, k) / 120
                coefficients[number] += [sign * math.comb(5, power) * offset ** (5 - power) for power in range(6)]
    return coefficients


_QUINTIC = _quintic_coefficients()


def quintic(t: np.ndarray) -> np.ndarray:
    """Return the centred quintic B-spline at the six lattice points −2…3 around a fraction t in [0, 1): (6, n)."""
    powers = np.empty((6, t.size))
    powers[0] = 1.0
    for power in range(1, 6):
        np.multiply(powers[power - 1], t, out=powers[power])
    return _QUINTIC @ powers
