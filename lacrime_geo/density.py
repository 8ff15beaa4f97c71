"""Kernel density: how many incidents per km², smoothed over a bandwidth."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import bandwidths, checks, density_estimates, learned_days, study_area
from .bandwidths import SEARCHING_RULES, Smoothing
from .beginning import begin, read_first
from .density_estimates import Window
from .features import as_boundary
from .grid import Grid
from .kernels import KERNELS
from .parameters import in_words
from .partitioned import recognised
from .place_spacing import LookedAt, caution_smooth
from .places import places_of
from .progress import Progress, advance, within
from .results import Surface

SQUARE_METRES_PER_KM2 = 1e6


def kde(
    incidents: Any,
    *,
    bandwidth: float | str = "reference",
    cell_size: float | None = None,
    kernel: str = "quartic",
    boundary: Any = None,
    edge_correction: bool = True,
    adaptive: bool = False,
    probability: bool = False,
    weight: Any = None,
    progress: Progress = None,
) -> Surface:
    """Estimate the density of incidents per km² by kernel smoothing.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or scan.
    bandwidth : radius of the kernel (m), its standard deviation for "gaussian"; or the rule that finds it: "reference"
        (default; from the standard distance), "scott", "silverman", "likelihood" (cross-validation, leaving out one
        location at a time) or "predictive" (catches most of the last quarter of the incidents; needs times).
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, but between a fiftieth and a fifth of the
        bandwidth, to two digits (after Chainey & Ratcliffe 2005).
    kernel : "quartic", "gaussian", "triweight", "epanechnikov", "triangular" or "uniform".
    boundary : polygon layer of the study area; cells with their centre outside are NaN. Default: the data's bounds, one
        bandwidth wider (gaussian: five).
    edge_correction : with a boundary, divide by the share of the kernel that lies inside it; incidents outside are left
        out and counted. False, for data that go on beyond the boundary: they count towards the cells within reach.
    adaptive : narrow the kernel where incidents are dense and widen it where they are few (Abramson 1982).
    probability : divide the surface by its volume, so that it integrates to 1.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Surface
        Incidents (or weight, or probability) per km²; 0 beyond the reach of compact kernels.

    Raises
    ------
    ValueError
        If there are no incidents with coordinates, a number is not above 0, a rule finds no bandwidth (all incidents on
        one place, no times), none is inside the boundary, or there would be more than 50,000,000 cells.

    Notes
    -----
    f(s) = Σ wᵢ · c/h² · k(dᵢ²/h²), with c = 3/π and k(u) = (1 − u)² for the quartic (Silverman 1986, eq. 4.5). With a
    boundary f(s) is divided by the share of the kernel around s that lies inside (Diggle 1985).

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> one = Incidents([500000.0], [3768000.0], crs="EPSG:32611")
    >>> surface = kde(one, bandwidth=500, cell_size=50)
    >>> float(round((surface.values * 0.05**2).sum(), 2)), surface.unit
    (1.0, 'incidents per km²')
    """
    chosen_kernel = KERNELS[checks.option("kernel", kernel, tuple(KERNELS))]
    size = given = None if cell_size is None else checks.positive("cell_size", cell_size)
    incidents = recognised(incidents)
    reading, progress = read_first(incidents, progress)
    predicts = isinstance(bandwidth, str) and bandwidth == "predictive"
    corrected = boundary if edge_correction else None
    edges = learned_days.edges_of(incidents, corrected, size, within(reading, 0.0, 0.5)) if predicts else ()
    reading = within(reading, 0.5, 1.0) if edges else reading
    everything, placed, parameters = begin(incidents, weight, collapses=True, edges=edges, progress=reading)
    parameters["kernel"] = kernel
    advance(progress, 0.0)
    places = places_of(placed)
    area = as_boundary(boundary, placed.crs)
    smoothing = Smoothing(placed, places, chosen_kernel, area, size, corrected=area is not None and edge_correction)
    if isinstance(bandwidth, str) or size is None:
        smoothing = smoothing.inside()
    searched = 0.6 if isinstance(bandwidth, str) and bandwidth in SEARCHING_RULES else 0.05
    sized = searched + 0.2
    h = bandwidths.choose(bandwidth, smoothing, parameters, within(progress, 0.05, searched))
    size = study_area.smooth_cell_size(smoothing.places, size, h, parameters, within(progress, searched, sized))
    caution_smooth(h, given, LookedAt.of(placed), parameters)
    if area is None:
        window = Window.around(placed, places, size, chosen_kernel.padding * h)
    else:
        window = Window.of(area, placed, places, size, edge_correction, parameters)
    estimate = density_estimates.adaptive if adaptive else density_estimates.fixed
    grid, values = estimate(window, chosen_kernel, h, parameters, within(progress, sized, 1.0))
    _require_reached(values, size, h, placed.label)
    values *= SQUARE_METRES_PER_KM2
    unit = "incidents per km²" if placed.weight is None else "weight per km²"
    if probability:
        unit = _as_probability(values, grid)
    parameters["unit"] = unit
    parameters.tell(f"the highest density is {in_words(np.nanmax(values))} {unit}")
    title = f"Density ({'adaptive, ' if adaptive else ''}{h:,g} m)"
    return Surface(grid, values, unit, parameters, label=everything.titled(title))


def _require_reached(values: np.ndarray, cell_size: float, bandwidth: float, label: str) -> None:
    """Raise where no cell's centre is within reach of an incident."""
    if not np.nanmax(values) > 0:
        raise ValueError(
            f"No cell of {cell_size:g} m has its centre within reach of the incidents of {label!r} and a bandwidth of "
            f"{bandwidth:g} m; make the cells smaller or the bandwidth larger."
        )


def _as_probability(density: np.ndarray, grid: Grid) -> str:
    """Divide a density by its volume, where it stands, and return the unit."""
    density /= np.nansum(density) * grid.cell_size**2 / SQUARE_METRES_PER_KM2
    return "probability per km²"
