"""What counts are held against: means and spreads of the steps before each one, and the statistic that comes of it."""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np


class Judgement(NamedTuple):
    """Hold what a method makes of counts (areas, steps): what was expected, and how far the count is above it.

    Both are NaN where there are too few earlier steps. `count_at` turns limits of the statistic (areas, steps) into the
    counts that reach them.
    """

    expected: np.ndarray
    statistic: np.ndarray
    count_at: Callable[[np.ndarray], np.ndarray]


def sums_before(values: np.ndarray, steps: int, gap: int = 0) -> np.ndarray:
    """Return for each step the sum of so many steps before it, a gap left out (areas, steps); NaN where there are fewer.

    >>> sums_before(np.array([[1.0, 2.0, 3.0, 4.0]]), 2).tolist()
    [[nan, nan, 3.0, 5.0]]
    """
    areas, number = values.shape
    total = np.concatenate([np.zeros((areas, 1)), np.cumsum(values, axis=1)], axis=1)
    found = np.full((areas, number), np.nan)
    first = steps + gap
    if first < number:
        found[:, first:] = total[:, steps : number - gap] - total[:, : number - first]
    return found


def mean_before(count: np.ndarray, steps: int, gap: int = 0) -> np.ndarray:
    """Return the mean of so many steps before each step (areas, steps), NaN where there are fewer."""
    return sums_before(count, steps, gap) / steps


def deviation_before(count: np.ndarray, steps: int, gap: int = 0) -> np.ndarray:
    """Return the sample standard deviation of so many steps before each step (areas, steps), NaN where there are fewer."""
    # Sums of whole numbers are exact: nothing is lost by taking squares apart.
    total, squares = sums_before(count, steps, gap), sums_before(count**2, steps, gap)
    return np.sqrt(np.maximum(squares - total**2 / steps, 0.0) / (steps - 1))
