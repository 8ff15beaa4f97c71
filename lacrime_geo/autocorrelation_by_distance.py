"""At which distance incidents cluster most: Moran's I of counts on a grid, band by band."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import checks, significance, study_area
from .features import as_boundary
from .grid import Grid, disk, neighbourhood_sums
from .incidents import begin
from .moran import randomisation_variance
from .progress import Progress, advance
from .results import Table


def incremental_moran(
    incidents: Any,
    *,
    cell_size: float | None = None,
    steps: int = 20,
    boundary: Any = None,
    weight: Any = None,
    progress: Progress = None,
) -> Table:
    """Show at which distance incidents cluster most (Moran's I by rising distance bands).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, at least 150 m, to two digits.
    steps : how many bands to try, each a cell wider than the one before, from 1.5 cells on; those wider than half the
        shorter side of the grid are left out. Default 20.
    boundary : polygon layer of the study area: its universe is every cell with its centre inside, zeros included.
        Default: the cells within 1.5 cells of an incident, a stand-in; a boundary is better.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Table
        A row per band: `distance_band` (m), `moran_i`, `expected`, `z`, `p` (two-sided), `peak` (True at each z higher than both
        its neighbours). `.parameters["peak"]` is the first peak (m), None where the curve has none.

    Raises
    ------
    ValueError
        If there are fewer than 60 incidents (30 with a boundary) or 30 cells, or all cells hold as many.

    Notes
    -----
    I with binary weights between the cells of the universe, without themselves; its variance under randomisation (Cliff &
    Ord 1981). The curve that ArcGIS calls Incremental Spatial Autocorrelation.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(0)
    >>> x, y = random.uniform(0, 6000, (2, 900))
    >>> x[:400], y[:400] = x[:400] / 6 + 2500, y[:400] / 6 + 2500
    >>> curve = incremental_moran(Incidents(x + 380000, y + 3768000, crs="EPSG:32611"), cell_size=200, steps=6)
    >>> curve["distance_band"].tolist()
    [300.0, 500.0, 700.0, 900.0, 1100.0, 1300.0]
    """
    steps = checks.whole("steps", steps)
    _, placed, parameters = begin(incidents, weight)
    area = as_boundary(boundary, placed.crs)
    study_area.enough_incidents(placed, area)
    size, band = study_area.scale(placed, cell_size, None, parameters)
    grid, universe = study_area.universe_of(placed, area, size, band, parameters)
    columns = study_area.counts_of(placed, grid, universe, parameters)
    values = columns.get("weight_sum", columns["count"])
    if np.ptp(values) == 0:
        raise ValueError(f"All {values.size:,} cells hold {values[0]:g}; there is no pattern to measure.")
    half = min(grid.shape) / 2
    bands = [cells for cells in np.arange(steps) + 1.5 if cells <= max(half, 1.5)]
    rows = []
    for number, cells in enumerate(bands):
        rows.append(_at_band(values, grid, universe, float(cells)))
        advance(progress, (number + 1) / len(bands))
    observed, z = np.array(rows).T
    peak = (
        np.r_[False, (z[1:-1] > z[:-2]) & (z[1:-1] > z[2:]), False][: z.size] if z.size > 2 else np.zeros(z.size, bool)
    )
    metres = np.array(bands) * size
    first = float(metres[peak][0]) if peak.any() else None
    parameters["peak"] = first
    where = f"first peaks at {first:,g} m" if first else f"has no peak between {metres[0]:,g} and {metres[-1]:,g} m"
    parameters.tell(f"z of Moran's I {where}; it is highest at {metres[np.argmax(z)]:,g} m, with {z.max():.3g}")
    table = {
        "distance_band": metres,
        "moran_i": observed,
        "expected": np.full(z.size, -1 / (values.size - 1)),
        "z": z,
        "p": significance.two_sided(z),
        "peak": peak,
    }
    return Table(table, parameters, label="Moran's I by distance")


def _at_band(values: np.ndarray, grid: Grid, universe: np.ndarray, cells: float) -> tuple[float, float]:
    """Return I and its z for neighbours within a band (cells)."""
    half_widths = disk(min(cells, float(sum(grid.shape))))
    raster = np.zeros(grid.shape, dtype=values.dtype)
    raster[universe] = values
    around = neighbourhood_sums(raster, half_widths)[universe] - values
    w = (neighbourhood_sums(universe.astype(np.int64), half_widths)[universe] - 1).astype(float)
    mean = values.mean()
    z, s0 = values - mean, float(w.sum())
    observed = values.size / s0 * float(z @ (around - mean * w)) / float(z @ z)
    # Binary and symmetric: S₁ = 2 S₀ and S₂ = 4 Σ Wᵢ².
    variance = randomisation_variance(z, s0, 2 * s0, 4 * float(w @ w))
    return observed, (observed + 1 / (values.size - 1)) / math.sqrt(variance)
