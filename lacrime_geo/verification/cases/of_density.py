"""Densities: the kernels' heights, what they integrate to, and the bandwidth rules."""

from __future__ import annotations

import math

import numpy as np

from ... import Grid, Surface, contours, kde, risk_ratio
from ...bandwidths import reference_bandwidth
from ...kernels import KERNELS
from ...parameters import Parameters
from ...places import Places
from ..declared import Case
from ..small_layers import CRS, points, rectangle

OTHERS = ("triweight", "epanechnikov", "triangular", "uniform")
BOOK = "Silverman 1986, p. 76"
DEFINED, HAND = "by definition", "by hand"
# Four points at distance 5 from their centre.
CROSS = Places(np.array([0.0, 10.0, 5.0, 5.0]), np.array([5.0, 5.0, 0.0, 10.0]), np.ones(4))


def _height(kernel: str, distance: float) -> float:
    """Return the kernel's density at a distance in bandwidths."""
    shape = KERNELS[kernel]
    return float(shape.constant * shape.values(np.array([distance**2]))[0])


def _mass(kernel: str) -> float:
    """Return the incidents that a density of three adds up to."""
    surface = kde(points([0, 400, 400], [0, 100, 100]), kernel=kernel, bandwidth=500, cell_size=25)
    return float(np.nansum(surface.values) * (surface.grid.cell_size / 1000) ** 2)


def _beyond() -> float:
    """Return the highest density farther off than the bandwidth and half a cell's diagonal."""
    surface = kde(points([0, 0], [0, 0]), bandwidth=300, cell_size=50)
    x, y = surface.grid.centres(np.arange(surface.grid.size))
    far = np.hypot(x - 380_000, y - 3_768_000) > 300
    return float(np.nanmax(surface.values.ravel()[far]))


def _half_of_ten(column: str) -> float:
    """Return a column of the smallest area with half of the volume of ten cells with 1, 2, … 10."""
    grid = Grid(0.0, 0.0, 100.0, rows=2, columns=5, crs=CRS)
    surface = Surface(grid, np.arange(1.0, 11.0).reshape(2, 5), "incidents per km²", Parameters())
    return float(contours(surface, levels=[50])[column][0])


def _against_itself() -> float:
    random = np.random.default_rng(1)
    some = points(*random.uniform(0, 3000, (2, 60)))
    found = risk_ratio(some, some, bandwidth=400, cell_size=100, boundary=rectangle(3000, 3000))
    return float(np.nanmax(np.abs(found.values)))


CASES = (
    Case("quartic kernel at its middle: 3/π", "kde", 3 / math.pi, 1e-12, BOOK, lambda: _height("quartic", 0.0)),
    Case(
        "quartic kernel at half a bandwidth",
        "kde",
        3 / math.pi * (1 - 0.25) ** 2,
        1e-12,
        BOOK,
        lambda: _height("quartic", 0.5),
    ),
    Case("gaussian kernel at one deviation", "kde", 0.0965323526, 1e-9, BOOK, lambda: _height("gaussian", 1.0)),
    Case(
        "Epanechnikov kernel at its middle: 2/π", "kde", 2 / math.pi, 1e-12, BOOK, lambda: _height("epanechnikov", 0.0)
    ),
    Case("kernels integrate to 3 incidents: quartic", "kde", 3.0, 3e-3, DEFINED, lambda: _mass("quartic")),
    Case("kernels integrate to 3 incidents: gaussian", "kde", 3.0, 3e-3, DEFINED, lambda: _mass("gaussian")),
    Case(
        "kernels integrate to 3 incidents: all others",
        "kde",
        [3.0] * 4,
        3e-2,
        DEFINED,
        lambda: [_mass(name) for name in OTHERS],
    ),
    Case("nothing lies beyond the bandwidth of a compact kernel", "kde", 0.0, 0.0, DEFINED, _beyond),
    Case(
        "reference bandwidth, 0.9·5·4^(−1/5)",
        "kde",
        4.5 * 4**-0.2,
        1e-9,
        "Silverman 1986, in the plane; by hand",
        lambda: reference_bandwidth(CROSS, 4),
    ),
    Case(
        "log ratio of a layer against itself",
        "risk_ratio",
        0.0,
        1e-9,
        "Kelsall & Diggle 1995, by definition",
        _against_itself,
    ),
    Case(
        "half of 1 2 … 10 lies in cells with 7 or more",
        "contours",
        7.0,
        0,
        HAND,
        lambda: _half_of_ten("value"),
    ),
    Case("these hold 34 of 55", "contours", 34 / 55, 1e-12, HAND, lambda: _half_of_ten("share")),
)
