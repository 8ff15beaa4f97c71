"""How often each p of Gi* finds something where there is nothing: on independent Poisson counts, averaged over seeds."""

from __future__ import annotations

import in_geoda
import lattice
import numpy as np
from contest import versions
from permutation_p import PERMUTATIONS, esda, exact, geoda

from lacrime_geo.significance import two_sided

TITLE = "Calibration of the p of Gi*: the share of null cells with p ≤ 0.05, which should not exceed 0.05"
SIDE, SEEDS, LEVEL = 30, 40, 0.05
MEANS = (0.1, 0.3, 1.0, 2.0, 5.0)
NOTE = (
    f"{SIDE} × {SIDE} cells of independent Poisson counts, queen and self, means over {SEEDS} seeds; {PERMUTATIONS} "
    "permutations." + (" Not found, so not compared: pygeoda." if in_geoda.MISSING else "")
)


def report():
    """Print a line per kind of p, and a column per mean count."""
    shares = {mean: _shares(mean) for mean in MEANS}
    print("| p | " + " | ".join(f"mean {mean:g}" for mean in MEANS) + " |\n|---|" + "--:|" * len(MEANS))
    for name in shares[MEANS[0]]:
        print(f"| {name} | " + " | ".join(f"{np.mean(shares[mean][name]):.3f}" for mean in MEANS) + " |")
    spread = max(np.std(found, ddof=1) for by_name in shares.values() for found in by_name.values())
    print(f"\nThe largest standard error of these means is {spread / np.sqrt(SEEDS):.3f}.", flush=True)


def _shares(mean):
    """Return {name of p: its share of significant cells at each seed}."""
    graph = lattice.graph(SIDE, SIDE, 1.5)
    weights = in_geoda.queen(in_geoda.opened(lattice.squares(SIDE, SIDE)))
    shares = {}
    for seed in range(SEEDS):
        for name, p in _each_p(lattice.poisson(SIDE, SIDE, mean, seed), graph, weights):
            shares.setdefault(name, []).append((p <= LEVEL).mean())
    return shares


def _each_p(counted, graph, weights):
    usual = lattice.gi_star(counted, lattice.QUEEN)
    yield "lacrime_geo, exact tail (permutations=999)", exact(counted)
    yield "lacrime_geo, analytic", two_sided(usual["z"])
    yield "lacrime_geo, as it chooses by default", usual["p"]
    yield from _both(f"{versions('esda')} G_Local, p_sim", esda(counted, graph))
    for method in () if in_geoda.MISSING else (in_geoda.COMPLETE, in_geoda.LOOKUP):
        yield from _both(f"pygeoda {in_geoda.VERSION} local_gstar, {method}, pseudo p", geoda(counted, weights, method))


def _both(name, p):
    """Yield a peer's p as it is, of the side on which a cell lies, and doubled to be two-sided."""
    yield f"{name} as it is (one-sided)", p
    yield f"{name} doubled", 2 * p
