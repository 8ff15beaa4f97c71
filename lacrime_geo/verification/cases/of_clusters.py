"""Clusters: what is within reach, borders, units of space and time, and scikit-learn as a peer."""

from __future__ import annotations

import numpy as np

from ... import dbscan, ellipses, hdbscan, optics, st_dbscan
from ..declared import Case
from ..small_layers import points

PAPER, OWN = "Ester et al. 1996", "by definition here"
START = np.datetime64("2023-01-01T00:00:00")


def _apart(metres: float) -> list[int]:
    """Return the clusters of two points so far apart, of two that 50 m joins."""
    return dbscan(points([0, metres], [0, 0]), eps=50, min_samples=2)["cluster"].tolist()


def _later(seconds: int) -> list[int]:
    """Return the clusters of two incidents three days and so many seconds apart, of two that three days join."""
    when = np.array([START, START + np.timedelta64(3 * 86_400 + seconds, "s")])
    return st_dbscan(points([0, 30], [0, 40], when=when), eps=50, eps_time=3, min_samples=2)["cluster"].tolist()


def _border() -> list[int]:
    """Return the clusters of two groups of five with one incident between them, nearer to the second group."""
    x = np.array([0, 10, 0, 10, 5, 300, 310, 300, 310, 305, 155.5])
    y = np.array([0, 0, 10, 10, 5, 0, 0, 10, 10, 5, 0.0])
    return dbscan(points(x, y), eps=145.6, min_samples=5)["cluster"].tolist()


def _weights() -> list[int]:
    """Return the clusters of one incident that weighs 5 and of one that weighs 4, of five that make a cluster."""
    return dbscan(points([0, 1000], [0, 0]), eps=50, min_samples=5, weight=[5, 4])["cluster"].tolist()


def _scatter() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    x, y = random.uniform(0, 5000, (2, 900))
    middle = random.uniform(500, 4500, (2, 6))[:, random.integers(0, 6, 600)]
    x[:600], y[:600] = middle + random.normal(0, 120, (2, 600))
    return x, y


def _same_cores() -> float:
    """Return in which share of pairs of core points our partition is scikit-learn's; with the same noise, or 0."""
    from sklearn.cluster import DBSCAN

    x, y = _scatter()
    peer = DBSCAN(eps=150, min_samples=8).fit(np.column_stack([x, y]))
    found = dbscan(points(x, y), eps=150, min_samples=8)
    own, core = found["cluster"], found["core"].astype(bool)
    theirs = np.zeros(x.size, dtype=bool)
    theirs[peer.core_sample_indices_] = True
    if (core != theirs).any() or ((own < 0) != (peer.labels_ < 0)).any():
        return 0.0
    pairs = [labels[core][:, None] == labels[core] for labels in (own, peer.labels_)]
    return float((pairs[0] == pairs[1]).mean())


def _planted(search: str) -> int:
    """Return how many clusters are found in three dense, far groups of forty."""
    random = np.random.default_rng(3)
    x = np.repeat([0.0, 3000, 6000], 40) + random.normal(0, 60, 120)
    y = random.normal(0, 60, 120)
    groups = points(x, y)
    found = hdbscan(groups, min_samples=15) if search == "hdbscan" else optics(groups, min_samples=15)
    return int(np.unique(found["cluster"][found["cluster"] >= 0]).size)


def _spread(column: str) -> float:
    """Return a column of the ellipse of four points: 3 m east and west, 1 m north and south of their middle."""
    return float(ellipses(points([-3, 3, 0, 0], [0, 0, -1, 1]))[column][0])


CASES = (
    Case("two incidents exactly at the distance are joined", "dbscan", [0, 0], 0, PAPER, lambda: _apart(50.0)),
    Case("a millimetre more, and they are not", "dbscan", [-1, -1], 0, PAPER, lambda: _apart(50.001)),
    Case("an incident between two clusters goes to the nearer", "dbscan", [1] * 5 + [0] * 6, 0, OWN, _border),
    Case("a weight of 5 makes a cluster of 5, one of 4 none", "dbscan", [0, -1], 0, OWN, _weights),
    Case(
        "cores, noise and clusters are scikit-learn's",
        "dbscan",
        1.0,
        0,
        "scikit-learn's DBSCAN",
        _same_cores,
        needs=("sklearn",),
    ),
    Case(
        "three days apart and eps_time of 3 days: joined",
        "st_dbscan",
        [0, 0],
        0,
        "Birant & Kut 2007",
        lambda: _later(0),
    ),
    Case("a second more, and they are not", "st_dbscan", [-1, -1], 0, "Birant & Kut 2007", lambda: _later(1)),
    Case(
        "three groups planted are three clusters",
        "hdbscan",
        3,
        0,
        "as planted; Campello et al. 2013",
        lambda: _planted("hdbscan"),
        needs=("sklearn",),
    ),
    Case(
        "three groups planted are three clusters",
        "optics",
        3,
        0,
        "as planted; Ankerst et al. 1999",
        lambda: _planted("optics"),
        needs=("sklearn",),
    ),
    Case(
        "standard distance of four points: √5",
        "ellipses",
        5**0.5,
        1e-6,
        "Bachi 1963, by hand",
        lambda: _spread("standard_distance"),
    ),
    Case("their major axis: √4.5", "ellipses", 4.5**0.5, 1e-6, "Yuill 1971, by hand", lambda: _spread("major")),
    Case("their minor axis: √.5", "ellipses", 0.5**0.5, 1e-6, "Yuill 1971, by hand", lambda: _spread("minor")),
)
