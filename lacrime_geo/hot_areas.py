"""Areas that are hot or cold: cells at 95 % confidence that touch, how large these are and what they hold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .grid_hotspots import Hotspots

SURE = 2  # the bin of 95 % confidence
SQUARE_METRES_PER_KM2 = 1e6


class HotAreas(NamedTuple):
    """Cells that are hot, or cold, at 95 % confidence: how many areas they make, how large these are, and what they hold."""

    number: int
    cells: int
    share_of_incidents: float
    share_of_area: float
    largest_count: int
    largest_km2: float


def hot_areas(cells: Hotspots, sign: int = 1) -> HotAreas:
    """Return what is hot (sign 1) or cold (−1) at 95 % confidence; cells that touch at a side or a corner are one area."""
    from scipy.ndimage import label

    sure, count = sign * cells["bin"] >= SURE, cells["count"]
    mask = np.zeros(cells.grid.size, dtype=bool)
    mask[cells.cell] = sure
    areas, number = label(mask.reshape(cells.grid.shape), structure=np.ones((3, 3)))
    area = areas.ravel()[cells.cell[sure]]
    held, size = np.bincount(area, count[sure], number + 1)[1:], np.bincount(area, minlength=number + 1)[1:]
    first = int(np.argmax(held)) if number else 0
    return HotAreas(
        number,
        int(sure.sum()),
        float(count[sure].sum() / count.sum()),
        float(sure.mean()),
        int(held[first]) if number else 0,
        float(size[first]) * cells.grid.cell_size**2 / SQUARE_METRES_PER_KM2 if number else 0.0,
    )
