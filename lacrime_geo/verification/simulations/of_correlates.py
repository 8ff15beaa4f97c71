"""Correlates: intervals of shares, each and all at once, and noise that is not called a component."""

from __future__ import annotations

import numpy as np

from ...correlates.axis_noise import axis_noise
from ...correlates.correspondence import correspondence
from ...correlates.share_intervals import goodman, wilson
from ..declared import Simulation

SHARES = np.array([0.4, 0.25, 0.2, 0.15])


def _share_held(random: np.random.Generator) -> np.ndarray:
    """Return whether the interval of 95 % holds a share of .4 in 500 samples of 400."""
    low, high = wilson(random.binomial(400, 0.4, 500), 400, 95)
    return np.asarray((low <= 0.4) & (0.4 <= high))


def _all_held(random: np.random.Generator) -> np.ndarray:
    """Return whether the intervals of 95 % hold four shares at once, in 500 samples of 400."""
    low, high = goodman(random.multinomial(400, SHARES, 500), 400, 95, 4)
    return np.asarray(((low <= SHARES) & (SHARES <= high)).all(axis=1))


def _component_called(random: np.random.Generator) -> bool:
    """Return whether cells with the same mix of categories show a component above the noise."""
    count = random.multinomial(60, [0.4, 0.3, 0.2, 0.1], size=40)
    return bool(axis_noise(count, correspondence(count), 39, int(random.integers(1 << 31))).above.any())


SIMULATIONS = (
    Simulation(
        "shares within their 95 % interval", "breakdown", (0.935, 0.965), "Wilson 1927", _share_held, 100, 1_000
    ),
    Simulation(
        "all four shares within their 95 % intervals",
        "breakdown",
        (0.95, 0.985),
        "Goodman 1965: at least",
        _all_held,
        100,
        1_000,
    ),
    Simulation(
        "mixes alike with a component",
        "category_components",
        (0.0, 0.06),
        "Greenacre 1984, eq. 4.1.27",
        _component_called,
        100,
        2_000,
    ),
)
