"""How DBSCAN grows from ten thousand to ten million incidents, beside reading these from a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import scipy.sparse.csgraph  # what the library imports when it first needs it, which no first call is to be charged with
import scipy.spatial  # noqa: F401
from contest import Contestant, Match
from points import CRS, INCIDENTS
from stored import READING, reading, stored

import lacrime_geo as lg

TITLE = "DBSCAN of ten thousand to ten million incidents"
EPS = 200.0
SIZES = (10_000, 100_000, INCIDENTS, 10 * INCIDENTS)
SLOW_FROM = 10 * INCIDENTS


@dataclass(frozen=True)
class Task:
    """The points, the file that holds them, how far neighbours may be apart (m), and how many make a core."""

    x: np.ndarray
    y: np.ndarray
    file: Path
    eps: float
    min_samples: int
    cells: None = None


def prepare(size, name, eps, min_samples, x, y):
    """Take so many of the points, and write them as GeoParquet."""
    x, y = x[:size], y[:size]
    return Task(x, y, stored(f"{name}-{size}", x, y), eps, min_samples)


def clusters(task):
    """Return the cluster of each point, from the coordinates in memory."""
    incidents = lg.Incidents(task.x, task.y, crs=CRS)
    return lg.dbscan(incidents, eps=task.eps, min_samples=task.min_samples)["cluster"]


def judge(task, label, points):
    """Tell how many clusters there are and what they hold."""
    return f"{label.max() + 1:,} clusters hold {(label >= 0).mean():.1%} of {len(points):,}"


def _match(name, size, eps, min_samples, series):
    held = name if size <= INCIDENTS else f"{name}-10M"
    return Match(
        name=f"{name}: eps {eps:.0f} m, min_samples {min_samples:,}",
        points=held,
        prepare=partial(prepare, size, name, eps, min_samples),
        ours=[Contestant("dbscan()", clusters)],
        peers=[Contestant(READING, reading)],
        judge=judge,
        slow=size >= SLOW_FROM,
        series=series,
    )


def _matches():
    """Yield all sizes: a city that fills up on its places, and distinct places, of which a circle holds as many at every size."""
    for size in SIZES:
        yield _match("dup", size, EPS, size // 5_000, "dup, places and eps the same")
    for size in SIZES:
        yield _match(
            "distinct", size, EPS * (INCIDENTS / size) ** 0.5, 100, "distinct, as many within eps at every size"
        )
    # What it costs to keep eps where ten times as many distinct places fill the same city.
    yield _match("distinct", 10 * INCIDENTS, EPS, 1_000, None)


MATCHES = list(_matches())
