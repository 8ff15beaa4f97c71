"""ST-DBSCAN, against scikit-learn's DBSCAN on a graph of the neighbours, and the package st_dbscan where installed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from answers import Found, compared
from contest import Contestant, Match, versions
from points import CRS, FIRST_DAY, times
from scipy.sparse import csr_matrix
from sklearn.cluster import DBSCAN
from sklearn.neighbors import NearestNeighbors

import lacrime_geo as lg

TITLE = "ST-DBSCAN"
DAYS, DAY = 3 * 365, 86_400


@dataclass(frozen=True)
class Task:
    """The points, their times (s), how far neighbours may be apart (m, days), and how many of them make a core."""

    x: np.ndarray
    y: np.ndarray
    second: np.ndarray
    eps: float
    eps_time: float
    min_samples: int
    cells: None = None


def prepare(size, eps, eps_time, min_samples, x, y):
    """Take so many of the points, with times."""
    return Task(x[:size], y[:size], times(x.size, DAYS)[:size], eps, eps_time, min_samples)


def ours(task):
    """Return the cluster of each point and whether it is core."""
    incidents = lg.Incidents(task.x, task.y, when=FIRST_DAY + task.second, crs=CRS)
    marks = lg.st_dbscan(incidents, eps=task.eps, eps_time=task.eps_time, min_samples=task.min_samples)
    return Found(marks["cluster"], marks["core"])


def graph(task):
    """Return the same by scikit-learn: neighbours by a tree over space and stretched time, then DBSCAN on their graph."""
    stretched = task.second * (task.eps / (task.eps_time * DAY))
    points = np.column_stack([task.x, task.y, stretched])
    # The ball around the cylinder of height 2 eps; what is in the ball and not in the cylinder is dropped.
    reach = task.eps * np.sqrt(2) * (1 + 1e-9)
    near = NearestNeighbors(radius=reach, n_jobs=-1).fit(points).radius_neighbors_graph(points).tocoo()
    squared = (task.x[near.row] - task.x[near.col]) ** 2 + (task.y[near.row] - task.y[near.col]) ** 2
    apart = np.abs(task.second[near.row] - task.second[near.col])
    kept = (squared <= task.eps**2) & (apart <= task.eps_time * DAY)
    within = csr_matrix((near.data[kept], (near.row[kept], near.col[kept])), near.shape)
    found = DBSCAN(eps=1.0, min_samples=task.min_samples, metric="precomputed").fit(within)
    core = np.zeros(task.x.size, dtype=bool)
    core[found.core_sample_indices_] = True
    return Found(found.labels_, core)


def package(task):
    """Return the clusters by the package st_dbscan, which does not tell the cores."""
    from st_dbscan import ST_DBSCAN

    data = np.column_stack([task.second.astype(float), task.x, task.y])
    return Found(ST_DBSCAN(eps1=task.eps, eps2=task.eps_time * DAY, min_samples=task.min_samples).fit(data).labels)


def judge(task, our_answer, peer_answer):
    """Say whether core set, noise and partition of the cores are the same."""
    return compared(our_answer, peer_answer)


def _version():
    """Return the version of the package st_dbscan, None where there is none."""
    try:
        return version("st_dbscan")
    except PackageNotFoundError:
        return None


def _match(points, size, eps, eps_time, min_samples, peers, slow=False):
    return Match(
        name=f"{points}: eps {eps:g} m, {eps_time} days, min_samples {min_samples}",
        points=points,
        prepare=partial(prepare, size, eps, eps_time, min_samples),
        ours=[Contestant("st_dbscan()", ours)],
        peers=peers,
        judge=judge,
        slow=slow,
    )


PACKAGE = _version()
NOTE = "" if PACKAGE else "Not found, so not compared: the package st_dbscan."
_GRAPH = Contestant(f"{versions('scikit-learn')} DBSCAN on a graph of neighbours", graph)
_PACKAGE = [Contestant(f"st_dbscan {PACKAGE} ST_DBSCAN", package)] if PACKAGE else []
MATCHES = [
    _match("dup", 10_000, 1_000.0, 30, 5, [_GRAPH, *_PACKAGE]),
    _match("dup", 30_000, 500.0, 14, 5, [_GRAPH, *_PACKAGE]),
    _match("distinct", 30_000, 500.0, 14, 5, [_GRAPH, *_PACKAGE]),
    _match("dup", 1_000_000, 200.0, 7, 10, [_GRAPH]),
]
