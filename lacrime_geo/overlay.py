"""Which polygon each point stands in, without GEOS."""

from __future__ import annotations

import numpy as np

from . import geometry
from .features import Features
from .progress import Progress, advance

_TESTS_AT_ONCE = 2_000_000


def polygon_of(areas: Features, x: np.ndarray, y: np.ndarray, progress: Progress = None) -> np.ndarray:
    """Return the row of the polygon each point (n,) stands in, −1 for none; the first of several.

    By crossings of a ray to the east, so that a point on a border that two polygons share belongs to one of them.
    """
    layer = geometry.rings(areas.wkb)
    first = geometry.edges(layer)
    feature = layer.feature[np.searchsorted(layer.start, first, side="right") - 1]
    order = np.argsort(y, kind="stable")
    found = np.full(x.size, -1, dtype=np.int64)
    for number in np.unique(feature)[::-1]:
        edge = first[feature == number]
        x0, y0, x1, y1 = layer.x[edge], layer.y[edge], layer.x[edge + 1], layer.y[edge + 1]
        rows = order[slice(*np.searchsorted(y, [y0.min(), y0.max()], side="left", sorter=order))]
        rows = rows[(x[rows] >= x0.min()) & (x[rows] <= x0.max())]
        at_once = max(_TESTS_AT_ONCE // edge.size, 1)
        for begin in range(0, rows.size, at_once):
            part = rows[begin : begin + at_once]
            found[part[_inside(x[part], y[part], x0, y0, x1, y1)]] = number
        advance(progress, 1 - number / areas.size)
    return found


def _inside(x: np.ndarray, y: np.ndarray, x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray) -> np.ndarray:
    """Tell whether a ray to the east crosses an odd number of edges; holes are edges as well."""
    spans = (y0 <= y[:, None]) != (y1 <= y[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x0 + (y[:, None] - y0) * ((x1 - x0) / (y1 - y0))
    return np.asarray((spans & (x[:, None] < crossing)).sum(axis=1) % 2 == 1)
