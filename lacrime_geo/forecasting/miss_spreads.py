"""How far forecasts miss: the variance of the next miss by those before it, of the series and of its group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .recursions import faded_sums

# Fewer misses than this tell no spread of their own.
LEAST_ERRORS = 8
# Steps after which a miss counts half; which of them is told by the misses themselves.
HALVES = (6.0, 12.0, 24.0, 48.0, 96.0)
# Misses that the spread of the group counts as.
OF_GROUP = 10.0
# Degrees of freedom of the score by which is chosen: tails heavy enough that one step cannot decide.
FREEDOM = 20.0


class Forecast(NamedTuple):
    """Hold the forecasts made after each step (series, steps, horizon), and the variance of their misses as known then."""

    mean: np.ndarray
    variance: np.ndarray


def with_spread(values: np.ndarray, traced: np.ndarray, keys: Mapping[str, np.ndarray] | None) -> Forecast:
    """Return forecasts with the variance of their misses, none below the mean.

    Parameters
    ----------
    values : counts (series, steps).
    traced : forecasts (series, steps, horizon) made after each step; NaN where the history was too short.
    keys : columns (series,) whose values make groups.

    Notes
    -----
    The variance after a step is the weighted mean of the squares of all misses up to it, of late ones more, drawn towards that
    of the group: mean + c · mean², c pooled over the group's series. How soon a miss counts half, and whether the group is all
    series or those alike in one key, is what foretold the size of past misses best (density of Student's t).
    """
    found = [
        drawn_to(group, running(values, traced, half), traced, half)
        for half in HALVES
        for group in groups_of(keys, values)
    ]
    scores = [_score(values, traced, variance) for variance in found]
    best = found[int(np.argmin(scores))]
    return Forecast(traced, np.fmax(grown(best), traced))


def running(values: np.ndarray, traced: np.ndarray, half: float) -> np.ndarray:
    """Return the mean squared miss as known after each step (series, steps, horizon), late ones counting more.

    Of n misses, as many as the weights amount to, it is that of Student's t: wider by (n − 1) / (n − 3) · (n + 1) / n. It is
    NaN after fewer than eight misses, but for the last step and the shortest horizon that has any.
    """
    spread = np.full(traced.shape, np.nan)
    for ahead in range(1, min(traced.shape[2], values.shape[1] - 1) + 1):
        missed = values[:, ahead:] - traced[:, :-ahead, ahead - 1]
        known = np.isfinite(missed)
        number = _faded(known.astype(float), half)
        amount = np.maximum(number**2 / np.maximum(_faded(known.astype(float), half / 2), 1e-12), 4.0)
        wider = (amount - 1) / (amount - 3) * (amount + 1) / amount
        square = _faded(np.where(known, missed, 0.0) ** 2, half) / np.maximum(number, 1e-12) * wider
        enough = np.cumsum(known, axis=1) >= LEAST_ERRORS
        if ahead == 1:
            enough[:, -1] = True
        spread[:, ahead:, ahead - 1] = np.where(enough, square, np.nan)
    return spread


def _faded(values: np.ndarray, half: float) -> np.ndarray:
    """Return the sum of all values so far (series, steps), each counting half after some steps."""
    return faded_sums(values, 0.5 ** (1 / half))


def groups_of(keys: Mapping[str, np.ndarray] | None, values: np.ndarray) -> list[np.ndarray]:
    """Return the numbers of the groups that series may be in (series,): all together, and by each key with several alike."""
    found = [np.zeros(values.shape[0], dtype=np.intp)]
    for key in (keys or {}).values():
        names, number = np.unique(np.asarray(key).astype(str), return_inverse=True)
        if 1 < names.size < values.shape[0]:
            found.append(number.ravel())
    return found


def drawn_to(group: np.ndarray, spread: np.ndarray, mean: np.ndarray, half: float) -> np.ndarray:
    """Return spreads drawn towards those of the group: mean + c · mean², c pooled over its series step by step."""
    known = np.isfinite(spread) & np.isfinite(mean)
    beyond = np.where(known, np.maximum(spread - mean, 0.0), 0.0)
    square = np.where(known, mean, 0.0) ** 2
    pooled = np.empty(spread.shape)
    for number in range(int(group.max()) + 1):
        rows = group == number
        whole, part = square[rows].sum(axis=0), beyond[rows].sum(axis=0)
        pooled[rows] = mean[rows] + mean[rows] ** 2 * np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    # The slower misses fade, the more the series is trusted itself, beyond the misses that it has. Their effective number in its
    # place made poorer intervals of the months of Los Angeles (smoothing's Winkler score 1.8 and 0.3 % worse, twice 8 origins).
    own = 2 * half
    return (own * spread + OF_GROUP * pooled) / (own + OF_GROUP)


def grown(spread: np.ndarray) -> np.ndarray:
    """Fill the horizons without a spread after a step from the last that has one, in proportion to the horizon; none is narrower.

    >>> grown(np.array([[[2.0, np.nan, np.nan]]])).tolist()
    [[[2.0, 4.0, 6.0]]]
    """
    spread = spread.copy()
    for ahead in range(1, spread.shape[2]):
        last, own = spread[:, :, ahead - 1], spread[:, :, ahead]
        spread[:, :, ahead] = np.where(np.isfinite(own), np.fmax(own, last), last * (ahead + 1) / ahead)
    return spread


def _score(values: np.ndarray, traced: np.ndarray, variance: np.ndarray) -> float:
    """Return how badly variances foretold the squares of the misses that followed: minus the log density of Student's t."""
    total = 0.0
    for ahead in range(1, min(traced.shape[2], values.shape[1] - 1) + 1):
        mean, spread = traced[:, :-ahead, ahead - 1], variance[:, :-ahead, ahead - 1]
        known = np.isfinite(mean) & np.isfinite(spread)
        square = np.square(values[:, ahead:][known] - mean[known])
        spread = np.maximum(np.maximum(spread[known], mean[known]), 1e-6)
        total += float((np.log(spread) + (FREEDOM + 1) * np.log1p(square / (FREEDOM * spread))).sum())
    return total
