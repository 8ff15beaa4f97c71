"""HDBSCAN and OPTICS of incidents, as scikit-learn finds them."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np

from . import checks
from .beginning import begin
from .clusters import USUAL, Clusters, clusters_found, usual_number
from .core_points import NOISE, numbered
from .density_clusters import k_distances
from .incidents import Incidents
from .parameters import Parameters, two_digits
from .place_spacing import LookedAt, caution_short, least_reach
from .places import Standing
from .progress import Progress, advance, left_alone, within

SELECTIONS = ("eom", "leaf")
# What scikit-learn calls the further columns.
ATTRIBUTES = {"probability": "probabilities_", "reachability": "reachability_"}
MANY = 100_000


def hdbscan(
    incidents: Any,
    *,
    min_cluster_size: int | None = None,
    min_samples: int | None = None,
    cluster_selection_method: str = "eom",
    progress: Progress = None,
) -> Clusters:
    """Find clusters of incidents of differing density (HDBSCAN); needs scikit-learn.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    min_cluster_size : the fewest incidents that make a cluster. Default: a thousandth of the incidents, at least 10.
    min_samples : how many incidents, itself included, reach as far as an incident's core distance; more make clusters rounder
        and noise more. Default: min_cluster_size.
    cluster_selection_method : which clusters of the hierarchy are taken: "eom" (default), those that last longest, or "leaf",
        the smallest.
    progress : function of a fraction, returning False to stop; it is asked before and after the search, not during it.

    Returns
    -------
    Clusters
        `cluster` (0, 1, … by falling number; −1 noise) and `probability` (how firmly it belongs, 0 … 1) on every input row; its
        ``.clusters()`` are the hulls with what is known of each cluster, and its p.

    Raises
    ------
    ImportError
        If scikit-learn 1.3 or later is missing.
    ValueError
        If no incident has coordinates, there are fewer incidents than asked for, or a number is too small.

    Notes
    -----
    Campello, Moulavi & Sander 2013; scikit-learn's implementation on all incidents, unweighted, coincident ones included.
    Incidents are put in order of their place first, and those on one place share the label of most of them, so that labels do
    not depend on the order of rows; a cluster may therefore have fewer than min_cluster_size. A place with more than
    min_samples incidents is infinitely dense to HDBSCAN: others of its cluster then have a probability of 0. A single cluster
    that holds everything is never found. Where many distances are equal, scikit-learn takes them as numpy sorts them, which
    differs between kinds of processors, and so may the clusters. Time grows with the square of the number of incidents.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x = np.r_[np.arange(30) * 10.0, np.arange(30) * 50.0 + 5000.0]
    >>> found = hdbscan(Incidents(x + 380000, x * 0 + 3768000, crs="EPSG:32611"), min_cluster_size=10)
    >>> sorted(set(found["cluster"].tolist()))
    [0, 1]
    """
    kind = _of_scikit("HDBSCAN", "hdbscan", " 1.3 or later")
    everything, placed, parameters = begin(incidents, None)
    least = _number("min_cluster_size", placed, min_cluster_size, parameters)
    samples = least if min_samples is None else min_samples
    samples = checks.whole("min_samples", samples)
    parameters.update(
        min_samples=samples,
        cluster_selection_method=checks.option("cluster_selection_method", cluster_selection_method, SELECTIONS),
    )
    _require(placed, max(least, samples), parameters)
    model = partial(
        kind,
        min_cluster_size=least,
        min_samples=samples,
        cluster_selection_method=cluster_selection_method,
        copy=True,  # else it may change its input
    )
    return _found(everything, placed, "probability", parameters, model, progress)


def optics(
    incidents: Any,
    *,
    min_samples: int | None = None,
    max_eps: float | None = None,
    xi: float = 0.05,
    progress: Progress = None,
) -> Clusters:
    """Find clusters of incidents of differing density by their reachability (OPTICS); needs scikit-learn.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    min_samples : how many incidents, itself included, reach as far as an incident's core distance; also the fewest that make a
        cluster. Default: a thousandth of the incidents, at least 10.
    max_eps : no neighbours are looked for farther than this (m). Default: four times the median distance, over the places, at
        which min_samples incidents are found.
    xi : how steeply reachability must fall and rise at a cluster's edges, a share between 0 and 1. Default 0.05.
    progress : function of a fraction, returning False to stop; it is asked before and after the search, not during it.

    Returns
    -------
    Clusters
        `cluster` (0, 1, … by falling number; −1 noise) and `reachability` (m, infinite where nothing is near) on every input row;
        its ``.clusters()`` are the hulls with what is known of each cluster, and its p.

    Raises
    ------
    ImportError
        If scikit-learn is missing.
    ValueError
        If no incident has coordinates, there are fewer incidents than min_samples, or a number is out of bounds.

    Notes
    -----
    Ankerst, Breunig, Kriegel & Sander 1999; scikit-learn's implementation on all incidents, unweighted, coincident ones included.
    Incidents are put in order of their place first, and those on one place share the label of most of them, so that labels do
    not depend on the order of rows. About 1.5 ms per incident.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x = np.r_[np.arange(30) * 10.0, np.arange(30) * 50.0 + 5000.0]
    >>> found = optics(Incidents(x + 380000, x * 0 + 3768000, crs="EPSG:32611"), min_samples=10, max_eps=2000)
    >>> sorted(set(found["cluster"].tolist()))
    [0, 1]
    """
    kind = _of_scikit("OPTICS", "optics")
    everything, placed, parameters = begin(incidents, None)
    samples = _number("min_samples", placed, min_samples, parameters)
    parameters["xi"] = steepness = checks.share("xi", xi)
    _require(placed, samples, parameters)
    if max_eps is None:
        farthest = two_digits(4 * _core_distance(placed, samples))
        reason = f"four times the median distance to {samples} incidents"
        max_eps = parameters.choose("max_eps", farthest, reason, " m")
    parameters["max_eps"] = farthest = checks.positive("max_eps", max_eps)
    caution_short("A max_eps", farthest, least_reach(LookedAt.of(placed), parameters), parameters)
    model = partial(kind, min_samples=samples, max_eps=parameters["max_eps"], xi=steepness)
    return _found(everything, placed, "reachability", parameters, model, progress)


def _of_scikit(name: str, asked: str, version: str = "") -> Any:
    try:
        from sklearn import cluster

        return getattr(cluster, name)
    except (ImportError, AttributeError) as problem:
        raise ImportError(
            f"{asked} needs scikit-learn{version}: pip install scikit-learn; dbscan and st_dbscan do without"
        ) from problem


def _number(name: str, placed: Incidents, given: Any, parameters: Parameters) -> int:
    """Return how many incidents make a core or a cluster, given or by their number."""
    if given is None:
        given = parameters.choose(name, usual_number(placed), USUAL)
    parameters[name] = number = checks.whole(name, given, minimum=2)
    return number


def _require(placed: Incidents, least: int, parameters: Parameters) -> None:
    """Raise when there are too few incidents; say what is not regarded and what will take long."""
    if placed.size < least:
        raise ValueError(
            f"{placed.label!r} has {placed.size:,} incidents with a place, fewer than the {least:,} asked for."
        )
    if placed.weight is not None:
        parameters.warn("the incidents' weights are not regarded: every incident counts once")
    if placed.size > MANY:
        parameters.warn(f"{placed.size:,} incidents take long here, minutes to hours; dbscan takes seconds.")


def _core_distance(placed: Incidents, samples: int, clustered: np.ndarray | None = None) -> float:
    """Return the median, over the places (of those clustered), of the distance (m) at which so many incidents are found."""
    standing = Standing.of(placed.easting, placed.northing)
    asked = None if clustered is None or not clustered.any() else np.unique(standing.place[clustered])
    distance = k_distances(standing.x, standing.y, standing.weight, samples, asked)
    return float(np.median(np.maximum(distance[np.isfinite(distance)], 1.0)))


def _fitted(placed: Incidents, model: Any, progress: Progress) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return a fitted model of scikit-learn's, the order of its rows, and the number of each one's place."""
    # The model goes by the order of its input where distances are equal.
    order = np.lexsort((placed.northing, placed.easting))
    x, y = placed.easting[order] - placed.easting.min(), placed.northing[order] - placed.northing.min()
    found = left_alone(partial(_quietly, model(), np.column_stack([x, y])), progress)
    return found, order, np.cumsum(np.append(True, (np.diff(x) != 0) | (np.diff(y) != 0))) - 1


def _quietly(model: Any, points: np.ndarray) -> Any:
    """Return a model fitted without warnings: reachabilities of coincident incidents are 0, of lone ones infinite."""
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(points)


def _labels(placed: Incidents, found: Any, order: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return the clusters of a fitted model, one for each place, numbered as all of ours."""
    label = np.empty(order.size, dtype=np.int64)
    # scikit-learn's −2 and −3 are rows it could not use.
    label[order] = _of_most(place, np.maximum(found.labels_, NOISE))[place]
    return numbered(label, label != NOISE, np.ones(label.size), placed.easting, placed.northing)


def _of_most(place: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Return for each place the label that most of its incidents have, of equally frequent ones the largest number."""
    pairs, count = np.unique(np.column_stack([place, label]), axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], count, pairs[:, 0]))
    last = np.append(np.diff(pairs[order, 0]) != 0, True)
    return np.asarray(pairs[order][last, 1])


def _of_places(found: Any, attribute: str, order: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return a further column of a fitted model: of each place the largest value among the incidents with its label."""
    label = np.maximum(found.labels_, NOISE)
    own = label == _of_most(place, label)[place]
    largest = np.full(int(place[-1]) + 1, -np.inf)
    np.maximum.at(largest, place[own], getattr(found, attribute)[own])
    column = np.empty(order.size)
    column[order] = largest[place]
    return column


def _found(
    everything: Incidents, placed: Incidents, column: str, parameters: Parameters, model: Any, progress: Progress
) -> Clusters:
    samples = parameters["min_samples"]
    found, order, place = _fitted(placed, model, within(progress, 0.1, 1.0))
    advance(progress, 1.0)
    label = _labels(placed, found, order, place)
    reason = f"median distance to {samples} incidents from places in clusters, for the hulls"
    reach = parameters.choose("reach", two_digits(_core_distance(placed, samples, label != NOISE)), reason, " m")
    caution_short("A reach", reach, least_reach(LookedAt.of(placed), parameters), parameters)
    columns = {"cluster": label, column: _of_places(found, ATTRIBUTES[column], order, place)}
    search = partial(_search, model=model, least=max(samples, parameters.get("min_cluster_size", 0)))
    return clusters_found(everything, columns, everything.placed, parameters, search, reach)


def _search(incidents: Incidents, progress: Progress, model: Any, least: int) -> np.ndarray:
    if incidents.size < least:
        return np.full(incidents.size, NOISE)
    return _labels(incidents, *_fitted(incidents, model, progress))
