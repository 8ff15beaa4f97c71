"""Intervals of counts to come, by the negative binomial distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .models import Prediction, checked_levels

HALVINGS = 64


def predicted(
    mean: np.ndarray, variance: np.ndarray, levels: Sequence[float], tails: Mapping[float, float] | None = None
) -> Prediction:
    """Return a forecast of counts whose distribution is negative binomial.

    Parameters
    ----------
    mean : expected counts (..., horizon); below 0 is 0.
    variance : of the counts about them; below the mean it is the mean: Poisson.
    levels : of the intervals, per cent.
    tails : by level, the probability on each side of the interval. Default: half of what the level leaves out.
    """
    mean = np.maximum(mean, 0.0)
    variance = np.maximum(variance, mean)
    low, high = {}, {}
    for level in checked_levels(levels):
        tail = (1 - level / 100) / 2 if tails is None else tails[level]
        low[level], high[level] = quantile(tail, mean, variance), quantile(1 - tail, mean, variance)
    return Prediction(mean, low, high)


def quantile(probability: float, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return the least whole numbers whose cumulative probability is at least the given one.

    >>> quantile(0.9, np.array([4.0]), np.array([4.0])).tolist()
    [7.0]
    """
    below = np.full(mean.shape, -1.0)
    above = np.ceil(mean + 40 * np.sqrt(variance) + 40)
    for _ in range(HALVINGS):
        middle = np.floor((below + above) / 2)
        enough = cumulative(middle, mean, variance) >= probability
        above, below = np.where(enough, middle, above), np.where(enough, below, middle)
        if (above - below <= 1).all():
            break
    return above


def cumulative(counts: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return the probability of at most some counts: negative binomial, Poisson where the variance is the mean."""
    from scipy.special import betainc, pdtr

    over = variance - mean
    spread = over > 1e-9 * np.maximum(mean, 1)
    safe = np.where(spread, over, 1.0)
    size = np.maximum(mean, 1e-300) ** 2 / safe
    share = mean / np.maximum(variance, 1e-300)
    floor = np.maximum(counts, 0)
    chance = np.where(spread, betainc(np.maximum(size, 1e-300), floor + 1, share), pdtr(floor, mean))
    return np.where(counts < 0, 0.0, np.where(mean == 0, 1.0, chance))
