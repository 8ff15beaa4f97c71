"""Moran's I: whether like values stand together, over all of the map and at each feature (LISA)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from . import significance
from .autocorrelation import getis_ord
from .counted_cells import Gridding
from .features import hold_areas, value_unnamed
from .inference import Neighbourhoods, PermutationOptions, conditional_inference
from .parameters import Parameters
from .progress import Progress, advance, within
from .results import Marks, Table
from .valued_features import ValuedFeatures

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

QUADRANTS = ("high-high", "low-high", "low-low", "high-low")
NOT_SIGNIFICANT = "not significant"


def local_moran(
    features: Any,
    *,
    value: Any = None,
    neighbours: Any = "queen",
    distance_band: float | None = None,
    k: int | None = None,
    row_standardised: bool = True,
    correction: str = "fdr",
    permutations: int = 0,
    cell_size: float | None = None,
    boundary: Any = None,
    weight: Any = None,
    seed: int = 0,
    progress: Progress = None,
) -> Marks:
    """Find clusters of like values and outliers among unlike ones, feature by feature (local Moran's I).

    Parameters
    ----------
    features : Features, GeoDataFrame of polygons or points, or path; or, without a value, Incidents and what makes them.
    value : column name or array (n,) of numbers, none missing where there is a geometry; or incidents or a scan, counted in the
        polygons as `gi_star` does. Default: the features are incidents or a scan, which are counted in the cells of a grid.
    neighbours : "queen" or "rook" (polygons sharing a vertex or an edge), "knn", "band", "inverse_distance" (1 over the
        distance within the band), or a libpysal Graph or W or scipy sparse matrix over the features with geometry.
    distance_band : for "band" and "inverse_distance": features with centres within this distance (m). Default: the
        smallest at which each place has a neighbour.
    k : for "knn": how many nearest. Default 8.
    row_standardised : give each feature's neighbours weights that add up to 1; this changes I, not its p.
    correction : for the number of features tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    permutations : for p by conditional permutation, the number of draws. Default 0: the normal p. In place of either, counts
        so few or so crowded that the normal p is not to be trusted, and counts whose permutations are asked for, have the exact
        tail of all permutations, where it does not take long.
    cell_size : when incidents are counted, the side of a square cell (m). Default: the shorter side of the data / 150, at least
        150 m, to two digits.
    boundary : when incidents are counted, polygon layer of the study area: every cell with its centre inside counts, zeros
        included. Default: the cells with incidents and narrow gaps between them, a stand-in; a boundary is better.
    weight : when incidents are counted, column name or array (n,); default the incidents' own weight, else 1.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Marks
        `local_i`, `z`, `p` (two-sided, uncorrected), `p_adjusted` and `cluster_type`: "high-high", "low-low", "high-low",
        "low-high" where p_adjusted ≤ 0.05, else "not significant", on every input row; of incidents, on every cell with its
        `count`.

    Raises
    ------
    ValueError
        If no feature has a geometry, fewer than 3 do, a value is missing, the neighbours do not fit the features, or
        incidents or cells are too few.

    Notes
    -----
    Anselin 1995: Iᵢ = zᵢ Σⱼ wᵢⱼ zⱼ / m₂ with m₂ = Σ z²/n, z from the mean. Its value at i held fast, Iᵢ is the sum of the
    neighbours times a constant, so its conditional p is that of Gᵢ (Ord & Getis 1995), and z is Gᵢ's with the sign of zᵢ.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> points = Incidents(np.arange(8) * 10.0, np.zeros(8), crs="EPSG:32611")
    >>> marks = local_moran(points, value=[9, 9, 9, 9, 1, 1, 1, 1], neighbours="band", distance_band=10)
    >>> np.abs(marks["local_i"]).tolist()
    [1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    """
    asked = PermutationOptions.checked(permutations, seed, correction)
    features, value, record = _counted(features, value, cell_size, boundary, weight, within(progress, 0.0, 0.1))
    reading = within(progress, 0.1, 0.5)
    valued, parameters = ValuedFeatures.of(features, value, neighbours, distance_band, k, reading, record)
    parameters.update(correction=correction, row_standardised=bool(row_standardised))
    x, others = valued.values, valued.others
    deviation = x - x.mean()
    advance(progress, 0.52)
    gi = getis_ord(others, x, include_self=False)
    advance(progress, 0.56)
    near = Neighbourhoods.by(others, x)
    advance(progress, 0.6)
    p = conditional_inference(gi, near, asked, parameters, within(progress, 0.6, 0.95))
    advance(progress, 0.95)
    adjusted = significance.adjust(p, correction)
    kinds = _kinds(deviation, others, adjusted, parameters)
    advance(progress, 0.98)
    local = _local_i(_row_standardised(others) if row_standardised else others, deviation)
    columns = dict(
        **valued.counted, local_i=local, z=np.sign(deviation) * gi, p=p, p_adjusted=adjusted, cluster_type=kinds
    )
    missing = dict(
        count=0, weight_sum=0.0, local_i=np.nan, z=np.nan, p=1.0, p_adjusted=1.0, cluster_type=NOT_SIGNIFICANT
    )
    advance(progress, 1.0)
    label = f"Local Moran of {parameters['value']} · n = {x.size:,}" if record is None else valued.everything.label
    return Marks(valued.on_all_rows(columns, missing), parameters, valued.everything, style="local_moran", label=label)


def _counted(
    features: Any, value: Any, cell_size: float | None, boundary: Any, weight: Any, progress: Progress
) -> tuple[Any, Any, Parameters | None]:
    """Return features and value as given, or without a value the cells in which the incidents are counted."""
    if value is None and hold_areas(features):
        raise ValueError(value_unnamed(features))
    if value is None:
        gridding = Gridding.of(features, weight, cell_size, boundary, progress=progress)
        return (*gridding.features("Local Moran"), gridding.parameters)
    if not (cell_size is None and boundary is None and weight is None):
        raise ValueError("cell_size, boundary and weight are for counting incidents: leave them out, or the value.")
    return features, value, None


def moran(
    features: Any,
    *,
    value: Any,
    neighbours: Any = "queen",
    distance_band: float | None = None,
    k: int | None = None,
    row_standardised: bool = True,
    permutations: int = 0,
    seed: int = 0,
    progress: Progress = None,
) -> Table:
    """Tell whether like values stand together on the map as a whole (global Moran's I).

    Parameters
    ----------
    features : Features, GeoDataFrame of polygons or points, or path.
    value : column name or array (n,) of numbers, none missing where there is a geometry; or incidents or a scan, counted in the
        polygons as `gi_star` does.
    neighbours : "queen" or "rook" (polygons sharing a vertex or an edge), "knn", "band", "inverse_distance" (1 over the
        distance within the band), or a libpysal Graph or W or scipy sparse matrix over the features with geometry.
    distance_band : for "band" and "inverse_distance": features with centres within this distance (m). Default: the
        smallest at which each place has a neighbour.
    k : for "knn": how many nearest. Default 8.
    row_standardised : give each feature's neighbours weights that add up to 1.
    permutations : for p by permutation, the number of shuffled maps. Default 0: the normal p.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Table
        One row: `moran_i`, `expected` (−1/(n−1)), `variance` (under randomisation), `z`, `p` (two-sided), `n`, `neighbours`
        (their mean number).

    Raises
    ------
    ValueError
        If fewer than 4 features have a geometry, a value is missing, all are equal, or there are no neighbours.

    Notes
    -----
    I = n/S₀ · z′Wz / z′z; the variance is that of Cliff & Ord 1981 under randomisation.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> points = Incidents(np.arange(6) * 10.0, np.zeros(6), crs="EPSG:32611")
    >>> table = moran(points, value=[1, 1, 1, 5, 5, 5], neighbours="band", distance_band=10)
    >>> float(table["moran_i"][0].round(3)), float(table["expected"][0])
    (0.667, -0.2)
    """
    asked = PermutationOptions.checked(permutations, seed, "none")
    valued, parameters = ValuedFeatures.of(features, value, neighbours, distance_band, k, within(progress, 0.0, 0.3))
    parameters["row_standardised"] = bool(row_standardised)
    x, others = valued.values, valued.others
    if x.size < 4 or np.ptp(x) == 0 or not others.nnz:
        raise ValueError(
            f"Moran's I needs at least 4 features with different values and neighbours; there are {x.size:,}, their values "
            f"range over {np.ptp(x):g}, and {others.nnz:,} pairs are neighbours: choose another value, or wider neighbours."
        )
    advance(progress, 0.31)
    weights = _row_standardised(others) if row_standardised else others
    advance(progress, 0.32)
    deviation = x - x.mean()
    observed, expected = global_i(weights, deviation), -1 / (x.size - 1)
    advance(progress, 0.33)
    variance = _variance(weights, deviation)
    z = (observed - expected) / math.sqrt(variance)
    p = float(significance.two_sided(np.array([z]))[0])
    parameters["inference"] = "two-sided p by permutation" if asked.draws else "normal p under randomisation"
    if asked.draws:
        parameters.update(permutations=asked.draws, seed=asked.seed)
        p = _shuffled_p(weights, deviation, observed, asked.draws, asked.seed, within(progress, 0.34, 1.0))
    parameters.tell(
        f"Moran's I is {observed:.3g}, {z:.3g} standard deviations from what chance would give, p = {p:.2g}"
    )
    row = dict(
        moran_i=observed, expected=expected, variance=variance, z=z, p=p, n=x.size, neighbours=others.nnz / x.size
    )
    advance(progress, 1.0)
    columns = {name: np.array([number]) for name, number in row.items()}
    return Table(columns, parameters, label=f"Moran's I of {parameters['value']}")


def global_i(weights: csr_matrix, z: np.ndarray) -> float:
    """Return Moran's I of deviations from the mean (n,)."""
    return float(z.size / weights.sum() * (z @ (weights @ z)) / (z @ z))


def _row_standardised(matrix: csr_matrix) -> csr_matrix:
    from scipy.sparse import diags

    sums = np.asarray(matrix.sum(axis=1)).ravel()
    return (diags(np.divide(1.0, sums, out=np.zeros_like(sums), where=sums != 0)) @ matrix).tocsr()


def _local_i(weights: csr_matrix, z: np.ndarray) -> np.ndarray:
    m2 = float((z**2).mean())
    return z * (weights @ z) / m2 if m2 > 0 else np.full(z.size, np.nan)


def _kinds(z: np.ndarray, matrix: csr_matrix, adjusted: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Name the quadrant of the Moran scatter plot where it is significant, and keep how many there are of each."""
    around = matrix @ z
    kinds = np.full(z.size, NOT_SIGNIFICANT, dtype=object)
    sure = adjusted <= 0.05
    sides = ((z > 0) & (around > 0), (z < 0) & (around > 0), (z < 0) & (around < 0), (z > 0) & (around < 0))
    for kind, side in zip(QUADRANTS, sides):
        kinds[sure & side] = kind
        parameters[kind.replace("-", "_")] = int((sure & side).sum())
    parameters.tell("; ".join(f"{kind}: {parameters[kind.replace('-', '_')]:,}" for kind in QUADRANTS))
    return kinds


def _variance(weights: csr_matrix, z: np.ndarray) -> float:
    """Return the variance of I of deviations from the mean (n,) under randomisation."""
    both = weights + weights.T
    s0 = float(weights.sum())
    s1 = float(both.multiply(both).sum()) / 2
    sums = np.asarray(weights.sum(axis=1)).ravel() + np.asarray(weights.sum(axis=0)).ravel()
    return randomisation_variance(z, s0, s1, float((sums**2).sum()))


def randomisation_variance(z: np.ndarray, s0: float, s1: float, s2: float) -> float:
    """Return the variance of I under randomisation from the weights' sums S₀, S₁, S₂ (Cliff & Ord 1981)."""
    n = z.size
    kurtosis = float((z**4).mean() / (z**2).mean() ** 2)
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2


def _shuffled_p(
    weights: csr_matrix, z: np.ndarray, observed: float, permutations: int, seed: int, progress: Progress
) -> float:
    """Return twice the smaller tail among shuffled maps."""
    random = np.random.default_rng(seed)
    higher = lower = 1
    for number in range(permutations):
        drawn = global_i(weights, random.permutation(z))
        higher, lower = higher + (drawn >= observed - 1e-12), lower + (drawn <= observed + 1e-12)
        advance(progress, (number + 1) / permutations)
    return min(2 * min(higher, lower) / (permutations + 1), 1.0)
