"""How probable a sample of counts is, or one that fits worse, when each event falls into one of some bins: exactly, or drawn."""

from __future__ import annotations

from typing import Callable

import numpy as np

# Equal sums whose terms were added in another order.
TIES = 1e-9
STATISTICS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "G": lambda count, mean: 2 * count * np.log(np.where(count > 0, count, 1) / mean),
    "chi2": lambda count, mean: (count - mean) ** 2 / mean,
}


def statistic_of(counts: np.ndarray, shares: np.ndarray, statistic: str) -> np.ndarray:
    """Return how badly samples of counts (..., bins) fit the shares (bins,): the likelihood ratio G, or chi-squared."""
    mean = counts.sum(axis=-1, keepdims=True) * shares
    return STATISTICS[statistic](counts, mean).sum(axis=-1)


def number_of_outcomes(events: int, bins: int) -> int:
    """Return in how many ways events can fall into bins.

    >>> number_of_outcomes(3, 7)
    84
    """
    from math import comb

    return comb(events + bins - 1, bins - 1)


def exact_p(counts: np.ndarray, shares: np.ndarray, statistic: str) -> float:
    """Return the probability of all outcomes that fit no better than the counts (bins,), every outcome told over.

    >>> round(exact_p(np.array([3, 0, 0, 0, 0, 0, 0]), np.full(7, 1 / 7), "G"), 4)  # 7 of 343
    0.0204
    """
    log_probability, fit = _outcomes(int(counts.sum()), shares, statistic)
    extreme = fit >= _least(statistic_of(counts, shares, statistic))
    probability = np.exp(log_probability)
    return float(probability[extreme].sum() / probability.sum())


def drawn_p(counts: np.ndarray, shares: np.ndarray, statistic: str, draws: int, seed: int) -> float:
    """Return the share of random samples that fit no better than the counts, these among them."""
    drawn = np.random.default_rng(seed).multinomial(int(counts.sum()), shares, size=draws)
    extreme = statistic_of(drawn, shares, statistic) >= _least(statistic_of(counts, shares, statistic))
    return float((extreme.sum() + 1) / (draws + 1))


def _least(fit: np.ndarray) -> float:
    return float(fit) - TIES * max(1.0, float(fit))


def _outcomes(events: int, shares: np.ndarray, statistic: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the log probability and the statistic of every outcome: both are sums over bins, so bin follows on bin."""
    from scipy.special import gammaln

    number = np.arange(events + 1)
    chance = number * np.log(shares)[:, None] - gammaln(number + 1.0)
    fit = STATISTICS[statistic](number, events * shares[:, None])
    left = np.array([events])
    total, sum_of_fits = np.full(1, gammaln(events + 1.0)), np.zeros(1)
    for row in range(shares.size - 1):
        choices = left + 1
        parent = np.repeat(np.arange(left.size), choices)
        taken = np.arange(parent.size) - np.repeat(np.cumsum(choices) - choices, choices)
        left = left[parent] - taken
        total, sum_of_fits = total[parent] + chance[row, taken], sum_of_fits[parent] + fit[row, taken]
    return total + chance[-1, left], sum_of_fits + fit[-1, left]
