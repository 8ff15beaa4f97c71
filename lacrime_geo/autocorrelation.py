"""Spatial autocorrelation: Getis-Ord Gi* hotspots on a grid of counts, and on any features with a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import checks, significance, study_area
from .features import as_boundary
from .grid import Grid, disk, neighbourhood_sums
from .incidents import begin
from .neighbours import with_self
from .parameters import Parameters
from .permutations import conditional_inference
from .progress import Progress, advance, within
from .results import Cells, Marks
from .valued_features import ValuedFeatures

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CORRECTIONS = significance.CORRECTIONS
TRUSTED_SUM = 10.0


def hotspots(
    incidents: Any,
    *,
    cell_size: float | None = None,
    distance_band: float | None = None,
    correction: str = "fdr",
    boundary: Any = None,
    weight: Any = None,
    progress: Progress = None,
) -> Cells:
    """Find significant hot and cold spots of incidents on a grid (Getis-Ord Gi*).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, at least 150 m, to two digits; locational
        outliers are left out of this choice only.
    distance_band : cells with their centre within this distance (m) are neighbours. Default: 1.5 cells, the eight
        cells around (queen contiguity).
    correction : for the number of cells tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    boundary : polygon layer of the study area: its universe is every cell with its centre inside, zeros included.
        Default: the cells within one distance band of an incident, a stand-in; a boundary is better.
    weight : column name or array (n,); default the incidents' own weight, else 1. z is then of the weights.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Cells
        `count` (and `weight_sum` when weighted), `z`, `p` (two-sided, uncorrected), `p_adjusted`, `bin` (−3…3: cold or
        hot at 99, 95, 90 % confidence; 0 not significant).

    Raises
    ------
    ValueError
        If there are fewer than 60 incidents (30 with a boundary) or 30 cells, all incidents stand on one place, or there
        would be more than 50,000,000 cells.

    Notes
    -----
    z is Gᵢ* of Ord & Getis 1995 with binary weights. Where neighbourhoods hold fewer than 10 incidents in the mean, the
    normal p is not to be trusted: p is then the exact conditional permutation tail, and a cell whose z and
    neighbours point to different sides is not significant.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(0)
    >>> x, y = random.uniform(0, 3000, (2, 900))
    >>> x[:300], y[:300] = x[:300] / 10 + 1500, y[:300] / 10 + 1500
    >>> cells = hotspots(Incidents(x + 380000, y + 3768000, crs="EPSG:32611"), cell_size=200)
    >>> int(cells["bin"].max()), int(cells["count"].sum())
    (3, 900)
    """
    checks.option("correction", correction, CORRECTIONS)
    everything, placed, parameters = begin(incidents, weight)
    area = as_boundary(boundary, placed.crs)
    parameters["correction"] = correction
    study_area.enough_incidents(placed, area)
    size, band = study_area.scale(placed, cell_size, distance_band, parameters)
    grid, universe = study_area.universe_of(placed, area, size, band, parameters)
    advance(progress, 0.2)
    columns = study_area.counts_of(placed, grid, universe, parameters)
    count = columns["count"]
    values = columns.get("weight_sum", count)
    rest = within(progress, 0.2, 1.0)
    columns.update(grid_columns(values, count, grid, universe, band, correction, parameters, rest))
    return Cells(
        columns, parameters, grid, np.flatnonzero(universe), style="hotspots", label=everything.titled("Hotspots")
    )


def gi_star(
    features: Any,
    *,
    value: Any,
    neighbours: Any = "queen",
    distance_band: float | None = None,
    k: int | None = None,
    include_self: bool = True,
    correction: str = "fdr",
    permutations: int = 0,
    seed: int = 0,
    progress: Progress = None,
) -> Marks:
    """Find significant hot and cold features by a value of theirs (Getis-Ord Gi*).

    Parameters
    ----------
    features : Features, GeoDataFrame of polygons or points, or path.
    value : column name or array (n,) of numbers, none missing where there is a geometry.
    neighbours : "queen" or "rook" (polygons sharing a vertex or an edge), "knn", "band", "inverse_distance" (1 over the
        distance within the band), or a libpysal Graph or W or scipy sparse matrix over the features with geometry.
    distance_band : for "band" and "inverse_distance": features with centres within this distance (m). Default: the
        smallest at which each place has a neighbour.
    k : for "knn": how many nearest. Default 8.
    include_self : True for Gi* (a feature is its own neighbour), False for Gi.
    correction : for the number of features tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    permutations : for p by conditional permutation, the number of draws; ties count in both tails. Default 0: the normal p.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Marks
        `z`, `p` (two-sided, uncorrected), `p_adjusted`, `bin` (−3…3) on every input row; z is NaN without geometry or variance.

    Raises
    ------
    ValueError
        If no feature has a geometry, fewer than 3 do, a value is missing, or the neighbours do not fit the features.

    Notes
    -----
    Ord & Getis 1995: z = (Σⱼ wᵢⱼ xⱼ − x̄ Wᵢ) / (S √[(n S₁ᵢ − Wᵢ²)/(n − 1)]); multiplying a row of weights by a
    constant does not change it. A missing weight of a feature with itself becomes its row's largest (1 for an island).

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x, y = [10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30]
    >>> points = Incidents(x, y, crs="EPSG:32611")
    >>> marks = gi_star(points, value=[2, 3, 3.2, 5, 8, 7], neighbours="band", distance_band=15)
    >>> marks["z"].round(6).tolist()
    [-1.397276, -0.289178, 0.65065, -0.289178, 1.234521, 2.024243]
    """
    checks.option("correction", correction, CORRECTIONS)
    valued, parameters = ValuedFeatures.of(features, value, neighbours, distance_band, k, within(progress, 0.0, 0.5))
    parameters.update(correction=correction, include_self=bool(include_self))
    weights = with_self(valued.weights) if include_self else valued.others
    z = getis_ord(weights, valued.values, include_self=include_self)
    # A feature's own value is held fast in every draw, so that it does not matter whether it counts.
    sums = valued.others, valued.values
    p = conditional_inference(z, *sums, permutations, seed, correction, parameters, within(progress, 0.5, 0.95))
    columns = _inference(z, p, correction, parameters, "features")
    advance(progress, 1.0)
    return Marks(
        valued.on_all_rows(columns, dict(z=np.nan, p=1.0, p_adjusted=1.0, bin=0)),
        parameters,
        valued.everything,
        style="gi_star",
        label=f"Gi* of {parameters['value']} · n = {z.size:,}",
    )


def getis_ord(weights: csr_matrix, x: np.ndarray, *, include_self: bool = True) -> np.ndarray:
    """Return z of Gi* (or Gi without self) for sparse weights (n, n) and values (n,), in the steps of the paper."""
    n = x.size
    largest = float(np.abs(x).max(initial=0.0))
    # z does not change with a constant added to x; without the mean, squares keep their digits.
    x = x - x.mean()
    local_sum = weights @ x
    w = np.asarray(weights.sum(axis=1)).ravel()
    s1 = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
    if include_self:
        mean, variance, others = x.mean(), x.var(), n
    else:
        # Gi leaves i out of the mean and the spread as well, and counts one observation fewer.
        mean = (x.sum() - x) / (n - 1)
        variance = np.maximum(((x**2).sum() - x**2) / (n - 1) - mean**2, 0.0)
        others = n - 1
    spread = np.where(others * s1 - w**2 > 1e-12 * others * s1, (others * s1 - w**2) / (others - 1), 0.0)
    return _z(local_sum - mean * w, np.sqrt(variance), np.sqrt(spread), largest)


def _inference(
    z: np.ndarray, p: np.ndarray, correction: str, parameters: Parameters, what: str
) -> dict[str, np.ndarray]:
    adjusted = significance.adjust(p, correction)
    bins = significance.confidence_bins(z, adjusted)
    if np.isnan(z).all():
        parameters.warn(
            f"z is undefined everywhere: all {what} have the same value, or all are neighbours of each other."
        )
    hot, cold = (bins > 0).sum(), (bins < 0).sum()
    at_99 = (bins == 3).sum()
    parameters.tell(f"of {z.size:,} {what} {hot:,} are hot ({at_99:,} at 99 % confidence) and {cold:,} cold")
    return {"z": z, "p": p, "p_adjusted": adjusted, "bin": bins}


def _z(deviation: np.ndarray, deviance: Any, spread: np.ndarray, largest: float) -> np.ndarray:
    """Divide by the values' standard deviation and the weights' spread; NaN where either is 0."""
    # Rounding leaves a standard deviation of about 1e-16 of the values where there is none.
    defined = (deviance > 1e-12 * largest) & (spread > 0)
    return np.divide(deviation, deviance * spread, out=np.full(deviation.shape, np.nan), where=defined)


def grid_columns(
    values: np.ndarray,
    count: np.ndarray,
    grid: Grid,
    universe: np.ndarray,
    band: float,
    correction: str,
    parameters: Parameters,
    progress: Progress,
) -> dict[str, np.ndarray]:
    """Return z, p, p_adjusted and bin of the universe's cells, from their values and their numbers of incidents."""
    # A disk wider than the grid covers no more of it.
    half_widths = disk(min(band / grid.cell_size, float(sum(grid.shape))))
    raster = np.zeros(grid.shape, dtype=values.dtype)
    raster[universe] = values
    local_sum = neighbourhood_sums(raster, half_widths)[universe]
    w = neighbourhood_sums(universe.astype(np.int64), half_widths)[universe]
    advance(progress, 0.3)
    n = values.size
    spread = np.sqrt((n * w - w.astype(float) ** 2) / (n - 1))
    z = _z(local_sum - values.mean() * w, values.std(), spread, float(np.abs(values).max()))
    p = _grid_p(z, values, int(count.sum()), local_sum, w, parameters, within(progress, 0.3, 0.9))
    advance(progress, 1.0)
    return _inference(z, p, correction, parameters, "cells")


def _grid_p(
    z: np.ndarray,
    values: np.ndarray,
    incidents: int,
    local_sum: np.ndarray,
    w: np.ndarray,
    parameters: Parameters,
    progress: Progress,
) -> np.ndarray:
    # Whether the normal p may be trusted depends on how many incidents there are, not on what each weighs.
    held = float(incidents / values.size * w.mean())
    sparse = f"neighbourhoods hold {held:.2g} incidents in the mean, too few for the normal approximation (10)"
    if held >= TRUSTED_SUM:
        parameters.choose("inference", "analytic two-sided p", f"neighbourhoods hold {held:.3g} incidents in the mean")
        return significance.two_sided(z)
    tails = None if values.dtype.kind == "f" else significance.affordable_tails(values, w - 1)
    if tails is None:
        parameters.choose(
            "inference", "analytic two-sided p", "fractional or widely differing weights have no exact p here"
        )
        parameters.warn(f"{sparse}, and these weights have no exact p: take small p with caution.")
        return significance.two_sided(z)
    sampling = (
        "; drawn with replacement, as the exact tail takes long for so many neighbours" if tails == "compound" else ""
    )
    parameters.choose("inference", f"{tails} conditional permutation tail", sparse + sampling)
    p, side = significance.exact_tails(values, local_sum - values, w - 1, progress, compound=tails == "compound")
    return np.where(np.isnan(z) | (np.sign(z) != side), 1.0, p)
