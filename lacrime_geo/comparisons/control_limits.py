"""Limits of a funnel: what chance leaves of a target rate, exactly, and the exact tails that places are judged by."""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np

MODELS = ("poisson", "binomial")
# Beyond so many standard deviations of the mean, and so many more, no quantile of interest lies.
_REACH, _BEYOND = 8.0, 40.0

Tail = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Chance(NamedTuple):
    """Hold a distribution of counts under a target rate of one resident.

    `lower` and `upper` return P(Y ≤ k) and P(Y ≥ k) for whole k (n,) at exposures (n,); k below 0 are allowed.
    """

    target: float
    lower: Tail
    upper: Tail
    binomial: bool


def chance_of(model: str, target: float) -> Chance:
    """Return the distribution of counts of a model at a target rate.

    >>> at = chance_of("poisson", 0.01)
    >>> round(float(at.lower(np.array([0.0]), np.array([100.0]))[0]), 4)
    0.3679
    """
    return _binomial(target) if model == "binomial" else _poisson(target)


def _poisson(target: float) -> Chance:
    from scipy.special import pdtr, pdtrc

    def lower(k: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        return np.where(k < 0, 0.0, pdtr(np.maximum(k, 0.0), target * exposure))

    def upper(k: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        return np.where(k <= 0, 1.0, pdtrc(np.maximum(k - 1.0, 0.0), target * exposure))

    return Chance(target, lower, upper, False)


def _binomial(target: float) -> Chance:
    from scipy.special import betainc

    def upper(k: np.ndarray, size: np.ndarray) -> np.ndarray:
        inside = np.clip(k, 1.0, size)
        found = betainc(inside, size - inside + 1.0, target)
        return np.where(k <= 0, 1.0, np.where(k > size, 0.0, found))

    def lower(k: np.ndarray, size: np.ndarray) -> np.ndarray:
        # Of the other side, as 1 less the upper tail loses small ones.
        inside = np.clip(k, 0.0, size - 1.0)
        found = betainc(size - inside, inside + 1.0, 1.0 - target)
        return np.where(k < 0, 0.0, np.where(k >= size, 1.0, found))

    return Chance(target, lower, upper, True)


def two_sided_tails(chance: Chance, count: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Return the exact two-sided p of counts (n,): twice the smaller of both tails, the count itself in either.

    >>> two_sided_tails(chance_of("poisson", 0.1), np.array([10.0, 25]), np.array([100.0, 100])).round(5).tolist()
    [1.0, 9e-05]
    """
    return np.minimum(2 * np.minimum(chance.lower(count, exposure), chance.upper(count, exposure)), 1.0)


def exact_limits(chance: Chance, exposure: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the counts (n,), interpolated between whole ones, below and above which chance leads with at most a probability.

    Parameters
    ----------
    chance : distribution of counts.
    exposure : (n,).
    tail : probability of either side, such as 0.025.

    Notes
    -----
    Spiegelhalter 2005, appendix: with r the smallest count for which P(Y ≤ r) > tail, the lower limit is r − a where
    a = (P(Y ≤ r) − tail) / P(Y = r). The upper one is its mirror: r + a with r the largest count for which P(Y ≥ r) > tail.
    Thus a count is beyond the line exactly where its own tail is at most `tail`. The appendix takes P(Y ≤ r) for the upper
    limit too, which puts it one event lower, and counts beyond it have a tail that may be larger.

    Examples
    --------
    >>> low, high = exact_limits(chance_of("poisson", 0.1), np.array([100.0]), 0.025)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([3.78], [17.16])
    """
    mean = chance.target * exposure
    reach = _REACH * np.sqrt(mean) + _BEYOND
    ceiling = exposure if chance.binomial else mean + reach
    first = _first(lambda k: chance.lower(k, exposure) > tail, np.full(mean.shape, -1.0), np.ceil(mean + reach))
    below = chance.lower(first, exposure)
    low = first - (below - tail) / (below - chance.lower(first - 1, exposure))
    beyond = _first(
        lambda k: chance.upper(k, exposure) <= tail, np.floor(np.maximum(mean - reach, 0)), np.ceil(ceiling) + 1
    )
    last = beyond - 1
    above = chance.upper(last, exposure)
    high = last + (above - tail) / (above - chance.upper(beyond, exposure))
    return np.maximum(low, 0.0), high


def _first(holds: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the first whole number (n,) in (low, high] from which on a condition holds that holds at high and not at low."""
    low, high = low.copy(), high.copy()
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        fits = holds(middle)
        high, low = np.where(fits, middle, high), np.where(fits, low, middle)
    return high
