"""Counts of which a part is not reported yet: what share is expected to be, how far that scatters, and draws of the rest."""

from __future__ import annotations

import numpy as np

from .report_lags import Lags
from .truncated_delays import Delays

# Past steps show how far counts scatter once as much of them is reported; fewer than so many say too little.
SETTLED, LEAST_PAST, STEPS_OF_THE_MEAN = 0.95, 8, 10


def expected_shares(share: np.ndarray, later: np.ndarray, days: int) -> np.ndarray:
    """Return the shares (…, k) reported so many days (k,) after the end of steps: the mean over the days of each.

    `share` (…, m) are those within 0 … m − 1 days; within more all are.
    """
    padded = np.concatenate([share, np.ones((*share.shape[:-1], 1))], axis=-1)
    at = np.minimum(later[:, None] + np.arange(days), share.shape[-1])
    return np.asarray(padded[..., at].mean(axis=-1))


def counts_by_lag(lags: Lags, days: int, whole: int, later: int = 0) -> np.ndarray:
    """Return how many incidents (steps, lags) of each step, the latest first, were reported so many whole steps after it.

    The file goes on so many days `later` than its last step.
    """
    step = (lags.possible - later) // days
    inside = step < whole
    # Days from the end of the step to the report, those before it none.
    after = np.maximum(lags.days - lags.possible + later + step * days, 0)
    late = -(-after[inside] // days)
    size = int(late.max(initial=0)) + 1
    return np.bincount(step[inside] * size + late, minlength=whole * size).reshape(whole, size)


def dispersion_of(counts: np.ndarray, delays: Delays, days: int, later: int = 0) -> np.ndarray:
    """Return how many times the variance that is expected the past shows in what came so many steps later (k,), at least 1.

    `counts` are those of `counts_by_lag`, of a file that goes on so many days `later` than its last step. Of every step that
    is nearly whole by now, what came after each lag is held against what its count by then made expect. As few steps tell of
    each lag, it is drawn towards the mean of all lags.
    """
    steps, lags = counts.shape
    age = later + np.arange(steps) * days
    now = expected_shares(delays.share, age, days)
    by_then = expected_shares(delays.share, np.arange(lags) * days, days)
    total, so_far = counts.sum(axis=1)[:, None], np.cumsum(counts, axis=1)
    share = np.clip(by_then / np.maximum(now, 1e-12)[:, None], 1e-12, 1.0)
    past = (now[:, None] >= SETTLED) & (np.arange(lags) * days < age[:, None])
    past &= (by_then < SETTLED) & (by_then > 0) & (share < 1)
    times = past.sum(axis=0)
    if past.any(axis=1).sum() < LEAST_PAST:
        return np.ones(1)
    expected = (so_far + 0.5) * (1 - share) / share
    squares = np.where(past, (total - so_far - expected) ** 2, 0.0).sum(axis=0)
    variance = np.where(past, expected / share, 0.0).sum(axis=0)
    mean = squares.sum() / variance.sum()
    found = (times * squares / np.maximum(variance, 1e-12) + STEPS_OF_THE_MEAN * mean) / (times + STEPS_OF_THE_MEAN)
    return np.maximum(found[: np.flatnonzero(times)[-1] + 1], 1.0)


def still_to_come(
    reported: np.ndarray, share: np.ndarray, dispersion: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Return draws (times, k) of the incidents not yet reported, of counts (k,) of which shares (times, k) are.

    Negative binomial, as a Poisson count whose mean is gamma, with the variance of the plain one times the dispersion (k,).
    """
    share = np.clip(share, 1e-6, 1.0)
    mean = (reported + 0.5) * (1 - share) / share
    beyond = np.maximum(dispersion * mean / share - mean, 1e-12)
    shape = mean**2 / beyond
    some = mean > 1e-9
    rate = np.where(
        some, random.gamma(np.where(some, shape, 1.0), np.where(some, beyond / np.maximum(mean, 1e-9), 1.0)), 0
    )
    return np.asarray(random.poisson(np.minimum(rate, 1e15)))
