"""Two counts: how often the E-test calls chance a difference."""

from __future__ import annotations

import numpy as np

from ... import change_map, e_test
from ..declared import Simulation
from ..small_layers import counted, rectangle


def _small_p(random: np.random.Generator) -> np.ndarray:
    """Return whether p ≤ .05 of a thousand pairs from one rate, the second in half the time."""
    mean = random.uniform(2, 30, 1000)
    return e_test(random.poisson(2 * mean), random.poisson(mean), exposure=(2, 1)) <= 0.05


def _any_found(random: np.random.Generator) -> bool:
    """Return whether a map of two periods with the same rates shows any change."""
    rate = random.gamma(0.7, 6.0, (10, 10))
    before, after = (counted(random.poisson(rate)) for _ in range(2))
    return bool(change_map(before, after=after, cell_size=100, boundary=rectangle(999, 999))["bin"].any())


SIMULATIONS = (
    Simulation(
        "pairs from one rate with p ≤ .05", "e_test", (0.03, 0.052), "Krishnamoorthy & Thomson 2004", _small_p, 40, 400
    ),
    Simulation(
        "maps of one rate with any change, by FDR at .1",
        "change_map",
        (0.0, 0.1),
        "Benjamini & Hochberg 1995",
        _any_found,
        100,
        2000,
    ),
)
