"""At which distance incidents cluster most: Moran's I of counts on a grid, band by band, and the band chosen by it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import checks, significance
from .charts import Chart
from .counted_cells import QUEEN, CountedCells, Gridding
from .moran import randomisation_variance
from .parameters import Parameters, two_digits
from .progress import Progress, advance, within
from .results import Curve

STEPS = 20
# Without a peak: the mean distance to a twentieth of the cells, within these numbers.
FEWEST, MOST = 3, 30
_CELLS_LOOKED_AT = 10_000


@dataclass(frozen=True, eq=False, repr=False)
class DistanceCurve(Curve):
    """Hold Moran's I of one distance band after another, a row each."""

    chart = Chart("distance_band", "z", "Distance band (m)", "z of Moran's I", mark="peak")

    @property
    def peak(self) -> float | None:
        """The first peak (m), None where there is none."""
        peaks = self["distance_band"][self["peak"]]
        return float(peaks[0]) if peaks.size else None

    @property
    def in_words(self) -> str:
        """Where the curve peaks and where it is highest."""
        metres, z = self["distance_band"], self["z"]
        first = self.peak
        where = f"first peaks at {first:,g} m" if first else f"has no peak between {metres[0]:,g} and {metres[-1]:,g} m"
        return f"z of Moran's I {where}; it is highest at {metres[np.argmax(z)]:,g} m, with {z.max():.3g}"


def incremental_moran(
    incidents: Any,
    *,
    cell_size: float | None = None,
    steps: int = STEPS,
    shape: str = "square",
    boundary: Any = None,
    weight: Any = None,
    progress: Progress = None,
) -> DistanceCurve:
    """Show at which distance incidents cluster most (Moran's I by rising distance bands).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or scan.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, at least 150 m, to two digits.
    steps : how many bands to try, each a cell wider than the one before, from 1.5 cells on; those wider than half the
        shorter side of the grid are left out. Default 20.
    shape : "square" or "hex" cells.
    boundary : polygon layer of the study area: its universe is every cell with its centre inside, zeros included.
        Default: the cells with incidents and narrow gaps between them, a stand-in; a boundary is better.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    DistanceCurve
        A table with a row per band: `distance_band` (m), `moran_i`, `expected`, `z`, `p` (two-sided), `peak` (True at each
        z higher than those beside it and significant after Bonferroni's correction; also at the first band, if z falls
        from it). `.peak` is the first one (m), None where the curve has none.

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
    gridding = Gridding.of(incidents, weight, cell_size, boundary, shape, progress=within(progress, 0.0, 0.1))
    parameters = gridding.parameters
    cells = gridding.cells(gridding.queen)
    if np.ptp(cells.values) == 0:
        raise ValueError(
            f"All {cells.values.size:,} cells hold {cells.values[0]:g}; there is no pattern to measure: make the cells larger, "
            "or take a longer period."
        )
    curve = curve_of(cells, steps, parameters, within(progress, 0.1, 1.0))
    if curve is None:
        raise ValueError(
            f"No two of the {cells.values.size:,} cells lie within {gridding.cell_size * (steps + 0.5):,g} m of each other, so "
            "there is no autocorrelation to measure; raise cell_size or steps."
        )
    parameters["peak"] = curve.peak
    parameters.tell(curve.in_words)
    return replace(curve, label=gridding.everything.titled(curve.label))


def band_of(
    cells: CountedCells, parameters: Parameters, progress: Progress = None
) -> tuple[float, DistanceCurve | None]:
    """Choose a distance band (m): the first peak of the curve, else the mean distance to so many cells; and the curve.

    The curve is None where all cells hold the same, as there is no pattern then.
    """
    size = cells.grid.cell_size
    curve = curve_of(cells, STEPS, Parameters(), progress) if np.ptp(cells.values) > 0 else None
    peak = None if curve is None else curve.peak
    if peak is not None:
        band, reason = peak, "the first peak of Moran's I by distance"
    else:
        k = int(np.clip(round(0.05 * cells.count.size), FEWEST, MOST))
        band = max(two_digits(_mean_distance(cells, k)), QUEEN * size)
        why = "there is no pattern to choose by" if curve is None else curve.in_words
        reason = f"the mean distance from a cell to its {k} nearest others, as {why}"
    if curve is not None:
        parameters.keep_curve("distance_band_curve", {name: curve[name] for name in ("distance_band", "z")}, peak)
    return float(parameters.choose("distance_band", band, reason, " m")), curve


def curve_of(
    cells: CountedCells, steps: int, parameters: Parameters, progress: Progress = None
) -> DistanceCurve | None:
    """Return the curve of the cells' values, which are not all equal, from 1.5 cells on in steps of one cell.

    Bands within which no two cells lie are left out; None where that leaves none.
    """
    half = min(cells.grid.rows * cells.grid.ROW, cells.grid.columns) / 2
    metres = (np.arange(min(steps, int(max(half - QUEEN, 0)) + 1)) + QUEEN) * cells.grid.cell_size
    rows = []
    for number, band in enumerate(metres):
        rows.append(_at_band(cells, float(band)))
        advance(progress, (number + 1) / metres.size)
    observed, z = np.array(rows).T
    known = ~np.isnan(z)
    metres, observed, z = metres[known], observed[known], z[known]
    if not z.size:
        return None
    columns = {
        "distance_band": metres,
        "moran_i": observed,
        "expected": np.full(z.size, -1 / (cells.values.size - 1)),
        "z": z,
        "p": significance.two_sided(z),
        "peak": _peaks(z),
    }
    return DistanceCurve(columns, parameters, label="Moran's I by distance")


def _peaks(z: np.ndarray) -> np.ndarray:
    """Mark what is higher than both its neighbours, and significantly so for as many bands as were tried.

    Where the curve falls from its beginning that is a peak, for clusters no wider than the narrowest band; its end is none.
    """
    around = np.concatenate([[-np.inf], z, [np.inf]])
    return np.asarray((z > around[:-2]) & (z > around[2:]) & (z > 0) & (significance.two_sided(z) * z.size <= 0.05))


def _at_band(cells: CountedCells, band: float) -> tuple[float, float]:
    """Return I and its z for neighbours within a band (m), NaN where there are none."""
    # Sums of squares of very small or large weights would leave float64.
    values = cells.values if cells.values.dtype.kind == "i" else cells.values / cells.values.max()
    around = cells.sums(values, band) - values
    w = (cells.sums(np.ones(values.size, dtype=np.int64), band) - 1).astype(float)
    mean = values.mean()
    z, s0 = values - mean, float(w.sum())
    if s0 == 0:
        return np.nan, np.nan
    observed = values.size / s0 * float(z @ (around - mean * w)) / float(z @ z)
    # Binary and symmetric: S₁ = 2 S₀ and S₂ = 4 Σ Wᵢ².
    variance = randomisation_variance(z, s0, 2 * s0, 4 * float(w @ w))
    return observed, (observed + 1 / (values.size - 1)) / math.sqrt(variance)


def _mean_distance(cells: CountedCells, k: int) -> float:
    """Return the mean distance (m) from cells, of more than 10,000 evenly chosen ones, to their k-th nearest other cell."""
    from scipy.spatial import cKDTree

    centres = np.column_stack(cells.grid.centres(cells.cell))
    some = centres[:: -(-len(centres) // _CELLS_LOOKED_AT)]
    return float(cKDTree(centres).query(some, k=[min(k + 1, len(centres))])[0].mean())
