"""DBSCAN, against scikit-learn's on all points and on the unique places with weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from contest import Contestant, Match, versions
from points import CRS, unique
from sklearn.cluster import DBSCAN

import lacrime_geo as lg

TITLE = "DBSCAN"
EPS = 200.0


@dataclass(frozen=True)
class Task:
    """The points, and how many make a core."""

    x: np.ndarray
    y: np.ndarray
    min_samples: int
    cells: None = None


def prepare(min_samples, x, y):
    """Take the points as they are."""
    return Task(x, y, min_samples)


def ours(task):
    """Return the cluster of each point and whether it is core."""
    incidents = lg.Incidents(task.x, task.y, crs=CRS)
    marks = lg.dbscan(incidents, eps=EPS, min_samples=task.min_samples)
    return marks["cluster"], marks["core"]


def raw(task):
    """Return the same by scikit-learn on all points, on all cores of the machine (the faster of its two ways)."""
    found = DBSCAN(eps=EPS, min_samples=task.min_samples, n_jobs=-1).fit(np.column_stack([task.x, task.y]))
    return found.labels_, _marked(found)


def weighted(task):
    """Return the same by scikit-learn on the unique places, weighted by their number of points."""
    places, place, count = unique(task.x, task.y)
    found = DBSCAN(eps=EPS, min_samples=task.min_samples, n_jobs=-1).fit(places, sample_weight=count)
    return found.labels_[place], _marked(found)[place]


def judge(task, our_answer, peer_answer):
    """Say whether the core set, the noise set and the partition of the core points are the same."""
    (label, core), (peer_label, peer_core) = our_answer, peer_answer
    both = core & peer_core
    pairs = np.unique(np.column_stack([label[both], peer_label[both]]), axis=0)
    one_to_one = all(np.unique(pairs[:, side]).size == len(pairs) for side in (0, 1))
    same = {
        "core set": np.array_equal(core, peer_core),
        "noise": np.array_equal(label < 0, peer_label < 0),
        "partition of cores": one_to_one,
    }
    different = [name for name, equal in same.items() if not equal]
    return f"{len(pairs):,} clusters; " + (f"different: {', '.join(different)}" if different else "identical")


def _marked(found):
    core = np.zeros(found.labels_.size, dtype=bool)
    core[found.core_sample_indices_] = True
    return core


def _match(points, min_samples, peers, slow=False):
    return Match(
        name=f"{points}: eps {EPS:g} m, min_samples {min_samples}",
        points=points,
        prepare=partial(prepare, min_samples),
        ours=[Contestant("dbscan()", ours)],
        peers=peers,
        judge=judge,
        slow=slow,
    )


_RAW = Contestant(f"{versions('scikit-learn')} DBSCAN", raw)
_WEIGHTED = Contestant(f"{versions('scikit-learn')} DBSCAN, unique places and sample_weight", weighted)
MATCHES = [_match("dup", 200, [_RAW, _WEIGHTED]), _match("distinct", 100, [_RAW], slow=True)]
