"""Clusters: how often a map of chance has a cluster with a small p."""

from __future__ import annotations

import numpy as np

from ... import dbscan, st_dbscan
from ..declared import Simulation
from ..small_layers import points, rectangle

RANK = "rank among the largest of 9 random maps"


def _smallest_p(random: np.random.Generator) -> bool:
    """Return whether any cluster of 80 incidents spread evenly has p ≤ .1."""
    marks = dbscan(points(*random.uniform(0, 4000, (2, 80))), eps=400, min_samples=5)
    found = marks.clusters(boundary=rectangle(4000, 4000), permutations=9, seed=int(random.integers(1 << 31)))
    return bool(found["p"].min(initial=1.0) <= 0.1 + 1e-9)


def _smallest_p_in_time(random: np.random.Generator) -> bool:
    """Return whether any cluster of 80 incidents spread evenly over 60 days has p ≤ .1."""
    when = np.datetime64("2023-01-01") + random.integers(0, 60, 80)
    marks = st_dbscan(points(*random.uniform(0, 4000, (2, 80)), when=when), eps=800, eps_time=10, min_samples=4)
    found = marks.clusters(boundary=rectangle(4000, 4000), permutations=9, seed=int(random.integers(1 << 31)))
    return bool(found["p"].min(initial=1.0) <= 0.1 + 1e-9)


SIMULATIONS = (
    Simulation("maps with a cluster of p ≤ .1", "dbscan", (0.04, 0.1), RANK, _smallest_p, 40, 1_500),
    Simulation("maps with a cluster of p ≤ .1", "st_dbscan", (0.03, 0.1), RANK, _smallest_p_in_time, 30, 1_000),
)
