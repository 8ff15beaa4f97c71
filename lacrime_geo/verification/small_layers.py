"""Small layers to check by: lattices of squares, points near a corner, and counts as points."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..features import Features
from ..geometry import rectangles_wkb
from ..incidents import Incidents

CRS = "EPSG:32611"
WEST, SOUTH = 380_000.0, 3_768_000.0


def points(x: Any, y: Any, **columns: Any) -> Incidents:
    """Return incidents at x and y metres from a corner."""
    return Incidents(np.asarray(x, float) + WEST, np.asarray(y, float) + SOUTH, crs=CRS, **columns)


def squares(rows: int, columns: int, side: float = 1000.0, **values: Any) -> Features:
    """Return a lattice of squares, row by row from the south west, with columns of values."""
    row, column = np.indices((rows, columns)).reshape(2, -1)
    shapes = rectangles_wkb(WEST + side * column, SOUTH + side * row, side, side)
    return Features(list(shapes), CRS, values)


def rectangle(width: float, height: float) -> Features:
    """Return one rectangle from the corner on."""
    return Features(list(rectangles_wkb(np.array([WEST]), np.array([SOUTH]), width, height)), CRS)


def counted(counts: np.ndarray, side: float = 100.0) -> Incidents:
    """Return incidents that count to the array (rows, columns), south first, each in the middle of its cell."""
    row, column = np.indices(counts.shape).reshape(2, -1)
    times = counts.ravel()
    return points(np.repeat((column + 0.5) * side, times), np.repeat((row + 0.5) * side, times))
