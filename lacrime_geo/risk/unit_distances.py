"""How far places are from each other, in metres and in their own size."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .units import Units


class NearUnits(NamedTuple):
    """Hold the pairs of units near each other, both ways round and each with itself: from, to, and how far (m).

    They are ordered by `source`, and `start` (n + 1,) tells where each one's begin.
    """

    source: np.ndarray
    other: np.ndarray
    distance: np.ndarray
    start: np.ndarray


def width_of(units: Units) -> float:
    """Return how wide a unit is (m): the side of cells, of polygons the root of their median area."""
    return units.grid.cell_size if units.grid is not None else math.sqrt(float(np.median(units.area)))


def near_units(units: Units, reach: float) -> NearUnits:
    """Return the pairs of units whose centres are within a reach (m)."""
    from scipy.spatial import cKDTree

    centres = np.column_stack([units.x, units.y])
    # A hair more, so that rounding leaves out none at the reach itself.
    pairs = cKDTree(centres).query_pairs(reach * (1 + 1e-9), output_type="ndarray")
    itself = np.arange(units.size)
    source, other = (np.concatenate([pairs[:, a], pairs[:, b], itself]) for a, b in ((0, 1), (1, 0)))
    order = np.lexsort((other, source))
    source, other = source[order], other[order]
    distance = np.hypot(units.x[source] - units.x[other], units.y[source] - units.y[other])
    return NearUnits(source, other, distance, np.searchsorted(source, np.arange(units.size + 1)))
