"""DBSCAN of incidents over weighted places, and the choice of eps."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from . import checks
from .beginning import begin
from .cluster_tiles import label_by_tiles
from .clusters import Clusters, clusters_found, usual_min_samples
from .incidents import Incidents
from .parameters import Parameters, two_digits
from .partitioned import Engine, as_partitioned
from .place_spacing import LookedAt, caution_short, finer, least_reach
from .places import Standing
from .progress import Progress, advance, within

_DISTANCES_AT_ONCE = 1_000_000
_PLACES_LOOKED_AT = 50_000
_NEIGHBOURS = 16_384
# Most of the time with a scan is reading it.
_READING = 0.8


def dbscan(
    incidents: Any,
    *,
    eps: float | None = None,
    min_samples: float | None = None,
    weight: Any = None,
    progress: Progress = None,
) -> Clusters:
    """Find dense clusters of incidents, and the noise between them (DBSCAN).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or a scan of files too many or too large for memory.
    eps : two incidents are neighbours up to this distance (m). Default: the knee of the sorted distances, on a logarithmic
        scale, at which each place has min_samples incidents around it, but at least the distance between places; the curve is
        in ``parameters["k_distances"]``.
    min_samples : an incident is core when the incidents within eps, itself included, are at least this many (their
        weights add up to it when weighted). Default: a thousandth of the incidents' number, at least 10, times the mean
        weight.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Clusters
        `cluster` (0, 1, … by falling weight; −1 noise) and `core` on every input row; its ``.clusters()`` are the
        hulls with what is known of each cluster, and its p. Of a scan there is a row for each place from west to east, when
        weighted for each weight on it, with `count`, how many incidents it stands for, and that `weight`; its ``.clusters()``
        read it once more for dates and categories, and have no p.

    Raises
    ------
    ValueError
        If no incident has coordinates, a number is not above 0, or no eps can be found because all stand on one place.

    Notes
    -----
    Ester et al. 1996. Core set, noise and partition of core points are those of scikit-learn; a border point goes to its
    nearest core, so that labels do not depend on the order of the input. Coincident incidents are one weighted place. Very many
    places are searched by tiles, those of a scan where it is read: labels are the same.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x = np.r_[np.arange(10) * 10.0, 5000.0]
    >>> marks = dbscan(Incidents(x + 380000, x * 0 + 3768000, crs="EPSG:32611"), eps=20, min_samples=3)
    >>> marks["cluster"].tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1]
    """
    scanned = as_partitioned(incidents)
    incidents = scanned or incidents
    everything, placed, parameters = begin(incidents, weight, collapses=True, progress=within(progress, 0.0, _READING))
    if scanned is not None:
        everything = placed = _from_west_to_east(placed)
        progress = within(progress, _READING, 1.0)
    advance(progress, 0.0)
    standing = Standing.of(placed.easting, placed.northing, placed.total_weight)
    least = usual_min_samples(placed, min_samples, parameters)
    apart = least_reach(LookedAt.of(placed), parameters)
    parameters["eps"] = eps = _eps(standing, eps, least, apart, parameters, within(progress, 0.0, 0.1))
    caution_short("An eps", eps, apart, parameters)
    engine = None if scanned is None else scanned.run
    label, core = _labels(standing, eps, least, engine, within(progress, 0.1, 1.0))
    columns = {"cluster": label, "core": core}
    search = partial(_search, eps=eps, min_samples=least)
    found = clusters_found(everything, columns, everything.placed, parameters, search, eps)
    return replace(found, scanned=scanned)


def _from_west_to_east(collapsed: Incidents) -> Incidents:
    """Return collapsed incidents in an order that does not depend on how their files are cut."""
    weight = [] if collapsed.weight is None else [collapsed.weight]
    return collapsed.take(np.lexsort((*weight, collapsed.northing, collapsed.easting)))


def _labels(
    standing: Standing, eps: float, min_samples: float, engine: Engine | None = None, progress: Progress = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cluster of each incident and whether it is core."""
    label, core = label_by_tiles(standing.x, standing.y, standing.weight, eps, min_samples, engine, progress)
    return label[standing.place], core[standing.place]


def _search(incidents: Incidents, progress: Progress, eps: float, min_samples: float) -> np.ndarray:
    standing = Standing.of(incidents.easting, incidents.northing, incidents.weight)
    return _labels(standing, eps, min_samples, progress=progress)[0]


def _eps(
    standing: Standing,
    given: float | None,
    min_samples: float,
    apart: float,
    parameters: Parameters,
    progress: Progress,
) -> float:
    if given is not None:
        return checks.positive("eps", given)
    x, y, weight, _ = standing
    if x.size < 2:
        raise ValueError(
            f"All incidents stand on one place ({x[0]:.0f}, {y[0]:.0f}), so no eps can be found; give eps=."
        )
    advance(progress, 0.0)
    asked = _spread_over(x, y)
    advance(progress, 0.0)
    distances = np.sort(k_distances(x, y, weight, min_samples, asked, progress))
    distances = distances[np.isfinite(distances) & (distances > 0)]
    if distances.size < 3:
        raise ValueError(
            f"Only {weight.sum():g} incidents on {x.size:,} places: too few around any place, or enough on every one, for "
            f"min_samples {min_samples:g} to choose eps; give eps=."
        )
    parameters["k_distances"] = [float(f"{d:.6g}") for d in np.quantile(distances, np.linspace(0, 1, 101))]
    of = f" of {asked.size:,} of the {x.size:,} places" if asked.size < x.size else ""
    reason = f"knee of the sorted distances{of} to {min_samples:g} incidents, logarithmic scale"
    eps = two_digits(knee(distances))
    if finer(eps, apart):
        why = parameters["place_distance_reason"]
        eps, reason = apart, f"the distance between places, as the {reason} ({eps:g} m), would find single ones: {why}"
    return float(parameters.choose("eps", eps, reason, " m"))


def _spread_over(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return places that are looked at to choose eps: all, or of very many every n-th from west to east."""
    every = -(-x.size // _PLACES_LOOKED_AT)
    return np.arange(x.size) if every == 1 else np.lexsort((y, x))[every // 2 :: every]


def k_distances(
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    min_samples: float,
    asked: np.ndarray | None = None,
    progress: Progress = None,
) -> np.ndarray:
    """Return for each place (of those asked for) the distance (m) at which the weight around it, itself too, reaches min_samples.

    0 where the place's own weight does; infinite where all places together, or the nearest sixteen thousand, do not suffice.
    """
    from scipy.spatial import cKDTree

    points = np.column_stack([x, y])
    tree = cKDTree(points)
    rows = np.arange(x.size) if asked is None else asked
    reached = np.where(weight[rows] >= min_samples, 0.0, np.inf)
    advance(progress, 0.0)
    todo, k = np.flatnonzero(np.isinf(reached)), 1
    while todo.size and k < min(x.size, _NEIGHBOURS):
        k = min(4 * k + 12, x.size)
        for part in np.array_split(todo, todo.size * k // _DISTANCES_AT_ONCE + 1):
            distance, near = tree.query(points[rows[part]], k=k, workers=-1)
            enough = np.cumsum(weight[near], axis=1) >= min_samples
            reached[part] = np.where(enough[:, -1], distance[np.arange(part.size), np.argmax(enough, axis=1)], np.inf)
            advance(progress, 1.0 - np.isinf(reached).sum() / reached.size)
        todo = todo[np.isinf(reached[todo])]
    return reached


def knee(ascending: np.ndarray) -> float:
    """Return the value where a rising curve of logarithms bends from steep to flat (after Satopää et al. 2011).

    That is its point farthest above the chord: below it lie the few places denser than the rest. On the plain scale
    the farthest places decide, and one cluster swallows the city. A curve that hardly rises above its chord comes from
    clusters that stand apart from thin noise: there the knee is the point farthest below, from which it climbs (the
    elbow of Ester et al. 1996).
    """
    curve = np.log(ascending)
    span = float(curve[-1] - curve[0])
    if span == 0:
        return float(ascending[0])
    above = (curve - curve[0]) / span - np.linspace(0, 1, curve.size)
    return float(ascending[int(np.argmax(above) if above.max() >= 0.1 else np.argmin(above))])
