"""Pettitt's test: whether, and where, the values of a series become larger or smaller, by their ranks."""

from __future__ import annotations

import numpy as np


def pettitt(values: np.ndarray) -> tuple[int, float]:
    """Return where the later values begin, and the statistic K, of values (n,).

    Pettitt 1979: U(t) = Σᵢ≤ₜ Σⱼ﹥ₜ sign(xᵢ − xⱼ), K = max |U(t)|; ties have their mean rank.

    >>> pettitt(np.array([1.0, 2, 1, 2, 5, 6, 5, 6]))
    (4, 16.0)
    """
    size = values.size
    # Σ sign(xᵢ − xⱼ) over all j is 2 rank − n − 1, and pairs within the first t cancel.
    u = np.cumsum(2 * ranks(values) - size - 1)[:-1]
    at = int(np.argmax(np.abs(u)))
    return at + 1, float(abs(u[at]))


def p_of(statistic: float, size: int, inflation: float) -> float:
    """Return p of the statistic K, about 2 exp(−6 K² / (n³ + n²)); `inflation` multiplies the variance of independent values."""
    return float(min(1.0, 2 * np.exp(-6 * statistic**2 / ((size**3 + size**2) * inflation))))


def ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks from 1 on, equal values sharing the mean of theirs.

    >>> ranks(np.array([3.0, 1.0, 3.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(times)
    return np.asarray((last - (times - 1) / 2)[place.ravel()])


def inflation(values: np.ndarray, change: int, lags: int) -> float:
    """Return how many times larger than of independent values the variance of their sums is, at least 1.

    Newey & West 1987 on the ranks, each less the mean of its side of the change, so that a change is not taken for it. Ranks
    less means that were sought out go together less than they did: by simulation dividing by 1 − 4 lags / n (at least 1/3)
    allows for that.
    """
    rest = ranks(values)
    rest = np.concatenate([part - part.mean() for part in (rest[:change], rest[change:])])
    variance = float(rest @ rest)
    if variance == 0:
        return 1.0
    weights = 1 - np.arange(1, lags + 1) / (lags + 1)
    together = sum(weight * float(rest[lag:] @ rest[:-lag]) for lag, weight in enumerate(weights, 1))
    return max(1.0, (1 + 2 * together / variance) / max(1 - 4 * lags / values.size, 1 / 3))
