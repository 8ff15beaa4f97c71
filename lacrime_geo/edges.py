"""Edge correction: how much of a kernel lies inside the study area, where nothing was counted outside it."""

from __future__ import annotations

import math

import numpy as np

from .kernels import Kernel

# A cell's share of the kernel is the mean over several points to a side, so that coarse cells are no coarse sum.
_POINTS_PER_BANDWIDTH, _POINTS_PER_CELL = 25, 5


def mass_inside(universe: np.ndarray, kernel: Kernel, ratio: float) -> np.ndarray:
    """Return, for each cell (rows, columns), the share of a kernel centred there that falls on the cells of a mask.

    `ratio` is the bandwidth in cells. Dividing a density by it is the edge correction of Diggle (1985): right where the
    true density is flat near the edge.
    """
    from scipy import fft

    stencil = _shares(kernel, ratio, max(universe.shape))
    reach = stencil.shape[0] // 2
    length = [fft.next_fast_len(cells + 2 * reach, True) for cells in universe.shape]
    spectrum = fft.rfft2(universe.astype(float), length, workers=-1)
    spectrum *= fft.rfft2(stencil, length, workers=-1)
    mass = fft.irfft2(spectrum, length, workers=-1)
    inner = mass[reach : reach + universe.shape[0], reach : reach + universe.shape[1]]
    return np.clip(inner, 0.0, 1.0)


def mass_inside_by_bandwidth(
    universe: np.ndarray, kernel: Kernel, ratio: np.ndarray, classes_per_doubling: int = 4
) -> np.ndarray:
    """Return the same where each cell has a bandwidth of its own (rows, columns), between the masses of nearby ones."""
    octave = np.log2(ratio)
    low, high = math.floor(octave[universe].min() * classes_per_doubling), octave[universe].max() * classes_per_doubling
    position = np.clip(octave * classes_per_doubling - low, 0.0, None)
    found = np.zeros(universe.shape)
    for number in range(math.ceil(high) - low + 1):
        # Linear interpolation between the classes: a tent around each.
        share = np.clip(1.0 - np.abs(position - number), 0.0, 1.0)
        if (share[universe] > 0).any():
            found += share * mass_inside(universe, kernel, 2 ** ((low + number) / classes_per_doubling))
    return found


def _shares(kernel: Kernel, ratio: float, farthest: int) -> np.ndarray:
    """Return the share of a kernel, centred on a cell, that falls on each cell around it, up to the farthest asked for."""
    reach = math.ceil(kernel.reach * ratio + 0.5)
    points = int(np.clip(math.ceil(_POINTS_PER_BANDWIDTH / ratio), 1, _POINTS_PER_CELL))
    within = (np.arange(points) + 0.5) / points - 0.5
    kept = min(reach, farthest)
    offset = np.add.outer(np.arange(-kept, kept + 1), within)
    total = np.zeros((offset.shape[0], offset.shape[0]))
    for down in offset.T:
        for across in offset.T:
            total += kernel.values((down[:, None] ** 2 + across[None, :] ** 2) / ratio**2)
    # A whole kernel has the share 1 to the last digit.
    return np.asarray(total / (total.sum() if kept == reach else points**2 * ratio**2 / kernel.constant))
