"""Where words stand beside the ends of lines, so that none lies on another."""

from __future__ import annotations

import numpy as np


def apart(wanted: np.ndarray, least: float, low: float, high: float) -> np.ndarray:
    """Return the places (n,) nearest to those wanted that are at least so far apart, between two ends as far as there is room.

    What they want beyond their distance is made to rise by pooling neighbours that do not (Ayer et al. 1955).

    >>> apart(np.array([10.0, 12.0, 40.0]), 10.0, 0.0, 100.0).tolist()
    [6.0, 16.0, 40.0]
    """
    order, step = np.argsort(wanted, kind="stable"), least * np.arange(wanted.size)
    pools: list[tuple[float, int]] = []
    for place in wanted[order] - step:
        total, size = float(place), 1
        while pools and total / size < pools[-1][0] / pools[-1][1]:
            before, many = pools.pop()
            total, size = total + before, size + many
        pools.append((total, size))
    found = np.repeat([total / size for total, size in pools], [size for _, size in pools]) + step
    found = np.maximum(np.minimum(found, high - step[::-1]), low + step)
    placed = np.empty(wanted.size)
    placed[order] = found
    return placed
