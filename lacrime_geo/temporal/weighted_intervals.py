"""Intervals of sums of weights of Poisson many incidents: exact where each weighs 1."""

from __future__ import annotations

import numpy as np


def weighted_interval(
    total: np.ndarray, squares: np.ndarray, largest: float, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the interval of the expected sum of weights.

    Parameters
    ----------
    total, squares : sums of the weights and of their squares (m,).
    largest : the largest weight that one incident has.
    level : of the interval, in per cent.

    Notes
    -----
    Fay & Feuer 1997 (doi 10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#): with y the sum, v the sum of
    squares and w the largest weight, the ends are quantiles of gamma distributions with mean y and variance v below, and mean
    y + w and variance v + w² above. Where all weights are 1 it is the exact Poisson interval of Garwood 1936.

    Examples
    --------
    >>> low, high = weighted_interval(np.array([0.0, 10.0]), np.array([0.0, 10.0]), 1.0, 95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 4.7954], [3.6889, 18.3904])
    """
    from scipy.special import gammaincinv

    tail = (1.0 - level / 100) / 2
    there = total > 0
    y, v = np.where(there, total, 1.0), np.where(there, squares, 1.0)
    low = np.where(there, v / y * gammaincinv(y**2 / v, tail), 0.0)
    above, spread = total + largest, squares + largest**2
    high = spread / above * gammaincinv(above**2 / spread, 1.0 - tail)
    return low, np.asarray(high)
