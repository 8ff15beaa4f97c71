"""Clusters of incidents: DBSCAN over weighted places, and the clusters' hulls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import checks, geometry
from .core_points import NOISE, label_places
from .incidents import Incidents, begin
from .parameters import Parameters, two_digits
from .places import collapse
from .progress import Progress, within
from .results import Marks, Shapes, with_columns

_DISTANCES_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class Clusters(Marks):
    """The marks of a clustering: `cluster` (0, 1, … by falling weight; −1 noise) and `core`, on every input row."""

    def clusters(self) -> Shapes:
        """Return one polygon per cluster: convex hull, `cluster`, `rank`, `count`, `share` (of all incidents with a place).

        A cluster on one place or in one line has the hull of circles of a quarter of eps around its places.
        """
        incidents = self.features
        if not isinstance(incidents, Incidents):
            raise TypeError("Clusters are made of incidents.")
        labels = self["cluster"]
        order = np.argsort(labels, kind="stable")
        numbers = np.arange(int(labels.max(initial=NOISE)) + 1)
        starts = np.searchsorted(labels[order], np.arange(numbers.size + 1))
        hulls = np.empty(numbers.size, dtype=object)
        for number in numbers:
            rows = order[starts[number] : starts[number + 1]]
            hulls[number] = geometry.hull_wkb(
                incidents.easting[rows], incidents.northing[rows], self.parameters["eps"] / 4
            )
        count = np.diff(starts)
        columns = {
            "cluster": numbers,
            "rank": numbers + 1,
            "count": count,
            "share": count / max(int(incidents.placed.sum()), 1),
        }
        if incidents.weight is not None:
            columns["weight_sum"] = np.bincount(labels[labels >= 0], incidents.weight[labels >= 0], numbers.size)
        return Shapes(columns, self.parameters, hulls, incidents.crs, "cluster_hulls", incidents.titled("Clusters"))


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
    incidents : Incidents, GeoDataFrame of points, or path.
    eps : two incidents are neighbours up to this distance (m). Default: the knee of the sorted distances, on a logarithmic
        scale, at which each place has min_samples incidents around it; the curve is in ``parameters["k_distances"]``.
    min_samples : an incident is core when the incidents within eps, itself included, are at least this many (their
        weights add up to it when weighted). Default: a thousandth of the incidents' number, at least 10, times the mean
        weight.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Marks
        `cluster` (0, 1, … by falling weight; −1 noise) and `core` on every input row; its ``.clusters()`` are the hulls.

    Raises
    ------
    ValueError
        If no incident has coordinates, a number is not above 0, or no eps can be found because all stand on one place.

    Notes
    -----
    Ester et al. 1996. Core set, noise and partition of core points are those of scikit-learn; a border point goes to its
    nearest core, so that labels do not depend on the order of the input. Coincident incidents are one weighted place.

    Examples
    --------
    >>> x = np.r_[np.arange(10) * 10.0, 5000.0]
    >>> marks = dbscan(Incidents(x + 380000, x * 0 + 3768000, crs="EPSG:32611"), eps=20, min_samples=3)
    >>> marks["cluster"].tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1]
    """
    everything, placed, parameters = begin(incidents, weight)
    first, place = collapse(placed.easting, placed.northing)
    x, y = placed.easting[first], placed.northing[first]
    weights = np.bincount(place, placed.weight, first.size).astype(float)
    if min_samples is None:
        least, reason = float(max(10, round(placed.size / 1000))), "a thousandth of the incidents, at least 10"
        if placed.weight is not None:
            least, reason = two_digits(least * placed.weight.mean()), f"{reason}, times the mean weight"
        min_samples = parameters.choose("min_samples", least, reason)
    parameters["min_samples"] = least = checks.positive("min_samples", min_samples, "incidents")
    parameters["eps"] = eps = _eps(x, y, weights, eps, least, parameters)
    label, core = label_places(x, y, weights, eps, least, within(progress, 0.1, 1.0))
    columns = with_columns(
        everything.size,
        {"cluster": label[place], "core": core[place]},
        everything.placed,
        {"cluster": NOISE, "core": False},
    )
    found = int(label.max(initial=NOISE)) + 1
    parameters["clusters"] = found
    inside = int((label[place] != NOISE).sum())
    parameters.tell(f"{found:,} clusters hold {inside:,} of {placed.size:,} incidents ({inside / placed.size:.0%})")
    return Clusters(columns, parameters, everything, style="clusters", label=everything.titled("Clustered incidents"))


def _eps(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, given: float | None, min_samples: float, parameters: Parameters
) -> float:
    if given is not None:
        return checks.positive("eps", given)
    if x.size < 2:
        raise ValueError(
            f"All incidents stand on one place ({x[0]:.0f}, {y[0]:.0f}), so no eps can be found; give eps=."
        )
    distances = np.sort(k_distances(x, y, weight, min_samples))
    distances = distances[np.isfinite(distances) & (distances > 0)]
    if distances.size < 3:
        raise ValueError(
            f"Only {weight.sum():g} incidents on {x.size:,} places: too few around any place for min_samples {min_samples:g} "
            "to choose eps; give eps= or lower min_samples."
        )
    parameters["k_distances"] = [float(f"{d:.6g}") for d in np.quantile(distances, np.linspace(0, 1, 101))]
    value = two_digits(knee(distances))
    return float(
        parameters.choose(
            "eps", value, f"knee of the sorted distances to {min_samples:g} incidents, logarithmic scale", " m"
        )
    )


def k_distances(x: np.ndarray, y: np.ndarray, weight: np.ndarray, min_samples: float) -> np.ndarray:
    """Return for each place the distance (m) at which the weight around it, itself included, reaches min_samples.

    0 where the place's own weight does; infinite where all places together do not suffice.
    """
    from scipy.spatial import cKDTree

    points = np.column_stack([x, y])
    tree = cKDTree(points)
    reached = np.where(weight >= min_samples, 0.0, np.inf)
    todo, k = np.flatnonzero(np.isinf(reached)), 1
    while todo.size and k < x.size:
        k = min(4 * k + 12, x.size)
        for part in np.array_split(todo, todo.size * k // _DISTANCES_AT_ONCE + 1):
            distance, near = tree.query(points[part], k=k, workers=-1)
            enough = np.cumsum(weight[near], axis=1) >= min_samples
            reached[part] = np.where(enough[:, -1], distance[np.arange(part.size), np.argmax(enough, axis=1)], np.inf)
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
