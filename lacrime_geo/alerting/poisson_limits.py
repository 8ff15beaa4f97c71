"""The difference of square roots: a count against the mean of earlier ones, as Poisson counts would differ by chance."""

from __future__ import annotations

import numpy as np

from .baselines import Judgement, mean_before


def poisson_z(count: np.ndarray, mean: np.ndarray, periods: float) -> np.ndarray:
    """Return z = 2(√x₁ − √x₀) / √(1 + 1/m) of counts x₁ against the means x₀ of m earlier periods.

    With x₀ known (m infinite) it is Wheeler's (2016); the divisor is the chance in the mean itself.

    >>> float(poisson_z(np.array(25.0), np.array(16.0), np.inf))
    2.0
    """
    spread = np.sqrt(1.0 + 1.0 / periods)
    return np.asarray(2.0 * (np.sqrt(count) - np.sqrt(mean)) / spread)


def poisson(count: np.ndarray, steps: int) -> Judgement:
    """Judge counts (areas, steps) by the mean of so many steps before each."""
    mean = mean_before(count, steps)
    spread = np.sqrt(1.0 + 1.0 / steps)
    return Judgement(
        mean,
        poisson_z(count, mean, steps),
        lambda limit: np.maximum(limit * spread / 2.0 + np.sqrt(mean), 0.0) ** 2,
    )
