"""Kernel density: how many incidents per km², smoothed over a bandwidth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

from . import checks, spreading, study_area
from .features import Features, as_boundary
from .grid import Grid
from .incidents import Incidents, begin
from .parameters import Parameters, two_digits
from .places import collapse
from .progress import Progress, advance
from .results import Surface

SQUARE_METRES_PER_KM2 = 1e6


@dataclass(frozen=True)
class Kernel:
    """A radial kernel in the plane: constant / h² · profile(d² / h²).

    `variance` is that of one axis in units of h²; `reach` is where the profile ends (or is below 2e-8), and `padding`
    how far the grid goes beyond the data, in units of h. A compact kernel is exactly 0 from 1 on.
    """

    profile: Callable[[np.ndarray], np.ndarray]
    constant: float
    variance: float
    reach: float = 1.0
    padding: float = 1.0

    @property
    def compact(self) -> bool:
        """Whether the kernel ends at the bandwidth."""
        return self.reach == 1.0


KERNELS = {
    "quartic": Kernel(lambda u: (1 - u) ** 2, 3 / math.pi, 1 / 8),
    "gaussian": Kernel(lambda u: np.exp(-u / 2), 1 / (2 * math.pi), 1.0, reach=6.0, padding=5.0),
    "triweight": Kernel(lambda u: (1 - u) ** 3, 4 / math.pi, 1 / 10),
    "epanechnikov": Kernel(lambda u: 1 - u, 2 / math.pi, 1 / 6),
    "triangular": Kernel(lambda u: 1 - np.sqrt(u), 3 / math.pi, 3 / 20),
    "uniform": Kernel(lambda u: np.ones_like(u), 1 / math.pi, 1 / 4),
}


def kde(
    incidents: Any,
    *,
    bandwidth: float | None = None,
    cell_size: float | None = None,
    kernel: str = "quartic",
    boundary: Any = None,
    weight: Any = None,
    progress: Progress = None,
) -> Surface:
    """Estimate the density of incidents per km² by kernel smoothing.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    bandwidth : radius of the kernel (m), its standard deviation for "gaussian". Default: the reference rule
        0.9 · min(SD, √(1/ln 2) · Dm) · n^(−1/5), with SD the standard distance and Dm the median distance from the mean
        centre; it gives the quartic radius, and other kernels the bandwidth with the same second moment.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, but between a fiftieth and a fifth of the
        bandwidth, to two digits (after Chainey & Ratcliffe 2005).
    kernel : "quartic", "gaussian", "triweight", "epanechnikov", "triangular" or "uniform".
    boundary : polygon layer of the study area; cells with their centre outside are NaN. Incidents outside it still
        count towards the cells within their reach. Default: the data's bounds, one bandwidth wider (gaussian: five).
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Surface
        Incidents (or weight) per km²; 0 beyond the reach of compact kernels.

    Raises
    ------
    ValueError
        If there are no incidents with coordinates, a number is not above 0, all incidents stand on one place and no
        bandwidth is given, or there would be more than 50,000,000 cells.

    Notes
    -----
    f(s) = Σ wᵢ · c/h² · k(dᵢ²/h²), with c = 3/π and k(u) = (1 − u)² for the quartic (Silverman 1986, eq. 4.5).

    Examples
    --------
    >>> one = Incidents([500000.0], [3768000.0], crs="EPSG:32611")
    >>> surface = kde(one, bandwidth=500, cell_size=50)
    >>> float(round((surface.values * 0.05**2).sum(), 2)), surface.unit
    (1.0, 'incidents per km²')
    """
    shape = KERNELS[checks.option("kernel", kernel, tuple(KERNELS))]
    everything, placed, parameters = begin(incidents, weight)
    parameters["kernel"] = kernel
    first, place = collapse(placed.easting, placed.northing)
    x, y = placed.easting[first], placed.northing[first]
    weights = np.bincount(place, placed.weight, first.size).astype(float)
    bandwidth = _bandwidth(placed, bandwidth, shape, parameters)
    cell_size = _cell_size(x, y, cell_size, bandwidth, parameters)
    study_area.caution_fine_cells(placed.size, first.size, cell_size, parameters)
    area = as_boundary(boundary, placed.crs)
    bounds = (x.min(), y.min(), x.max(), y.max()) if area is None else area.bounds
    grid = Grid.over(bounds, cell_size, placed.crs, 0.0 if area is not None else shape.padding * bandwidth)
    advance(progress, 0.05)
    values = spreading.density(grid, x, y, weights, shape, bandwidth, progress) * SQUARE_METRES_PER_KM2
    if area is not None:
        _mask(values, grid, placed, area, parameters)
    unit = "incidents per km²" if placed.weight is None else "weight per km²"
    parameters["unit"] = unit
    parameters.tell(f"the highest density is {np.nanmax(values):,.3g} {unit}")
    advance(progress, 1.0)
    title = f"Density ({bandwidth:,g} m)"
    return Surface(grid, values, unit, parameters, label=everything.titled(title))


def _mask(values: np.ndarray, grid: Grid, placed: Incidents, area: Features, parameters: Parameters) -> None:
    """Set the cells outside the study area to NaN, and say how many incidents stand there."""
    values[~grid.covered_by(area)] = np.nan
    if not (values > 0).any():
        raise ValueError(
            f"None of the {placed.size:,} incidents of {placed.label!r} reaches a cell inside the boundary; check that it is "
            "of the same area and that its CRS is right."
        )
    parameters["boundary"] = area.label
    cell = grid.index(placed.easting, placed.northing)
    outside = int((~((cell >= 0) & np.isfinite(values).ravel()[cell])).sum())
    sentence = f"{outside:,} incidents lie outside the boundary; they count towards the cells within their reach"
    parameters.note("outside", outside, sentence)


def reference_bandwidth(easting: np.ndarray, northing: np.ndarray) -> float:
    """Return the quartic radius (m) of the standard-distance rule: 0.9 · min(SD, √(1/ln 2) · Dm) · n^(−1/5).

    The rule of ArcGIS's Kernel Density, after Silverman 1986, p. 48. It resists a few far places through the median.
    """
    dx, dy = easting - easting.mean(), northing - northing.mean()
    squared = dx**2 + dy**2
    standard_distance = math.sqrt(squared.mean())
    median = math.sqrt(np.median(squared))
    # When half the incidents stand on the mean centre the median says nothing.
    spread = min(standard_distance, math.sqrt(1 / math.log(2)) * median) if median > 0 else standard_distance
    return float(0.9 * spread * easting.size ** (-1 / 5))


def _bandwidth(placed: Incidents, given: float | None, shape: Kernel, parameters: Parameters) -> float:
    if given is not None:
        parameters["bandwidth"] = checks.positive("bandwidth", given)
        return float(parameters["bandwidth"])
    if np.ptp(placed.easting) == 0 and np.ptp(placed.northing) == 0:
        raise ValueError(
            f"All {placed.size:,} incidents stand on one place ({placed.easting[0]:.0f}, {placed.northing[0]:.0f}), so no "
            "bandwidth can be found from their spread; give bandwidth=."
        )
    radius = reference_bandwidth(placed.easting, placed.northing)
    value = two_digits(radius * math.sqrt(KERNELS["quartic"].variance / shape.variance))
    reason = "reference rule 0.9 · min(SD, √(1/ln 2) · Dm) · n^(−1/5)"
    return float(parameters.choose("bandwidth", value, reason, " m"))


def _cell_size(x: np.ndarray, y: np.ndarray, given: float | None, bandwidth: float, parameters: Parameters) -> float:
    if given is not None:
        parameters["cell_size"] = checks.positive("cell_size", given)
        if bandwidth < given:
            parameters.warn(
                f"The bandwidth {bandwidth:g} m is smaller than a cell of {given:g} m; make the cells smaller."
            )
        return float(given)
    shorter = study_area.usual_shorter_side(x, y, parameters) / 150
    # Below a fiftieth of the bandwidth the surface cannot change from cell to cell.
    size = bandwidth / 5 if shorter == 0 else min(max(shorter, bandwidth / 50), bandwidth / 5)
    reason = "the shorter side of the data / 150, between a fiftieth and a fifth of the bandwidth"
    return float(parameters.choose("cell_size", two_digits(size), reason, " m"))
