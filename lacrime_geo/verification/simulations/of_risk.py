"""Where next: the bootstrap of differences, and the urn's law."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import urn_simulation
from ...risk.scoring.block_bootstrap import Blocks, resample
from ...risk.scoring.hit_curves import Ranking
from ..declared import Simulation

SIDE = 40
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)


def _difference_held(random: np.random.Generator) -> bool:
    """Return whether the interval holds the true difference of two maps, where parts of the city have their surprises."""
    blocks = Blocks.over(COLUMN * 250.0, ROW * 250.0, np.full(SIDE * SIDE, 62_500.0), side=1000)
    part = blocks.number
    expected = random.gamma(3.0, 0.1, part.max() + 1)[part]
    maps = [Ranking.of(np.bincount(part, random.poisson(expected))[part]).chosen(0.2) for _ in range(2)]
    truth = (maps[1] - maps[0]) @ expected / expected.sum()
    surprise = random.gamma(0.5, 2.0, (4, part.max() + 1))
    counts = random.poisson(expected * surprise[:, part])
    total = np.array([blocks.sums(week) for week in counts])
    caught = np.array([[blocks.sums(one * week) for week in counts] for one in maps])
    _, low, high = resample(caught, total, draws=99, seed=int(random.integers(1 << 31))).difference(1)
    return bool(low <= truth <= high)


def _urn_below(random: np.random.Generator) -> np.ndarray:
    """Return whether the share of an urn that began with 1 and 1 ends below .25: of a Beta(1, 1), a quarter do."""
    options: dict[str, Any] = dict(rates=(1.0, 1.0), start=(1.0, 1.0), days=400, runs=500, corrected=False)
    found = urn_simulation(**options, seed=int(random.integers(1 << 31)))
    return found.shares["naive"][:, -1] < 0.25


SIMULATIONS = (
    Simulation(
        "differences of maps within their 95 % interval",
        "contest",
        (0.88, 0.98),
        "bootstrap of blocks; Hall 1985",
        _difference_held,
        400,
        8_000,
    ),
    Simulation(
        "urns of equal rates that end below .25",
        "feedback_audit",
        (0.24, 0.26),
        "Eggenberger & Pólya 1923",
        _urn_below,
        20,
        100,
    ),
)
