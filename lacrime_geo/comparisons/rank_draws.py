"""Ranks of places drawn from what is known of their rates: how far each could be from where it stands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance, within
from .gamma_priors import Prior

# Ranks that are kept at once, four bytes each.
LARGEST = 100_000_000
PLACES_AT_ONCE = 20_000


class DrawnRanks(NamedTuple):
    """Hold what draws tell of each place's rank (n,), 1 the highest rate.

    `expected` mean rank, `middle` median, `low` and `high` ends of the interval, `top` the share of draws in which it is among
    the first, and `above` the share in which the place first by expected rank is above it.
    """

    expected: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    top: np.ndarray
    above: np.ndarray


def most_draws(places: int, wanted: int) -> int:
    """Return how many draws of so many places the memory holds, at most those wanted.

    >>> most_draws(1243, 4000), most_draws(1_000_000, 4000)
    (4000, 100)
    """
    return max(min(wanted, LARGEST // places), 1)


def drawn_ranks(
    prior: Prior,
    count: np.ndarray,
    expected: np.ndarray,
    draws: int,
    share: float,
    top: int,
    seed: int,
    progress: Progress = None,
) -> DrawnRanks:
    """Draw the rates of all places from their posteriors, so many times, rank each draw, and return what the ranks tell.

    Parameters
    ----------
    prior : of the multiples of the overall rate.
    count, expected : of each place (n,).
    draws : how many.
    share : how often the interval holds, such as 0.95.
    top : how many places are among the first.
    seed : of the draws.
    """
    # In this order they are drawn alike, in whatever order the rows come.
    order = np.lexsort((expected, count))
    shape, rate = (np.ones(count.size), np.ones(count.size)) if prior.one_rate else prior.posterior(count, expected)
    shape, rate = shape[order], rate[order]
    random = np.random.default_rng(seed)
    ranks = np.empty((draws, count.size), dtype=np.int32)
    place = np.arange(1, count.size + 1, dtype=np.int32)
    for number in range(draws):
        advance(progress, 0.8 * number / draws)
        ranks[number, np.argsort(-(random.standard_gamma(shape) / rate))] = place
    sorted_back = np.argsort(order)
    told = [values[sorted_back] for values in _told(ranks, share, top, within(progress, 0.8, 0.95))]
    first = sorted_back[np.argmin(told[0])]
    return DrawnRanks._make([*told, _below(ranks, first, within(progress, 0.95, 1.0))[sorted_back]])


def _told(ranks: np.ndarray, share: float, top: int, progress: Progress) -> list[np.ndarray]:
    """Return mean, median, both ends of the interval, and the share among the first, of ranks (draws, n)."""
    draws, places = ranks.shape
    # The interval leaves out at most half of what is outside the share on either side.
    outside = int((1 - share) / 2 * draws)
    found = np.empty((5, places))
    for begin in range(0, places, PLACES_AT_ONCE):
        advance(progress, begin / places)
        some = slice(begin, begin + PLACES_AT_ONCE)
        block = np.sort(ranks[:, some], axis=0)
        found[0, some] = block.mean(axis=0)
        found[1, some] = block[(draws - 1) // 2]
        found[2, some], found[3, some] = block[outside], block[draws - 1 - outside]
        found[4, some] = (block <= top).mean(axis=0)
    return list(found)


def _below(ranks: np.ndarray, first: int, progress: Progress) -> np.ndarray:
    """Return the share of draws in which each place ranks below one of them (n,)."""
    found = np.empty(ranks.shape[1])
    for begin in range(0, found.size, PLACES_AT_ONCE):
        advance(progress, begin / found.size)
        some = slice(begin, begin + PLACES_AT_ONCE)
        found[some] = (ranks[:, some] > ranks[:, first, None]).mean(axis=0)
    return found
