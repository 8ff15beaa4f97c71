"""Getis-Ord Gi*: hot and cold features by a value of theirs, with any neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import checks, significance
from .inference import Neighbourhoods, PermutationOptions, conditional_inference
from .neighbours import with_self
from .parameters import Parameters
from .progress import Progress, advance, within
from .rate_smoothing import SMOOTHING
from .results import Marks
from .valued_features import ValuedFeatures

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def gi_star(
    features: Any,
    *,
    value: Any,
    neighbours: Any = "queen",
    distance_band: float | None = None,
    k: int | None = None,
    include_self: bool = True,
    denominator: Any = None,
    smoothing: str = "empirical_bayes",
    correction: str = "fdr",
    permutations: int = 0,
    seed: int = 0,
    progress: Progress = None,
) -> Marks:
    """Find significant hot and cold features by a value of theirs (Getis-Ord Gi*).

    Parameters
    ----------
    features : Features, GeoDataFrame of polygons or points, or path.
    value : column name or array (n,) of numbers, none missing where there is a geometry; or incidents (Incidents, GeoDataFrame of
        points, or scan) that are counted in the polygons, their weights summed where they have any. Those in no polygon are
        left out and counted.
    neighbours : "queen" or "rook" (polygons sharing a vertex or an edge), "knn", "band", "inverse_distance" (1 over the
        distance within the band), or a libpysal Graph or W or scipy sparse matrix over the features with geometry.
    distance_band : for "band" and "inverse_distance": features with centres within this distance (m). Default: the
        smallest at which each place has a neighbour.
    k : for "knn": how many nearest. Default 8.
    include_self : True for Gi* (a feature is its own neighbour), False for Gi.
    denominator : column name or array (n,) of a population: z is then of the rates, `value` over it. Default: none.
    smoothing : of these rates: "empirical_bayes" draws them towards the mean rate the more the smaller the population, as
        few people make extreme rates by chance alone; "none" leaves them raw.
    correction : for the number of features tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    permutations : for p by conditional permutation, the number of draws; ties count in both tails. Default 0: the normal p. In
        place of either, counts so few or so crowded that the normal p is not to be trusted, and counts whose permutations are
        asked for, have the exact tail of all permutations, where it does not take long.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Marks
        `z`, `p` (two-sided, uncorrected), `p_adjusted`, `bin` (−3…3) on every input row, and `rate` with a denominator, `count`
        (and `weight_sum` when weighted) of incidents; z is NaN without geometry or variance.

    Raises
    ------
    ValueError
        If no feature has a geometry, fewer than 3 do, a value is missing, the neighbours do not fit the features, or the
        denominator is missing, negative or, without smoothing, 0.

    Notes
    -----
    Ord & Getis 1995: z = (Σⱼ wᵢⱼ xⱼ − x̄ Wᵢ) / (S √[(n S₁ᵢ − Wᵢ²)/(n − 1)]); multiplying a row of weights by a
    constant does not change it. A missing weight of a feature with itself becomes its row's largest (1 for an island).
    Smoothed rates are those of Marshall 1991 (`rates.empirical_bayes`).

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x, y = [10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30]
    >>> points = Incidents(x, y, crs="EPSG:32611")
    >>> marks = gi_star(points, value=[2, 3, 3.2, 5, 8, 7], neighbours="band", distance_band=15)
    >>> marks["z"].round(6).tolist()
    [-1.397276, -0.289178, 0.65065, -0.289178, 1.234521, 2.024243]
    """
    asked = PermutationOptions.checked(permutations, seed, correction)
    checks.option("smoothing", smoothing, SMOOTHING)
    valued, parameters = ValuedFeatures.of(features, value, neighbours, distance_band, k, within(progress, 0.0, 0.5))
    parameters.update(correction=correction, include_self=bool(include_self))
    if denominator is not None:
        valued = valued.per(denominator, smoothing, parameters)
    weights = with_self(valued.weights) if include_self else valued.others
    advance(progress, 0.55)
    z = getis_ord(weights, valued.values, include_self=include_self)
    advance(progress, 0.6)
    # A feature's own value is held fast in every draw, so that it does not matter whether it counts.
    near = Neighbourhoods.by(valued.others, valued.values)
    p = conditional_inference(z, near, asked, parameters, within(progress, 0.65, 0.95))
    advance(progress, 0.95)
    rate = {} if denominator is None else {"rate": valued.values}
    columns = {**valued.counted, **rate, **confidence_columns(z, p, correction, parameters, "features")}
    advance(progress, 1.0)
    return Marks(
        valued.on_all_rows(columns, dict(count=0, weight_sum=0.0, rate=np.nan, z=np.nan, p=1.0, p_adjusted=1.0, bin=0)),
        parameters,
        valued.everything,
        style="gi_star",
        label=f"Gi* of {_named(parameters, 'value')}{_over(parameters)} · n = {z.size:,}",
    )


def _over(parameters: Parameters) -> str:
    """Return what a map's title says of the denominator."""
    return f" per {_named(parameters, 'denominator')}" if "denominator" in parameters else ""


def _named(parameters: Parameters, role: str) -> str:
    """Return the name of a column, or what stands in for the name of an array."""
    return f"a {role}" if parameters[role] == "array" else str(parameters[role])


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
    return standardised(local_sum - mean * w, np.sqrt(variance), np.sqrt(spread), largest)


def confidence_columns(
    z: np.ndarray, p: np.ndarray, correction: str, parameters: Parameters, what: str
) -> dict[str, np.ndarray]:
    """Return z, p, p_adjusted and bin as columns, and say how many are hot and cold."""
    adjusted = significance.adjust(p, correction)
    bins = significance.confidence_bins(z, adjusted)
    if np.isnan(z).all():
        parameters.warn(
            f"z is undefined everywhere: all {what} have the same value, or all are neighbours of each other."
        )
    _tell_the_cut(p, adjusted, correction, parameters, what)
    hot, hot_95, hot_99 = ((bins >= level).sum() for level in (1, 2, 3))
    parameters.tell(
        f"of {z.size:,} {what} {hot:,} are hot at 90 % confidence or more ({hot_95:,} at 95 %, {hot_99:,} at 99 %) and "
        f"{(bins < 0).sum():,} cold"
    )
    return {"z": z, "p": p, "p_adjusted": adjusted, "bin": bins}


def _tell_the_cut(p: np.ndarray, adjusted: np.ndarray, correction: str, parameters: Parameters, what: str) -> None:
    """Keep the largest p that is significant at 95 % confidence after the correction, 0 where none is."""
    sure = adjusted <= 0.05
    cut = float(p[sure].max(initial=0.0))
    corrected = "uncorrected" if correction == "none" else f"after {correction} over {p.size:,} {what}"
    largest = "the largest p that is" if sure.any() else "no p is"
    parameters.choose("p_cut", float(f"{cut:.3g}"), f"{largest} significant at 95 % confidence, {corrected}")


def standardised(deviation: np.ndarray, deviance: Any, spread: np.ndarray, largest: float) -> np.ndarray:
    """Divide by the values' standard deviation and the weights' spread; NaN where either is 0."""
    # Rounding leaves a standard deviation of about 1e-16 of the values where there is none.
    defined = (deviance > 1e-12 * largest) & (spread > 0)
    return np.divide(deviation, deviance * spread, out=np.full(deviation.shape, np.nan), where=defined)
