"""Clusters in space and time: DBSCAN with a distance and a time within which incidents are neighbours (ST-DBSCAN)."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from . import checks, refusals
from .beginning import begin
from .clusters import Clusters, clusters_found, usual_min_samples
from .core_points import NOISE
from .delays import period_guards
from .incidents import Incidents
from .moments import Moments, label_moments
from .parameters import incidents_that
from .place_spacing import LookedAt, caution_short, least_reach
from .progress import Progress, within

DAY = 86_400


def st_dbscan(
    incidents: Any,
    *,
    eps: float,
    eps_time: float,
    min_samples: float | None = None,
    weight: Any = None,
    progress: Progress = None,
) -> Clusters:
    """Find clusters of incidents in space and time (ST-DBSCAN).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with times.
    eps : two incidents are neighbours up to this distance (m) and, at once, up to eps_time.
    eps_time : two incidents are neighbours up to this many days apart, those exactly as far apart included.
    min_samples : an incident is core when its neighbours, itself included, are at least this many (their weights add up to it
        when weighted). Default: a thousandth of the incidents' number, at least 10, times the mean weight.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Clusters
        `cluster` (0, 1, … by falling weight; −1 noise) and `core` on every input row; incidents without a place or a date are
        in none. Its ``.clusters()`` are the hulls with what is known of each cluster, and its p.

    Raises
    ------
    ValueError
        If the incidents have no times, none has both a place and a time, or a number is not above 0.

    Notes
    -----
    Birant & Kut 2007, without their thresholds on attributes other than place and time. A border incident goes to its
    nearest core in space, of equally near ones to the nearest in time, then to the one with the lowest easting, northing and
    time. Working time grows with the pairs within both limits: many incidents on one place in a wide window take long.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x, days = np.r_[0.0, 10, 20, 0, 10, 20], np.array([0, 3, 6, 100, 103, 106])
    >>> when = np.datetime64("2023-01-01") + days
    >>> points = Incidents(x + 380000, x * 0 + 3768000, when=when, crs="EPSG:32611")
    >>> st_dbscan(points, eps=15, eps_time=3, min_samples=2)["cluster"].tolist()
    [0, 0, 0, 1, 1, 1]
    """
    everything, placed, parameters = begin(incidents, weight)
    period_guards.warn(parameters, everything)
    parameters["eps"] = eps = checks.positive("eps", eps)
    caution_short("An eps", eps, least_reach(LookedAt.of(placed), parameters), parameters)
    parameters["eps_time"] = days = checks.positive("eps_time", eps_time, "days")
    dated = refusals.dated(placed, "and clusters in time need them (dbscan does not)")
    undated = int((~dated).sum())
    parameters.note(
        "undated",
        undated,
        incidents_that(undated, "without a date is in no cluster", "without a date are in no cluster"),
    )
    known = everything.placed
    known[known] = dated
    searched = placed if dated.all() else placed.take(dated)
    least = usual_min_samples(searched, min_samples, parameters)
    label, core = _labels(searched, eps, days, least, within(progress, 0.1, 1.0))
    search = partial(_search, eps=eps, days=days, min_samples=least)
    return clusters_found(everything, {"cluster": label, "core": core}, known, parameters, search, eps)


def _labels(
    incidents: Incidents, eps: float, days: float, min_samples: float, progress: Progress = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cluster of each incident, all with a place and a time, and whether it is core."""
    moments = Moments.of(incidents, within(progress, 0.0, 0.1))
    # Times are whole seconds, and as many days may fall short of theirs by rounding: 0.7 days are 60,480 seconds.
    window = math.floor(days * DAY * (1 + 1e-12))
    label, core = label_moments(moments, eps, window, min_samples, within(progress, 0.1, 1.0))
    return label[moments.of_row], core[moments.of_row]


def _search(incidents: Incidents, progress: Progress, eps: float, days: float, min_samples: float) -> np.ndarray:
    dated = ~np.isnat(np.asarray(incidents.when))
    label = np.full(incidents.size, NOISE, dtype=np.int64)
    if dated.any():
        label[dated] = _labels(incidents.take(dated), eps, days, min_samples, progress)[0]
    return label
