"""Intervals of Poisson counts: exact ones (Garwood) and Byar's approximation."""

from __future__ import annotations

import numpy as np

from ..progress import Progress, advance

AT_ONCE = 50_000
INTERVALS = ("exact", "byar")


def poisson_interval(
    count: np.ndarray, share: float, how: str = "exact", progress: Progress = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and the upper limit of the mean of whole counts (n,), each (n,).

    Parameters
    ----------
    count : whole numbers from 0.
    share : how often the interval holds, such as 0.95.
    how : "exact" (Garwood 1936) or "byar".
    progress : function of a fraction, returning False to stop.

    >>> [side.round(2).tolist() for side in poisson_interval(np.array([0.0, 5, 10]), 0.95)]
    [[0.0, 1.62, 4.8], [3.69, 11.67, 18.39]]
    """
    kinds, where = np.unique(count, return_inverse=True)
    sides = np.empty((2, kinds.size))
    for begin in range(0, kinds.size, AT_ONCE):
        advance(progress, begin / kinds.size)
        some = slice(begin, begin + AT_ONCE)
        sides[:, some] = (_garwood if how == "exact" else _byar)(kinds[some], (1 - share) / 2)
    low, high = sides[:, where.ravel()]
    return low, high


def _garwood(count: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Return limits whose tails are those asked for: quantiles of the gamma distribution (Garwood 1936)."""
    from scipy.special import gammaincinv

    low = np.where(count > 0, gammaincinv(np.maximum(count, 1.0), tail), 0.0)
    return low, gammaincinv(count + 1.0, 1 - tail)


def _byar(count: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Return Byar's limits (Breslow & Day 1987, equation 2.10): a cube root that is nearly normal."""
    from scipy.special import ndtri

    z, above, some = -float(ndtri(tail)), count + 1.0, np.maximum(count, 1.0)
    low = some * np.maximum(1 - 1 / (9 * some) - z / (3 * np.sqrt(some)), 0.0) ** 3
    high = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return np.where(count > 0, low, 0.0), high
