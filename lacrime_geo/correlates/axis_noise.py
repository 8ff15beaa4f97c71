"""How many axes are more than noise: each against tables drawn as if only the axes before it were there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance
from .correspondence import Axes, inertias

LEVEL = 0.05


class AxisNoise(NamedTuple):
    """Hold what chance gives each axis (k,): the inertia that it passes in 1 of 20 draws, p, and which axes are more than it."""

    limit: np.ndarray
    p: np.ndarray
    above: np.ndarray


def axis_noise(
    count: np.ndarray, axes: Axes, draws: int, seed: int, shown: int = 1, progress: Progress = None
) -> AxisNoise:
    """Return how far axes of a table of counts (n, m) stand out of what chance gives beside the axes before them.

    Axes are tried until one is no more than noise, but as many as are shown; of the others nothing is known (NaN).

    Notes
    -----
    Each row is drawn again with its total and the shares that the axes before give it, pᵢⱼ = cⱼ (1 + Σₐ fᵢₐ γⱼₐ) (the formula of
    reconstitution, Greenacre 1984, equation 4.1.27; below 0 taken as 0), and the inertia of the axis in question is held against
    that of the draws. Tables without any axis would not do: beside one that is there, chance has fewer ways left.
    """
    random = np.random.default_rng(seed)
    limit, p = np.full((2, axes.inertia.size), np.nan)
    above = np.zeros(axes.inertia.size, dtype=bool)
    for number in range(axes.inertia.size):
        if number >= shown and not above[:number].all():
            break
        shares = _reconstituted(axes, number)
        drawn = np.empty(draws)
        for draw in range(draws):
            drawn[draw] = inertias(random.multinomial(count.sum(axis=1), shares))[number]
            advance(progress, (number + (draw + 1) / draws) / axes.inertia.size)
        p[number] = (1 + (drawn >= axes.inertia[number]).sum()) / (draws + 1)
        limit[number] = np.quantile(drawn, 1 - LEVEL)
        above[number] = p[number] <= LEVEL and bool(above[:number].all())
    return AxisNoise(limit, p, above)


def _reconstituted(axes: Axes, number: int) -> np.ndarray:
    """Return the shares of the columns in each row (n, m) that the first axes give."""
    shares = axes.mass * (1 + axes.scores[:, :number] @ axes.coordinates[:, :number].T)
    shares = np.maximum(shares, 0.0)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
