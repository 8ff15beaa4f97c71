"""DBSCAN, against scikit-learn's on all points and on the unique places with weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from answers import Found, compared, numbered_alike
from contest import Contestant, Match, versions
from points import CRS, unique
from sklearn.cluster import DBSCAN

import lacrime_geo as lg

TITLE = "DBSCAN"


@dataclass(frozen=True)
class Task:
    """The points, how far neighbours may be apart (m), and how many of them make a core."""

    x: np.ndarray
    y: np.ndarray
    eps: float
    min_samples: int
    cells: None = None


def prepare(eps, min_samples, x, y):
    """Take the points as they are."""
    return Task(x, y, eps, min_samples)


def ours(task):
    """Return the cluster of each point and whether it is core."""
    incidents = lg.Incidents(task.x, task.y, crs=CRS)
    marks = lg.dbscan(incidents, eps=task.eps, min_samples=task.min_samples)
    return Found(marks["cluster"], marks["core"])


def raw(task):
    """Return the same by scikit-learn on all points, on all cores of the machine (the faster of its two ways)."""
    found = DBSCAN(eps=task.eps, min_samples=task.min_samples, n_jobs=-1).fit(np.column_stack([task.x, task.y]))
    return Found(found.labels_, _marked(found))


def weighted(task):
    """Return the same by scikit-learn on the unique places, weighted by their number of points."""
    places, place, count = unique(task.x, task.y)
    found = DBSCAN(eps=task.eps, min_samples=task.min_samples, n_jobs=-1).fit(places, sample_weight=count)
    return Found(found.labels_[place], _marked(found)[place])


def judge(task, our_answer, peer_answer):
    """Say whether core set, noise and clusters of the cores are the same, and numbered alike."""
    alike = numbered_alike(task.x, task.y, our_answer, peer_answer)
    return f"{compared(our_answer, peer_answer)}; {alike}"


def _marked(found):
    core = np.zeros(found.labels_.size, dtype=bool)
    core[found.core_sample_indices_] = True
    return core


def _match(points, eps, min_samples, peers, slow=False):
    return Match(
        name=f"{points}: eps {eps:g} m, min_samples {min_samples}",
        points=points,
        prepare=partial(prepare, eps, min_samples),
        ours=[Contestant("dbscan()", ours)],
        peers=peers,
        judge=judge,
        slow=slow,
    )


_RAW = Contestant(f"{versions('scikit-learn')} DBSCAN", raw)
_WEIGHTED = Contestant(f"{versions('scikit-learn')} DBSCAN, unique places and sample_weight", weighted)
MATCHES = [
    _match("dup", 200.0, 200, [_RAW, _WEIGHTED]),
    _match("dup", 500.0, 200, [_RAW, _WEIGHTED], slow=True),
    _match("distinct", 200.0, 100, [_RAW], slow=True),
]
