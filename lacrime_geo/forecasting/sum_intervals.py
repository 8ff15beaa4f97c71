"""Intervals of sums of weights to come: by how far past forecasts missed, as such sums have no distribution of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .miss_spreads import Forecast
from .models import Prediction, checked_levels

# Past misses that the thinner tail must hold, and those of a group of forecasts alike in size.
LEAST_BEYOND, LEAST_OF_GROUP = 5.0, 400
MOST_GROUPS = 6


class Misses(NamedTuple):
    """Hold past misses in units of their spread, the size of their forecast in the same, and whether the sum was 0 (misses,)."""

    scores: np.ndarray
    sizes: np.ndarray
    empty: np.ndarray


def past_misses(values: np.ndarray, past: Forecast, first: int) -> Misses:
    """Return the misses of the forecasts made from a step on, by their spread as known then.

    Parameters
    ----------
    values : sums over the effective weight (series, steps).
    past : forecasts made after each step, with their variance as known then.
    first : the step from which on they are honest: made without later sums.
    """
    found = []
    for ahead in range(1, min(past.mean.shape[2], values.shape[1] - 1) + 1):
        made = slice(first, values.shape[1] - ahead)
        mean, spread = past.mean[:, made, ahead - 1], np.sqrt(past.variance[:, made, ahead - 1])
        later = values[:, first + ahead :]
        known = np.isfinite(mean) & (spread > 0)
        found.append(((later - mean)[known] / spread[known], mean[known] / spread[known], later[known] == 0))
    scores, sizes, empty = (np.concatenate(parts) for parts in zip(*found)) if found else (np.empty(0),) * 3
    return Misses(scores, sizes, empty.astype(bool))


def are_enough(misses: Misses, levels: Sequence[float]) -> bool:
    """Return whether there are as many misses as the ends of the widest interval need."""
    return bool(misses.scores.size * _thinner_tail(levels) >= LEAST_BEYOND)


def _thinner_tail(levels: Sequence[float]) -> float:
    """Return the probability on each side of the widest interval."""
    return (1 - max(checked_levels(levels)) / 100) / 2


def predicted_by_misses(mean: np.ndarray, variance: np.ndarray, misses: Misses, levels: Sequence[float]) -> Prediction:
    """Return a forecast whose intervals leave out as many past sums on each side as their level says.

    Parameters
    ----------
    mean : expected sums over the effective weight (series, horizon), 0 or more.
    variance : of the sums about them.
    misses : past ones, from which the quantiles come.
    levels : of the intervals, per cent.

    Notes
    -----
    Split conformal prediction with signed misses over their spread as scores (Lei, G'Sell, Rinaldo, Tibshirani & Wasserman 2018,
    Journal of the American Statistical Association 113: 1094-1111, section 5.2), each side by itself, among forecasts of alike
    size (mean over spread): of rare heavy incidents most sums are small and few are huge, as no negative binomial is. Where 0
    was more frequent than the tail, the lower end is 0.
    """
    spread = np.sqrt(variance)
    size = np.divide(mean, spread, out=np.zeros_like(mean), where=spread > 0)
    edges = _edges(misses.sizes, max(LEAST_OF_GROUP, LEAST_BEYOND / _thinner_tail(levels)))
    group, of = np.searchsorted(edges, size, side="right"), np.searchsorted(edges, misses.sizes, side="right")
    low: dict[float, np.ndarray] = {}
    high: dict[float, np.ndarray] = {}
    for level in checked_levels(levels):
        ends = np.array([_ends(misses, of == number, (1 - level / 100) / 2) for number in range(edges.size + 1)])
        low[level] = np.where(np.isfinite(ends[:, 0])[group], np.maximum(mean + spread * ends[group, 0], 0.0), 0.0)
        high[level] = np.maximum(mean + spread * ends[group, 1], low[level])
    return Prediction(mean, low, high)


def _edges(sizes: np.ndarray, least: float) -> np.ndarray:
    """Return the sizes that part past forecasts into groups of as many, at least some each."""
    groups = int(np.clip(sizes.size // least, 1, MOST_GROUPS))
    return np.unique(np.quantile(sizes, np.arange(1, groups) / groups)) if groups > 1 else np.empty(0)


def _ends(misses: Misses, rows: np.ndarray, tail: float) -> tuple[float, float]:
    """Return the scores of both ends of an interval, the lower one NaN where 0 is within it."""
    if not rows.any():
        rows = np.ones(rows.size, dtype=bool)
    scores = misses.scores[rows]
    # The next miss is as likely in each of the gaps between those seen, which are one more than these.
    sorted_scores = np.sort(scores)
    # (A tenth of a hundred is ten, and not a little less.)
    beyond = int(tail * (scores.size + 1) + 1e-9)
    low, high = sorted_scores[max(beyond - 1, 0)], sorted_scores[min(scores.size - beyond, scores.size - 1)]
    return (np.nan if misses.empty[rows].mean() >= tail else float(low)), float(high)
