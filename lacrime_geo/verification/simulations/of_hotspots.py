"""Hotspots: on counts without any pattern z has unit spread, and p is small no oftener than it says."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import numpy as np

from ... import gi_star, hotspots, local_moran, moran
from ...neighbours import contiguity
from ..declared import Simulation
from ..small_layers import counted, rectangle, squares

_lattice = lru_cache(maxsize=None)(squares)
_neighbours = lru_cache(maxsize=None)(lambda side: contiguity(_lattice(side, side)))

NULL = "Ord & Getis 1995: E 0, variance 1"


def _spread_of_features(random: np.random.Generator) -> float:
    return float(gi_star(_lattice(30, 30), value=random.poisson(2.0, 900), neighbours=_neighbours(30))["z"].std())


def _cells(random: np.random.Generator, mean: float = 2.0, size: int = 30, **options: object) -> dict:
    side = 100.0 * size - 1
    counts = counted(random.poisson(mean, (size, size)))
    return hotspots(counts, cell_size=100, boundary=rectangle(side, side), **options)  # type: ignore[arg-type,return-value]


def _spread_of_cells(random: np.random.Generator) -> float:
    return float(_cells(random, distance_band=150, correction="none")["z"].std())


def _small_exact_p(random: np.random.Generator) -> float:
    """Return the share of cells with p ≤ .05 by the exact tail."""
    return float((_cells(random, 5.0, distance_band=150, correction="none", permutations=99)["p"] <= 0.05).mean())


def _any_found(random: np.random.Generator, mean: float) -> bool:
    """Return whether a map of 15 × 15 cells without a pattern shows any hot or cold cell, by the p that is chosen."""
    return bool(_cells(random, mean, 15, distance_band=150)["bin"].any())


def _small_local_p(random: np.random.Generator) -> float:
    """Return the share of areas with p ≤ .05 of local Moran's I by 199 permutations."""
    options: dict[str, Any] = dict(value=random.normal(size=144), permutations=199, seed=int(random.integers(1 << 31)))
    return float((local_moran(_lattice(12, 12), neighbours=_neighbours(12), **options)["p"] <= 0.05).mean())


def _small_global_p(random: np.random.Generator) -> bool:
    """Return whether Moran's I of 64 skewed values has p ≤ .05 by 99 permutations."""
    options: dict[str, Any] = dict(neighbours=_neighbours(8), permutations=99, seed=int(random.integers(1 << 31)))
    return bool(moran(_lattice(8, 8), value=random.gamma(1.0, 1.0, 64), **options)["p"][0] <= 0.05)


SIMULATIONS = (
    Simulation(
        "spread of Gi* of 900 areas, Poisson(2)",
        "gi_star",
        (0.99, 1.01),
        NULL,
        _spread_of_features,
        80,
        1_000,
        mean=True,
    ),
    Simulation(
        "spread of Gi* of 30 × 30 cells, Poisson(2)",
        "hotspots",
        (0.99, 1.01),
        NULL,
        _spread_of_cells,
        60,
        600,
        mean=True,
    ),
    Simulation(
        "cells with exact p ≤ .05, Poisson(5)",
        "hotspots",
        (0.035, 0.05),
        "exact tail, two-sided",
        _small_exact_p,
        60,
        600,
        mean=True,
    ),
    Simulation(
        "maps with any hot or cold cell, FDR .1, Poisson(2)",
        "hotspots",
        (0.0, 0.1),
        "Benjamini & Hochberg 1995",
        partial(_any_found, mean=2.0),
        150,
        3000,
    ),
    Simulation(
        "the same, Poisson(12): normal or exact p",
        "hotspots",
        (0.0, 0.12),
        "normal tails of little skewed sums; as measured",
        partial(_any_found, mean=12.0),
        150,
        3000,
    ),
    Simulation(
        "areas with permutation p ≤ .05",
        "local_moran",
        (0.04, 0.05),
        "Anselin 1995; exact",
        _small_local_p,
        100,
        1_000,
        mean=True,
    ),
    Simulation(
        "maps with permutation p ≤ .05", "moran", (0.03, 0.05), "Cliff & Ord 1981; exact", _small_global_p, 300, 10_000
    ),
)
