"""p of a weighted sum of counts by simulation: counts are drawn again of the means that are likeliest under no effect."""

from __future__ import annotations

import numpy as np


def simulated_p(counts: np.ndarray, factors: np.ndarray, draws: int, seed: int) -> float:
    """Return the two-sided p of Σ factor · count, held against its own standard error, where its true value is 0.

    Parameters
    ----------
    counts, factors : of the same shape; of the factors some are above 0 and some below.
    draws, seed : how many sets of Poisson counts are drawn, and from where.

    >>> counts = np.array([[207.0, 110], [308, 318]])
    >>> simulated_p(counts, np.array([[-1.0, 1], [1, -1]]), 999, 1) < 0.01
    True
    """
    y, a = counts.ravel(), factors.ravel()
    drawn = np.random.default_rng(seed).poisson(null_means(y, a), (draws, y.size))
    seen, found = _standardised(y[None], a)[0], _standardised(drawn, a)
    # What is as far but for rounding is as far.
    return float((1 + (np.abs(found) >= abs(seen) * (1 - 1e-9)).sum()) / (1 + draws))


def _standardised(counts: np.ndarray, factors: np.ndarray) -> np.ndarray:
    spread = np.sqrt(counts @ factors**2)
    return (counts @ factors) / np.where(spread > 0, spread, 1.0)


def null_means(counts: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Return the Poisson means (n,) of the largest likelihood whose weighted sum is 0.

    They are count / (1 + λ factor), by Lagrange. Where all counts on one side are 0, the side's largest factor takes what the
    other side asks for, as the likelihood does.

    >>> null_means(np.array([10.0, 20]), np.array([-1.0, 1])).round(6).tolist()
    [15.0, 15.0]
    """
    from scipy.optimize import brentq

    if not counts.any():
        return counts

    def lacking(multiplier: float) -> float:
        return float((factors * counts / (1 + multiplier * factors)).sum())

    ends = -1 / factors.max(), -1 / factors.min()
    inner = [end * (1 - 1e-9) for end in ends]
    if lacking(inner[0]) <= 0 or lacking(inner[1]) >= 0:
        return _at_the_border(counts, factors, ends[0] if lacking(inner[0]) <= 0 else ends[1])
    return np.asarray(counts / (1 + brentq(lacking, *inner, xtol=1e-14) * factors))


def _at_the_border(counts: np.ndarray, factors: np.ndarray, multiplier: float) -> np.ndarray:
    """Return the means where those of the outermost factor, without any count, are whatever balances the others."""
    outermost = np.isclose(1 + multiplier * factors, 0, atol=1e-9)
    means = counts / np.where(outermost, 1.0, 1 + multiplier * factors)
    missing = -float((factors * means).sum()) / factors[outermost][0]
    means[outermost] = max(missing, 0.0) / outermost.sum()
    return np.asarray(means)
