"""The level of each series as known after each step: over the long run, of late, and at each time of the season."""

from __future__ import annotations

import numpy as np

from ..recursions import faded_sums

# Steps after which a count weighs half: of the level that counts are held against, and of those of late.
LONG, LATE = 60.0, (1.0, 4.0, 16.0)
# Seasons after which it does in what a time of the season has more or less than others.
SEASONS = 26.0
# Incidents as many as which what is known beforehand counts.
PRIOR = 2.0
# Steps as many as which the dispersion of all series counts, and the least one.
STEPS_OF_ALL, LEAST_DISPERSION = 10.0, 1e-3


def long_levels(values: np.ndarray) -> np.ndarray:
    """Return the level of each series after each step (series, steps), drawn towards the mean level of all series then.

    >>> long_levels(np.array([[4.0, 4.0], [0.0, 0.0]])).round(2).tolist()
    [[3.0, 3.33], [1.0, 0.67]]
    """
    weight = _weights(values.shape[1], LONG)
    summed = _faded(values, LONG)
    everywhere = np.maximum(summed.mean(axis=0) / weight, 1e-9)
    return np.asarray(everywhere * (summed + PRIOR) / (everywhere * weight + PRIOR))


def late_ratios(values: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return by how much the level of late is above the long one (series, steps, spans), as logarithms.

    Each span is held against the next longer one, so that one of few incidents does not leave it far.
    """
    found, held = [], level
    for half in reversed(LATE):
        weight = _weights(values.shape[1], half)
        ratio = (_faded(values, half) + PRIOR) / (held * weight + PRIOR)
        held = held * ratio
        found.append(np.log(held / level))
    return np.stack(found[::-1], axis=2)


def dispersions(values: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return by how much each series has varied beyond chance (series, steps): the variance is mean + dispersion · mean².

    It is that of the misses of the level one step ahead, drawn towards that of all series together.

    >>> even = np.full((1, 50), 9.0)
    >>> dispersions(even, even)[0, -1].item()
    0.001
    """
    before = np.concatenate([level[:, :1], level[:, :-1]], axis=1)
    beyond, squared = _faded(np.square(values - before) - before, LONG), _faded(np.square(before), LONG)
    every = np.maximum(beyond.sum(axis=0), 0.0) / squared.sum(axis=0)
    of_all = STEPS_OF_ALL * squared / _weights(values.shape[1], LONG)
    return np.maximum((beyond + every * of_all) / (squared + of_all), LEAST_DISPERSION)


def season_ratios(values: np.ndarray, level: np.ndarray, period: int, horizon: int) -> np.ndarray:
    """Return by how much the time of the season of each step ahead is above others (series, steps, horizon), as logarithms.

    After each step it is told by what the same weekdays or months had beside the level then, against what all had, so that it is
    0 where there is no season, whatever the trend.

    >>> weeks = np.tile([7.0, 1, 1, 1, 1, 1, 1], (1, 20))
    >>> season_ratios(weeks, long_levels(weeks), 7, 2)[0, -1].astype(float).round(1).tolist()
    [1.2, -0.6]
    """
    steps = values.shape[1]
    found = np.zeros((values.shape[0], steps, horizon), dtype=np.float32)
    at, whole = np.arange(steps), _beside(values, level, period)
    for place in range(period if period > 1 else 0):
        there = at % period == place
        ratio = _beside(values * there, level * there, period) - whole
        for ahead in range(horizon):
            asked = (at + ahead + 1) % period == place
            found[:, asked, ahead] = ratio[:, asked]
    return found


def _beside(values: np.ndarray, level: np.ndarray, period: int) -> np.ndarray:
    """Return what all counts so far amount to beside their levels (series, steps), as a logarithm."""
    had, expected = (_faded(each, SEASONS * period) for each in (values, level))
    return np.asarray(np.log((had + PRIOR) / (expected + PRIOR)))


def _faded(values: np.ndarray, half: float) -> np.ndarray:
    return faded_sums(values, 0.5 ** (1 / half))


def _weights(steps: int, half: float) -> np.ndarray:
    """Return what the weights of all steps so far amount to (steps,)."""
    kept = 0.5 ** (1 / half)
    return np.asarray((1 - kept ** np.arange(1, steps + 1)) / (1 - kept))
