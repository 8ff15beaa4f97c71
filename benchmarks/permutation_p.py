"""The p of Gi* by conditional permutation on a grid of counts, against esda's and pygeoda's 999 permutations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import in_geoda
import lattice
import numpy as np
from contest import Contestant, Match, versions
from esda.getisord import G_Local

from lacrime_geo.counted_cells import CountedCells

TITLE = "Permutation p of Gi* on a grid of counts"
NOTE = "Not found, so not compared: pygeoda." if in_geoda.MISSING else ""
ROWS, COLUMNS, MEAN, SEED = 175, 200, 2.0, 1
PERMUTATIONS = 999


@dataclass(frozen=True)
class Task:
    """The counts, and the neighbours of their cells as esda and pygeoda want them."""

    counted: CountedCells
    graph: Any
    weights: Any

    @property
    def x(self):
        """The counts of the cells."""
        return self.counted.count

    @property
    def cells(self):
        """The number of cells."""
        return self.counted.count.size


def prepare():
    """Draw the counts, and find the neighbours for the peers."""
    layer = in_geoda.opened(lattice.squares(ROWS, COLUMNS))
    counted = lattice.poisson(ROWS, COLUMNS, MEAN, SEED)
    return Task(counted, lattice.graph(ROWS, COLUMNS, 1.5), in_geoda.queen(layer))


def exact(counted):
    """Return p by ours: the exact tail, whatever the number of permutations asked for."""
    return lattice.gi_star(counted, lattice.QUEEN, PERMUTATIONS)["p"]


def esda(counted, graph):
    """Return the p_sim of esda, one-sided, in the fastest of its ways: on all cores, without keeping what it draws."""
    options = dict(transform="B", star=True, permutations=PERMUTATIONS, keep_simulations=False, seed=SEED)
    return G_Local(counted.count.astype(float), graph, **options).p_sim


def geoda(counted, weights, method):
    """Return the pseudo p of pygeoda, one-sided."""
    return in_geoda.local("gstar", weights, counted.count, PERMUTATIONS, method)[1]


def judge(task, ours, peer):
    """Return the share of these cells, in which there is nothing to find, that is significant, and the error of ours."""
    shares = f"share of p ≤ 0.05: ours {(ours <= 0.05).mean():.3f}, peer {(peer <= 0.05).mean():.3f}"
    return f"{shares}; ours differs from draws with replacement, all of them, by {_apart(task, ours):.0e} at most"


def _apart(task, ours):
    """Return by how much ours differs where z and neighbours point to one side, at cells with eight of them.

    Among so many cells it hardly matters that a draw may take one twice, or the one in the middle, and the distribution
    of such draws is that of the counts, convolved seven times.
    """
    sums = task.counted.sums(task.x, lattice.QUEEN) - task.x
    size = task.counted.sums(np.ones_like(task.x), lattice.QUEEN) - 1
    share = np.bincount(task.x) / task.x.size
    likelihood = reduce(np.convolve, [share] * 8)
    p = np.array([likelihood[likelihood <= one * (1 + 1e-7)].sum() for one in likelihood])
    return np.abs(ours - p[sums])[(size == 8) & (ours < 1)].max()


def _geoda(method):
    name = f"pygeoda {in_geoda.VERSION} local_gstar, {PERMUTATIONS} permutations, {method}"
    return Contestant(name, lambda task: geoda(task.counted, task.weights, method))


def _match(peers, slow=False):
    return Match(
        name=f"Poisson({MEAN:g}), queen{' (slow peers)' if slow else ''}",
        points=None,
        prepare=prepare,
        ours=[Contestant("from the counts, exact tail", lambda task: exact(task.counted))],
        peers=peers,
        judge=judge,
        slow=slow,
    )


ESDA = Contestant(
    f"{versions('esda', 'numba')}: G_Local, {PERMUTATIONS} permutations", lambda task: esda(task.counted, task.graph)
)
MATCHES = [_match([ESDA, *([] if in_geoda.MISSING else [_geoda(in_geoda.LOOKUP)])])]
if not in_geoda.MISSING:
    MATCHES.append(_match([_geoda(in_geoda.COMPLETE)], slow=True))
