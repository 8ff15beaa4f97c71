"""Densities: how often the relative risk calls chance more."""

from __future__ import annotations

import numpy as np

from ... import risk_ratio
from ..declared import Simulation
from ..small_layers import points, rectangle


def _labels_dealt(random: np.random.Generator) -> float:
    """Return the share of the area with p ≤ .05 where cases and controls are dealt at random among the same places."""
    x, y = random.uniform(0, 3000, (2, 500))
    cases, controls = points(x[:150], y[:150]), points(x[150:], y[150:])
    p = risk_ratio(cases, controls, bandwidth=400, cell_size=150, boundary=rectangle(3000, 3000)).p
    return float((p[np.isfinite(p)] <= 0.05).mean())


SIMULATIONS = (
    Simulation(
        "area of relative risk with p ≤ .05, labels dealt at random",
        "risk_ratio",
        (0.005, 0.055),
        "Hazelton & Davies 2009; as measured",
        _labels_dealt,
        70,
        1_000,
        mean=True,
    ),
)
