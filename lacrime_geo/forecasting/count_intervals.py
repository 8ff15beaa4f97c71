"""Intervals of counts to come: negative binomial, with the spread that past forecasts missed by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .models import Prediction, checked_levels

# Fewer misses than this tell no spread of their own.
LEAST_ERRORS = 8
# Steps after which a miss counts half: the spread is that of late, not that of another time (in seasons).
HALF_AFTER = 2.0
HALVINGS = 64


def predicted(mean: np.ndarray, variance: np.ndarray, levels: Sequence[float]) -> Prediction:
    """Return a forecast of counts whose distribution is negative binomial.

    Parameters
    ----------
    mean : expected counts (..., horizon); below 0 is 0.
    variance : of the counts about them; below the mean it is the mean: Poisson.
    levels : of the intervals, per cent.
    """
    mean = np.maximum(mean, 0.0)
    variance = np.maximum(variance, mean)
    low, high = {}, {}
    for level in checked_levels(levels):
        tail = (1 - level / 100) / 2
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


def spread_of(values: np.ndarray, traced: np.ndarray, season: int) -> np.ndarray:
    """Return the mean squared miss (series, horizon) of the forecasts made after each step, late ones counting more.

    Parameters
    ----------
    values : counts (series, steps).
    traced : forecasts (series, steps, horizon) made after each step; NaN where the history was too short.
    season : steps of a season.

    Notes
    -----
    A horizon that too few past forecasts reach has the last known spread, growing in proportion to the horizon as that of
    a random walk does.
    """
    horizon = traced.shape[2]
    spread = np.full((values.shape[0], horizon), np.nan)
    for ahead in range(1, min(horizon, values.shape[1] - 1) + 1):
        missed = values[:, ahead:] - traced[:, :-ahead, ahead - 1]
        known = np.isfinite(missed)
        if known.sum(axis=1).min() >= LEAST_ERRORS or ahead == 1:
            spread[:, ahead - 1] = _weighted(missed, known, season)
    return _grown(spread)


def _weighted(missed: np.ndarray, known: np.ndarray, season: int) -> np.ndarray:
    """Return the variance of the next miss: the mean of squares, each weighing half as much after some seasons, and widened.

    Of n misses, as many as the weights amount to, it is that of Student's t: wider by (n − 1) / (n − 3) · (n + 1) / n.
    """
    age = np.arange(missed.shape[1])[::-1]
    weight = np.where(known, 0.5 ** (age / (HALF_AFTER * max(season, LEAST_ERRORS))), 0.0)
    total = weight.sum(axis=1)
    squares = (weight * np.where(known, missed, 0.0) ** 2).sum(axis=1)
    amount = np.maximum(total**2 / np.maximum(np.square(weight).sum(axis=1), 1e-12), 4.0)
    wider = (amount - 1) / (amount - 3) * (amount + 1) / amount
    return np.divide(squares, total, out=np.zeros_like(squares), where=total > 0) * wider


def _grown(spread: np.ndarray) -> np.ndarray:
    """Fill the horizons without a spread from the last that has one; none is narrower than a nearer one."""
    known = np.flatnonzero(np.isfinite(spread).all(axis=0))
    last = int(known[-1])
    for ahead in range(last + 1, spread.shape[1]):
        spread[:, ahead] = spread[:, last] * (ahead + 1) / (last + 1)
    return np.maximum.accumulate(spread, axis=1)
