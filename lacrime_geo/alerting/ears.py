"""The Early Aberration Reporting System of the CDC: a day against the week before it, C1, C2 and C3."""

from __future__ import annotations

import numpy as np

from .baselines import Judgement, deviation_before, mean_before

BASELINE = 7
# Between the baseline of C2 and the day that is judged: an outbreak of two days does not raise its own limit.
GAP = 2
SD_FLOOR = 0.5


def ears_c1(count: np.ndarray) -> Judgement:
    """Judge counts (areas, steps) in standard deviations above the mean of t−7…t−1."""
    return _against_a_week(count, 0)


def ears_c2(count: np.ndarray) -> Judgement:
    """Judge counts (areas, steps) in standard deviations above the mean of t−9…t−3."""
    return _against_a_week(count, GAP)


def ears_c3(count: np.ndarray) -> Judgement:
    """Judge counts (areas, steps) by what C2 was above 1, summed over three steps (Hutwagner et al. 2003)."""
    c2 = ears_c2(count)
    above = np.maximum(c2.statistic - 1.0, 0.0)
    earlier = np.full(count.shape, np.nan)
    earlier[:, 2:] = above[:, 1:-1] + above[:, :-2]
    deviation = _deviation(count, GAP)

    def count_at(limit: np.ndarray) -> np.ndarray:
        wanting = limit - earlier
        return np.where(wanting > 0, c2.expected + deviation * (1.0 + wanting), 0.0)

    return Judgement(np.where(np.isnan(earlier), np.nan, c2.expected), above + earlier, count_at)


def _against_a_week(count: np.ndarray, gap: int) -> Judgement:
    mean, deviation = mean_before(count, BASELINE, gap), _deviation(count, gap)
    return Judgement(mean, (count - mean) / deviation, lambda limit: mean + limit * deviation)


def _deviation(count: np.ndarray, gap: int) -> np.ndarray:
    return np.maximum(deviation_before(count, BASELINE, gap), SD_FLOOR)
