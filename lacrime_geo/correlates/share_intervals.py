"""Intervals of shares: of each by itself (Wilson), and of all of a table at once (Goodman)."""

from __future__ import annotations

import numpy as np


def wilson(count: np.ndarray, total: np.ndarray | int, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of shares count / total at a level (per cent), each by itself (Wilson 1927); NaN of nothing.

    >>> low, high = wilson(np.array([0, 5]), 10, 95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.2366], [0.2775, 0.7634])
    """
    return _score_limits(np.asarray(count, float), np.asarray(total, float), 1 - level / 100)


def goodman(count: np.ndarray, total: np.ndarray | int, level: float, shares: int) -> tuple[np.ndarray, np.ndarray]:
    """Return limits that hold for all of so many shares of one total at once at a level (per cent); NaN of nothing.

    Notes
    -----
    Goodman 1965, On simultaneous confidence intervals for multinomial proportions, Technometrics 7, 247–254: the limits of Wilson
    with the error shared out among the shares.
    """
    return _score_limits(np.asarray(count, float), np.asarray(total, float), (1 - level / 100) / max(shares, 1))


def _score_limits(count: np.ndarray, total: np.ndarray, error: float) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import ndtri

    square = float(ndtri(1 - error / 2)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(square * (square + 4 * count * (total - count) / total))
        low, high = ((square + 2 * count + side * root) / (2 * (total + square)) for side in (-1, 1))
    # Where there are none, or no others, rounding must not move the end.
    low = np.where(count == 0, 0.0, low)
    high = np.where(count == total, 1.0, high)
    return np.where(total > 0, low, np.nan), np.where(total > 0, high, np.nan)
