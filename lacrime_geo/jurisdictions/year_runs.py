"""Years in a row: runs, intervals of shares by blocks of years, and the chance of as many if years had no memory."""

from __future__ import annotations

import numpy as np


def runs_of(states: np.ndarray) -> list[int]:
    """Return the lengths of runs of 1 in states (years,) of 1, 0 and NaN, in their order.

    >>> runs_of(np.array([1, 1, 0, 1, np.nan, 1]))
    [2, 1, 1]
    """
    high = np.concatenate([[False], states == 1, [False]])
    turns = np.flatnonzero(high[1:] != high[:-1])
    return [int(end - begin) for begin, end in zip(turns[::2], turns[1::2])]


def block_interval(states: np.ndarray, draws: int, level: float, random: np.random.Generator) -> tuple[float, float]:
    """Return the percentile interval of the mean of states (years,) by a circular block bootstrap; NaN where all are alike."""
    years = states.size
    if years < 2 or np.ptp(states) == 0:
        return np.nan, np.nan
    length = int(np.ceil(np.sqrt(years)))
    blocks = -(-years // length)
    start = random.integers(0, years, (draws, blocks))
    rows = (start[:, :, None] + np.arange(length)).reshape(draws, -1)[:, :years] % years
    tail = (1 - level / 100) / 2
    low, high = np.quantile(states[rows].mean(axis=1), [tail, 1 - tail])
    return float(low), float(high)


def chance_of_at_least(chance: np.ndarray, least: int) -> float:
    """Return the probability of at least so many successes of independent trials with chances (n,).

    >>> round(chance_of_at_least(np.array([0.5, 0.5, 0.5]), 2), 6)
    0.5
    """
    number = np.array([1.0])
    for one in chance:
        number = np.append(number * (1 - one), 0.0) + np.append(0.0, number * one)
    return float(number[least:].sum())
